// What is dragged in the designer: SortableJS lifts it by its handle, a line shows where it would fall, Escape lets go of
// it. Where things may go is known to the files of their subjects, which name it here; and only a command changes anything.
(() => {
  "use strict";
  if (!window.formwright.design || !window.Sortable) return;

  const ITEMS = ".cell, .canvas-section, .canvas-tab, [data-item], li:has(> [data-drag])";
  const places = []; // each tells of (item, under, x, y) where that would fall: { line, text, drop }, or nothing
  let dragged = null, target = null, copies = false;

  const sign = document.createElement("div");
  sign.className = "drop-sign";
  sign.hidden = true;
  sign.setAttribute("aria-hidden", "true");
  document.body.append(sign);

  // A list becomes sortable when something in it is about to be dragged; the press then reaches SortableJS too.
  const ready = new WeakSet();
  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".h, [data-drag]");
    const list = handle?.closest(ITEMS)?.parentElement;
    if (!list || ready.has(list)) return;
    ready.add(list);
    const isPalette = handle.matches("[data-drag]");
    new window.Sortable(list, {
      draggable: isPalette ? "li" : ITEMS,
      ...(isPalette ? {} : { handle: ".h" }),
      group: { name: "designer", pull: false, put: false },
      sort: false, delay: 250, delayOnTouchOnly: true, forceFallback: true, fallbackOnBody: true,
      fallbackTolerance: 4, scrollSensitivity: 60, swapThreshold: 0.65,
      onStart: begin, onEnd: end,
    });
  }, true);

  function begin(event) {
    dragged = event.item;
    target = null;
    document.body.classList.add("dragging");
    const open = dragged.closest(":popover-open");
    if (open) open.hidePopover();
    document.addEventListener("pointermove", follow);
    document.addEventListener("touchmove", follow);
    document.addEventListener("keydown", cancel, true);
    copies = false;
  }

  function end() {
    document.removeEventListener("pointermove", follow);
    document.removeEventListener("touchmove", follow);
    document.removeEventListener("keydown", cancel, true);
    document.body.classList.remove("dragging");
    sign.hidden = true;
    const to = dragged && target;
    dragged = target = null;
    if (to) to.drop();
  }

  function cancel(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dragged = null;
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }

  function follow(event) {
    if (!dragged) return;
    copies = Boolean(event.altKey);
    const { clientX: x, clientY: y } = event.touches?.[0] ?? event;
    const under = document.elementFromPoint(x, y);
    target = null;
    for (const place of under ? places : []) target ??= place(dragged, under, x, y);
    show();
  }

  function show() {
    sign.hidden = !target;
    if (!target) return;
    sign.textContent = target.text;
    for (const [name, value] of Object.entries(target.line)) sign.style[name] = `${value}px`;
  }

  // --- for those who know the places ----------------------------------------------------------------------------

  const line = (box, after) => ({ left: box.left, top: (after ? box.bottom : box.top) - 2, width: box.width, height: 4 });

  /** Of some elements the one that is nearest to this height. */
  function nearest(elements, y) {
    const far = (element) => {
      const box = element.getBoundingClientRect();
      return Math.max(box.top - y, y - box.bottom, 0);
    };
    return [...elements].sort((a, b) => far(a) - far(b))[0];
  }

  /** What an item of the palette adds, as the command of its button; of anything else nothing. */
  function added(item) {
    const button = item.querySelector(":scope > [data-drag]");
    return button && { ...JSON.parse(button.value), column: "column" in button.dataset };
  }

  /** Whether Alt is held, so that what is dragged stays and a copy of it goes. */
  const isCopy = () => copies;

  window.formwright.lift = { places, line, nearest, added, isCopy };
})();
