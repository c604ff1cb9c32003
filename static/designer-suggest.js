// What can be written is offered while one types: a list at the control, used by keys and clicks and read aloud, never
// while an input method composes. Whoever wants it for a kind of control says with `formwright.suggest`:
//   is(control)            whether it is one of them
//   sought(control, all)   what the options are narrowed by, null where there is nothing to offer
//   offered(control)       the options, as HTML of the server or elements, or the promise of it
//   put(control, option)   write what was chosen
//   place(control, list)   put the list into the page
//   left(control)          the list was closed by a key or by choosing
//   opened(control, list, number)   so many options are shown now
//   holds                  typed text is kept from others while the list is open
(() => {
  "use strict";
  const kinds = [];
  let now = null; // { kind, control, list }, while a list is open
  let opening = null; // until it is known whether something is offered

  const kindOf = (element) => kinds.find((kind) => kind.is(element));
  const options = () => [...now.list.querySelectorAll("[role=option]")];
  const active = () => now.list.querySelector("[aria-selected=true]");

  function open(control, all = false) {
    const kind = kindOf(control);
    const text = control.value;
    const sought = kind.sought(control, all);
    if (sought === null) return close();
    const show = (offered) => {
      if (document.activeElement === control && control.value === text) fill(kind, control, offered, sought);
    };
    const offered = kind.offered(control);
    return offered.then ? offered.then(show) : show(offered);
  }

  function fill(kind, control, offered, sought) {
    close();
    const list = document.createElement("ul");
    list.className = "dropdown-menu formula-list";
    list.id = control.id + "-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", control.labels?.[0]?.textContent.trim() || control.placeholder);
    if (typeof offered === "string") list.innerHTML = offered; // made by the server, which escapes every title
    else list.append(...offered);
    narrow(list, sought.normalize("NFKC").toLowerCase());
    if (!list.querySelector("[role=option]")) return;
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the control keeps the focus
    list.addEventListener("click", (event) => pick(event.target.closest("[role=option]")));
    now = { kind, control, list };
    settle();
    if (sought) activate(options()[0]);
    kind.opened?.(control, list, options().length);
  }

  // Into the page, and once more after an answer of the server drew the page anew.
  function settle() {
    const { kind, control, list } = now;
    kind.place(control, list);
    const shown = { "aria-autocomplete": "list", "aria-controls": list.id };
    if (!control.matches("textarea")) Object.assign(shown, { role: "combobox", "aria-expanded": "true" });
    for (const [name, value] of Object.entries(shown)) control.setAttribute(name, value);
    if (active()) control.setAttribute("aria-activedescendant", active().id);
  }

  function narrow(list, sought) {
    for (const option of list.querySelectorAll("[role=option]")) {
      if (sought && !option.dataset.search.includes(sought)) option.remove();
    }
    list.querySelectorAll("[role=option]").forEach((option, i) => { option.id = `${list.id}-${i}`; });
    for (const group of list.querySelectorAll(".formula-group")) {
      if (!group.nextElementSibling?.matches("[role=option]")) group.remove();
    }
  }

  function close() {
    if (!now) return;
    const { control, list } = now;
    now = null;
    list.remove();
    if (control.hasAttribute("aria-expanded")) control.setAttribute("aria-expanded", "false");
    control.removeAttribute("aria-activedescendant");
    control.removeAttribute("aria-controls");
  }

  function activate(option) {
    active()?.setAttribute("aria-selected", "false");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    now.control.setAttribute("aria-activedescendant", option.id);
  }

  function move(step) {
    const all = options();
    const at = all.indexOf(active());
    activate(all[at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length]);
  }

  function pick(option) {
    if (!option) return;
    const { kind, control } = now;
    close();
    kind.put(control, option);
    kind.left(control);
  }

  document.addEventListener("input", (event) => {
    const kind = kindOf(event.target);
    if (!kind || event.isComposing) return;
    opening = open(event.target);
    if (kind.holds && now?.control === event.target) event.stopPropagation();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!now || event.isComposing || event.target !== now.control) return;
    const { kind, control } = now;
    const chosen = active();
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return close();
    if ((event.key === "Enter" || event.key === "Tab") && chosen && kind.stands?.(control, chosen)) return close();
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen) pick(chosen);
    else if (event.key === "Escape") { close(); kind.left(control); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("mousedown", (event) => { if (event.target === now?.control) close(); });
  document.addEventListener("focusout", (event) => { if (event.target === now?.control) close(); });
  document.addEventListener("htmx:after:swap", () => { if (now && !now.list.isConnected) settle(); });

  window.addEventListener("resize", () => { if (now) settle(); });

  window.formwright.suggest = (kind) => kinds.push(kind);
  window.formwright.suggestions = {
    open,
    close,
    isOpen: (control) => now?.control === control,
    known: () => opening,
  };
})();
