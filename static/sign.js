// A pad to sign on with a finger, a pen or the mouse. What is drawn is sent as a picture by upload.js, a moment after
// the last stroke or when the form is sent. The name can be typed instead, without any of this.
(() => {
  "use strict";
  document.documentElement.classList.add("can-draw");
  const { say, stopUpload, upload } = window.formwright; // app.js, upload.js
  const PAUSE = 1200;
  const pads = new Map(); // canvas → { pad, timer }
  let library = null; // is got once, when somebody is about to see a pad

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) get(target);
  }, { rootMargin: "600px" });

  function get(canvas) {
    library ??= new Promise((got) => {
      document.head.append(Object.assign(document.createElement("script"), { src: canvas.dataset.pad, onload: got }));
    });
    near.unobserve(canvas);
    library.then(() => { if (!pads.has(canvas)) begin(canvas); });
  }

  function begin(canvas) {
    const pad = new SignaturePad(canvas, { backgroundColor: "rgb(255, 255, 255)", penColor: "rgb(17, 17, 17)" });
    const state = { pad, timer: 0 };
    pad.addEventListener("beginStroke", () => clearTimeout(state.timer));
    pad.addEventListener("endStroke", () => { state.timer = setTimeout(() => send(canvas), PAUSE); });
    pads.set(canvas, state);
    new ResizeObserver(() => fit(canvas, pad)).observe(canvas);
  }

  // On a hidden tab a pad has no size yet; where the phone is turned it gets another one.
  function fit(canvas, pad) {
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (!width || (canvas.width === width && canvas.height === height)) return;
    Object.assign(canvas, { width, height });
    canvas.getContext("2d").scale(ratio, ratio);
    pad.fromData(pad.toData());
  }

  function send(canvas) {
    const { pad, timer } = pads.get(canvas);
    clearTimeout(timer);
    pads.get(canvas).timer = 0;
    if (pad.isEmpty() || !canvas.isConnected) return;
    const bytes = Uint8Array.from(atob(pad.toDataURL("image/png").split(",")[1]), (char) => char.charCodeAt(0));
    upload(canvas.closest("[data-files]"), [new File([bytes], `${canvas.dataset.name}.png`, { type: "image/png" })]);
  }

  function find() {
    for (const canvas of document.querySelectorAll("canvas[data-pad]")) if (!pads.has(canvas)) near.observe(canvas);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-clear]");
    if (!button) return;
    const canvas = document.getElementById(button.dataset.clear);
    const drawn = pads.get(canvas);
    clearTimeout(drawn?.timer);
    if (drawn) drawn.timer = 0;
    drawn?.pad.clear();
    const host = canvas.closest("[data-files]");
    stopUpload(host);
    host.querySelector("[data-remove]")?.click();
    say(button.dataset.said);
  });

  // Before upload.js looks whether all is there.
  window.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-record]")) return;
    for (const [canvas, { timer }] of pads) if (timer) send(canvas);
  }, true);

  document.addEventListener("htmx:after:swap", find);
  find();
})();
