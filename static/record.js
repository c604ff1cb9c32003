// The page of a record by keys: Alt+N and Alt+P go to the next and the previous record of the list, Escape leaves the
// section that is being edited. All of it are links of the page.
(() => {
  "use strict";
  const section = document.querySelector("form[data-section]");

  // After the load: until then the browser goes to what the address names, and takes the focus along.
  if (section && !document.querySelector("[data-summary]")) {
    window.addEventListener("load", () => {
      if (document.activeElement === document.body) section.querySelector("[data-field] :is(input:not([type=hidden]), select, textarea, button)")?.focus();
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && section?.contains(event.target)) {
      event.preventDefault(); // else the same key closes the dialog that asks
      return section.querySelector("[data-cancel]").click();
    }
    if (event.target.matches("textarea, select, input, [contenteditable]")) return; // Alt makes letters there
    const way = event.altKey && !event.ctrlKey && !event.metaKey && { KeyN: "next", KeyP: "prev" }[event.code];
    const link = way && document.querySelector(`.page-head a[rel=${way}]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });
})();
