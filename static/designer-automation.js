// The cards of an automation by keyboard: Alt with the arrows moves an action, Delete takes it out.
(() => {
  "use strict";
  const design = window.formwright.design;
  if (!design) return;

  const cardOf = (pick) => pick.closest("[data-action]");
  const picks = () => [...document.querySelectorAll("#auto-cards .auto-summary")];

  function act(pick, key, alt) {
    const action = cardOf(pick)?.dataset.action;
    if (action && alt && key === "ArrowUp") design.command("action.move", { action, by: -1 });
    else if (action && alt && key === "ArrowDown") design.command("action.move", { action, by: 1 });
    else if (action && !alt && key === "Delete") design.command("action.delete", { action });
    else if (!alt && key === "ArrowDown") picks()[picks().indexOf(pick) + 1]?.focus();
    else if (!alt && key === "ArrowUp") picks()[picks().indexOf(pick) - 1]?.focus();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const pick = event.target.closest?.("#auto-cards .auto-summary");
    if (!pick || event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (act(pick, event.key, event.altKey)) event.preventDefault();
  });
})();
