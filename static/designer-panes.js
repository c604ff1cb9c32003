// How wide the panes beside the canvas are: their edges are dragged, moved by the arrows or by their buttons. Kept in the
// browser for each person; a double click or Enter gives back the first width.
(() => {
  "use strict";
  const root = document.documentElement;
  const edges = [...document.querySelectorAll(".pane-edge")].map(({ dataset }) => dataset);
  if (!edges.length) return;

  const grip = ({ pane }) => document.getElementById(`grip-${pane}`);
  const place = ({ person, pane }) => `formwright-pane:${person}:${pane}`;
  const rem = parseFloat(getComputedStyle(root).fontSize);
  const now = ({ pane }) => document.getElementById(pane).getBoundingClientRect().width / rem;
  const limit = (edge, which) => Number(grip(edge).getAttribute(`aria-value${which}`));
  const side = ({ pane }) => (pane === "palette" ? 1 : -1); // to the right the palette grows, and the properties shrink

  function show(edge, wanted) {
    const width = Math.round(Math.min(Math.max(wanted, limit(edge, "min")), limit(edge, "max")) * 10) / 10;
    root.style.setProperty(`--${edge.pane}`, `${width}rem`);
    grip(edge).setAttribute("aria-valuenow", width);
    return width;
  }

  function set(edge, wanted) {
    const width = show(edge, wanted);
    try {
      localStorage.setItem(place(edge), width);
    } catch { /* a private window without storage: it holds until the page is left */ }
  }

  // Nobody chose a width: it is that of the style sheet, which narrow windows make narrower.
  const tell = (edge) => grip(edge).setAttribute("aria-valuenow", Math.round((now(edge) || Number(edge.width)) * 10) / 10);

  function reset(edge) {
    root.style.removeProperty(`--${edge.pane}`);
    localStorage.removeItem(place(edge));
    tell(edge);
  }

  for (const edge of edges) {
    const kept = Number(localStorage.getItem(place(edge)));
    if (kept) show(edge, kept);
    else tell(edge);
  }
  window.htmx.config.morphIgnore.push("aria-valuenow"); // this script's own: the server does not know it

  const edgeOf = (element) => element.closest?.(".pane-edge")?.dataset;
  const held = (element) => (element.matches?.(".pane-grip") ? edgeOf(element) : null);

  document.addEventListener("pointerdown", (event) => {
    const edge = held(event.target);
    if (!edge || event.button) return;
    const { target, pointerId, clientX: begin } = event, from = now(edge);
    let width = from;
    const follow = ({ clientX }) => { width = show(edge, from + (side(edge) * (clientX - begin)) / rem); };
    target.setPointerCapture(pointerId);
    target.addEventListener("pointermove", follow);
    target.addEventListener("lostpointercapture", () => {
      target.removeEventListener("pointermove", follow);
      if (width !== from) set(edge, width);
    }, { once: true });
  });
  document.addEventListener("dblclick", ({ target }) => { if (held(target)) reset(held(target)); });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-widen]");
    if (button) set(edgeOf(button), now(edgeOf(button)) + Number(button.dataset.widen));
  });

  document.addEventListener("keydown", (event) => {
    const { key } = event, edge = held(event.target), by = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!edge || event.altKey || event.ctrlKey || event.metaKey) return;
    if (by) set(edge, now(edge) + by * side(edge));
    else if (key === "Home") set(edge, limit(edge, "min"));
    else if (key === "End") set(edge, limit(edge, "max"));
    else if (key === "Enter") reset(edge);
    else return;
    event.preventDefault();
  });
})();
