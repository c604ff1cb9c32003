// A row with many columns is short until it is opened: then it is a panel with all its cells, and with a way to the rows
// before and after it. Without this script every row shows all its cells.
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  if (!form) return;
  const SHORT = ".fw-rows-cards[data-open]";
  const opened = new Map(); // by sub-table: the name of the row that is open
  const tableOf = (element) => element?.closest?.(SHORT);
  const rowOf = (element) => element?.closest?.("[data-row]");
  const rowsOf = (table) => [...table.querySelectorAll("[data-row]")];

  // The server draws all rows alike; whatever it draws again is short again.
  function dress() {
    for (const table of form.querySelectorAll(SHORT)) {
      const rows = rowsOf(table), alone = rows.length === 1 && !opened.has(table.dataset.rows);
      for (const row of rows) {
        const isOpen = alone || row.dataset.row === opened.get(table.dataset.rows);
        row.classList.toggle("is-short", !isOpen);
        row.classList.toggle("is-open", isOpen);
        row.querySelector("[data-panel=open]").setAttribute("aria-expanded", String(isOpen));
      }
    }
  }

  function open(table, row) {
    opened.set(table.dataset.rows, row?.dataset.row ?? "");
    dress();
  }

  function turn(button, row, step) {
    const table = tableOf(row), rows = rowsOf(table), next = rows[rows.indexOf(row) + step];
    if (!next) return;
    open(table, next);
    next.scrollIntoView({ block: "nearest" });
    next.querySelector(`[data-panel=${button.dataset.panel}]`).focus();
    window.formwright.say(table.dataset.said.replace("{}", Number(table.dataset.first) + rows.indexOf(next) + 1));
  }

  function firstOf(row) {
    return row.querySelector("td :is(input:not([type=hidden]), select, textarea)");
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-panel]"), row = rowOf(button);
    if (!row) return;
    event.preventDefault();
    if (button.dataset.panel === "before") turn(button, row, -1);
    else if (button.dataset.panel === "after") turn(button, row, 1);
    else if (row.classList.contains("is-open")) open(tableOf(row));
    else {
      open(tableOf(row), row);
      firstOf(row)?.focus();
    }
  });

  form.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !row?.classList.contains("is-open")) return;
    event.preventDefault(); // the same key leaves the section of a record that is edited (record.js)
    open(tableOf(row));
    row.querySelector("[data-panel=open]").focus();
  });

  // A row that was just added or copied is open, wherever the focus came from (rows.js).
  const names = () => [...form.querySelectorAll(`${SHORT} [data-row]`)].map((row) => row.dataset.row);
  let known = new Set(names());
  form.addEventListener("htmx:after:swap", () => {
    dress();
    const row = rowOf(document.activeElement);
    if (tableOf(row) && !known.has(row.dataset.row)) open(tableOf(row), row);
    known = new Set(names());
  });
  dress();
})();
