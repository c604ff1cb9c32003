// For other sites: makes the frame of a form as high as the form says it is.
(() => {
  "use strict";
  window.addEventListener("message", (event) => {
    const height = Number(event.data?.formwrightHeight);
    if (!(height > 0 && height < 100000)) return;
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentWindow === event.source && new URL(frame.src).origin === event.origin) frame.style.height = `${height}px`;
    }
  });
})();
