// Moving records on a board or in a calendar: dragging, and keys. The page does the same with links and buttons; all of
// them send one form, and only what the server answers stays.
(() => {
  "use strict";
  const DRAGGED = "[data-move]:not(input)";
  let moved = "", back = null;

  // A place takes what is dragged once something is about to be.
  const ready = new WeakSet();
  document.addEventListener("pointerdown", (event) => {
    if (!window.Sortable || !event.target.closest(DRAGGED)) return;
    for (const place of document.querySelectorAll("[data-place]")) {
      if (ready.has(place)) continue;
      ready.add(place);
      new window.Sortable(place, {
        group: "records", draggable: DRAGGED, filter: ".fw-targets", preventOnFilter: false, sort: false,
        delay: 250, delayOnTouchOnly: true, forceFallback: true, fallbackTolerance: 4, scrollSensitivity: 60, onEnd: drop,
      });
    }
  }, true);

  function drop({ item, from, to }) {
    if (from === to) return;
    const next = item.nextSibling;
    back = () => { if (item.isConnected) from.insertBefore(item, next?.parentElement === from ? next : null); };
    send(`${item.dataset.move}${to.dataset.place}`, item.id);
  }

  function send(move, id) {
    const form = document.getElementById("moving"), input = form.querySelector("[data-move]");
    moved = id;
    input.value = move;
    input.disabled = false;
    form.requestSubmit();
  }

  function settle() {
    back = null;
    document.querySelector("#moving [data-move]")?.setAttribute("disabled", "");
  }

  // Where nothing comes back that the page can show, the record goes back itself.
  const failed = ({ detail: { ctx } }) => {
    if (!back || (ctx?.response && (ctx.response.status < 400 || ctx.response.status === 422))) return;
    back();
    settle();
  };
  document.addEventListener("htmx:after:request", failed);
  document.addEventListener("htmx:error", failed);

  // --- keys: M opens where a record can go, the arrows go among the places, Escape closes

  document.addEventListener("keydown", (event) => {
    const within = event.target.closest(`${DRAGGED}, .fw-targets`);
    if (!within || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = document.querySelector('.fw-move[aria-expanded="true"]');
    const targets = [...within.querySelectorAll(".fw-targets button")];
    const at = targets.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "m" && !event.target.matches("input")) within.querySelector(".fw-move")?.click();
    else if (event.key === "Escape" && open) open.click();
    else if (step && at >= 0) targets.at((at + step) % targets.length).focus();
    else return;
    event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const card = event.target.id === "moving" && event.submitter?.closest(DRAGGED);
    if (card) moved = card.id;
  });

  // The focus goes to the first place of a card that was just opened, and stays with the card that was moved.
  document.addEventListener("htmx:after:swap", () => {
    settle();
    const focus = document.activeElement;
    const opened = !focus?.closest(".fw-targets") && focus?.closest(DRAGGED)?.querySelector('[aria-expanded="true"]');
    if (opened) document.querySelector(".fw-targets :is(button, input)")?.focus();
    else if (moved) {
      (document.getElementById("refusal") ?? document.querySelector(`#${CSS.escape(moved)} a`))?.focus();
      moved = "";
    }
  });
})();
