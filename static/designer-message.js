// The message editor: a variable goes where somebody was writing.
(() => {
  "use strict";
  let last = null;
  const isText = (element) => element?.matches?.(".message-editor [name='arg.text']");

  document.addEventListener("focusin", (event) => { if (isText(event.target)) last = event.target.id; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const control = document.getElementById(last ?? "") ?? document.querySelector(".message-editor textarea");
    if (!control) return;
    control.focus();
    control.setRangeText(button.dataset.insert, control.selectionStart, control.selectionEnd, "end");
    control.dispatchEvent(new Event("change", { bubbles: true }));
    const told = document.getElementById("variables").dataset.inserted;
    window.formwright.say(told.replace("{}", button.textContent));
  });
})();
