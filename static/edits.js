// Keeps what is typed into a stored record in this browser, a second after the last input, and offers it when the person
// comes back without having saved. Files are not kept. app.js takes it away when it was saved or somebody signs out.
(() => {
  "use strict";
  const form = document.querySelector("form[data-edits]");
  const offer = document.getElementById("edits");
  if (!form || !offer) return;
  const { say, form: state } = window.formwright; // app.js, form.js
  const key = form.dataset.edits;
  const BESIDE = /^_(was|picked|next)\./; // what a control says besides its value
  let timer = 0;

  function read() {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch { return null; }
  }

  function forget() {
    clearTimeout(timer);
    try { localStorage.removeItem(key); } catch { /* nothing can be kept here */ }
  }

  const isAnswer = (name) => name !== "csrf_token" && (name[0] !== "_" || BESIDE.test(name));

  function texts() {
    const files = new Set([...form.querySelectorAll("[data-files] [name]")].map((control) => control.name));
    return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && isAnswer(name) && !files.has(name));
  }

  function keep() {
    if (!offer.hidden) return; // first comes what is offered
    if (!state.isDirty()) return forget();
    const found = { rev: form.elements._rev.value, at: Date.now(), texts: texts() };
    try { localStorage.setItem(key, JSON.stringify(found)); } catch { /* no room, or not allowed */ }
  }

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      if (!form.contains(event.target)) return;
      clearTimeout(timer);
      timer = setTimeout(keep, 1000);
    }, true);
  }
  window.formwright.edits = { forget };

  // --- coming back -----------------------------------------------------------------------------------------

  const found = read();
  const isDrawnAgain = "dirty" in form.dataset; // after it was sent: what is kept stands on the page
  if (!found || isDrawnAgain) return;
  const plain = (pairs) => JSON.stringify(pairs.filter(([name]) => name[0] !== "_"));
  addEventListener("DOMContentLoaded", () => {
    if (plain(found.texts) === plain(texts())) return forget();
    const moment = new Date(found.at), day = 12 * 3600 * 1000;
    const date = Date.now() - found.at < day ? {} : { day: "numeric", month: "short" };
    const time = moment.toLocaleString(document.documentElement.lang, { ...date, hour: "numeric", minute: "2-digit" });
    offer.querySelector("p").textContent = offer.dataset.text.replace("{}", time);
    offer.hidden = false;
    say(offer.querySelector("p").textContent);
  });

  // The server draws the page with it, as it does after any button: rows, rules and widgets come right.
  offer.querySelector("[data-restore]").addEventListener("click", () => {
    const sender = Object.assign(document.createElement("form"), { method: "post", action: form.action, hidden: true });
    const own = ["csrf_token", "_once", "_for", "_back"].map((name) => [name, form.elements[name]?.value ?? ""]);
    for (const [name, value] of [["_do", "restore"], ["_rev", found.rev], ...own, ...found.texts]) {
      sender.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(sender);
    state.leaveFreely();
    sender.submit();
  });
  offer.querySelector("[data-discard]").addEventListener("click", () => {
    forget();
    offer.hidden = true;
    form.focus();
  });
})();
