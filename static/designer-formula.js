// Formulas in the designer: what can be named is offered while one types, and the result shown when one stops.
// Everything here is a comfort: without it a formula is typed and sent by its button.
(() => {
  "use strict";
  const IDLE = 600;
  const offers = new Map(); // address → the promise of the list of what can be named there
  const { suggest, suggestions } = window.formwright; // designer-suggest.js
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

  function sought(input, all) {
    if (all || input.value === "=") return "";
    const written = word(input);
    return !written || /^[\d.]+$/.test(written) ? null : written;
  }

  function put(input, option) {
    const end = input.selectionStart;
    input.setRangeText(option.dataset.insert, end - word(input).length, end, "end");
  }

  suggest({
    is: isFormula,
    sought,
    offered,
    put,
    place: (input, list) => input.closest(".formula-line, .rule-effect, form").append(list),
    stands: (input, option) => option.dataset.insert === word(input),
    left: later,
  });

  // --- the result -----------------------------------------------------------------------------------------

  function later(input) {
    clearTimeout(typing);
    if (input.dataset.formula) typing = setTimeout(() => show(input), IDLE);
  }

  async function show(input) {
    const text = input.value;
    await suggestions.known();
    if (suggestions.isOpen(input) || input.value !== text || !input.form) return; // no scolding while something is offered, or it is gone
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
      if (answer.ok && place && !suggestions.isOpen(input)) place.outerHTML = html;
    } catch (error) {
      if (error.name !== "AbortError") console.warn(error);
    }
  }

  document.addEventListener("input", (event) => {
    if (isFormula(event.target) && !event.isComposing) later(event.target);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-formula-pick]");
    if (!button) return;
    event.preventDefault();
    const input = document.getElementById(button.dataset.formulaPick);
    input.focus();
    if (suggestions.isOpen(input)) suggestions.close();
    else suggestions.open(input, true);
  });
})();
