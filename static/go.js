// Ctrl+K: going somewhere by its name. The link in the head does the same on a page of its own.
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
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("#go-q").select();
    if (!dialog.querySelector("#go-found li")) dialog.querySelector("#go-q").dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("keydown", (event) => {
    const isAsked = event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isAsked && !event.defaultPrevented && !event.target.isContentEditable) {
      event.preventDefault();
      open();
    } else if (dialog?.contains(event.target)) walk(event);
  });

  // The arrows go through what was found, Enter in the box takes the first of it.
  function walk(event) {
    const links = [...dialog.querySelectorAll("#go-found a")], at = links.indexOf(event.target);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) (links[at + step] ?? dialog.querySelector("#go-q")).focus();
    else if (event.key === "Enter" && at < 0 && event.target.id === "go-q") links[0]?.click();
    else return;
    event.preventDefault();
  }

  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
})();
