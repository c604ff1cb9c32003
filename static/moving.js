// Moving records on a board or in a calendar: dragging, and keys. The page does the same with links and buttons; all of
// them send one form, and only what the server answers stays.
(() => {
  "use strict";
  const DRAGGED = "[data-move]:not(input)";
  let moved = "", back = null, put = null;
  const seen = (selector) => [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
  const opener = () => seen('.fw-move[aria-expanded="true"]');

  // A place takes what is dragged once something is about to be.
  const ready = new WeakSet();
  const touched = matchMedia("(pointer: coarse)");
  document.addEventListener("pointerdown", (event) => {
    if (!window.Sortable || !event.target.closest(DRAGGED)) return;
    for (const place of document.querySelectorAll("[data-place]")) {
      if (ready.has(place)) continue;
      ready.add(place);
      const handle = touched.matches && document.querySelector(".fw-handle") ? ".fw-handle" : undefined;
      new window.Sortable(place, {
        group: "records", draggable: DRAGGED, filter: ".fw-targets", preventOnFilter: false, sort: false,
        handle, delay: handle ? 0 : 250, delayOnTouchOnly: true, forceFallback: true, fallbackTolerance: 4, scrollSensitivity: 60, onEnd: drop,
      });
    }
  }, true);

  function drop({ item, from, to }) {
    if (from === to) return;
    leave(item, from, item.nextSibling);
    send(`${item.dataset.move}${to.dataset.place}`);
  }

  // Where the record came from, should it have to go back.
  function leave(item, from, next) {
    back = () => { if (item.isConnected) from.insertBefore(item, next?.parentElement === from ? next : null); };
  }

  // The input is part of this one sending only: a button that is pressed meanwhile sends its own.
  function send(move) {
    const form = document.getElementById("moving"), input = form.querySelector("[data-move]");
    if (!form.reportValidity()) return settle(true);
    moved = recordOf(move);
    put = carried()?.getBoundingClientRect();
    input.value = move;
    input.disabled = false;
    form.requestSubmit();
    input.disabled = true;
  }

  const recordOf = (move) => move.split(".")[0];

  function settle(isRefused) {
    if (isRefused) {
      back?.();
      glide();
      moved = "";
    }
    back = null;
  }

  // What may not stay where it was put goes back before the eyes.
  const carried = () => seen(`[data-move^="${moved}."]`);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  function glide() {
    const item = carried(), home = item?.getBoundingClientRect();
    if (item && put && !calm.matches) {
      item.animate([{ translate: `${put.x - home.x}px ${put.y - home.y}px` }, { translate: "none" }], { duration: 300, easing: "ease-out" });
    }
    put = null;
  }

  // Where nothing comes back that the page can show, the record goes back itself.
  const failed = ({ detail: { ctx } }) => {
    if (ctx?.sourceElement?.id !== "moving" || (ctx.response && (ctx.response.status < 400 || ctx.response.status === 422))) return;
    settle(true);
  };
  document.addEventListener("htmx:after:request", failed);
  document.addEventListener("htmx:error", failed);

  // --- keys: Space lifts a record, the arrows carry it, Space puts it down, Escape puts it back

  let lifted = null;
  const places = () => [...document.querySelectorAll("[data-place]")].filter((each) => each.checkVisibility());
  const titleOf = (item) => item.querySelector(".fw-title").textContent.trim();

  // While a move is on its way its answer would draw the page anew under the next one.
  function lift(item) {
    if (moved) return;
    const next = item.nextSibling, from = item.parentElement;
    lifted = { item, from, next };
    item.classList.add("fw-lifted");
    say(document.getElementById("moving").dataset.lifted.replace("{}", titleOf(item)));
  }

  function carry(key) {
    const { item } = lifted, all = places(), at = all.indexOf(item.parentElement);
    const across = Number(item.closest("[data-across]")?.dataset.across ?? 0);
    const to = all[at + { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[key]];
    if (!to || to === item.parentElement) return;
    hold(() => to.prepend(item));
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(to.dataset.title);
  }

  // What is put elsewhere loses the focus, which is no reason to end the carrying.
  function hold(change) {
    const { item } = lifted;
    lifted.isHeld = true;
    change();
    item.querySelector(".fw-title").focus();
    lifted.isHeld = false;
  }

  function putDown() {
    const { item, from, next } = lifted, to = item.parentElement;
    item.classList.remove("fw-lifted");
    lifted = null;
    if (to === from) return say(document.getElementById("moving").dataset.back);
    leave(item, from, next);
    send(`${item.dataset.move}${to.dataset.place}`);
  }

  function putBack() {
    const { item, from, next } = lifted;
    hold(() => from.insertBefore(item, next?.parentElement === from ? next : null));
    putDown();
  }

  // What drew the page anew put the record back.
  function letGo() {
    lifted.item.classList.remove("fw-lifted");
    lifted = null;
    say(document.getElementById("moving")?.dataset.back);
  }

  const say = (text) => window.formwright.say(text);
  document.addEventListener("focusout", () => { if (lifted && !lifted.isHeld) putBack(); });

  // --- M opens where a record can go, letters find a place by its name, the arrows go among them, Escape closes

  let typed = "", typedAt = 0;
  function named(key, targets) {
    typed = Date.now() - typedAt > 1000 ? key : typed + key;
    typedAt = Date.now();
    const begins = (text) => text.startsWith(typed.toLowerCase());
    return targets.find((each) => begins(each.textContent.trim().toLowerCase())) ?? targets.find((each) => each.dataset.letters.split(" ").some(begins));
  }

  document.addEventListener("keydown", (event) => {
    const within = event.target.closest(`${DRAGGED}, .fw-targets`);
    if (!within || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = opener();
    const targets = [...within.querySelectorAll(".fw-targets button")];
    const at = targets.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (lifted && step) carry(event.key);
    else if (lifted && event.key === " ") putDown();
    else if (lifted && event.key === "Escape") putBack();
    else if (event.key === " " && event.target.matches("a.fw-title") && within.matches(DRAGGED)) lift(within);
    else if (at >= 0 && event.key.length === 1 && event.key !== " ") named(event.key, targets)?.focus();
    else if (event.key === "m" && !event.target.matches("input")) press(within.querySelector(".fw-move"));
    else if (event.key === "Escape" && open) press(open);
    else if (step && at >= 0) targets.at((at + step) % targets.length).focus();
    else return;
    event.preventDefault();
  }, true); // before the keys of lists, which heed what is taken

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
    if (lifted) letGo();
    if (moved && document.getElementById("refusal")) glide();
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
