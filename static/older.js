// A long list keeps the rows in the page of which somebody has need: past 300 the older ones make room for one row that
// brings them back. Rows that are chosen, edited or in focus stay, and so do all before which there is one.
(() => {
  "use strict";
  const MOST = 300, STAY = 200;
  const table = () => document.querySelector("#list .fw-list[data-older]");
  let kept = null; // the rows that are away, as long as their table is here
  let isWanted = false; // whether somebody asked to see them

  const isRow = (row) => row.id.startsWith("row-");
  const isUsed = (row) => row.contains(document.activeElement) || row.querySelector(":checked, form");
  const number = (rows) => rows.filter(isRow).length;

  function collapse() {
    const body = table()?.tBodies[0];
    if (!body) return;
    if (kept && !document.getElementById("older")) [kept, isWanted] = [null, false]; // the list was drawn anew
    const rows = [...body.rows].filter((row) => row.id !== "older"), count = number(rows);
    if (isWanted || count <= MOST) return;
    const first = rows.indexOf(rows.filter(isRow)[count - STAY]);
    const used = rows.findIndex(isUsed);
    const away = rows.slice(0, used < 0 ? first : Math.min(used, first));
    if (number(away)) take(body, away);
  }

  // What is in sight stays where it is.
  function take(body, away) {
    const seen = body.querySelector("#more") ?? body.rows[body.rows.length - 1], before = seen.getBoundingClientRect().top;
    kept = [...(kept ?? []), ...away];
    for (const row of away) row.remove();
    show(body);
    scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function show(body) {
    const line = document.getElementById("older") ?? body.insertRow(0);
    line.id = "older";
    line.dataset.group = kept.findLast((row) => row.dataset.group !== undefined)?.dataset.group ?? ""; // of what follows
    const press = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm" });
    press.textContent = table().dataset.older.replace("{}", 1).replace("{}", number(kept));
    const cell = Object.assign(document.createElement("td"), { colSpan: table().tHead.rows[0].cells.length, className: "text-center" });
    cell.append(press);
    line.replaceChildren(cell);
  }

  function bringBack(line) {
    const first = kept.find(isRow);
    line.replaceWith(...kept);
    [kept, isWanted] = [null, true];
    return first;
  }

  document.addEventListener("click", (event) => {
    const line = event.target.closest("#older button")?.closest("tr");
    if (line) bringBack(line).querySelector("a")?.focus();
  });
  // Paper has room for all.
  addEventListener("beforeprint", () => {
    const line = kept && document.getElementById("older");
    if (line) bringBack(line);
  });
  document.addEventListener("htmx:after:swap", collapse);
  addEventListener("pageshow", collapse);
})();
