// The record form in the browser: what /eval is told, what stays as it was typed, where the focus goes, the picker.
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
  const { say, toast } = window.formwright; // app.js
  const fieldOf = (element) => element?.closest?.("[data-field]");
  const fields = () => new Map([...form.querySelectorAll("[data-field]")].map((f) => [f.dataset.field, f]));
  const isTyped = (el) => el.matches("textarea, input:not([type=checkbox]):not([type=radio]):not([type=hidden])");
  const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

  // --- what is asked of the server, and when ---------------------------------------------------------------

  const edited = new Set();
  let dirty = "dirty" in form.dataset;
  let typing = 0;

  document.addEventListener("change", (event) => {
    const field = fieldOf(event.target);
    if (!field || !form.contains(field)) return;
    if (event.target.matches("[role=combobox], [data-filter]")) return event.stopPropagation(); // others speak for it
    edited.add(field.dataset.field);
    dirty = true;
    clearTimeout(typing);
    if ("static" in field.dataset && !("error" in field.dataset)) event.stopPropagation();
  }, true);

  form.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (!field || event.target.matches("[role=combobox]")) return;
    dirty = true;
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

  let before, now;
  const kept = new Map(); // what was typed into fields that are hidden at the moment

  form.addEventListener("htmx:before:swap", (event) => {
    if (event.detail.ctx.sourceElement !== form) return;
    before = fields();
    now = new FormData(form);
  });

  form.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.sourceElement !== form || !before) return;
    for (const control of form.elements) settle(control);
    const after = fields();
    for (const key of before.keys()) if (!after.has(key) && edited.has(key)) kept.set(key, now.getAll(key));
    const added = [...after.keys()].filter((key) => !before.has(key));
    if (added.length) say(form.dataset.added.replace("{}", list.format(added.map((key) => after.get(key).dataset.label))));
    if (document.activeElement === document.body) (document.getElementById(trigger.id) ?? form).focus();
    reopen();
    form.querySelectorAll("[data-filter]").forEach(narrow);
    bringBack(added);
    before = null;
  });

  // A control shows what the server says, unless the person changed it after the question was sent.
  function settle(control) {
    if (control === document.activeElement && isTyped(control)) return;
    if (!fieldOf(control) || "filter" in control.dataset) return;
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

  function put(control, values) {
    if (control.matches("[type=checkbox], [type=radio]")) control.checked = values.includes(control.value);
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

  // --- long lists of boxes: those are shown that a word is found in ---------------------------------------

  function narrow(filter) {
    const sought = filter.value.trim().toLocaleLowerCase();
    for (const line of document.getElementById(filter.dataset.filter).children) {
      line.hidden = !line.textContent.toLocaleLowerCase().includes(sought) && !line.querySelector(":checked");
    }
  }

  form.addEventListener("input", (event) => {
    if (!("filter" in event.target.dataset)) return;
    event.stopImmediatePropagation(); // it is no answer
    narrow(event.target);
  }, true);

  // --- leaving and sending ---------------------------------------------------------------------------------

  // An untouched form is not sent for the other language: nobody would be asked before leaving it.
  document.querySelector("[data-language]")?.addEventListener("click", (event) => {
    if (!dirty) event.currentTarget.setAttribute("form", "language");
  });

  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  let busy = null;
  form.addEventListener("submit", (event) => {
    if (busy) return event.preventDefault();
    dirty = false;
    busy = event.submitter ?? form.querySelector("[data-saving]");
    if (!busy?.dataset.saving) return;
    busy.dataset.label = busy.textContent;
    busy.textContent = busy.dataset.saving;
    busy.setAttribute("aria-disabled", "true");
  });

  window.addEventListener("pageshow", (event) => { // back from the next page: the form may be sent again
    if (!event.persisted || !busy) return;
    if (busy.dataset.label) busy.textContent = busy.dataset.label;
    busy.removeAttribute("aria-disabled");
    busy = null;
  });

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) return form.requestSubmit(form.querySelector("[data-saving]"));
    if (event.target.matches("input") && fieldOf(event.target) && fields().size > 1) event.preventDefault();
  });

  // --- the picker: APG combobox with list autocomplete -----------------------------------------------------

  let wait = 0, asked = 0;
  const partsOf = (box) => {
    const host = box.closest("[data-combo]");
    return { host, value: host.querySelector("[type=hidden]"), options: host.querySelector("[role=listbox]") };
  };
  const isOpen = (box) => !partsOf(box).options.hidden;
  const active = (options) => options.querySelector("[aria-selected=true]");

  function addressOf(box, sought) {
    const { host } = partsOf(box);
    const address = new URL(host.dataset.combo, location.href);
    address.searchParams.set("q", sought);
    const values = new FormData(form);
    for (const key of host.dataset.reads.split(" ").filter(Boolean)) {
      if (values.has(key)) address.searchParams.set(key, values.getAll(key).at(-1));
    }
    return address;
  }

  async function open(box, sought) {
    const { options } = partsOf(box);
    const mine = ++asked;
    let answer;
    try {
      answer = await fetch(addressOf(box, sought), { headers: { "HX-Request": "true" } });
    } catch {
      return toast(form.dataset.failed);
    }
    const text = await answer.text();
    if (mine !== asked || document.activeElement !== box) return;
    if (!answer.ok) return toast(form.dataset.failed);
    options.innerHTML = text;
    options.hidden = false;
    options.classList.add("show");
    box.setAttribute("aria-expanded", "true");
    box.removeAttribute("aria-activedescendant");
    say(options.firstElementChild?.dataset.say ?? "");
  }

  function close(box) {
    const { options } = partsOf(box);
    asked++;
    clearTimeout(wait);
    options.hidden = true;
    options.classList.remove("show");
    options.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(box, id, label) {
    const { value } = partsOf(box);
    box.value = box.defaultValue = label;
    close(box);
    if (value.value === id) return;
    value.value = id;
    value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function move(box, step) {
    const { options } = partsOf(box);
    const all = [...options.querySelectorAll("[role=option]:not([aria-disabled])")];
    if (!all.length) return;
    const from = all.indexOf(active(options));
    const to = all[from < 0 && step < 0 ? all.length - 1 : (from + step + all.length) % all.length];
    active(options)?.setAttribute("aria-selected", "false");
    to.setAttribute("aria-selected", "true");
    to.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", to.id);
  }

  // A morph in the meantime has reset the box of a list that still stands open.
  function reopen() {
    const box = document.activeElement;
    if (box?.matches("[role=combobox]") && isOpen(box)) box.setAttribute("aria-expanded", "true");
  }

  const ask = (box) => {
    clearTimeout(wait);
    wait = setTimeout(() => open(box, box.value), 200);
  };
  form.addEventListener("input", (event) => {
    if (event.target.matches("[role=combobox]")) ask(event.target);
  });
  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches("[role=combobox]")) return;
    const { options } = partsOf(box);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen(box)) move(box, event.key === "ArrowDown" ? 1 : -1);
      else open(box, "").then(() => isOpen(box) && move(box, event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && isOpen(box) && active(options)) {
      choose(box, active(options).dataset.value, active(options).dataset.label);
    } else if (event.key === "Escape" && isOpen(box)) {
      event.stopPropagation();
      box.value = box.defaultValue;
      close(box);
    }
  });

  form.addEventListener("mousedown", (event) => {
    if (event.target.closest("[role=listbox]")) event.preventDefault(); // the focus stays in the box
  });
  form.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]:not([aria-disabled])");
    if (option) {
      const box = option.closest("[data-combo]").querySelector("[role=combobox]");
      choose(box, option.dataset.value, option.dataset.label);
    } else if (event.target.matches("[role=combobox]") && !isOpen(event.target)) {
      event.target.select();
      open(event.target, "");
    }
  });
  form.addEventListener("focusout", (event) => {
    const box = event.target;
    if (!box.matches("[role=combobox]")) return;
    const emptied = !box.value.trim() && partsOf(box).value.value;
    close(box);
    if (emptied) choose(box, "", "");
    else box.value = box.defaultValue;
  });
})();
