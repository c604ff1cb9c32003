// Reads a barcode with the camera where the browser knows how (BarcodeDetector); elsewhere nobody sees the button.
(() => {
  "use strict";
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  document.documentElement.classList.add("can-scan");

  const FORMATS = { ean_13: ["ean_13", "upc_a"], code_128: ["code_128"], qr_code: ["qr_code"] };
  const { say, toast } = window.formwright; // app.js

  function make(name, properties, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  function show(button, video) {
    const close = make("button", { className: "btn", textContent: button.dataset.close });
    const hint = make("p", { textContent: button.dataset.hint });
    const dialog = make("dialog", { className: "fw-scanner" }, video, hint, make("form", { method: "dialog" }, close));
    dialog.setAttribute("aria-label", button.getAttribute("aria-label"));
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
  }

  async function detector(wanted) {
    const known = await BarcodeDetector.getSupportedFormats();
    const formats = (FORMATS[wanted] ?? known).filter((format) => known.includes(format));
    return new BarcodeDetector({ formats: formats.length ? formats : known });
  }

  // The first code that comes before the camera; nothing when the dialog is closed before.
  async function watch(dialog, video, reads) {
    while (dialog.open) {
      const found = video.readyState >= 2 ? await reads.detect(video).catch(() => []) : [];
      if (found.length) return found[0].rawValue;
      await new Promise((done) => setTimeout(done, 150));
    }
  }

  async function scan(button) {
    const control = document.getElementById(button.dataset.scan);
    let stream, dialog;
    try {
      const reads = await detector(control.dataset.format);
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const video = make("video", { srcObject: stream, muted: true, playsInline: true });
      dialog = show(button, video);
      await video.play();
      const code = await watch(dialog, video, reads);
      if (code) put(document.getElementById(button.dataset.scan), code);
    } catch {
      toast(button.dataset.failed);
    } finally {
      stream?.getTracks().forEach((track) => track.stop());
      dialog?.close();
      dialog?.remove();
    }
  }

  function put(control, code) {
    control.value = code;
    control.focus();
    control.dispatchEvent(new Event("change", { bubbles: true }));
    say(code);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-scan]");
    if (button) scan(button);
  });
})();
