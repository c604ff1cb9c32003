// Titles edited in place on the canvas: opened by Enter, F2, a double click or “Rename”.
(() => {
  "use strict";
  const { canvas, design } = window.formwright;
  if (!canvas) return;
  const { main, selected, goTo, keyOf, onSelected } = canvas;
  const isTitle = (element) => Boolean(element.matches?.("[data-title]"));

  let fresh = null; // what was added last, while its title is being typed: { type, done }

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

  function settle(input, text = input.defaultValue, how = {}) {
    input.defaultValue = text;
    if (fresh) fresh.done = true;
    close(input.closest("details"), how);
  }

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!isTitle(input) || event.isComposing) return;
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
    if (input) settle(input, input.value, { back: !leaving });
  });

  // The title is left: what was typed counts. A pointer that goes down elsewhere must first come up there, lest
  // what it presses moves away under it when the box closes.
  let pressed = false, leaving = false;
  document.addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => { pressed = false; }, true);
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (!isTitle(target) || !target.closest("details").open || !document.hasFocus()) return;
    if (target.closest("details").contains(relatedTarget)) return;
    if (!pressed) return leave(target, {});
    document.addEventListener("pointerup", () => leave(target, { pointer: true }), { once: true });
  });

  function leave(input, { pointer = false }) {
    if (!input.isConnected || input === document.activeElement) return;
    leaving = pointer;
    if (input.value !== input.defaultValue) input.form.requestSubmit();
    else close(input.closest("details"), { back: false });
    leaving = false;
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-rename]")) return;
    event.target.closest(":popover-open")?.hidePopover();
    rename();
  });
  document.addEventListener("dblclick", (event) => {
    const pick = event.target.closest("a.pick");
    if (pick) onSelected(pick, () => rename());
  });

  // Enter on what was just added, once its title is done, adds one more.
  function enter(pick) {
    if (fresh?.done && pick === selected() && keyOf(pick)) {
      design.command("field.add", { type: fresh.type, after: keyOf(pick) });
    } else onSelected(pick, () => rename());
  }

  Object.assign(canvas, {
    rename, settle, enter,
    adds: (type) => { fresh = type ? { type, done: false } : null; },
    addsNoMore: () => { fresh = null; },
  });
})();
