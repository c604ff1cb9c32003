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
  document.addEventListener("focusout", ({ target }) => {
    if (!document.hasFocus()) return;
    clearTimeout(pause);
    // No browser tells of what was typed back to how it stood when the control was entered.
    if (target === visit?.control && visit.sent !== null && target.value !== visit.sent) changed(target);
    visit = null;
  });

  // app.js lets nobody hear of a word before it is composed.
  document.addEventListener("input", (event) => {
    const { target } = event;
    clearTimeout(pause);
    enter(event); // it may have had the focus from the beginning
    if (!isTyped(target)) return;
    const box = boxAbout(target.form);
    if (box) hand(box, target.name, target.value);
    else if (target.value.trim()) pause = setTimeout(commit, IDLE, target);
  });
  document.addEventListener("compositionstart", () => clearTimeout(pause), true);

  const changed = (control) => control.dispatchEvent(new Event("change", { bubbles: true }));
  function commit(control) {
    if (control === document.activeElement) changed(control);
  }

  // What was sent already is not sent again when the control is left.
  document.addEventListener("change", (event) => {
    const { target, isTrusted } = event;
    if (!isTyped(target)) return;
    clearTimeout(pause);
    if (isTrusted && target === visit?.control && target.value === visit.sent) event.stopImmediatePropagation();
  }, true);

  // Before designer.js lets it take its turn. The visit goes on: the server makes it one step.
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (waits(ctx.sourceElement)) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    const typed = isTyped(visit?.control) && ctx.sourceElement?.contains(visit.control);
    sending = typed && !ctx.design && ctx.target?.id === "designer" ? visit : null;
    if (sending && sending.sent !== null) ctx.request.body.append("goes_on", "1");
  }, true);
  document.addEventListener("fw:asked", ({ detail: entry }) => {
    if (!sending) return;
    sending.sent = sending.control.value;
    entry.typed = true;
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
    for (const box of clashes.children) gather(box);
  });
  document.addEventListener("fw:answered", () => {
    for (const [control, { entry }] of newest) if (!design.waiting.includes(entry)) newest.delete(control);
  });

  // --- what somebody else changed meanwhile is not typed over: the box of the choice holds what is typed until then ---

  const clashes = document.getElementById("clashes");
  const doing = (form) => form?.elements.namedItem("do")?.value;
  const asked = (box) => doing(box.querySelector("form"));
  const boxAbout = (form) => [...clashes.children].find((box) => doing(form) && doing(form) === asked(box));
  const waits = (form) => Boolean(form?.matches("#designer form:has([data-idle])") && boxAbout(form));
  const idle = () => [...document.querySelectorAll("#designer [data-idle]")];
  const controlsOf = (box) => idle().filter(({ form }) => doing(form) === asked(box));

  function hand(box, name, text) {
    const input = box.querySelector(`input[name="${name}"]`);
    if (input) input.value = text;
  }

  // What was typed since it was asked for, sent already or not.
  function gather(box) {
    const later = design.waiting.slice(1).filter(({ typed, body }) => typed && new Map(body).get("do") === asked(box));
    for (const entry of later) {
      design.waiting.splice(design.waiting.indexOf(entry), 1);
      for (const [name, text] of entry.body) if (name.startsWith("in.")) hand(box, name, text);
    }
    for (const { name, value, defaultValue } of controlsOf(box)) if (value !== defaultValue) hand(box, name, value);
  }

  clashes.addEventListener("click", ({ target }) => {
    const box = target.closest("[data-clash-theirs]")?.closest("[data-clash]");
    if (box) for (const control of controlsOf(box)) control.value = control.defaultValue;
  });
})();
