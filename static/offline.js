// A form without a connection: says that what was typed stays here, asks until the server answers, then does what had to wait.
// It looks before it sends, lest the browser's own page come.
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  const place = document.getElementById("offline");
  if (!form || !place) return;
  const { say, form: state } = window.formwright; // app.js, form.js
  const { dataset } = place;
  let isAway = false, asking = null, tries = 0, timer = 0;
  let asked = false; // whether the form was not evaluated meanwhile
  let button; // the one that was pressed meanwhile; undefined for none
  let isSure = false, isLooking = false;
  window.formwright.offline = { look, misses, waits };

  function tell() {
    place.hidden = !isAway;
    place.textContent = !isAway ? "" : button === undefined ? dataset.away : dataset.waiting;
    say(place.textContent || dataset.back);
  }

  // Whether there is no connection now: any small file of the server tells, whoever asks. Neither silence nor a proxy counts.
  function look() {
    clearTimeout(timer);
    const asks = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10_000) };
    asking ??= fetch(dataset.look, asks).then(({ status }) => status < 500, () => false).then(told);
    return asking;
  }

  function told(answers) {
    asking = null;
    if (answers && isAway) goOn();
    if (answers) return false;
    tries += 1;
    timer = setTimeout(look, 1000 * Math.min(2 ** tries, 20));
    isAway = true;
    if (tries === 1) tell();
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

  function waits(pressed) {
    button = pressed;
    tell();
  }

  async function lookAndSend(pressed) {
    isLooking = true;
    state.wait(pressed);
    const then = await look() ? waits : send;
    state.free();
    isLooking = false;
    then(pressed);
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

  // Who types on, or adds a row, sends it himself.
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
