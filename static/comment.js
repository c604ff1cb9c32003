// A comment: an @ leads to the people who can be mentioned, and whoever is chosen stands in the text. Without this
// script the name is typed. Before picker.js, which takes an Escape as the end of the search.
(() => {
  "use strict";
  const at = (id) => document.getElementById(id);

  // --- What is typed and not sent: nobody leaves it unasked, and no answer that is drawn takes it away -----------

  const kept = new Map(); // changes of comments that are half typed, by the id of their box
  const isTyped = (box) => box.value !== box.defaultValue || (box.matches("[aria-invalid]") && box.value.trim() !== "");
  const boxes = () => [...document.querySelectorAll("#story textarea")].filter(isTyped);

  window.addEventListener("beforeunload", (event) => { if (kept.size || boxes().length) event.preventDefault(); });

  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    for (const box of boxes()) {
      if (box.id !== "comment" && box.form !== ctx.sourceElement) kept.set(box.id, [box.value, box.form.elements._seen?.value]);
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    for (const [id, [text, seen]] of kept) {
      const box = at(id);
      if (!box) continue; // not in the part that is shown now
      box.value = text;
      if (seen) box.form.elements._seen.value = seen;
      box.closest("details").open = true;
      kept.delete(id);
    }
  });

  // --- Mentions --------------------------------------------------------------------------------------------

  function put(words) {
    const text = at("comment");
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  }

  document.addEventListener("input", ({ target, data }) => {
    if (target.id !== "comment" || data !== "@") return;
    if (/[\w.-]@$/.test(target.value.slice(0, target.selectionStart))) return; // of an e-mail address
    at("mention").focus();
    at("mention").dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("change", ({ target }) => {
    if (target.id !== "v-mention" || !target.value) return;
    const box = at("mention"), text = at("comment");
    const name = box.value;
    target.value = box.value = box.defaultValue = "";
    put(`${text.value[text.selectionStart - 1] === "@" ? "" : "@"}${name} `);
  });

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (target.id === "comment" && key === "Enter" && (event.ctrlKey || event.metaKey)) target.form.requestSubmit();
    if (target.id !== "mention") return;
    if (key === "Enter") event.preventDefault(); // it chooses, and must not send the comment
    if (key !== "Escape") return;
    const typed = target.value;
    target.value = "";
    put(typed);
  }, true);
})();
