// The picker: an APG combobox with list autocomplete, which searches among all that can be picked. Its value is the
// hidden input. Without this script a list and a search button stand in its place.
(() => {
  "use strict";
  const { say, toast } = window.formwright; // app.js

  let wait = 0, asked = 0;
  const partsOf = (box) => {
    const host = box.closest("[data-combo]");
    return { host, value: host.querySelector("[type=hidden]"), options: host.querySelector("[role=listbox]") };
  };
  const isBox = (element) => element?.matches?.("[data-combo] [role=combobox]");
  const isOpen = (box) => !partsOf(box).options.hidden;
  const active = (options) => options.querySelector("[aria-selected=true]");

  // What this person picked last in this browser, by what it is, the newest first: ids alone, the server knows the rest.
  const user = document.querySelector("[data-user]")?.dataset.user;
  const placeOf = (host) => `recent:${user}:${host.dataset.kind}`;

  function recent(host) {
    try {
      const ids = JSON.parse(localStorage.getItem(placeOf(host)));
      return user && host.dataset.kind && Array.isArray(ids) ? ids : [];
    } catch { return []; }
  }

  function remember(host, id) {
    if (!user || !id || !host.dataset.kind) return;
    const ids = [id, ...recent(host).filter((each) => each !== id)].slice(0, 5);
    try { localStorage.setItem(placeOf(host), JSON.stringify(ids)); } catch { /* nothing can be kept here */ }
  }

  function addressOf(box, sought) {
    const { host } = partsOf(box);
    const address = new URL(host.dataset.combo, location.href);
    address.searchParams.set("q", sought);
    if (!sought.trim() && recent(host).length) address.searchParams.set("recent", recent(host).join("."));
    const values = new FormData(box.form);
    for (const key of host.dataset.reads.split(" ").filter(Boolean)) {
      if (values.has(key)) address.searchParams.set(key, values.getAll(key).at(-1));
    }
    return address;
  }

  async function open(box, sought) {
    const { host, options } = partsOf(box);
    const mine = ++asked;
    let answer;
    try {
      answer = await fetch(addressOf(box, sought), { headers: { "HX-Request": "true" } });
    } catch {
      return toast(host.dataset.failed);
    }
    const text = await answer.text();
    if (mine !== asked || document.activeElement !== box) return;
    if (!answer.ok) return toast(host.dataset.failed);
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

  // One more of several: a box to untick, after the others.
  function add(box, id, label) {
    const { host } = partsOf(box);
    const list = document.getElementById(host.dataset.many);
    box.value = box.defaultValue = "";
    close(box);
    if (!id || list.querySelector(`[value="${CSS.escape(id)}"]`)) return;
    const line = document.createElement("label"), tick = document.createElement("input");
    const text = document.createElement("span");
    line.className = "form-check";
    Object.assign(tick, { type: "checkbox", className: "form-check-input", name: host.dataset.name, value: id, id: `${box.id}-${id}` });
    tick.setAttribute("checked", "");
    text.className = "form-check-label";
    text.textContent = label;
    line.append(tick, text);
    list.append(line);
    say(label);
    tick.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function choose(box, id, label) {
    remember(partsOf(box).host, id);
    if (partsOf(box).host.dataset.many) return add(box, id, label);
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
  document.addEventListener("htmx:after:swap", () => {
    document.querySelectorAll("[data-narrows]").forEach(narrow);
    const box = document.activeElement;
    if (isBox(box) && isOpen(box)) box.setAttribute("aria-expanded", "true");
  });

  const ask = (box) => {
    clearTimeout(wait);
    wait = setTimeout(() => open(box, box.value), 200);
  };
  document.addEventListener("input", (event) => {
    if (isBox(event.target)) ask(event.target);
  });
  document.addEventListener("change", (event) => {
    if (isBox(event.target) || event.target.matches?.("[data-narrows]")) event.stopPropagation(); // others speak for it
  }, true);
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!isBox(box)) return;
    const { options } = partsOf(box);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen(box)) move(box, event.key === "ArrowDown" ? 1 : -1);
      else open(box, "").then(() => isOpen(box) && move(box, event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && isOpen(box) && active(options)) {
      event.preventDefault();
      choose(box, active(options).dataset.value, active(options).dataset.label);
    } else if (event.key === "Escape" && isOpen(box)) {
      event.stopPropagation();
      box.value = box.defaultValue;
      close(box);
    }
  }, true);

  document.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-combo] [role=listbox]")) event.preventDefault(); // the focus stays in the box
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[data-combo] [role=option]:not([aria-disabled])");
    if (option) {
      const box = option.closest("[data-combo]").querySelector("[role=combobox]");
      choose(box, option.dataset.value, option.dataset.label);
    } else if (isBox(event.target) && !isOpen(event.target)) {
      event.target.select();
      open(event.target, "");
    }
  });
  document.addEventListener("focusout", (event) => {
    const box = event.target;
    if (!isBox(box)) return;
    const emptied = !box.value.trim() && partsOf(box).value?.value;
    close(box);
    if (emptied) choose(box, "", "");
    else box.value = box.defaultValue;
  });

  // What is unticked of several goes, and whoever did it goes on in the box.
  document.addEventListener("change", (event) => {
    const list = event.target.closest(".fw-picked");
    if (!list || event.target.checked) return;
    event.target.closest("label").remove();
    document.getElementById(list.id.replace(/-box$/, "")).focus();
  });

  // --- a long list of boxes to tick -----------------------------------------------------------------------

  // What is ticked is never out of sight.
  function narrow(filter) {
    const sought = filter.value.trim().toLocaleLowerCase();
    for (const line of document.getElementById(filter.dataset.narrows).children) {
      line.hidden = !line.textContent.toLocaleLowerCase().includes(sought) && !line.querySelector(":checked");
    }
  }

  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-narrows]")) return;
    event.stopPropagation();
    narrow(event.target);
  }, true);
})();
