// Drag and drop on the canvas. SortableJS lifts what is dragged; where it falls is worked out here, and only a
// command changes the form. Everything has a click and a key that do the same.
(() => {
  "use strict";
  const design = window.formwright.design;
  const canvas = document.getElementById("main");
  if (!design || !canvas?.matches(".canvas") || !window.Sortable) return;

  const EDGE = 0.25; // the outer quarters of a cell mean: beside it
  const MOST = 4;
  const ITEMS = ".cell, .canvas-section, .canvas-tab, li:has(> [data-drag])";
  let dragged = null, target = null;

  const sign = document.createElement("div");
  sign.className = "drop-sign";
  sign.setAttribute("aria-hidden", "true");
  document.body.append(sign);

  // A list becomes sortable when something in it is about to be dragged; the press then reaches SortableJS too.
  const ready = new WeakSet();
  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".h, [data-drag]");
    const list = handle?.closest(ITEMS)?.parentElement;
    if (!list || ready.has(list)) return;
    ready.add(list);
    const isPalette = handle.matches("[data-drag]");
    new window.Sortable(list, {
      draggable: isPalette ? "li" : ".cell, .canvas-section, .canvas-tab",
      ...(isPalette ? {} : { handle: ".h" }),
      group: { name: "canvas", pull: false, put: false },
      sort: false, delay: 250, delayOnTouchOnly: true, forceFallback: true, fallbackOnBody: true,
      fallbackTolerance: 4, scrollSensitivity: 60, swapThreshold: 0.65,
      onStart: begin, onEnd: end,
    });
  }, true);

  function begin(event) {
    dragged = event.item;
    target = null;
    document.body.classList.add("dragging");
    const open = dragged.closest(":popover-open");
    if (open) open.hidePopover();
    document.addEventListener("pointermove", follow);
    document.addEventListener("touchmove", follow);
    document.addEventListener("keydown", cancel, true);
  }

  function end() {
    document.removeEventListener("pointermove", follow);
    document.removeEventListener("touchmove", follow);
    document.removeEventListener("keydown", cancel, true);
    document.body.classList.remove("dragging");
    sign.hidden = true;
    if (dragged && target) added() ? add(added(), target) : drop(dragged, target);
    dragged = target = null;
  }

  function cancel(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dragged = null;
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }

  // --- where it would fall ------------------------------------------------------------------------------------

  function follow(event) {
    if (!dragged) return;
    const { clientX: x, clientY: y } = event.touches?.[0] ?? event;
    const under = document.elementFromPoint(x, y);
    const kind = blockKind();
    target = !under || !canvas.contains(under) ? null : kind ? besideBlock(kind, under, y) : placeOf(under, x, y);
    show();
  }

  // What is dragged off the palette, as the command of its button.
  function added() {
    const button = dragged.querySelector(":scope > [data-drag]");
    return button && JSON.parse(button.value);
  }

  function blockKind() {
    const name = added()?.name;
    if (name === "tab.add" || dragged.matches(".canvas-tab")) return ".canvas-tab";
    return name === "section.add" || dragged.matches(".canvas-section") ? ".canvas-section" : "";
  }

  function besideBlock(kind, under, y) {
    const tab = kind === ".canvas-section" && under.closest(".canvas-tab");
    if (tab && [...tab.querySelectorAll(kind)].every((each) => each === dragged)) {
      return { tab, line: line(tab.getBoundingClientRect(), true), text: words("into", titleOf(tab)) };
    }
    const block = under.closest(kind) ?? nearest(canvas.querySelectorAll(kind), y);
    if (block === dragged) return null;
    if (!block) return added() && { line: line(canvas.getBoundingClientRect(), true), text: "" };
    const box = block.getBoundingClientRect();
    const after = y > box.top + box.height / 2;
    return { block, after, line: line(box, after), text: words(after ? "after" : "before", titleOf(block)) };
  }

  function placeOf(under, x, y) {
    const section = under.closest(".canvas-section") ?? nearest(canvas.querySelectorAll(".canvas-section"), y);
    if (!section) return { into: null, line: line(canvas.getBoundingClientRect(), true), text: "" };
    const cell = under.closest(".cell");
    const beside = cell && cell !== dragged && sideOf(cell, x);
    if (beside) return besideCell(cell, beside);
    const rows = [...section.querySelectorAll(".canvas-row")];
    const row = under.closest(".canvas-row") ?? nearest(rows, y);
    if (!row) return { section, row: 0, line: line(section.getBoundingClientRect(), true), text: words("into", titleOf(section)) };
    const box = row.getBoundingClientRect();
    const after = y > box.top + box.height / 2;
    const others = rows.filter((each) => !isAlone(each));
    const place = others.indexOf(row);
    if (place < 0) return null; // where it stands already
    return { section, row: place + (after ? 1 : 0), line: line(box, after), text: words(after ? "after" : "before", titleOf(row)) };
  }

  function sideOf(cell, x) {
    const box = cell.getBoundingClientRect();
    const part = (x - box.left) / box.width;
    const others = [...cell.parentElement.children].filter((each) => each !== dragged);
    if (others.length >= MOST) return "";
    return part < EDGE ? "left" : part > 1 - EDGE ? "right" : "";
  }

  function besideCell(cell, side) {
    const box = cell.getBoundingClientRect();
    const at = side === "left" ? box.left - 3 : box.right - 1;
    return { cell, side, line: { left: at, top: box.top, width: 4, height: box.height }, text: words("beside", titleOf(cell)) };
  }

  const isAlone = (row) => row.children.length === 1 && row.firstElementChild === dragged;
  const titleOf = (element) => element.querySelector("a.pick")?.getAttribute("aria-label")?.split(",")[0]
    ?? element.querySelector("a.pick")?.textContent.trim() ?? "";
  const words = (what, title) => canvas.dataset[what].replace("{}", title);
  const line = (box, after) => ({ left: box.left, top: (after ? box.bottom : box.top) - 2, width: box.width, height: 4 });

  function nearest(elements, y) {
    const far = (element) => {
      const box = element.getBoundingClientRect();
      return Math.max(box.top - y, y - box.bottom, 0);
    };
    return [...elements].filter((each) => each !== dragged).sort((a, b) => far(a) - far(b))[0];
  }

  function show() {
    sign.hidden = !target;
    if (!target) return;
    sign.textContent = target.text;
    for (const [name, value] of Object.entries(target.line)) sign.style[name] = `${value}px`;
  }

  // --- and what that means ------------------------------------------------------------------------------------

  function drop(item, to) {
    if (to.tab) return design.command("section.move", { section: item.dataset.section, tab: to.tab.dataset.tab });
    if (to.block) return dropBlock(item, to);
    const field = item.dataset.key;
    if (to.cell) design.command("field.place", { field, beside: to.cell.dataset.key, side: to.side });
    else if (to.section) design.command("field.move", { field, section: to.section.dataset.section, row: to.row });
  }

  function add({ name, args }, to) {
    const { type, group } = args;
    if (name === "group.add") design.command(name, { group, ...rowOf(to) });
    else if (name === "field.add") design.command(name, { type, ...(to.cell ? cellOf(to) : rowOf(to)) });
    else design.command(name, blockOf(to));
  }

  function blockOf({ block, tab, after }) {
    if (!block) return tab ? { tab: tab.dataset.tab } : {};
    return { [after ? "after" : "before"]: block.dataset.section ?? block.dataset.tab };
  }

  function rowOf(to) {
    const section = (to.cell ?? to.section)?.closest(".canvas-section");
    if (!section) return {};
    const row = to.row ?? [...section.querySelectorAll(".canvas-row")].indexOf(to.cell.parentElement) + 1;
    return { section: section.dataset.section, row };
  }

  function cellOf({ cell, side }) {
    if (side === "right") return { beside: cell.dataset.key };
    const { section, row } = rowOf({ cell });
    return { section, row: row - 1, cell: [...cell.parentElement.children].indexOf(cell) };
  }

  function dropBlock(item, { block, after }) {
    const kind = item.dataset.section === undefined ? "tab" : "section";
    const all = [...canvas.querySelectorAll(`[data-${kind}]`)];
    const from = all.indexOf(item), at = all.indexOf(block) + (after ? 1 : 0);
    const by = at > from ? at - 1 - from : at - from;
    if (kind === "tab") return steps(kind, item, by);
    const before = after ? block : all.filter((each) => each !== item)[all.filter((each) => each !== item).indexOf(block) - 1];
    if (!by && before?.parentElement === item.parentElement) return;
    if (before?.parentElement === block.parentElement) {
      return design.command("section.move", { section: item.dataset.section, after: before.dataset.section });
    }
    design.command("section.move", { section: item.dataset.section, after: block.dataset.section });
    steps(kind, item, -1);
  }

  function steps(kind, item, by) {
    for (let left = Math.abs(by); left; left--) design.command(`${kind}.move`, { [kind]: item.dataset[kind], by: Math.sign(by) });
  }
})();
