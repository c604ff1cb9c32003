// A comment: an @ leads to the people who can be mentioned, and whoever is chosen stands in the text. Without this
// script the name is typed. Before picker.js, which takes an Escape as the end of the search.
(() => {
  "use strict";
  const at = (id) => document.getElementById(id);

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
