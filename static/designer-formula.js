// Formulas in the designer: what can be named is offered while one types, and the result shown when one stops.
// Everything here is a comfort: without it a formula is typed and sent by its button.
(() => {
  "use strict";
  const IDLE = 600;
  const offers = new Map(); // address → the promise of the list of what can be named there
  let list = null; // the open list
  let opening = null; // until it is known whether something is offered
  let typing = 0;
  let asked = null;

  const isFormula = (element) => element?.matches?.("input.formula[data-names]");

  function offered(input) {
    const url = input.dataset.names;
    const none = () => { offers.delete(url); return ""; };
    if (!offers.has(url)) {
      const asking = fetch(url, { headers: { "HX-Request": "true" } });
      offers.set(url, asking.then((answer) => (answer.ok ? answer.text() : none())).catch(none));
    }
    return offers.get(url);
  }

  // The word before the caret; none inside of quotes.
  function word(input) {
    const before = input.value.slice(0, input.selectionStart);
    if ((before.match(/"/g) ?? []).length % 2) return "";
    return before.match(/[\p{L}\p{N}_.]+$/u)?.[0] ?? "";
  }

  async function open(input, all) {
    const text = input.value;
    const sought = all ? "" : word(input).normalize("NFKC").toLowerCase();
    if (!all && (!sought || /^[\d.]+$/.test(sought))) return close();
    const html = await offered(input);
    if (document.activeElement !== input || input.value !== text) return; // a later key opens its own
    close();
    list = document.createElement("ul");
    list.className = "dropdown-menu formula-list";
    list.id = input.id + "-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() || input.placeholder);
    list.innerHTML = html; // made by the server, which escapes every title
    narrow(sought);
    if (!list.querySelector("[role=option]")) { list = null; return; }
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    list.addEventListener("click", (event) => pick(input, event.target.closest("[role=option]")));
    input.closest(".formula-line, .rule-effect, form").append(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "true"], ["aria-controls", list.id]])
      input.setAttribute(name, value);
    if (!all) activate(input, list.querySelector("[role=option]"));
  }

  function narrow(sought) {
    for (const option of list.querySelectorAll("[role=option]")) {
      if (sought && !option.dataset.search.includes(sought)) option.remove();
    }
    [...list.querySelectorAll("[role=option]")].forEach((option, i) => { option.id = `${list.id}-${i}`; });
    for (const group of list.querySelectorAll(".formula-group")) {
      if (!group.nextElementSibling?.matches("[role=option]")) group.remove();
    }
  }

  function close() {
    if (!list) return;
    const input = document.getElementById(list.id.replace(/-list$/, ""));
    list.remove();
    list = null;
    input?.setAttribute("aria-expanded", "false");
    input?.removeAttribute("aria-activedescendant");
  }

  function activate(input, option) {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function move(input, step) {
    const options = [...list.querySelectorAll("[role=option]")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    activate(input, options[(at + step + options.length) % options.length]);
  }

  function pick(input, option) {
    if (!option) return;
    const end = input.selectionStart;
    input.setRangeText(option.dataset.insert, end - word(input).length, end, "end");
    close();
    later(input);
  }

  // --- the result -----------------------------------------------------------------------------------------

  function later(input) {
    clearTimeout(typing);
    if (input.dataset.formula) typing = setTimeout(() => show(input), IDLE);
  }

  async function show(input) {
    const text = input.value;
    await opening;
    if (list || input.value !== text || !input.form) return; // no scolding while something is offered, or it is gone
    asked?.abort();
    asked = new AbortController();
    const body = new FormData(input.form);
    body.set("text", input.value);
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    try {
      const answer = await fetch(input.dataset.formula, {
        method: "POST", body, signal: asked.signal, headers: { "X-CSRF-Token": token, "HX-Request": "true" },
      });
      const place = document.getElementById(input.id.replace(/-text$/, "-preview"));
      const html = await answer.text();
      if (answer.ok && place && !list) place.outerHTML = html;
    } catch (error) {
      if (error.name !== "AbortError") console.warn(error);
    }
  }

  document.addEventListener("input", (event) => {
    if (!isFormula(event.target) || event.isComposing) return;
    opening = open(event.target, event.target.value === "=");
    later(event.target);
  });
  document.addEventListener("compositionend", (event) => {
    if (!isFormula(event.target)) return;
    opening = open(event.target, false);
    later(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (!list || event.isComposing || !isFormula(event.target)) return;
    const active = list.querySelector("[aria-selected=true]");
    if ((event.key === "Enter" || event.key === "Tab") && active?.dataset.insert === word(event.target)) return close();
    if (event.key === "ArrowDown") move(event.target, 1);
    else if (event.key === "ArrowUp") move(event.target, -1);
    else if ((event.key === "Enter" || event.key === "Tab") && active) pick(event.target, active);
    else if (event.key === "Escape") { close(); later(event.target); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => { if (isFormula(event.target)) close(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-formula-pick]");
    if (!button) return;
    event.preventDefault();
    const input = document.getElementById(button.dataset.formulaPick);
    input.focus();
    if (list) close();
    else open(input, true);
  });
})();
