// The record form in the browser: what /eval is told, what stays as it was typed, where the focus goes.
// Everything here is a comfort: without it the form works by its buttons. app.js keeps input methods (IME) apart.
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  const summary = document.querySelector("[data-summary]");

  if (summary) {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const control = link && document.getElementById(link.hash.slice(1));
      if (!control) return;
      event.preventDefault();
      control.closest(".fw-field").scrollIntoView({ block: "nearest" });
      control.focus();
      if (control.matches("input")) control.select(); // as the tab key does: what is typed replaces what was wrong
    });
  }
  if (!form) return;

  const list = new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" });
  const { say } = window.formwright; // app.js
  const fieldOf = (element) => element?.closest?.("[data-field]");
  const fields = () => new Map([...form.querySelectorAll("[data-field]")].map((f) => [f.dataset.field, f]));
  const isTyped = (el) => el.matches("textarea, input:not([type=checkbox]):not([type=radio]):not([type=hidden]):not([type=file])");
  const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

  // --- what is asked of the server, and when ---------------------------------------------------------------

  const edited = new Set();
  let touched = "dirty" in form.dataset;
  let loaded = null; // what stood in a form that is not drawn again
  let typing = 0;

  const held = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => name[0] !== "_" && name !== "csrf_token" && typeof value === "string"));
  document.addEventListener("DOMContentLoaded", () => { if (!touched) loaded = held(); }); // once the widgets are there
  const isDirty = () => touched && (loaded === null || held() !== loaded || !!form.querySelector(".fw-file-coming"));
  const isUnsaved = () => isDirty() && !window.formwright.draft?.isKept();
  window.formwright.form = { isDirty, isUnsaved, wait, free, leaveFreely: () => { touched = false; } };

  document.addEventListener("change", (event) => {
    const field = fieldOf(event.target);
    if (!field || !form.contains(field)) return;
    if (event.target.matches("[role=combobox], [data-narrows]")) return; // others speak for it
    edited.add(field.dataset.field);
    touched = true;
    clearTimeout(typing);
    if (("static" in field.dataset || isHalf(event.target)) && !("error" in field.dataset)) event.stopPropagation();
  }, true);

  // What is typed in parts is asked about once all of them are left: half a date is not wrong yet.
  let parts = null, left = null;
  function isHalf(control) {
    const box = control.closest(".fw-by-part");
    if (!box || box === left) return false;
    parts = box;
    return true;
  }

  form.addEventListener("focusout", (event) => {
    if (!parts || parts.contains(event.relatedTarget)) return;
    left = parts;
    parts = null;
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
    left = null;
  });

  form.addEventListener("htmx:after:init", (event) => { // what was changed before htmx listened
    if (event.target === form && edited.size) form.dispatchEvent(new Event("change", { bubbles: true }));
  });

  form.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (!field || event.target.matches("[role=combobox]")) return;
    touched = true;
    count(event.target);
    // An error that stands there goes as soon as the value is right; a new one is never made while typing.
    if (!("error" in field.dataset) || !isTyped(event.target)) return;
    clearTimeout(typing);
    typing = setTimeout(() => event.target.dispatchEvent(new Event("change", { bubbles: true })), 300);
  });

  function count(control) {
    const most = Number(control.dataset.most);
    const place = document.getElementById("n-" + control.id);
    if (most && place) place.textContent = control.value.length >= most * 0.8 ? `${control.value.length} / ${most}` : "";
  }

  let sent, trigger;
  form.addEventListener("htmx:config:request", (event) => {
    const ctx = event.detail.ctx;
    if (ctx.sourceElement !== form) return;
    const body = ctx.request.body;
    sent = new FormData(form);
    trigger = ctx.sourceEvent.target;
    body.set("_focus", fieldOf(document.activeElement)?.dataset.field ?? "");
    body.set("_shown", [...fields()].filter(([, f]) => "error" in f.dataset).map(([key]) => key).join(" "));
  });

  // --- the answer arrives ----------------------------------------------------------------------------------

  let before, now, asked;
  const kept = new Map(); // what was typed into fields that are hidden at the moment

  form.addEventListener("htmx:before:swap", (event) => {
    if (event.detail.ctx.sourceElement !== form) return;
    before = fields();
    now = new FormData(form);
    asked = sent; // a control that the swap takes out of the page asks again
  });

  form.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.sourceElement !== form || !before) return;
    for (const control of form.elements) settle(control);
    const after = fields();
    for (const key of before.keys()) {
      if (after.has(key)) continue;
      if (isApart(key)) setAside(key);
      else if (edited.has(key)) kept.set(key, now.getAll(key));
    }
    const added = [...after.keys()].filter((key) => !before.has(key));
    const told = added.filter((key) => !key.includes(".")); // rows speak for their cells
    if (told.length) say(form.dataset.added.replace("{}", list.format(told.map((key) => after.get(key).dataset.label))));
    if (document.activeElement === document.body) (document.getElementById(trigger.id) ?? form).focus();
    bringBack(added);
    before = null;
    if (aside) form.dispatchEvent(new Event("change", { bubbles: true }));
    aside = false;
  });

  // A row that is on another page now goes along in short; so does what was typed into it after the question was sent.
  let aside = false;
  const restOf = (key) => document.getElementById(`${key.split(".")[0]}-rest`);
  const isApart = (key) => key.includes(".") && restOf(key) && !document.getElementById(key.split(".").slice(0, 2).join("."));

  function setAside(key) {
    if (same(now.getAll(key), asked.getAll(key))) return;
    const rest = restOf(key), others = JSON.parse(rest.value || "[]").filter(([name]) => name !== key);
    rest.value = JSON.stringify([...others, ...now.getAll(key).map((text) => [key, text])]);
    aside = true;
  }

  // A control shows what the server says, unless the person changed it after the question was sent.
  function settle(control) {
    if (control === document.activeElement && isTyped(control)) return;
    if (!fieldOf(control) || control.type === "file" || "filter" in control.dataset || control.closest("[hx-morph-skip]")) return;
    if (control.name && now.has(control.name) && !same(now.getAll(control.name), sent.getAll(control.name))) {
      put(control, now.getAll(control.name));
    } else if (control.matches("[type=checkbox], [type=radio]")) {
      control.checked = control.defaultChecked;
    } else if (control.options) {
      for (const option of control.options) option.selected = option.defaultSelected;
    } else if ("defaultValue" in control && control.value !== control.defaultValue && control.type !== "hidden") {
      control.value = control.defaultValue;
    }
  }

  const partsOf = (control) => [...control.closest(".fw-by-part").querySelectorAll("input")];

  function put(control, values) {
    if (control.matches("[type=radio]")) control.checked = control.value === values.at(-1); // the first may be that nothing is chosen
    else if (control.matches("[type=checkbox]")) control.checked = values.includes(control.value);
    else if (control.closest(".fw-by-part")) control.value = values[partsOf(control).indexOf(control)] ?? "";
    else if (control.options) control.value = values.find((value) => value && control.querySelector(`option[value="${CSS.escape(value)}"]`)) ?? "";
    else if (control.type !== "hidden" || control.closest("[data-combo]")) control.value = values.at(-1) ?? "";
  }

  function bringBack(keys) {
    let last = null;
    for (const key of keys.filter((k) => kept.has(k))) {
      const controls = [...form.elements].filter((control) => control.name === key);
      for (const control of controls) put(control, kept.get(key));
      kept.delete(key);
      last = controls.at(-1) ?? last;
    }
    last?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // --- leaving and sending ---------------------------------------------------------------------------------

  // An untouched form is not sent for the other language: nobody would be asked before leaving it.
  document.querySelector("[data-language]")?.addEventListener("click", (event) => {
    if (!isDirty()) event.currentTarget.setAttribute("form", "language");
  });

  let busy = null;
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved()) event.preventDefault();
    else if (busy && event.defaultPrevented) setTimeout(stay); // the question is about a comment: whoever stays can save
  });

  function stay() {
    touched = true;
    free();
  }

  form.addEventListener("submit", (event) => {
    if (busy) return event.preventDefault();
    touched = false;
    wait(event.submitter);
  });

  window.addEventListener("pageshow", (event) => { // back from the next page: the form may be sent again
    if (event.persisted && busy) free();
  });

  function wait(button) {
    busy = button ?? form.querySelector("[data-saving]");
    if (!busy?.dataset.saving) return;
    busy.dataset.label = busy.textContent;
    busy.style.minWidth = `${busy.offsetWidth}px`;
    busy.textContent = busy.dataset.saving;
    busy.setAttribute("aria-disabled", "true");
  }

  function free() {
    if (busy?.dataset.label) busy.textContent = busy.dataset.label;
    busy?.removeAttribute("aria-disabled");
    busy = null;
  }

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) {
      const another = event.shiftKey && form.querySelector("[value='save:new']");
      return form.requestSubmit(another || form.querySelector("[data-saving]"));
    }
    if (event.target.matches("input") && fieldOf(event.target) && fields().size > 1) event.preventDefault();
  });
})();
