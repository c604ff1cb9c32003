// Several fields of the canvas at once: marked by Shift and a click or an arrow, by the space bar, or by the box that
// stands at the field under the pointer or with the focus.
(() => {
  "use strict";
  const { canvas, design, say } = window.formwright;
  if (!canvas) return;
  const { main, picks, cellOf, keyOf, step, goTo } = canvas;
  const marked = new Set();
  const told = () => main().dataset.many.replace("{}", marked.size);

  function mark(pick, on = !marked.has(keyOf(pick))) {
    const key = keyOf(pick);
    if (!key) return;
    if (on) marked.add(key);
    else marked.delete(key);
    show();
    say(told());
  }

  // From a row to the next: both are marked; back again, the one that is left is not.
  function stretch(pick, next) {
    if (!next) return;
    if (keyOf(next) && marked.has(keyOf(pick)) && marked.has(keyOf(next))) mark(pick, false);
    else for (const each of [pick, next]) mark(each, true);
    goTo(next);
  }

  function show() {
    const known = new Set(picks().map(keyOf));
    for (const key of marked) if (!known.has(key)) marked.delete(key);
    for (const cell of main().querySelectorAll(".cell")) cell.classList.toggle("many", marked.has(cell.dataset.key));
    const bar = document.getElementById("canvas-many");
    if (!marked.size && bar.contains(document.activeElement)) goTo(canvas.selected() ?? picks()[0]);
    bar.hidden = !marked.size;
    bar.querySelector("[data-count]").textContent = told();
    box.checked = marked.has(box.closest(".cell")?.dataset.key);
  }

  const inOrder = () => picks().map(keyOf).filter((key) => marked.has(key));

  function ofMany(what) {
    const fields = inOrder();
    if (what === "up" || what === "down") return design.command("fields.move", { fields, by: what === "up" ? -1 : 1 });
    if (what === "group") return design.ask({ ask: what, fields: fields.join(",") });
    marked.clear();
    show();
    if (what === "delete") design.command("fields.delete", { fields });
  }
  document.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-many]:not(main)");
    if (tool) ofMany(tool.dataset.many);
  });

  // --- the box ------------------------------------------------------------------------------------------------

  // One for all: two hundred of them would be two hundred controls to draw and to pass by.
  const box = document.createElement("input");
  box.type = "checkbox";
  box.className = "mark-box form-check-input";
  box.tabIndex = -1; // by keys it is the space bar
  box.addEventListener("change", () => mark(box.closest(".cell").querySelector("a.pick"), box.checked));

  function place(cell) {
    if (!cell || box.parentElement === cell) return;
    cell.append(box);
    box.checked = marked.has(cell.dataset.key);
    box.setAttribute("aria-label", main().dataset.mark.replace("{}", cell.querySelector("a.pick").getAttribute("aria-label")));
  }
  document.addEventListener("pointerover", ({ target }) => { if (main().contains(target)) place(cellOf(target)); });
  document.addEventListener("focusin", ({ target }) => { if (target.matches("a.pick")) place(cellOf(target)); });

  Object.assign(canvas, {
    mark, stretch, ofMany,
    /** The marked fields from above to below, when there are several and this is one of them (or none is asked for). */
    several: (key) => (marked.size && (!key || (marked.size > 1 && marked.has(key))) ? inOrder() : null),
  });
  canvas.drawn.push(() => {
    if (!box.isConnected) place(cellOf(document.activeElement) ?? cellOf(canvas.selected()));
    show();
  });
})();
