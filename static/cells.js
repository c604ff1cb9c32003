// Cells of a list are edited in place: by a double click, by F2, or by Enter while the arrow keys go from cell to cell.
// The server draws the editor and, after a save, the row; a cell whose field takes more room leads to the record.
(() => {
  "use strict";
  const { say, toast, button } = window.formwright; // app.js
  const fits = matchMedia("(pointer: fine) and (min-width: 48rem)"); // a finger opens the record; cards have no cells
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let isOn = false; // whether the arrow keys go from cell to cell
  let at = null; // the cell that is edited: where it stands, what stood in it, what its editor held first
  let drawn = null, busy = false, step = null, waiting = null, done = null, undo = null;
  let typed = []; // keys that were pressed while the server was asked: the next editor takes them

  const table = () => document.querySelector("#list .fw-list");
  const opener = () => document.getElementById("edit-cells");
  const editor = () => document.getElementById("cell");
  const cellAt = (element) => element.closest?.("#list .fw-list tr[id^=row-] > td:not(.fw-choose)") ?? null;
  const keyOf = (td) => table().tHead.rows[0].cells[td.cellIndex]?.dataset.cell;
  const cellOf = (row, key) => [...row.cells].find((td) => keyOf(td) === key);
  const rowOf = (record) => document.getElementById(`row-${record}`);

  function focus(td) {
    if (!td) return;
    for (const other of isOn ? document.querySelectorAll("#list .fw-list td[tabindex='0']") : []) other.tabIndex = -1;
    td.tabIndex = isOn ? 0 : -1;
    td.focus();
  }

  // --- opening and closing -----------------------------------------------------------------------------------

  async function edit(td) {
    const key = keyOf(td);
    if (!key) return say(opener().dataset.closed);
    if (busy) return (waiting = [td.parentElement.id.slice(4), key]);
    if (at) close();
    focus(td);
    busy = true;
    at = { td, key, record: td.parentElement.id.slice(4), nodes: [...td.childNodes], first: null };
    const address = `${location.pathname}${at.record}/cells/${key}${location.search}`;
    try {
      await window.htmx.ajax("GET", address, { source: td, target: td, swap: "innerHTML" });
    } finally {
      busy = false;
      if (!editor()) at = null;
      replay();
    }
  }

  function close() {
    const { td, nodes } = at;
    at = null;
    td.replaceChildren(...nodes);
    return td;
  }

  const held = (form) => JSON.stringify([...new FormData(form)].filter(([name, value]) => name[0] !== "_" && name !== "csrf_token" && typeof value === "string"));
  const isDirty = () => Boolean(at && editor() && at.first !== null && held(editor()) !== at.first);

  function begin(form) {
    at.first ??= held(form);
    const controls = stops(form, null);
    const control = controls.find((one) => one.checked) ?? controls[0];
    control?.focus();
    if (control?.matches("input:not([type=radio], [type=checkbox])")) control.select();
    say([...form.querySelectorAll(".fw-error, .fw-warning, .fw-clash p")].map((one) => one.textContent.trim()).join(" "));
  }

  // --- keys pressed meanwhile --------------------------------------------------------------------------------

  function keeps(event) {
    const { key, shiftKey, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !(key?.length === 1 || ["Enter", "Tab", "Backspace"].includes(key))) return false;
    if (target !== document.body && !target.closest("#list .fw-list")) return false;
    typed.push({ key, shiftKey });
    return true;
  }

  // Types them into the editor that is open now. Where none is, or it says what is wrong, they were for another cell.
  function replay() {
    if (busy) return;
    if (editor()?.querySelector("[data-says], .fw-error, .fw-clash")) return lose();
    while (typed.length && !busy && editor()?.contains(document.activeElement)) {
      const { key, shiftKey } = typed.shift();
      if (key.length > 1 && key !== "Backspace") document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
      else if (!document.execCommand(key.length > 1 ? "delete" : "insertText", false, key)) return lose(true);
    }
    if (!busy) lose();
  }

  function lose(isText = typed.some(({ key }) => key !== "Enter" && key !== "Tab")) {
    typed = [];
    if (isText) toast(opener().dataset.lost);
  }

  // What the Tab key meets in an editor: of radio buttons the one that has the focus.
  const stops = (form, now) =>
    [...form.querySelectorAll("input, select, textarea, button, a[href]")].filter((one) =>
      one.tabIndex >= 0 && one.type !== "hidden" && one.checkVisibility() && (one.type !== "radio" || one === now || (now?.name !== one.name && (one.checked || !form.querySelector(`[name="${CSS.escape(one.name)}"]:checked`)))));

  // --- saving ------------------------------------------------------------------------------------------------

  // Saves and goes on; what was not changed is not sent, unless something is asked about it.
  function save(to) {
    if (busy) return;
    step = to;
    const form = editor();
    if (isDirty() || form.querySelector("[data-says], .fw-error, .fw-clash")) return form.requestSubmit();
    const td = close();
    go(td);
  }

  // The cell that comes next in this direction, or the one that was edited.
  function go(td) {
    const next = td && step && neighbour(td, step);
    step = null;
    if (next) edit(next);
    else focus(td);
  }

  function neighbour(td, [across, down]) {
    const row = down ? beside(td.parentElement, down) : td.parentElement;
    if (down) return row?.cells[td.cellIndex];
    const own = [...row.cells].filter(keyOf);
    return own[own.indexOf(td) + across] ?? [...(beside(row, across)?.cells ?? [])].filter(keyOf).at(across > 0 ? 0 : -1);
  }

  function beside(row, down) {
    do row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
    while (row && (!row.id.startsWith("row-") || row.hidden));
    return row;
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== editor()) return;
    busy = true;
    editor().setAttribute("aria-busy", "true");
    for (const one of editor().querySelectorAll("input, textarea")) one.readOnly = true;
  });

  const answered = ({ detail: { ctx } }) => {
    if (ctx?.sourceElement !== editor()) return;
    busy = false;
    editor().removeAttribute("aria-busy");
    for (const one of editor().querySelectorAll("input, textarea")) one.readOnly = false;
  };
  document.addEventListener("htmx:after:request", answered);
  document.addEventListener("htmx:error", (event) => {
    answered(event);
    replay();
  });

  document.addEventListener("fw:cell", (event) => {
    done = event.detail;
    if (!editor()) settle();
  });

  document.addEventListener("htmx:after:swap", () => {
    show();
    const form = editor();
    if (done && !form) settle();
    else if (form && at && form !== drawn) {
      begin((drawn = form));
      replay();
    }
  });

  function settle() {
    const row = rowOf(done.record), key = at?.key;
    const td = row && (cellOf(row, key) ?? row.cells[0]);
    tell(done);
    [done, at, busy] = [null, null, false];
    const next = waiting && rowOf(waiting[0]);
    if (next) edit(cellOf(next, waiting[1]));
    else if (step || document.activeElement === document.body) go(td ?? cellAt(document.querySelector("#list .fw-list tr[id^=row-] > td:last-child") ?? document.body));
    waiting = null;
    replay();
  }

  // The toast is silent: the words go through the live region.
  function tell({ record, text, undo: address, revision, label }) {
    if (!text) return;
    say(text);
    undo = null;
    if (!address) return;
    const press = button(label, () => {
      note.remove();
      undo = null;
      const row = rowOf(record);
      window.htmx.ajax("POST", address, { source: row ?? document.body, target: row ?? document.body, swap: row ? "outerHTML" : "none", values: { revision } });
    });
    const note = toast(text, press, "group");
    undo = press;
  }

  // --- mouse -------------------------------------------------------------------------------------------------

  document.addEventListener("dblclick", (event) => {
    const td = fits.matches && !event.target.closest(".fw-cell, a") && cellAt(event.target);
    if (td && keyOf(td)) edit(td);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("td")) edit(event.target); // asked once more, with the page's new token
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#edit-cells")) turn(!isOn);
    else if (event.target.closest("#cell [data-cancel]")) focus(close());
    else if (isOn && !event.target.closest("a, .fw-cell")) focus(cellAt(event.target));
  });

  // Whoever goes elsewhere has finished: what he typed is saved, and the focus stays where he went.
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest?.(".fw-cell");
    if (!form) return;
    setTimeout(() => {
      if (!form.isConnected || busy || !at || !document.hasFocus() || form.contains(document.activeElement)) return;
      step = null;
      if (isDirty()) form.requestSubmit();
      else close();
    });
  });
  addEventListener("beforeunload", (event) => {
    if (isDirty()) event.preventDefault();
  });

  // --- keys --------------------------------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (busy && keeps(event)) return event.preventDefault();
    const form = event.target.closest?.(".fw-cell"), td = cellAt(event.target);
    if (form) inEditor(event, form);
    else if (td && fits.matches) onCell(event, td);
    if (isOn && !form && undo?.isConnected && event.key === "z" && (event.ctrlKey || event.metaKey)) undo.click();
  });

  function inEditor(event, form) {
    const one = event.target;
    if (event.key === "Escape") {
      focus(close());
    } else if (event.key === "Enter" && !one.matches("button, a") && !(one.matches("textarea") && event.shiftKey)) {
      if (isUnfinished(one)) one.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
      else save([0, event.shiftKey ? -1 : 1]);
    } else if (event.key === "Tab") {
      const all = stops(form, one);
      if (one !== all.at(event.shiftKey ? 0 : -1)) return;
      if (isUnfinished(one)) one.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
      else save([event.shiftKey ? -1 : 1, 0]);
    } else return;
    event.preventDefault();
  }

  // Words in the box of a picker that are not yet one of what it offers; an emptied box means nothing.
  function isUnfinished(one) {
    const value = one.closest("[data-combo]:not([data-many])")?.querySelector("[type=hidden]");
    if (value && !one.value.trim()) [value.value, one.defaultValue] = ["", ""];
    return one.matches("[data-combo] [role=combobox]") && one.value.trim() !== one.defaultValue.trim();
  }

  function onCell(event, td) {
    const isCell = event.target === td;
    if (event.key === "F2" || (isOn && isCell && event.key === "Enter")) edit(td);
    else if (isOn && isCell && event.key === "Escape") turn(false);
    else if (isOn && isCell && STEPS[event.key] && !event.ctrlKey && !event.altKey) walk(td, STEPS[event.key]);
    else return;
    event.preventDefault();
  }

  function walk(td, [across, down]) {
    const row = down ? beside(td.parentElement, down) : td.parentElement;
    const next = row?.cells[td.cellIndex + across];
    if (next && !next.matches(".fw-choose")) focus(next);
  }

  // --- going from cell to cell -------------------------------------------------------------------------------

  function turn(on) {
    isOn = on;
    show();
    if (!isOn) return opener().focus();
    focus(table().querySelector("tr[id^=row-] > td:not(.fw-choose)"));
    say(opener().dataset.on);
  }

  // The page may have been drawn anew.
  function show() {
    const press = opener();
    if (!press) return;
    press.hidden = !fits.matches || !table();
    press.setAttribute("aria-pressed", String(isOn));
    press.classList.toggle("active", isOn);
    if (!table()) return;
    if (!isOn) {
      table().removeAttribute("role");
      for (const td of table().querySelectorAll("td[tabindex='0']")) td.tabIndex = -1;
    } else {
      table().setAttribute("role", "grid");
      if (!table().querySelector("td[tabindex='0']")) table().querySelector("tr[id^=row-] > td:not(.fw-choose)")?.setAttribute("tabindex", "0");
    }
  }

  addEventListener("pageshow", show);
  fits.addEventListener("change", show);
})();
