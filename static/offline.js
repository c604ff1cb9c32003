// A form without a connection: says that what was typed stays here, asks until the server answers, then does what had to wait.
// It looks before anything is sent, too: a connection may be gone without a word, and the browser's own page take this one's place.
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  const place = document.getElementById("offline");
  if (!form || !place) return;
  const { say, form: state } = window.formwright; // app.js, form.js
  const { dataset } = place;
  const PAUSES = [2, 5, 10, 20]; // seconds between two tries
  const PATIENCE = 10_000; // so long an answer may take: many a dead connection only keeps silent
  let isAway = false, asking = null, tries = 0, timer = 0;
  let asked = false; // whether the form was not evaluated meanwhile
  let button; // the one that was pressed meanwhile; undefined for none
  let isSure = false, isLooking = false; // whether what is sent just now was looked at, or waits for that
  window.formwright.offline = { look, misses, waits };

  function tell() {
    place.hidden = !isAway;
    place.textContent = !isAway ? "" : button === undefined ? dataset.away : dataset.waiting;
    say(place.textContent || dataset.back);
  }

  // Whether there is no connection now: any small file of the server tells, whoever asks. A proxy that finds no server
  // behind it (502 to 504) is none either.
  function look() {
    clearTimeout(timer);
    const asks = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
    asking ??= fetch(dataset.look, asks).then(({ status }) => status < 500, () => false).then(told);
    return asking;
  }

  function told(answers) {
    asking = null;
    if (answers && isAway) goOn();
    if (answers) return false;
    timer = setTimeout(look, 1000 * PAUSES[Math.min(tries, PAUSES.length - 1)]);
    tries += 1;
    if (!isAway) {
      isAway = true;
      tell();
    }
    return true;
  }

  function goOn() {
    const pressed = button;
    isAway = false;
    tries = 0;
    button = undefined;
    tell();
    document.dispatchEvent(new CustomEvent("fw:back"));
    if (pressed !== undefined) send(pressed);
    else if (asked) form.dispatchEvent(new Event("change", { bubbles: true }));
    asked = false;
  }

  // Whether a request that failed is asked again from here, or by whoever goes on typing.
  async function misses(source) {
    const isMissed = await look() && form.contains(source);
    asked ||= isMissed && source === form;
    return isMissed;
  }

  function send(pressed) {
    isSure = true;
    form.requestSubmit(pressed?.isConnected ? pressed : null);
    isSure = false;
  }

  // What was pressed is done once there is a connection.
  function waits(pressed) {
    button = pressed;
    tell();
  }

  async function lookAndSend(pressed) {
    isLooking = true;
    state.wait(pressed);
    const isGone = await look();
    state.free();
    isLooking = false;
    if (isGone) waits(pressed);
    else send(pressed);
  }

  window.addEventListener("submit", (event) => { // before all others, who would send something
    if (isSure || event.target !== form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isLooking) return;
    if (!isAway) return lookAndSend(event.submitter);
    waits(event.submitter);
    look();
  }, true);

  // What is typed after that is not sent without its author, nor what a button of a row or a file did.
  function takeBack() {
    if (button === undefined) return;
    button = undefined;
    tell();
  }
  form.addEventListener("input", takeBack);
  form.addEventListener("change", ({ isTrusted }) => { if (!isTrusted) takeBack(); });
  for (const name of ["online", "offline"]) window.addEventListener(name, look);
  if (!navigator.onLine) look();
})();
