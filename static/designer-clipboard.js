// Fields copied, cut and pasted, in one form or from one form of the app to another. The browser keeps which fields they
// are; the command takes them from their form. Columns of a spreadsheet become fields, lines on a choice its options.
(() => {
  "use strict";
  const { canvas, design, say, toast } = window.formwright;
  if (!canvas) return;
  const { main, keyOf, picks, selected } = canvas;
  const PLACE = "formwright:copied";
  const copied = () => JSON.parse(localStorage.getItem(PLACE));
  const pickOf = (key) => document.getElementById(`pick-${key}`);

  function take(fields, cut) {
    const { app, form } = main().dataset;
    const text = fields.map((key) => pickOf(key).getAttribute("aria-label").split(",")[0]).join("\n");
    localStorage.setItem(PLACE, JSON.stringify({ app, form, fields, cut, text }));
    say(main().dataset[cut ? "cut" : "copied"].replace("{}", fields.length));
    show();
    return text;
  }

  function paste(place) {
    const { app, form, fields, cut } = copied();
    if (app !== main().dataset.app) return toast(main().dataset.foreign);
    if (cut) localStorage.removeItem(PLACE);
    design.command("fields.paste", { form, fields, ...(cut ? { cut } : {}), ...place });
  }

  // Behind a field, at the end of a section or of a tab, else at the end of the form.
  function placeOf(pick) {
    if (!pick) return {};
    if (keyOf(pick)) return { after: keyOf(pick) };
    const { section, tab } = pick.closest("[data-section], [data-tab]").dataset;
    return section === undefined ? { tab } : { section };
  }

  function show() {
    const own = copied();
    const here = own?.cut && own.app === main().dataset.app && own.form === main().dataset.form;
    const gone = new Set(here ? own.fields : []);
    for (const cell of main().querySelectorAll(".cell")) cell.classList.toggle("cut", gone.has(cell.dataset.key));
    for (const button of main().querySelectorAll("[data-clip=paste]")) button.hidden = !own;
  }

  // --- keys ---------------------------------------------------------------------------------------------------

  const onRow = () => (document.activeElement.matches("a.pick") ? document.activeElement : null);
  function chosen() {
    const own = onRow() && keyOf(onRow());
    return canvas.several(own) ?? (own ? [own] : null);
  }
  for (const what of ["copy", "cut"]) {
    document.addEventListener(what, (event) => {
      const fields = onRow() && getSelection().isCollapsed && chosen();
      if (!fields) return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", take(fields, what === "cut"));
    });
  }

  document.addEventListener("paste", (event) => {
    const pick = event.target.closest?.("a.pick") ?? onRow();
    const text = event.clipboardData.getData("text/plain").replaceAll("\r\n", "\n");
    if (!text.trim() || design.isText(event.target) || !(pick || event.target.closest?.("#main, body") === document.activeElement)) return;
    event.preventDefault();
    if (copied()?.text === text) return paste(placeOf(pick));
    if (text.includes("\t")) return columns(text);
    if (pick && keyOf(pick)) design.command("choice.paste", { field: keyOf(pick), lines: text, locale: main().dataset.locale });
  });

  // Columns: what is to become of each is asked on a page of its own.
  function columns(text) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = main().dataset.sheet;
    const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
    for (const [name, value] of Object.entries({ csrf_token: token, form: main().dataset.form, text })) {
      const input = document.createElement("textarea"); // which keeps the ends of lines
      Object.assign(input, { name, value, hidden: true });
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }

  // --- buttons ------------------------------------------------------------------------------------------------

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-clip]");
    if (!button) return;
    const inMenu = button.closest(".tool-menu, .tools");
    inMenu?.closest(":popover-open")?.hidePopover();
    button.closest(":popover-open")?.hidePopover();
    if (button.dataset.clip === "paste") return paste(inMenu ? placeOf(selected()) : {});
    const fields = inMenu ? [keyOf(selected())] : canvas.several();
    const text = take(fields, button.dataset.clip === "cut");
    navigator.clipboard?.writeText(text).catch(() => {}); // without leave the button “Paste” still knows
    canvas.goTo(inMenu ? selected() : pickOf(fields[0]));
  });

  window.addEventListener("storage", ({ key }) => { if (key === PLACE) show(); });
  canvas.drawn.push(show);
  show();
})();
