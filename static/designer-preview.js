// The preview: why the fields are as they are follows what is typed in the frame. Each page and each answer in the
// frame brings it along, in an element that is not shown there.
(() => {
  "use strict";
  const frame = document.querySelector(".preview-frame");
  if (!frame) return;

  function watch() {
    const source = frame.contentDocument?.getElementById("why-now");
    if (!source) return; // not loaded yet, or a page that is no form
    const show = () => {
      document.getElementById("why").replaceChildren(...[...source.children].map((each) => document.importNode(each, true)));
      document.getElementById("why-card").hidden = !source.children.length;
    };
    show();
    new MutationObserver(show).observe(source, { childList: true });
  }

  frame.addEventListener("load", watch);
  watch();
})();
