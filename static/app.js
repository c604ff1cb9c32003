// What every page shares: the CSRF token on htmx requests, input methods (IME), messages, small conveniences.
(() => {
  const texts = document.getElementById("texts").dataset;
  const meta = document.querySelector('meta[name="csrf-token"]') ?? { content: "" };

  // --- Input methods: while pinyin is being composed nobody else hears of it, so no request per keystroke.
  for (const name of ["input", "change", "keydown", "keyup"]) {
    document.addEventListener(name, (event) => {
      if (!event.isComposing && event.keyCode !== 229) return;
      event.stopImmediatePropagation();
      if (event.key === "Enter") event.preventDefault(); // it takes the word and must not send the form
    }, true);
  }
  // --- Keys of one letter or sign: who has switched them off in his profile types them into texts alone.
  const isTyped = ({ key, ctrlKey, metaKey, altKey }) => key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
  if (document.querySelector(".top[data-single-keys=off]")) {
    document.addEventListener("keydown", (event) => {
      const { target } = event;
      const typing = target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
      if (isTyped(event) && !typing) event.stopImmediatePropagation();
    }, true);
  }
  document.addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }, true);

  // --- Messages
  function say(text) {
    const live = document.getElementById("live");
    live.textContent = "";
    requestAnimationFrame(() => { live.textContent = text; });
  }

  function button(label, action) {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = label;
    element.addEventListener("click", action);
    return element;
  }

  function toast(text, action, role = "alert") {
    const note = document.createElement("div");
    const words = document.createElement("p");
    note.className = "toast-note";
    note.setAttribute("role", role);
    words.textContent = text;
    note.append(words);
    if (action) note.append(action);
    note.append(button(texts.close, () => note.remove()));
    document.getElementById("toasts").replaceChildren(note);
    return note;
  }

  function signInLink() {
    const link = document.createElement("a");
    link.href = "/login";
    link.target = "_blank";
    link.textContent = texts.signIn;
    return link;
  }

  window.formwright = { say, toast, button, takeToken, signedOut };
  document.addEventListener("fw:say", (event) => say(event.detail.text ?? event.detail.value));
  document.addEventListener("fw:toast", (event) => toast(event.detail.text ?? event.detail.value));

  // --- Requests of htmx
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-CSRF-Token"] = meta.content;
  });

  function takeToken(headers) {
    const token = headers.get("X-CSRF-Token");
    if (!token) return;
    meta.content = token;
    for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
  }

  function again(ctx) {
    const source = ctx.sourceElement;
    if (source.isConnected) source.dispatchEvent(new Event(ctx.sourceEvent?.type ?? "change", { bubbles: true }));
  }

  // No dialog by itself: it would take the keys of somebody who types.
  function signedOut(goOn) {
    const { signIn } = window.formwright; // leave.js
    if (!signIn) return toast(texts.signedOut, signInLink());
    const note = toast(signIn.why, button(texts.signIn, async () => {
      if (!(await signIn())) return;
      note.remove();
      goOn();
    }));
    return note;
  }

  // Only what the page expects is swapped in: other errors leave the page, and what was typed, alone.
  const EXPECTED = [409, 422, 428];
  const tried = new WeakSet();
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const { status, headers } = ctx.response;
    takeToken(headers);
    if (status < 400 || EXPECTED.includes(status)) return;
    event.preventDefault();
    if (status === 401) signedOut(() => again(ctx));
    else if (status === 403 && !tried.delete(ctx.sourceElement)) {
      tried.add(ctx.sourceElement); // the token was old: the answer brought a new one
      setTimeout(() => again(ctx));
    } else toast(new DOMParser().parseFromString(ctx.text, "text/html").body.textContent.trim());
  });
  document.addEventListener("htmx:error", async (event) => {
    const { ctx } = event.detail;
    if (!ctx?.request || await window.formwright.offline?.misses(ctx.sourceElement)) return; // offline.js
    const note = toast(texts.failed, button(texts.retry, () => { note.remove(); again(ctx); }));
  });

  // An open menu goes when the focus leaves it, lest it cover what has the focus then.
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const menu = target.closest(":popover-open");
    if (!menu || !relatedTarget || menu.contains(relatedTarget)) return;
    if (relatedTarget.getAttribute("popovertarget") !== menu.id) menu.hidePopover();
  });

  // --- Edits that edits.js keeps in this browser: for the person alone who made them, until they are saved.
  const MONTH = 30 * 24 * 3600 * 1000;
  const user = document.querySelector("[data-user]")?.dataset.user;

  function sweep(isOver, begin = "edits:") {
    try {
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith(begin))) {
        if (isOver(key)) localStorage.removeItem(key);
      }
    } catch { /* nothing can be kept here */ }
  }

  function keptAt(key) {
    try {
      return JSON.parse(localStorage.getItem(key)).at;
    } catch { return NaN; }
  }

  const isOld = (key) => !(Date.now() - keptAt(key) < MONTH);

  if (user) {
    sweep((key) => !key.startsWith(`edits:${user}:`) || isOld(key));
    sweep((key) => !key.startsWith(`recent:${user}:`), "recent:"); // what picker.js keeps
  }
  for (const saved of document.querySelectorAll("[data-edits-saved]")) sweep((key) => key.split("#")[0] === saved.dataset.editsSaved && String(keptAt(key)) === saved.dataset.at);
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/logout") return;
    window.formwright.edits?.forget();
    for (const begin of ["edits:", "recent:"]) sweep(() => true, begin);
  });

  // --- Conveniences
  for (const field of document.querySelectorAll("[data-zone]")) {
    field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
  // On a new page the focus begins at what went wrong, else at what the page before was told: nothing reads it out else.
  const begin = document.querySelector("[data-focus]") ?? document.querySelector("[autofocus]") ?? document.querySelector("[data-told]");
  begin?.focus();
  for (const field of document.querySelectorAll("[data-submit]")) {
    field.addEventListener("change", () => field.form.requestSubmit());
  }
  for (const print of document.querySelectorAll("[data-print]")) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else document.execCommand("copy"); // over http browsers keep the clipboard back
    say(copy.dataset.copied);
    copy.querySelector("[data-label]").textContent = copy.dataset.copied;
  });
})();
