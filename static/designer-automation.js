// The cards of an automation by keyboard: arrows go from one to the next, Delete takes an action out.
(() => {
  "use strict";
  const design = window.formwright.design;
  if (!design) return;

  const picks = () => [...document.querySelectorAll("#auto-cards .auto-summary")];

  function act(pick, key) {
    const action = pick.closest("[data-item]")?.dataset.item;
    if (action && key === "Delete") design.command("action.delete", { action });
    else if (key === "ArrowDown") picks()[picks().indexOf(pick) + 1]?.focus();
    else if (key === "ArrowUp") picks()[picks().indexOf(pick) - 1]?.focus();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const pick = event.target.closest?.("#auto-cards .auto-summary");
    if (!pick || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (act(pick, event.key)) event.preventDefault();
  });
})();
