// The designer's line to the server: one request at a time, each with the newest revision, and nothing gets lost.
// Every command waits its turn here; what could not be sent is kept on this device and offered after a reload.
(() => {
  "use strict";
  const { say, toast } = window.formwright; // app.js
  const line = document.getElementById("design-texts"); // what asks; htmx marks it, so it is small and stays
  const texts = line?.dataset;
  const designer = () => document.getElementById("designer");
  if (!texts || !designer()) return;

  const PAUSES = [1000, 2000, 4000, 8000];
  const PERMANENT = new Set([400, 404, 409, 413, 422, 428]);
  const waiting = []; // the first one is under way
  let issued = null, pause = 0, failures = 0, answer = 0;

  // --- what waits is mirrored on this device -----------------------------------------------------------------

  const me = (sessionStorage.formwrightTab ??= Math.random().toString(36).slice(2));
  const place = `formwright:${designer().dataset.commands}:`;
  if (localStorage[place + me]) { // left by this tab before it was loaded anew: what it does now is mirrored beside it
    localStorage.setItem(`${place}${me}:${Date.now()}`, localStorage[place + me]);
    localStorage.removeItem(place + me);
  }
  function keep() {
    const kept = waiting.filter(saves).map(({ action, body, since }) => ({ action, body, since }));
    try {
      if (kept.length) localStorage.setItem(place + me, JSON.stringify(kept));
      else localStorage.removeItem(place + me);
    } catch { /* a private window without storage: the queue in memory is all there is */ }
  }

  const channel = new BroadcastChannel(place);
  const living = new Set();
  channel.onmessage = ({ data }) => {
    if (data === "who") channel.postMessage(me);
    else living.add(data);
  };

  function orphans() {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(place));
    return keys.filter((key) => key !== place + me && !living.has(key.slice(place.length)));
  }

  function offer() {
    const keys = orphans();
    const entries = keys.flatMap((key) => JSON.parse(localStorage.getItem(key)));
    if (!entries.length) return;
    const answers = document.createElement("span");
    const note = toast(texts.left.replace("{}", entries.length), answers);
    note.id = "designer-left";
    const choose = (text, then) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => {
        for (const key of keys) localStorage.removeItem(key);
        note.remove();
        then();
      });
      answers.append(button);
    };
    choose(texts.replay, () => entries.forEach((entry) => enqueue({ ...entry, method: "POST", again: "since" in entry })));
    choose(texts.discard, () => {});
  }
  channel.postMessage("who");
  setTimeout(offer, 150); // other tabs of this draft answer before that

  // --- the queue ---------------------------------------------------------------------------------------------

  const saves = (entry) => entry.method === "POST" && !entry.looks;

  function enqueue(entry) {
    waiting.push(entry);
    keep();
    tell();
    document.dispatchEvent(new CustomEvent("fw:asked", { detail: entry }));
    pump();
  }

  function pump() {
    clearTimeout(pause);
    if (issued || !waiting.length) return;
    issued = waiting[0];
    answer = 0;
    const { method, action } = issued;
    if (saves(issued) && issued.since === undefined) {
      issued.since = designer().dataset.revision;
      keep();
    }
    window.htmx.ajax(method, action, {
      source: line, target: "#designer", swap: "outerMorph", design: issued,
      ...(method === "GET" ? { replace: action } : {}),
    });
  }

  function command(name, args, more = {}) {
    const { commands, tab, sel } = designer().dataset;
    enqueue({ method: "POST", action: commands, body: [["do", JSON.stringify({ name, args })], ["tab", tab], ["sel", sel]], ...more });
  }

  function look(href, more = {}) {
    const last = waiting.at(-1);
    if (last && last !== issued && last.method === "GET") waiting.pop(); // only the newest look counts
    const { pathname, search } = new URL(href, location.href);
    enqueue({ method: "GET", action: pathname + search, body: [], ...more });
  }

  // A question about more than an address can hold.
  function ask(args) {
    const { commands, tab, sel } = designer().dataset;
    enqueue({ method: "POST", looks: true, action: commands.replace(/commands$/, "ask"), body: Object.entries({ tab, sel, ...args }) });
  }

  // htmx asks to send something to the designer: it takes its turn in the queue instead.
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.design) {
      ctx.request.body = fresh(ctx.design);
      ctx.request.headers["FW-Drawn"] = held();
      return;
    }
    if (ctx.target?.id !== "designer") return;
    event.preventDefault();
    const body = [...ctx.request.body].filter(([name]) => name !== "csrf_token" && name !== "rev");
    const form = ctx.sourceElement?.closest("form[data-fresh]");
    if (ctx.request.method === "POST") return enqueue({ method: "POST", action: ctx.request.action, body, form });
    const url = new URL(ctx.request.action, location.href);
    for (const [name, value] of body) url.searchParams.append(name, value);
    look(url.href);
  });

  function fresh({ method, body, again, since }) {
    const form = new FormData();
    if (method === "GET") return form;
    for (const [name, value] of body) form.append(name, value);
    form.set("rev", designer().dataset.revision);
    if (again) form.set("since", since); // it may have arrived, and only the answer was lost
    return form;
  }

  // What stands here is not sent again: the answer names it, and the morph leaves it alone.
  const held = () => [...designer().querySelectorAll("[data-drawn]")].map(({ dataset }) => dataset.drawn).join("");
  window.htmx.registerExtension("kept", {
    htmx_before_morph_node: (_old, { newNode }) => !newNode.hasAttribute?.("data-kept"),
  });

  // --- answers -----------------------------------------------------------------------------------------------

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (!ctx.design) return;
    answer = ctx.response.status;
    if (answer < 500 && answer !== 429) return; // app.js tells of the others, and takes a new CSRF token
    event.stopImmediatePropagation();
    event.preventDefault();
  }, true);

  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx?.design) event.stopImmediatePropagation();
  }, true);

  document.addEventListener("htmx:finally:request", (event) => {
    const entry = event.detail.ctx.design;
    if (!entry) return;
    issued = null;
    if (answer && (answer < 400 || PERMANENT.has(answer))) settled(entry, answer < 400);
    else failed(entry);
  });

  function settled(entry, good) {
    waiting.shift();
    failures = 0;
    keep();
    tell();
    if (good) entry.form?.reset(); // ready for the next one of its kind
    document.dispatchEvent(new CustomEvent("fw:answered", { detail: { ...entry, good } }));
    pump();
  }

  function failed(entry) {
    if (!saves(entry)) {
      waiting.shift(); // looking can be asked for again
      return tell(), pump();
    }
    entry.again = true;
    if (!failures) say(navigator.onLine ? texts.retrying : offline());
    failures += 1;
    keep();
    tell();
    pause = setTimeout(pump, PAUSES[Math.min(failures, PAUSES.length) - 1]);
  }
  window.addEventListener("online", pump);
  window.addEventListener("offline", () => tell());

  const offline = () => texts.offline.replace("{}", waiting.filter(saves).length);

  let server = null; // what the server says in that place, to return to
  function tell() {
    const saved = document.getElementById("saved");
    const busy = waiting.some(saves);
    document.documentElement.toggleAttribute("data-busy", waiting.length > 0);
    if (!saved) return;
    if (!("state" in saved.dataset)) server = [...saved.childNodes].map((node) => node.cloneNode(true));
    if (!busy) {
      if ("state" in saved.dataset) saved.replaceChildren(...server);
      delete saved.dataset.state;
      return;
    }
    saved.dataset.state = !failures ? "saving" : navigator.onLine ? "retrying" : "offline";
    saved.textContent = !failures ? texts.saving : navigator.onLine ? texts.retrying : offline();
  }

  // --- after the page was drawn anew -------------------------------------------------------------------------

  document.addEventListener("htmx:after:swap", (event) => {
    const entry = event.detail.ctx?.design;
    if (!entry) return;
    delete document.getElementById("saved")?.dataset.state;
    server = null;
    if (waiting.length === 1) showStored();
    document.dispatchEvent(new CustomEvent("fw:drawn", { detail: entry }));
    if (document.activeElement === document.body || !document.activeElement.checkVisibility()) begins();
  });

  // What had the focus is gone or hidden: what is selected has it, on a phone the way back from what covers that.
  function begins() {
    const stops = ["[aria-current=true]", ".canvas-close", "#main"].flatMap((stop) => [...designer().querySelectorAll(stop)]);
    stops.find((one) => one.checkVisibility())?.focus();
  }

  // A morph leaves ticks and choices as they are, of whatever stood here before. Controls that apply at once hold
  // what is stored.
  function showStored() {
    const held = (what) => designer().querySelectorAll(`form[hx-trigger*=change] ${what}`);
    for (const box of held(":is([type=radio], [type=checkbox])")) {
      if (box.checked !== box.defaultChecked) box.checked = box.defaultChecked;
    }
    for (const list of held("select")) {
      const stored = [...list.options].findIndex((option) => option.defaultSelected);
      if (!list.multiple && list.selectedIndex !== Math.max(stored, 0)) list.selectedIndex = Math.max(stored, 0);
    }
  }

  // Somebody else changed the same thing: what to choose stays, whatever is done and drawn before that.
  const clashes = document.getElementById("clashes");
  document.addEventListener("fw:drawn", () => {
    const box = designer().querySelector("[data-clash]");
    if (!box) return;
    clashes.querySelector(`#${box.id}`)?.remove();
    clashes.append(box);
    if (document.activeElement.matches("[data-idle]")) say(box.querySelector("h2").textContent); // somebody is typing
    else box.querySelector("a, button").focus();
  });
  function chosen(box) {
    box.remove();
    clashes.querySelector("a, button")?.focus();
    if (document.activeElement === document.body) begins();
  }
  clashes.addEventListener("click", (event) => {
    if (!event.target.closest("[data-clash-theirs]")) return;
    event.preventDefault();
    chosen(event.target.closest("[data-clash]"));
  });
  document.addEventListener("fw:asked", () => {
    const box = clashes.contains(document.activeElement) && document.activeElement.closest("[data-clash]");
    if (box) chosen(box);
  });

  // --- keys that work everywhere -----------------------------------------------------------------------------

  const isText = (el) => el.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
  const press = (selector) => document.querySelector(selector)?.click();
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    if (key === "f6") {
      event.preventDefault();
      return cycle(event.shiftKey ? -1 : 1);
    }
    if (!(event.ctrlKey || event.metaKey)) return;
    if (key === "s") {
      event.preventDefault();
      say(waiting.length ? texts.saving : texts.saved);
      if (!waiting.length) toast(texts.saved);
    } else if (key === "enter") press("#publish-link");
    else if (!isText(event.target) && key === "z") turn(event, event.shiftKey ? "redo" : "undo");
    else if (!isText(event.target) && key === "y") turn(event, "redo");
  });

  function turn(event, what) {
    event.preventDefault();
    const { commands, tab, sel } = designer().dataset;
    enqueue({ method: "POST", action: commands.replace(/commands$/, what), body: [["tab", tab], ["sel", sel]] });
  }

  function cycle(step) {
    const panes = [...document.querySelectorAll("#palette, #main, #properties")].filter((pane) => pane.checkVisibility());
    const now = panes.findIndex((pane) => pane.contains(document.activeElement));
    const pane = panes[(now + step + panes.length) % panes.length];
    const inside = [...(pane?.querySelectorAll("a.pick, input:not([type=hidden]), select, textarea, button, a") ?? [])];
    const stop = inside.find((one) => one.tabIndex === 0 && one.checkVisibility({ visibilityProperty: true }));
    (stop ?? pane)?.focus();
  }

  // Links that show another state of the page: no reload.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    look(link.href);
  });
  // Links to a closed part of the page open it and go to its first control.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-part]");
    const part = link && document.getElementById(link.hash.slice(1));
    if (!part) return;
    event.preventDefault();
    part.open = true;
    part.scrollIntoView({ block: "nearest" });
    part.querySelector("input:checked, input:not([type=hidden]), select, button")?.focus();
  });
  document.addEventListener("submit", (event) => {
    (event.submitter ?? event.target).closest(":popover-open")?.hidePopover();
  });

  // A problem led here: the focus goes to the control at the path `at`, else to one beside it.
  function begin(at) {
    const named = at.split("/").reverse().filter((step) => !/^[0-9]*$/.test(step)).map((step) => CSS.escape(step));
    const controls = named.flatMap((step) => [...designer().querySelectorAll(`:is([id$="-${step}"], [id$="-${step}-text"], [id*="-${step}-"])`)]);
    const faulty = designer().querySelector("[aria-invalid=true], .cond-row.is-open select");
    const around = designer().querySelector(".rules-box, .auto-card.is-open, #panel-found, .message-editor") ?? designer();
    const all = [faulty, ...controls, ...around.querySelectorAll("*")];
    const control = all.find((one) => one?.matches("input:not([type=hidden]), select, textarea") && !one.closest("#palette, #history-list"));
    for (let part = control?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    control?.focus();
  }
  const at = new URLSearchParams(location.search).get("at");
  if (at) begin(at);

  window.formwright.design = { command, look, ask, isText, waiting };
})();
