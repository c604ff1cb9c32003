// Moving records on a board or in a calendar: dragging, and keys. The page does the same with links and buttons; all of
// them send one form, and only what the server answers stays.
(() => {
  "use strict";
  const DRAGGED = "[data-move]:not(input)";
  let moved = "", back = null;
  const seen = (selector) => [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
  const opener = () => seen('.fw-move[aria-expanded="true"]');

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
    send(`${item.dataset.move}${to.dataset.place}`);
  }

  // The input is part of this one sending only: a button that is pressed meanwhile sends its own.
  function send(move) {
    const form = document.getElementById("moving"), input = form.querySelector("[data-move]");
    if (!form.reportValidity()) return settle(true);
    moved = recordOf(move);
    input.value = move;
    input.disabled = false;
    form.requestSubmit();
    input.disabled = true;
  }

  const recordOf = (move) => move.split(".")[0];

  function settle(isRefused) {
    if (isRefused) {
      back?.();
      moved = "";
    }
    back = null;
  }

  // Where nothing comes back that the page can show, the record goes back itself.
  const failed = ({ detail: { ctx } }) => {
    if (!back || (ctx?.response && (ctx.response.status < 400 || ctx.response.status === 422))) return;
    settle(true);
  };
  document.addEventListener("htmx:after:request", failed);
  document.addEventListener("htmx:error", failed);

  // --- keys: M opens where a record can go, the arrows go among the places, Escape closes

  document.addEventListener("keydown", (event) => {
    const within = event.target.closest(`${DRAGGED}, .fw-targets`);
    if (!within || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = opener();
    const targets = [...within.querySelectorAll(".fw-targets button")];
    const at = targets.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "m" && !event.target.matches("input")) press(within.querySelector(".fw-move"));
    else if (event.key === "Escape" && open) press(open);
    else if (step && at >= 0) targets.at((at + step) % targets.length).focus();
    else return;
    event.preventDefault();
  });

  // What opens and closes keeps the focus: what it closes goes away.
  function press(link) {
    link?.focus();
    link?.click();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-cancel]")) opener()?.focus();
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id === "moving" && event.submitter) moved = recordOf(event.submitter.value);
  });

  // Columns of which more was loaded since the page was drawn stay as long: the address tells of it.
  document.addEventListener("submit", ({ target }) => {
    if (target.id !== "moving") return;
    const asked = new URLSearchParams(location.search);
    for (const name of ["lane", "upto", "lanes"]) {
      const input = target.elements[name] ?? target.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
      input.value = asked.get(name) ?? "";
    }
  }, true);

  // The focus goes to the first place of a card that was just opened, and stays with the card that was moved.
  document.addEventListener("htmx:after:swap", () => {
    settle();
    const focus = document.activeElement;
    if (moved) return arrive();
    const opened = !focus?.closest(".fw-targets") && focus?.closest(DRAGGED)?.querySelector('[aria-expanded="true"]');
    if (opened) document.querySelector(".fw-targets :is(button, input)")?.focus();
  });

  // A record may stand twice on the page, once of it hidden, or be gone from what is shown.
  function arrive() {
    const to = document.getElementById("refusal") ?? seen(`[data-move^="${moved}."] a, #card-${moved} a`);
    (to ?? seen(".fw-board, .fw-day, .fw-agenda a"))?.focus();
    moved = "";
  }
})();
