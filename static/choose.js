// Choosing rows of a list: all of a page, a range with Shift, and how many they are. Without it the boxes work alone.
(() => {
  "use strict";
  let last = null;
  const boxes = () => [...document.querySelectorAll("#list [name=_record][form=bulk]")];

  const tell = () => {
    const bar = document.getElementById("bulk");
    const all = document.getElementById("choose-all");
    if (!bar || !all) return;
    const rows = boxes();
    const number = rows.filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = number > 0 && number === rows.length;
    all.indeterminate = number > 0 && number < rows.length;
    bar.toggleAttribute("data-quiet", number === 0);
    const said = number ? bar.dataset.chosen.replace("{}", number) : "";
    const place = document.getElementById("chosen");
    if (place.textContent !== said) place.textContent = said;
  };

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.id === "choose-all") {
      boxes().forEach((each) => (each.checked = box.checked));
    } else if (box.matches?.("[name=_record][form=bulk]")) {
      const rows = boxes();
      const [from, to] = [rows.indexOf(last), rows.indexOf(box)].sort((a, b) => a - b);
      if (event.shiftKey && from >= 0) rows.slice(from, to + 1).forEach((each) => (each.checked = box.checked));
      last = box;
    } else {
      return;
    }
    tell();
  });

  // On phones the boxes come once somebody wants to choose: by the button, or by a long press on a card.
  const narrow = matchMedia("(max-width: 47.99rem)");
  let isOn = false, press = null;

  function show() {
    const button = document.getElementById("select-rows"), table = document.querySelector("#list .fw-list");
    if (!button) return;
    button.hidden = !narrow.matches || !boxes().length;
    isOn ||= boxes().some((box) => box.checked);
    button.setAttribute("aria-pressed", String(isOn));
    button.classList.toggle("active", isOn);
    table?.toggleAttribute("data-calm", narrow.matches && !isOn);
  }

  function turn(on) {
    isOn = on;
    if (!on) boxes().forEach((box) => (box.checked = false));
    show();
    tell();
  }

  const release = () => clearTimeout(press);
  document.addEventListener("click", ({ target }) => { if (target.closest("#select-rows")) turn(!isOn); });
  document.addEventListener("pointerdown", ({ target, pointerType }) => {
    const box = narrow.matches && pointerType === "touch" && !target.closest("a, button, input, label") && target.closest("#list tr[id^=row-]")?.querySelector("[name=_record]");
    release();
    if (!box) return;
    press = setTimeout(() => {
      box.checked = true;
      turn(true);
    }, 500);
  });
  for (const name of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(name, release, true);
  narrow.addEventListener("change", show);
  document.addEventListener("htmx:after:swap", show);
  addEventListener("pageshow", show);

  // The next rows, another search; and the boxes that a browser ticks again when one comes back.
  document.addEventListener("htmx:after:swap", tell);
  addEventListener("pageshow", tell);
})();
