// Drag and drop on the canvas: where what is dragged would fall among tabs, sections, rows and cells, and the command
// that puts it there. Everything has a click and a key that do the same.
(() => {
  "use strict";
  const { design, lift } = window.formwright;
  const canvas = document.getElementById("main");
  if (!lift || !canvas?.matches(".canvas")) return;

  const EDGE = 0.25; // the outer quarters of a cell mean: beside it
  const MOST = 4;
  const { line } = lift;
  let dragged = null;

  lift.places.push((item, under, x, y) => {
    if (!canvas.contains(under) || (item.matches("[data-item]") && !columnOf(item))) return null;
    dragged = item;
    const kind = blockKind(), adds = lift.added(item);
    const to = kind ? besideBlock(kind, under, y) : placeOf(under, x, y);
    return to && { line: to.line, text: to.text, drop: () => (adds ? add(adds, to) : drop(item, to)) };
  });

  // --- where it would fall ------------------------------------------------------------------------------------

  const added = () => lift.added(dragged);
  const columnOf = (item) => item.closest("#panel-columns") && item.dataset.item;
  const mayBeColumn = (cell) => added()?.column || (dragged.matches(".cell:not([data-outside])") && dragged !== cell);

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
    const tab = under.closest(".canvas-tab");
    if (tab && !tab.querySelector(".canvas-section")) return { tab, line: line(tab.getBoundingClientRect(), true), text: words("into", titleOf(tab)) };
    const section = under.closest(".canvas-section") ?? nearest(canvas.querySelectorAll(".canvas-section"), y);
    if (!section) return { into: null, line: line(canvas.getBoundingClientRect(), true), text: "" };
    const cell = under.closest(".cell");
    const table = cell && inTable(cell, x, y);
    if (table) return table;
    const beside = cell && cell !== dragged && sideOf(cell, x);
    if (beside) return besideCell(cell, beside);
    const rows = [...section.querySelectorAll(".canvas-row")];
    const row = under.closest(".canvas-row") ?? nearest(rows, y);
    if (!row) return { section, row: 0, line: line(section.getBoundingClientRect(), true), text: words("into", titleOf(section)) };
    const box = row.getBoundingClientRect();
    const after = y > box.top + box.height / 2;
    const others = rows.filter((each) => lift.isCopy() || !isAlone(each)); // a copy leaves its field where it is
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

  // Among the columns of a sub-table, as its headings stand there.
  function inTable(cell, x, y) {
    const drawn = mayBeColumn(cell) && cell.dataset.columns && cell.querySelector("table");
    const box = drawn && drawn.getBoundingClientRect();
    if (!box || x < box.left || x > box.right || y < box.top || y > box.bottom) return null;
    const count = Number(cell.dataset.columns), text = words("into", titleOf(cell));
    const heads = [...drawn.querySelectorAll("thead th")].slice(1, 1 + count).map((head) => head.getBoundingClientRect());
    if (!heads[0]?.width) return { table: cell, at: count, line: line(box, true), text }; // rows stand there as cards
    const at = heads.filter((head) => x > head.left + head.width / 2).length;
    const left = heads[at]?.left ?? heads.at(-1).right;
    return { table: cell, at, line: { left: left - 2, top: box.top, width: 4, height: box.height }, text };
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

  const nearest = (elements, y) => lift.nearest([...elements].filter((each) => each !== dragged), y);

  // --- and what that means ------------------------------------------------------------------------------------

  function drop(item, to) {
    if (columnOf(item)) return design.command("column.out", { field: item.dataset.item, ...(to.cell ? cellOf(to) : rowOf(to)) });
    const { key: field, section } = item.dataset, tab = to.tab?.dataset.tab;
    if (field && lift.isCopy() && !to.table) return design.command("field.copy", { field, ...(to.cell ? cellOf(to) : rowOf(to)) });
    if (tab) return field ? design.command("field.move", { field, tab }) : design.command("section.move", { section, tab });
    if (to.block) return dropBlock(item, to);
    if (to.table) return design.command("field.into", { field, table: to.table.dataset.key, at: to.at });
    if (to.cell) design.command("field.place", { field, beside: to.cell.dataset.key, side: to.side });
    else if (to.section) design.command("field.move", { field, section: to.section.dataset.section, row: to.row });
  }

  function add({ name, args }, to) {
    const { type, group } = args;
    if (name === "group.add") design.command(name, { group, ...rowOf(to) });
    else if (to.table) design.command("column.add", { field: to.table.dataset.key, type, at: to.at });
    else if (type) design.command("field.add", { type, ...(to.cell ? cellOf(to) : rowOf(to)) });
    else design.command(name, blockOf(to));
  }

  function blockOf({ block, tab, after }) {
    if (!block) return tab ? { tab: tab.dataset.tab } : {};
    return { [after ? "after" : "before"]: block.dataset.section ?? block.dataset.tab };
  }

  function rowOf(to) {
    if (to.tab) return { tab: to.tab.dataset.tab };
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
