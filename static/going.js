// The keys of the dialog of go.js: an APG combobox whose first option is chosen until an arrow chooses another. The
// focus stays in the box, the options are links.
(() => {
  "use strict";
  const box = document.getElementById("go-q"), list = document.getElementById("go-found");
  const dialog = box.closest("dialog"), { say } = window.formwright;
  let goes = false; // Enter was pressed before the answer came
  const options = () => [...list.querySelectorAll("a[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  const isAnswered = () => list.querySelector("[data-sought]")?.dataset.sought === box.value.trim();

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  function move(step) {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  }

  function go() {
    goes = !isAnswered();
    if (!goes) chosen()?.click();
  }

  function answered() {
    if (!list.firstElementChild) return;
    if (chosen()) choose(chosen());
    else box.removeAttribute("aria-activedescendant");
    say(list.querySelector("[data-say]")?.dataset.say ?? "");
    if (goes) go();
  }

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) move(step);
    else if (event.key !== "Enter") return;
    else go();
    event.preventDefault();
  });
  box.addEventListener("input", () => { goes = false; });
  box.form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  document.addEventListener("htmx:after:swap", ({ detail }) => { if (detail.ctx?.sourceElement === box) answered(); });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
  dialog.addEventListener("click", (event) => {
    const isNew = event.ctrlKey || event.metaKey || event.shiftKey; // a tab of its own
    if (event.target === dialog || event.target.closest("a") && !isNew) dialog.close();
  });
  answered();
})();
