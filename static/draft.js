// Keeps a new record on the server while it is typed: five seconds after the last input, and when the page is left from
// sight. What is kept goes on under “Drafts”, on any device. Without it the button Save draft does the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const { takeToken, say, signedOut } = window.formwright; // app.js
  const state = document.getElementById("draft-state");
  const mark = (name) => form.querySelector(`input[name="${name}"]`);
  const wasThere = mark("_draft_opened").value !== ""; // what was opened is not thrown away with the last words
  const IDLE = 5000, AGAIN = 15000;
  let timer = 0, kept = 0, sending = null, stopped = false, isTold = false;
  let typed = "dirty" in form.dataset ? 1 : 0; // a page that is drawn again holds what nobody kept yet

  const isOpen = () => typed !== kept;
  const isKept = () => !stopped && typed > 0 && !isOpen() && !sending;
  window.formwright.draft = { isKept, keep: atOnce, discard };

  // Whether all that is typed is on the server then.
  async function atOnce() {
    await sending;
    keep();
    await sending;
    return isKept();
  }

  async function discard() {
    stopped = true;
    await sending;
    const id = mark("_draft").value;
    if (wasThere || !id) return;
    const own = ["csrf_token", "_draft_rev", "_page"].map((name) => [name, mark(name).value]);
    const body = new URLSearchParams(own); // so that what another page wrote since stays
    await fetch(`/drafts/${id}/discard`, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => {});
  }

  function later(wait) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(keep, wait);
  }

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => { // before form.js, which keeps some of them to itself
      if (!form.contains(event.target)) return;
      typed += 1;
      later(IDLE);
    }, true);
  }

  document.addEventListener("fw:back", keep); // offline.js
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && isOpen()) keep();
  });

  function keep() {
    if (sending || stopped || !isOpen()) return;
    clearTimeout(timer);
    const now = typed;
    const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const body = new URLSearchParams(texts);
    const small = body.toString().length < 60000; // browsers send no more once the page is gone
    sending = fetch(form.dataset.draft, { method: "POST", body, keepalive: small, headers: { "HX-Request": "true", "X-CSRF-Token": mark("csrf_token").value } })
      .then((answer) => done(answer, now))
      .catch(() => { failed(); window.formwright.offline?.look(); })
      .finally(() => { sending = null; if (isOpen() && !stopped) later(IDLE); });
  }

  async function done(answer, now) {
    takeToken(answer.headers);
    if (answer.ok) {
      const { id, revision, told } = await answer.json();
      mark("_draft").value = id;
      mark("_draft_rev").value = revision;
      kept = now;
      isTold = false;
      state.textContent = told;
      if (!isOpen()) window.formwright.edits?.forget();
    } else if (answer.status === 409) {
      stopped = true;
      state.textContent = await answer.text();
      say(state.textContent);
    } else failed(answer.status);
  }

  function failed(status) {
    state.textContent = state.dataset.failed;
    if (!isTold && status === 401) signedOut(keep);
    else if (!isTold) say(state.textContent);
    isTold = true; // once, until it is kept again
    later(AGAIN);
  }

  // The page that is sent must know the answer to what is on its way, else it would seem to be another page's.
  form.addEventListener("submit", (event) => {
    if (!sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    sending.finally(() => form.requestSubmit(button));
  }, true);
  form.addEventListener("submit", (event) => { // after all who may hold it back
    if (event.defaultPrevented) return;
    stopped = true;
    clearTimeout(timer);
  });
  if (typed && mark("_draft").value !== "new") later(IDLE); // a draft of its own is made only for somebody who goes on
  window.addEventListener("pageshow", (event) => { if (event.persisted) stopped = false; });
})();
