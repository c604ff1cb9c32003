// The canvas by keyboard and pointer: which row has the focus, titles edited in place, type-to-add, many at once.
// Whatever is done here is a command of designer.js; the server's answer is the truth.
(() => {
  "use strict";
  const design = window.formwright.design;
  const main = () => document.getElementById("main");
  if (!design || !main()?.matches(".canvas")) return;

  const WIDTHS = { 1: 3, 2: 4, 3: 6, 4: 8, 5: 12 };
  const picks = () => [...main().querySelectorAll("a.pick")];
  const cellOf = (element) => element?.closest?.(".cell");
  const keyOf = (pick) => cellOf(pick)?.dataset.key;
  const selected = () => main().querySelector("a.pick[aria-current]");
  const find = () => document.getElementById("palette-find");
  const palette = () => document.getElementById("palette");
  const many = new Set();

  // --- one stop for the tab key, arrows between the rows ------------------------------------------------------

  let stood = 0; // the place of the row that had the focus last
  function rove(to) {
    const all = picks();
    const stop = to ?? all.find((pick) => pick === document.activeElement) ?? selected() ?? all[0];
    for (const pick of all) {
      const index = pick === stop ? 0 : -1;
      if (pick.getAttribute("tabindex") !== `${index}`) pick.tabIndex = index;
    }
    stood = Math.max(all.indexOf(stop), 0);
    return stop;
  }

  function goTo(pick) {
    if (!pick) return;
    rove(pick).focus();
    pick.closest(".cell, .canvas-head").scrollIntoView({ block: "nearest" });
  }

  function step(from, by) {
    const all = picks();
    return all[all.indexOf(from) + by];
  }

  function select(pick, more) {
    const way = new URL(pick.href, location.href);
    design.look(way.href, more);
  }

  // --- several at once ----------------------------------------------------------------------------------------

  function mark(pick, on = !many.has(keyOf(pick))) {
    const key = keyOf(pick);
    if (!key) return;
    if (on) many.add(key);
    else many.delete(key);
    showMany();
    window.formwright.say(main().dataset.many.replace("{}", many.size));
  }

  function showMany() {
    const known = new Set(picks().map(keyOf));
    for (const key of many) if (!known.has(key)) many.delete(key);
    for (const cell of main().querySelectorAll(".cell")) cell.classList.toggle("many", many.has(cell.dataset.key));
    const bar = document.getElementById("canvas-many");
    bar.hidden = !many.size;
    bar.querySelector("[data-count]").textContent = main().dataset.many.replace("{}", many.size);
  }

  const inOrder = () => picks().map(keyOf).filter((key) => many.has(key));

  function ofMany(what) {
    const fields = inOrder();
    if (what === "none" || what === "delete") many.clear();
    if (what === "none") return showMany();
    if (what === "delete") return design.command("fields.delete", { fields });
    design.command("fields.move", { fields, by: what === "up" ? -1 : 1 });
  }

  // --- the title in place -------------------------------------------------------------------------------------

  let fresh = null; // what was added last, while its title is being typed: { type, done }
  let typed = null; // keys that came while the new field was still on its way

  function rename(text = "") {
    const box = selected()?.closest(".cell, .canvas-head")?.parentElement.querySelector("details.rename");
    const input = box?.querySelector("[data-title]");
    if (!input) return;
    box.open = true;
    input.focus();
    input.select();
    if (text) input.value = text;
  }

  function close(box, { back = true } = {}) {
    if (!box?.open) return;
    box.open = false;
    const input = box.querySelector("[data-title]");
    input.value = input.defaultValue;
    if (back) goTo(selected());
  }

  main().ownerDocument.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-title]") || event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close(input.closest("details"));
    } else if (event.key === "Enter" && input.value === input.defaultValue) {
      event.preventDefault(); // nothing was changed
      settle(input);
    }
  });
  document.addEventListener("submit", (event) => {
    const input = event.target.querySelector("[data-title]");
    if (input) settle(input, input.value);
  });
  document.addEventListener("focusout", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-title]") || !input.closest("details").open || !document.hasFocus()) return;
    if (input.closest("details").contains(event.relatedTarget)) return;
    if (input.value !== input.defaultValue && input.isConnected) input.form.requestSubmit();
    else close(input.closest("details"), { back: false });
  });

  function settle(input, text = input.defaultValue) {
    input.defaultValue = text;
    if (fresh) fresh.done = true;
    close(input.closest("details"));
  }

  // --- adding -------------------------------------------------------------------------------------------------

  const commandOf = (entry) => {
    const told = entry.body?.find(([name]) => name === "do")?.[1];
    return told ? JSON.parse(told) : {};
  };
  document.addEventListener("fw:asked", ({ detail }) => {
    const { name, args } = commandOf(detail);
    if (name === "field.add") {
      fresh = { type: args.type, done: false };
      typed = { text: "", enter: false };
    } else if (name) fresh = name === "field.title" ? fresh : null;
  });
  document.addEventListener("fw:answered", ({ detail }) => {
    if (commandOf(detail).name === "field.add" && !detail.good) fresh = typed = null;
  });

  // What is typed before the new field stands there belongs to its title.
  document.addEventListener("keydown", (event) => {
    if (!typed || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (design.isText(event.target) && event.target !== find()) return;
    if (event.key.length === 1) typed.text += event.key;
    else if (event.key === "Backspace") typed.text = typed.text.slice(0, -1);
    else if (event.key === "Enter") typed.enter = true;
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  function began() {
    const { text, enter } = typed;
    typed = null;
    if (find()) find().value = "";
    palette().matches(":popover-open") && palette().hidePopover();
    rename(text);
    const input = document.activeElement;
    if (enter && input.matches("[data-title]")) {
      if (text) input.form.requestSubmit();
      else settle(input);
    }
  }

  function seek() {
    if (getComputedStyle(palette()).position === "fixed" && !palette().matches(":popover-open")) palette().showPopover();
    find().focus();
    find().select();
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase().trim();
  const fits = (element, words) => words.every((word) => element.dataset.find.includes(word));

  function filter() {
    const words = plain(find().value).split(/\s+/);
    for (const item of palette().querySelectorAll("[data-find]")) item.parentElement.hidden = !fits(item, words);
    for (const group of palette().querySelectorAll(".palette-group")) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
  }
  const firstFound = () => {
    const found = [...palette().querySelectorAll("li:not([hidden]) [data-find]")];
    const sought = plain(find().value);
    return found.find((item) => plain(item.textContent) === sought) ?? found[0];
  };

  document.addEventListener("input", (event) => {
    if (event.target === find()) filter();
    else if (event.target.matches("[data-filter]")) narrow(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== find() || event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      const item = firstFound();
      if (item) item.form.requestSubmit(item);
      else window.formwright.say(find().dataset.none);
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      firstFound()?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      find().value = "";
      filter();
      goTo(selected() ?? picks()[0]);
    }
  });

  // --- questions: where to, beside what -----------------------------------------------------------------------

  function narrow(input) {
    const words = plain(input.value).split(/\s+/);
    const list = document.getElementById(input.dataset.filter);
    for (const option of list.options) option.hidden = !fits(option, words);
    list.value = [...list.options].find((option) => !option.hidden)?.value ?? "";
  }

  document.addEventListener("keydown", (event) => {
    const dialog = event.target.closest?.("#ask");
    if (!dialog || event.isComposing) return;
    const list = dialog.querySelector("select");
    if (event.key === "Enter" && list && event.target.matches("select, [data-filter]")) {
      event.preventDefault();
      if (list.value) list.form.requestSubmit();
    } else if (event.key === "ArrowDown" && event.target.matches("[data-filter]")) {
      event.preventDefault();
      list.focus();
    }
  });
  document.addEventListener("cancel", (event) => {
    if (event.target.id !== "ask") return;
    event.preventDefault();
    event.target.querySelector("#ask-cancel").click();
  }, true);
  document.addEventListener("dblclick", (event) => {
    const option = event.target.closest("#ask option");
    if (option) option.closest("form").requestSubmit();
    else if (event.target.closest("a.pick")) onSelected(event.target.closest("a.pick"), () => rename());
  });

  function askOpen() {
    const dialog = document.getElementById("ask");
    if (!dialog || dialog.matches(":modal")) return;
    dialog.removeAttribute("open");
    dialog.showModal();
    dialog.querySelector("input[data-filter], a, button")?.focus();
  }

  function ask(pick, what) {
    const way = new URL(pick.href, location.href);
    way.searchParams.set("ask", what);
    design.look(way.href);
  }

  // --- pointer ------------------------------------------------------------------------------------------------

  main().ownerDocument.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-many]:not(main)");
    if (tool) return ofMany(tool.dataset.many);
    if (event.target.closest("#tool-delete") && document.getElementById("panel-delete")) {
      event.preventDefault();
      event.target.closest(":popover-open")?.hidePopover();
      return warned();
    }
    if (event.target.closest("[data-rename]")) {
      event.target.closest(":popover-open")?.hidePopover();
      return rename();
    }
    const pick = event.target.closest("a.pick");
    if (!pick || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.shiftKey) return mark(pick);
    rove(pick).focus();
    if (pick !== selected()) select(pick);
  });

  // --- keys of a row ------------------------------------------------------------------------------------------

  const onField = {
    r: (key, cell) => design.command("field.required", { field: key, on: !("required" in cell.dataset) }),
    m: (key, cell, pick) => ask(pick, "move"),
    v: (key, cell, pick) => onSelected(pick, () => document.querySelector("#panel-rules :is(a, button)")?.click()),
    p: (key, cell, pick) => onSelected(pick, properties),
    w: () => { width = true; },
  };
  let width = false;

  function onSelected(pick, then) {
    if (pick === selected()) then();
    else select(pick, { then });
  }

  function properties() {
    const link = document.getElementById("tool-properties");
    if (link?.checkVisibility()) return link.click();
    const pane = document.getElementById("properties");
    (pane.querySelector("input:not([type=hidden]), select, textarea, summary, button") ?? pane).focus();
  }

  function enter(pick) {
    if (fresh?.done && pick === selected() && keyOf(pick)) {
      design.command("field.add", { type: fresh.type, after: keyOf(pick) });
    } else onSelected(pick, () => rename());
  }

  function shift(pick, key) {
    const by = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
    const own = keyOf(pick);
    const head = pick.closest("[data-section], [data-tab]");
    if (!own) {
      const kind = pick.closest("h2, h3").parentElement.dataset.section === undefined ? "tab" : "section";
      return design.command(`${kind}.move`, { [kind]: head.dataset[kind], by });
    }
    if (many.size > 1 && many.has(own)) return design.command("fields.move", { fields: inOrder(), by });
    const shared = pick.closest(".canvas-row").children.length > 1;
    if (shared || key === "ArrowUp" || key === "ArrowDown") return design.command("field.move", { field: own, by });
    const beside = keyOf(step(pick, -1));
    if (beside) design.command("field.place", { field: own, beside, side: by > 0 ? "right" : "left" });
  }

  // What uses the field is shown first.
  function warned() {
    const link = document.getElementById("panel-delete");
    link?.click();
    return Boolean(link);
  }

  function remove(pick) {
    const own = keyOf(pick);
    if (own && many.size > 1 && many.has(own)) return ofMany("delete");
    if (own) return onSelected(pick, () => warned() || design.command("field.delete", { field: own }));
    const place = pick.closest("h2, h3").parentElement.dataset;
    const kind = place.section === undefined ? "tab" : "section";
    design.command(`${kind}.delete`, { [kind]: place[kind] });
  }

  main().ownerDocument.addEventListener("keydown", (event) => {
    const pick = event.target;
    if (event.isComposing || event.defaultPrevented || !pick.matches?.("a.pick")) return slash(event);
    if (event.key !== "Enter") fresh = null;
    if (handled(event, pick)) event.preventDefault();
  });

  function slash(event) {
    const free = !event.defaultPrevented && !event.isComposing && !event.ctrlKey && !event.metaKey;
    if (!free || design.isText(event.target) || event.target.closest("dialog")) return;
    if (event.key === "/" && event.target.closest("#main, #palette")) {
      event.preventDefault();
      seek();
    }
  }

  function handled(event, pick) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey) return key.toLowerCase() === "d" && withField(pick, (own) => design.command("field.copy", { field: own }));
    if (event.altKey) return key.startsWith("Arrow") && (shift(pick, key), true);
    if (width && WIDTHS[key]) {
      width = false;
      return withField(pick, (own) => design.command("cell.span", { field: own, span: WIDTHS[key] }));
    }
    width = false;
    return moved(event, pick) || pressed(event, pick);
  }

  function withField(pick, then) {
    if (keyOf(pick)) then(keyOf(pick));
    return true;
  }

  function moved({ key, shiftKey }, pick) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (by && shiftKey) {
      mark(pick, true);
      const next = step(pick, by);
      if (keyOf(next)) mark(next, true);
      goTo(next);
      return true;
    }
    const head = pick.closest("[data-section]")?.querySelector(".canvas-head a.pick");
    const to = by ? step(pick, by)
      : key === "Home" ? picks()[0]
      : key === "End" ? picks().at(-1)
      : key === "ArrowRight" && !keyOf(pick) ? step(pick, 1)
      : key === "ArrowLeft" && keyOf(pick) ? head
      : undefined;
    if (to) goTo(to);
    return Boolean(to ?? by);
  }

  function pressed({ key, shiftKey }, pick) {
    if (key === "Enter" || key === "F2") enter(pick);
    else if (key === " ") mark(pick);
    else if (key === "Delete") remove(pick);
    else if (key === "/") onSelected(pick, seek);
    else if (key === "?") ask(pick, "keys");
    else if (key === "P" && shiftKey) document.getElementById("preview-link")?.click();
    else if (key === "Escape" && many.size) ofMany("none");
    else if (onField[key] && !shiftKey) return withField(pick, (own) => onField[key](own, cellOf(pick), pick));
    else return false;
    return true;
  }

  // Lines pasted onto a choice are its options.
  document.addEventListener("paste", (event) => {
    const key = event.target.matches?.("a.pick") && keyOf(event.target);
    const lines = event.clipboardData.getData("text/plain");
    if (!key || !lines.trim()) return;
    event.preventDefault();
    design.command("choice.paste", { field: key, lines, locale: main().dataset.locale });
  });

  // --- after every answer -------------------------------------------------------------------------------------

  document.addEventListener("fw:drawn", ({ detail }) => {
    if (!main().matches(".canvas")) return;
    const asked = main().contains(document.activeElement) || document.activeElement === document.body;
    showMany();
    filter();
    askOpen();
    if (typed) began();
    else if (detail.then) detail.then();
    else if (asked && !main().querySelector("details.rename[open]") && !document.getElementById("ask")) recover(detail);
    rove();
  });

  // A key or a move took the focused row elsewhere: the focus goes with what is selected.
  function recover(entry) {
    const at = document.activeElement;
    if (at !== document.body && at !== main() && !at.matches("a.pick")) return;
    const all = picks();
    if (entry.method === "POST" || at === document.body || at === main()) goTo(selected() ?? all[Math.min(stood, all.length - 1)]);
  }

  // The tab stops are this script's own: to take them away and put them back costs more than all the rest.
  window.htmx.config.morphIgnore.push("tabindex");

  rove();
  filter();
  askOpen();
})();
