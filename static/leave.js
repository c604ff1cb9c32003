// Leaving a form that holds something unsaved, and a log-in that ended while it was filled: asked in a dialog, on the page.
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  const leave = document.getElementById("leave"), door = document.getElementById("sign-in");
  if (!form || !leave || !door) return;
  const { toast, takeToken } = window.formwright; // app.js
  const state = window.formwright.form; // form.js
  const texts = document.getElementById("texts").dataset;
  const token = () => document.querySelector('meta[name="csrf-token"]').content;
  const draftOf = () => window.formwright.draft;

  // --- links inside the page -------------------------------------------------------------------------------

  let target = "";
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
    if (!state.isUnsaved()) return;
    event.preventDefault();
    target = link.href;
    leave.returnValue = "";
    leave.showModal();
  });

  function go() {
    state.leaveFreely();
    location.assign(target);
  }

  leave.addEventListener("close", async () => {
    if (leave.returnValue === "save") {
      const { pathname, search } = new URL(target);
      const back = form.elements._back ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "_back" }));
      back.value = pathname + search;
      form.requestSubmit(form.querySelector("[data-saving]"));
    } else if (leave.returnValue === "draft" && (await draftOf().keep())) go();
    else if (leave.returnValue === "draft") toast(document.getElementById("draft-state").textContent);
    else if (leave.returnValue === "discard") {
      window.formwright.edits?.forget();
      await draftOf()?.discard();
      go();
    }
  });

  // --- signing in on the spot ------------------------------------------------------------------------------

  const FRESH = 60_000; // so long after an answer nobody asks again
  let known = Date.now();
  const hears = { headers: { "HX-Request": "true" } };
  document.addEventListener("htmx:after:request", (event) => { if (event.detail.ctx.response.status < 400) known = Date.now(); });

  // Whether the person of this page is signed in: true, false, or null when the server cannot be reached.
  async function isHere() {
    try {
      const answer = await fetch(door.dataset.here, hears);
      takeToken(answer.headers);
      return answer.ok || (answer.status === 401 ? false : null);
    } catch { return null; }
  }

  let opened = null; // the answer to who waits for the dialog
  function signIn() {
    opened ??= new Promise((resolve) => {
      door.returnValue = "";
      tell("");
      door.showModal();
      door.addEventListener("close", () => { opened = null; resolve(door.returnValue === "in"); }, { once: true });
    });
    return opened;
  }
  signIn.why = door.querySelector("p").textContent;
  window.formwright.signIn = signIn;

  const tell = (text) => { door.querySelector("[role=alert]").textContent = text; };

  async function send() {
    const typed = new FormData(door.querySelector("form"));
    typed.set("csrf_token", token());
    const answer = await fetch(door.dataset.login, { method: "POST", body: new URLSearchParams(typed), ...hears });
    takeToken(answer.headers);
    return answer.status;
  }

  door.querySelector("form").addEventListener("submit", async (event) => {
    if (event.submitter?.value === "cancel") return;
    event.preventDefault();
    try {
      let status = await send();
      if (status === 403) status = await send(); // the token was old: the answer brought a new one
      const here = status < 300 ? await isHere() : null;
      if (here) {
        door.querySelector("[name=password]").value = "";
        known = Date.now();
        return door.close("in");
      }
      tell(here === false ? door.dataset.other : status === 429 ? door.dataset.many : status === 422 ? door.dataset.wrong : texts.failed);
    } catch { tell(texts.failed); }
  });

  // What is sent long after the last answer might meet a log-in that has ended: asked first, the page stays.
  let asking = false;
  form.addEventListener("submit", async (event) => {
    if (Date.now() - known < FRESH) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asking) return;
    asking = true;
    const button = event.submitter;
    const here = await isHere();
    if (here === null) toast(texts.failed);
    else if (here || (await signIn())) {
      known = Date.now();
      form.requestSubmit(button);
    }
    asking = false;
  }, true);
})();
