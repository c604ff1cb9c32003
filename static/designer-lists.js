// Lists whose items are moved: the actions of an automation, the columns of a list and of a sub-table. Dragged by the
// handle, or Alt with an arrow; both do what the buttons of an item do.
(() => {
  "use strict";
  const { design, lift } = window.formwright;
  if (!design) return;

  const itemsOf = (list) => [...list.querySelectorAll(":scope > [data-item]")];
  const titleOf = (item) => item.querySelector("[data-called]").textContent.trim();

  function move(item, by) {
    const { moves, names } = item.parentElement.dataset;
    design.command(moves, { [names]: item.dataset.item, by });
  }

  // Where something would stand among the others.
  function spot(list, others, y) {
    const near = lift.nearest(others, y);
    const box = (near ?? list).getBoundingClientRect();
    const after = Boolean(near) && y > box.top + box.height / 2;
    const told = list.dataset[after ? "after" : "before"];
    return { at: near ? others.indexOf(near) + (after ? 1 : 0) : 0, line: lift.line(box, after), text: near ? told.replace("{}", titleOf(near)) : "" };
  }

  // Anywhere in its part of the page, which may scroll meanwhile.
  function moved(item, under, y) {
    const list = item.parentElement;
    if (!list.closest("aside, main").contains(under)) return null;
    const all = itemsOf(list);
    const { at, ...told } = spot(list, all.filter((each) => each !== item), y);
    const by = at - all.indexOf(item);
    return by ? { ...told, drop: () => move(item, by) } : null;
  }

  // Off the palette into the columns of a sub-table.
  function added(item, under, y) {
    const list = under.closest("[data-into]"), adds = lift.added(item);
    if (!list || !adds?.column) return null;
    const { at, ...told } = spot(list, itemsOf(list), y);
    return { ...told, drop: () => design.command("column.add", { field: list.dataset.into, type: adds.args.type, at }) };
  }

  lift?.places.push((item, under, _x, y) => (item.matches("[data-moves] > [data-item]") ? moved(item, under, y) : added(item, under, y)));

  document.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey || event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const item = event.target.matches?.("a, button") && event.target.closest("[data-moves] > [data-item]");
    if (!item) return;
    event.preventDefault();
    move(item, by);
  });
})();
