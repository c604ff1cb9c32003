// Texts are saved while they are typed: once no key came for a while, never in the middle of a word that is composed, and
// nothing is taken away before the control is left. All that one visit of a control saves is one step to undo.
(() => {
  "use strict";
  const { design } = window.formwright;
  if (!design) return;
  const IDLE = 800;
  const isTyped = (element) => Boolean(element?.matches?.("[data-idle]"));
  let visit = null; // of a control: what it sent last, if anything
  const newest = new Map(); // what a control sent last, until that is answered
  let pause = 0, sending = null, kept = [];

  const enter = ({ target }) => { if (target !== visit?.control) visit = { control: target, sent: null }; };
  document.addEventListener("focusin", enter);
  document.addEventListener("focusout", () => { if (document.hasFocus()) visit = null; });

  // app.js lets nobody hear of a word before it is composed.
  document.addEventListener("input", (event) => {
    const { target } = event;
    clearTimeout(pause);
    enter(event); // it may have had the focus from the beginning
    if (isTyped(target) && target.value.trim()) pause = setTimeout(commit, IDLE, target);
  });
  document.addEventListener("compositionstart", () => clearTimeout(pause), true);

  function commit(control) {
    if (control === document.activeElement) control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What was sent already is not sent again when the control is left.
  document.addEventListener("change", (event) => {
    const { target, isTrusted } = event;
    if (!isTyped(target)) return;
    clearTimeout(pause);
    if (isTrusted && target === visit?.control && target.value === visit.sent) event.stopImmediatePropagation();
  }, true);

  // Before designer.js lets it take its turn. The visit goes on: the server makes it one step.
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const typed = isTyped(visit?.control) && ctx.sourceElement?.contains(visit.control);
    sending = typed && !ctx.design && ctx.target?.id === "designer" ? visit : null;
    if (sending && sending.sent !== null) ctx.request.body.append("goes_on", "1");
  }, true);
  document.addEventListener("fw:asked", ({ detail: entry }) => {
    if (!sending) return;
    sending.sent = sending.control.value;
    newest.set(sending.control, { entry, text: sending.sent });
    sending = null;
  });

  // --- an answer does not bring back what was typed over since ----------------------------------------------------

  const isAhead = ([control, { entry, text }]) => control.value !== text || design.waiting.indexOf(entry) > 0;
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    if (ctx?.design) kept = [...newest].filter(isAhead).map(([control]) => [control, control.value]);
  });
  document.addEventListener("fw:drawn", () => {
    for (const [control, text] of kept) if (control.value !== text) control.value = text;
  });
  document.addEventListener("fw:answered", () => {
    for (const [control, { entry }] of newest) if (!design.waiting.includes(entry)) newest.delete(control);
  });
})();
