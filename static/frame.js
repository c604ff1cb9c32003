// A form that another site shows in a frame tells that site how high it is; embed.js over there listens.
(() => {
  "use strict";
  const main = document.getElementById("main");
  if (window.parent === window || !main) return;
  const tell = () => {
    const height = Math.ceil(main.getBoundingClientRect().bottom + window.scrollY) + 16;
    window.parent.postMessage({ formwrightHeight: height }, "*"); // a number, which is no secret
  };
  new ResizeObserver(tell).observe(main);
})();
