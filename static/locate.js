// Puts the browser's position into a location field; where a browser does not tell it nobody sees the button.
(() => {
  "use strict";
  if (!navigator.geolocation || !window.isSecureContext) return;
  document.documentElement.classList.add("can-locate");
  const { say, toast } = window.formwright; // app.js
  const degrees = (number) => String(Math.round(number * 1e6) / 1e6);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-locate]");
    if (!button || button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      button.removeAttribute("aria-busy");
      const control = document.getElementById(button.dataset.locate);
      if (!control) return; // hidden in the meantime
      control.value = `${degrees(coords.latitude)},${degrees(coords.longitude)}`;
      control.focus();
      control.dispatchEvent(new Event("change", { bubbles: true }));
      say(button.dataset.found);
    }, () => {
      button.removeAttribute("aria-busy");
      toast(button.dataset.failed);
    }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
})();
