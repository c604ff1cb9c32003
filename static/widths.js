// Columns of a list are as wide as their edges are dragged; a double click makes one as wide as what it holds. The panel
// of columns does the same with buttons. Columns that stay in sight learn here where.
(() => {
  "use strict";
  const LEAST = 60, MOST = 800, ROOM = 32;
  const fits = matchMedia("(pointer: fine) and (min-width: 48rem)");
  const table = () => document.querySelector("#list .fw-list");
  const heads = () => [...table().tHead.rows[0].cells];
  let drag = null;

  // The table as it looks now, with a width for each column, so that nothing else moves.
  function size() {
    if (table().querySelector("colgroup")) return;
    const group = document.createElement("colgroup");
    for (const head of heads()) group.append(Object.assign(document.createElement("col"), { width: Math.round(head.offsetWidth) }));
    table().caption.after(group);
    table().dataset.sized = "";
  }

  const column = (head) => table().querySelectorAll("col")[head.cellIndex];
  const limited = (width) => Math.round(Math.min(Math.max(width, LEAST), MOST));

  function send() {
    const widths = Object.fromEntries(heads().filter((head) => head.dataset.key).map((head) => [head.dataset.key, limited(Number(column(head).width))]));
    const values = { ...Object.fromEntries(new URLSearchParams(location.search)), widths: JSON.stringify(widths) };
    delete values.after;
    window.htmx.ajax("POST", table().dataset.widths, { source: table(), target: "#list", swap: "outerMorph", values });
  }

  document.addEventListener("pointerdown", (event) => {
    if (!event.target.matches(".fw-edge") || event.button) return;
    event.preventDefault();
    event.target.setPointerCapture(event.pointerId);
    size();
    const head = event.target.closest("th");
    drag = { head, from: event.clientX, width: Number(column(head).width), moved: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.moved ||= Math.abs(event.clientX - drag.from) > 3;
    if (drag.moved) column(drag.head).width = limited(drag.width + event.clientX - drag.from);
  });
  document.addEventListener("pointerup", () => {
    const isMoved = drag?.moved;
    drag = null;
    if (isMoved) send();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag) return;
    column(drag.head).width = drag.width;
    drag = null;
  });
  document.addEventListener("dblclick", (event) => {
    if (!event.target.matches(".fw-edge")) return;
    const head = event.target.closest("th"), range = document.createRange();
    const needs = (cell) => {
      range.selectNodeContents(cell);
      const edge = cell.querySelector(".fw-edge");
      if (edge) range.setEndBefore(edge);
      return range.getBoundingClientRect().width;
    };
    size();
    table().dataset.measured = "";
    const cells = [...table().rows].filter((row) => !row.matches(".fw-group, #more")).map((row) => row.cells[head.cellIndex]);
    column(head).width = limited(Math.max(...cells.filter(Boolean).map(needs)) + ROOM);
    delete table().dataset.measured;
    send();
  });

  // The page may have been drawn anew.
  function show() {
    if (!table()) return;
    let left = 0;
    heads().forEach((head, place) => {
      if (place < Number(table().dataset.stays)) table().style.setProperty(`--fw-left-${place + 1}`, `${left}px`);
      left += head.offsetWidth;
      if (!fits.matches || !head.dataset.key || head.querySelector(".fw-edge")) return;
      head.append(Object.assign(document.createElement("span"), { className: "fw-edge" }));
    });
  }
  document.addEventListener("htmx:after:swap", show);
  addEventListener("pageshow", show);
  addEventListener("resize", show);
})();
