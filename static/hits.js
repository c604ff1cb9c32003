// What was searched for stands out in the list. The page itself stays as it is: the browser paints over its texts.
(() => {
  "use strict";
  if (!window.CSS?.highlights) return;
  // As the server looks through texts: full-width letters as narrow ones, large as small.
  const plain = (text) => text.normalize("NFKC").toLowerCase();

  function hits(node, words) {
    const text = plain(node.data);
    if (text.length !== node.data.length) return []; // its places would be others
    return words.flatMap((word) => {
      const found = [];
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        found.push(range);
      }
      return found;
    });
  }

  function paint() {
    const words = plain(document.getElementById("q")?.value ?? "").split(/\s+/).filter(Boolean);
    const ranges = [];
    for (const place of words.length ? document.querySelectorAll("#list tbody td, #list .fw-card") : []) {
      const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) ranges.push(...hits(texts.currentNode, words));
    }
    CSS.highlights.set("fw-hits", new Highlight(...ranges));
  }
  document.addEventListener("htmx:after:swap", paint);
  addEventListener("pageshow", paint);
})();
