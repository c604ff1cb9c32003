// Questions before a command: where to, beside what; and the list of keys. Without this script a part of the page.
(() => {
  "use strict";
  const { canvas, design } = window.formwright;
  if (!canvas) return;

  function narrow(input) {
    const words = canvas.plain(input.value).split(/\s+/);
    const list = document.getElementById(input.dataset.filter);
    for (const option of list.options) option.hidden = !canvas.fits(option, words);
    list.value = [...list.options].find((option) => !option.hidden)?.value ?? "";
  }
  document.addEventListener("input", (event) => { if (event.target.matches("[data-filter]")) narrow(event.target); });

  document.addEventListener("keydown", (event) => {
    const dialog = event.target.closest?.("#ask");
    if (!dialog || event.isComposing) return;
    const list = dialog.querySelector("select");
    if (event.key === "Enter" && list && event.target.matches("select, [data-filter]")) {
      event.preventDefault();
      if (list.value) list.form.requestSubmit();
    } else if (event.key === "ArrowDown" && event.target.matches("[data-filter]")) {
      event.preventDefault();
      list.focus();
    }
  });
  document.addEventListener("cancel", (event) => {
    if (event.target.id !== "ask") return;
    event.preventDefault();
    event.target.querySelector("#ask-cancel").click();
  }, true);
  document.addEventListener("dblclick", (event) => event.target.closest("#ask option")?.closest("form").requestSubmit());

  function open() {
    const dialog = document.getElementById("ask");
    if (!dialog || dialog.matches(":modal")) return;
    dialog.removeAttribute("open");
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden]), a, button")?.focus();
  }

  canvas.ask = (pick, what) => {
    const way = new URL(pick.href, location.href);
    way.searchParams.set("ask", what);
    design.look(way.href);
  };
  canvas.drawn.push(open);
  open();
})();
