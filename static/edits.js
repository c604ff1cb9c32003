// Keeps what is typed into a record in this browser, a second after the last input, and offers it when the person comes
// back without having saved; of a new record until draft.js has it on the server. Each page keeps its own, so that two of
// one record lose nothing. Files of a stored record are not kept. app.js takes it away when it was saved or somebody signs
// out.
(() => {
  "use strict";
  const form = document.querySelector("form[data-edits]");
  const offer = document.getElementById("edits");
  if (!form || !offer) return;
  const { say, form: state } = window.formwright; // app.js, form.js
  const key = form.dataset.edits;
  const mine = `${key}#${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  const held = form.elements._edits; // when that was kept which this page holds: it may go, nothing else
  const isNew = "draft" in form.dataset;
  const MARKS = ["_draft", "_draft_rev", "_draft_opened", "_page", "_once"]; // by which a new record is sent once
  const BESIDE = /^_(was|picked|next)\./; // what a control says besides its value
  let timer = 0;

  function read(place) {
    try {
      return { ...JSON.parse(localStorage.getItem(place)), place };
    } catch { return { place }; }
  }

  // What pages of this record have kept, the newest first.
  function all() {
    try {
      const places = Object.keys(localStorage).filter((place) => place === key || place.startsWith(`${key}#`));
      return places.map(read).filter((one) => one.texts).sort((one, other) => other.at - one.at);
    } catch { return []; }
  }

  const isHeld = (one) => String(one.at) === held.value;
  const opened = isNew && form.elements._draft.value; // a draft offers what was typed into it, an empty form everything
  const waiting = () => all().find((one) => !isHeld(one) && one.place !== mine && (!opened || one.marks?._draft === opened));

  function drop({ place }) {
    try { localStorage.removeItem(place); } catch { /* nothing can be kept here */ }
  }

  function forget() {
    clearTimeout(timer);
    all().filter((one) => isHeld(one) || one.place === mine).forEach(drop);
  }

  const isAnswer = (name) => name !== "csrf_token" && (name[0] !== "_" || BESIDE.test(name));

  function texts() {
    const files = new Set([...form.querySelectorAll("[data-files] [name]")].filter(() => !isNew).map((control) => control.name));
    return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && isAnswer(name) && !files.has(name));
  }

  function keep() {
    timer = 0;
    if (!state.isUnsaved()) return forget();
    const before = all().filter((one) => isHeld(one) && one.place !== mine); // brought back here
    const marks = isNew ? Object.fromEntries(MARKS.map((name) => [name, form.elements[name].value])) : {};
    const found = { marks, rev: form.elements._rev?.value ?? "", at: Date.now(), texts: texts() };
    try {
      localStorage.setItem(mine, JSON.stringify(found));
      held.value = found.at;
      before.forEach(drop);
    } catch { /* no room, or not allowed */ }
  }

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      if (!form.contains(event.target)) return;
      clearTimeout(timer);
      timer = setTimeout(keep, 1000);
    }, true);
  }
  form.addEventListener("submit", () => { // the last words, too, so that they are known by the moment that is sent
    if (!timer) return;
    clearTimeout(timer);
    keep();
  }, true);
  window.formwright.edits = { forget };

  // --- coming back -----------------------------------------------------------------------------------------

  let found = waiting();
  if (!found) return; // what this page holds stands on it
  const plain = (pairs) => JSON.stringify(pairs.filter(([name]) => name[0] !== "_"));
  addEventListener("DOMContentLoaded", tell);

  function tell() {
    while (found && !("dirty" in form.dataset) && !state.isDirty() && plain(found.texts) === plain(texts())) {
      drop(found);
      found = waiting();
    }
    offer.hidden = !found;
    if (!found) return;
    const moment = new Date(found.at), day = 12 * 3600 * 1000;
    const date = Date.now() - found.at < day ? {} : { day: "numeric", month: "short" };
    const time = moment.toLocaleString(document.documentElement.lang, { ...date, hour: "numeric", minute: "2-digit" });
    offer.querySelector("p").textContent = offer.dataset.text.replace("{}", time);
    say(offer.querySelector("p").textContent);
  }

  // The server draws the page with it, as it does after any button: rows, rules and widgets come right.
  offer.querySelector("[data-restore]").addEventListener("click", () => {
    const sender = Object.assign(document.createElement("form"), { method: "post", action: form.action, hidden: true });
    const own = ["csrf_token", "_once", "_for", "_back"].map((name) => [name, form.elements[name]?.value ?? ""]);
    const sent = { ...Object.fromEntries(own), ...found.marks, _do: "restore", _rev: found.rev, _edits: found.at };
    for (const [name, value] of [...Object.entries(sent), ...found.texts]) {
      sender.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(sender);
    state.leaveFreely();
    sender.submit();
  });
  offer.querySelector("[data-discard]").addEventListener("click", () => {
    drop(found);
    found = waiting();
    tell();
    (found ? offer.querySelector("[data-restore]") : form).focus();
  });
})();
