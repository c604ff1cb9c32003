// A form without a connection: says that what was typed stays here, asks until the server answers, then does what had to wait.
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  const place = document.getElementById("offline");
  if (!form || !place) return;
  const { say } = window.formwright; // app.js
  const { dataset } = place;
  const PAUSES = [2, 5, 10, 20]; // seconds between two tries
  let isAway = false, asking = null, tries = 0, timer = 0;
  let asked = false; // whether the form was not evaluated meanwhile
  let button; // the one that was pressed meanwhile; undefined for none
  window.formwright.offline = { look, misses };

  function tell() {
    place.hidden = !isAway;
    place.textContent = !isAway ? "" : button === undefined ? dataset.away : dataset.waiting;
    say(place.textContent || dataset.back);
  }

  // Whether there is no connection now: any small file of the server tells, whoever asks.
  function look() {
    clearTimeout(timer);
    asking ??= fetch(dataset.look, { method: "HEAD", cache: "no-store" }).then(() => true, () => false).then(told);
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
    if (pressed !== undefined) form.requestSubmit(pressed?.isConnected ? pressed : null);
    else if (asked) form.dispatchEvent(new Event("change", { bubbles: true }));
    asked = false;
  }

  // Whether a request that failed is asked again from here, or by whoever goes on typing.
  async function misses(source) {
    const isMissed = await look() && form.contains(source);
    asked ||= isMissed && source === form;
    return isMissed;
  }

  window.addEventListener("submit", (event) => { // before all others, who would send something
    if (!isAway || event.target !== form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button = event.submitter;
    tell();
    look();
  }, true);

  form.addEventListener("input", () => { // what is typed after that is not sent without its author
    if (button === undefined) return;
    button = undefined;
    tell();
  });
  for (const name of ["online", "offline"]) window.addEventListener(name, look);
  if (!navigator.onLine) look();
})();
