// Ctrl+K: going somewhere by its name. The link in the head leads to a page of its own, here it opens the dialog;
// what the keys do in it comes with going.js when it is opened first.
(() => {
  "use strict";
  const link = document.getElementById("go");
  if (!link) return;
  let dialog = null;

  function open() {
    if (!dialog) {
      dialog = document.importNode(document.getElementById("go-dialog").content, true).firstElementChild;
      document.body.append(dialog);
      window.htmx.process(dialog);
      document.head.append(Object.assign(document.createElement("script"), { src: link.dataset.script }));
    }
    if (!dialog.open) dialog.showModal();
    const box = dialog.querySelector("#go-q");
    box.select();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("keydown", (event) => {
    const isAsked = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isAsked || event.defaultPrevented || event.target.isContentEditable) return;
    event.preventDefault();
    open();
  });
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
})();
