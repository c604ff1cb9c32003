// The palette by keyboard: type to add, and what is typed while the new field is still on its way.
(() => {
  "use strict";
  const { canvas, design, say } = window.formwright;
  if (!canvas) return;
  const find = () => document.getElementById("palette-find");
  const palette = () => document.getElementById("palette");

  let typed = null; // keys that came while the new field was still on its way

  const commandOf = (entry) => {
    const told = entry.body?.find(([name]) => name === "do")?.[1];
    return told ? JSON.parse(told) : {};
  };
  document.addEventListener("fw:asked", ({ detail }) => {
    const { name, args } = commandOf(detail);
    if (name === "field.add") {
      canvas.adds(args.type);
      typed = { text: "", enter: false };
    } else if (name && name !== "field.title") canvas.addsNoMore();
  });
  document.addEventListener("fw:answered", ({ detail }) => {
    if (commandOf(detail).name !== "field.add" || detail.good) return;
    canvas.addsNoMore();
    typed = null;
  });

  // What is typed before the new field stands there belongs to its title: no key of one letter, which may be switched off.
  window.addEventListener("keydown", (event) => {
    if (!typed || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (design.isText(event.target) && event.target !== find()) return;
    if (event.key.length === 1) typed.text += event.key;
    else if (event.key === "Backspace") typed.text = typed.text.slice(0, -1);
    else if (event.key === "Enter") typed.enter = true;
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // The new field stands there: its title is edited, with what was typed already.
  function began() {
    if (!typed) return false;
    const { text, enter } = typed;
    typed = null;
    if (find()) find().value = "";
    palette().matches(":popover-open") && palette().hidePopover();
    canvas.rename(text);
    const input = document.activeElement;
    if (enter && input.matches("[data-title]")) {
      if (text) input.form.requestSubmit();
      else canvas.settle(input);
    }
    return true;
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
    const named = (is) => found.find((item) => is(plain(item.textContent)));
    return named((name) => name === sought) ?? named((name) => name.startsWith(sought)) ?? found[0];
  };

  document.addEventListener("input", (event) => { if (event.target === find()) filter(); });
  document.addEventListener("keydown", (event) => {
    if (event.target !== find() || event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      const item = firstFound();
      if (item) item.form.requestSubmit(item);
      else say(find().dataset.none);
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      firstFound()?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      find().value = "";
      filter();
      canvas.goTo(canvas.selected() ?? canvas.picks()[0]);
    }
  });

  // “/” anywhere on the canvas or the palette; on a row it first selects it, see designer-canvas.js.
  document.addEventListener("keydown", (event) => {
    const free = !event.defaultPrevented && !event.isComposing && !event.ctrlKey && !event.metaKey;
    if (event.key !== "/" || !free || design.isText(event.target)) return;
    if (event.target.closest("dialog, a.pick") || !event.target.closest("#main, #palette")) return;
    event.preventDefault();
    seek();
  });

  // --- “+” between the rows: behind the field under the pointer or with the focus --------------------------------

  const here = document.createElement("button");
  here.type = "button";
  here.className = "add-here btn btn-icon";
  here.textContent = "+";
  here.tabIndex = -1; // by keys it is “/”
  here.addEventListener("click", () => canvas.onSelected(here.closest(".cell").querySelector("a.pick"), seek));
  function place(cell) {
    if (!cell || here.parentElement === cell) return;
    cell.append(here);
    here.setAttribute("aria-label", canvas.main().dataset.add.replace("{}", cell.querySelector("a.pick").getAttribute("aria-label")));
  }
  document.addEventListener("pointerover", ({ target }) => { if (canvas.main().contains(target)) place(canvas.cellOf(target)); });

  Object.assign(canvas, { began, seek, plain, fits });
  canvas.drawn.push(filter);
  filter();
})();
