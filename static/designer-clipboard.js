// Lines pasted onto a choice of the canvas are its options.
(() => {
  "use strict";
  const { canvas, design } = window.formwright;
  if (!canvas) return;

  document.addEventListener("paste", (event) => {
    const key = event.target.matches?.("a.pick") && canvas.keyOf(event.target);
    const lines = event.clipboardData.getData("text/plain");
    if (!key || !lines.trim()) return;
    event.preventDefault();
    design.command("choice.paste", { field: key, lines, locale: canvas.main().dataset.locale });
  });
})();
