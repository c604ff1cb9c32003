// The canvas by keyboard and pointer: which row has the focus, what its keys do, where the focus goes after an answer.
// The files of one subject beside it (titles, adding, asking, several, clipboard) share `formwright.canvas`.
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
  const drawn = []; // what the other files do after each answer

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
    if (!pick) return main().focus();
    rove(pick).focus();
    pick.closest(".cell, .canvas-head").scrollIntoView({ block: "nearest" });
  }

  function step(from, by) {
    const all = picks();
    return all[all.indexOf(from) + by];
  }

  const select = (pick, more) => design.look(new URL(pick.href, location.href).href, more);

  function onSelected(pick, then) {
    if (pick === selected()) then();
    else select(pick, { then });
  }

  // What a row stands for: a field, a section or a tab, and its key.
  function thingOf(pick) {
    if (keyOf(pick)) return ["field", keyOf(pick)];
    const { section, tab } = pick.closest("[data-section], [data-tab]").dataset;
    return section === undefined ? ["tab", tab] : ["section", section];
  }

  const canvas = { main, picks, cellOf, keyOf, selected, rove, goTo, step, select, onSelected, drawn };
  window.formwright.canvas = canvas;

  // --- pointer ------------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    if (event.target.closest("#tool-delete") && document.getElementById("panel-delete")) {
      event.preventDefault();
      event.target.closest(":popover-open")?.hidePopover();
      return warned();
    }
    const pick = event.target.closest("a.pick");
    if (!pick || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.shiftKey) return canvas.mark(pick);
    rove(pick).focus();
    if (pick !== selected()) select(pick);
  });

  // --- keys of a row ------------------------------------------------------------------------------------------

  const onField = {
    r: (key, cell) => design.command("field.required", { field: key, on: !("required" in cell.dataset) }),
    m: (key, cell, pick) => canvas.ask(pick, "move"),
    v: (key, cell, pick) => onSelected(pick, () => document.querySelector("#panel-rules :is(a, button)")?.click()),
    p: (key, cell, pick) => onSelected(pick, properties),
    w: () => { width = true; },
  };
  let width = false;

  function properties() {
    const link = document.getElementById("tool-properties");
    if (link?.checkVisibility()) return link.click();
    const pane = document.getElementById("properties");
    (pane.querySelector("input:not([type=hidden]), select, textarea, summary, button") ?? pane).focus();
  }

  function shift(pick, key) {
    const by = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
    const [kind, own] = thingOf(pick);
    if (kind !== "field") return design.command(`${kind}.move`, { [kind]: own, by });
    if (canvas.several(own)) return canvas.ofMany(by < 0 ? "up" : "down");
    const shared = pick.closest(".canvas-row").children.length > 1;
    if (shared || key === "ArrowUp" || key === "ArrowDown") return design.command("field.move", { field: own, by });
    const beside = keyOf(step(pick, -1));
    if (beside) design.command("field.place", { field: own, beside, side: by > 0 ? "right" : "left" });
  }

  function group(pick) {
    if (canvas.several(keyOf(pick))) canvas.ofMany("group");
    else canvas.ask(pick, "group");
  }

  // What uses the field, section or tab is shown first.
  function warned() {
    const link = document.getElementById("panel-delete");
    link?.click();
    return Boolean(link);
  }

  function remove(pick) {
    const [kind, own] = thingOf(pick);
    if (kind === "field" && canvas.several(own)) return canvas.ofMany("delete");
    onSelected(pick, () => warned() || design.command(`${kind}.delete`, { [kind]: own }));
  }

  document.addEventListener("keydown", (event) => {
    const pick = event.target;
    if (event.isComposing || event.defaultPrevented || !pick.matches?.("a.pick")) return;
    if (event.key !== "Enter") canvas.addsNoMore();
    if (handled(event, pick)) event.preventDefault();
  });

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
      canvas.stretch(pick, step(pick, by));
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
    if (key === "Enter" || key === "F2") canvas.enter(pick);
    else if (key === " ") canvas.mark(pick);
    else if (key === "Delete") remove(pick);
    else if (key === "/") onSelected(pick, canvas.seek);
    else if (key === "?") canvas.ask(pick, "keys");
    else if (key === "g" && thingOf(pick)[0] !== "tab") group(pick);
    else if (key === "P" && shiftKey) document.getElementById("preview-link")?.click();
    else if (key === "Escape" && canvas.several()) canvas.ofMany("none");
    else if (onField[key] && !shiftKey) return withField(pick, (own) => onField[key](own, cellOf(pick), pick));
    else return false;
    return true;
  }

  // --- after every answer -------------------------------------------------------------------------------------

  document.addEventListener("fw:drawn", ({ detail }) => {
    if (!main().matches(".canvas")) return;
    const asked = main().contains(document.activeElement) || document.activeElement === document.body;
    for (const each of drawn) each();
    const begun = canvas.began();
    if (!begun && detail.then) detail.then();
    else if (!begun && asked && !main().querySelector("details.rename[open]") && !document.getElementById("ask")) recover(detail);
    rove();
  });

  // A key or a move took the focused row elsewhere, or what was pressed is gone: the focus goes with what is selected.
  function recover(entry) {
    const at = document.activeElement;
    const lost = at === document.body || at === main() || !at.checkVisibility();
    if (!lost && (!at.matches("a.pick, #tool-delete") || design.waiting.length > 1)) return;
    const all = picks();
    const to = selected() ?? all[Math.min(stood, all.length - 1)];
    if ((entry.method === "POST" || lost) && to?.checkVisibility()) goTo(to);
  }

  // The tab stops are this script's own: to take them away and put them back costs more than all the rest.
  window.htmx.config.morphIgnore.push("tabindex");

  rove();
})();
