// The rows of a sub-table: what their buttons do goes along with the next question to the server (/eval), and the keys
// do the same. Without this script each button sends the page.
(() => {
  "use strict";
  const form = document.querySelector("form[data-record]");
  if (!form) return;
  const { say } = window.formwright; // app.js

  const deeds = []; // not answered yet
  const sent = new WeakMap(); // how many of them went with a question
  let done = [];
  const rowOf = (element) => element?.closest?.("[data-row]");
  const rowsOf = (element) => [...element.closest("[data-rows]").querySelectorAll("[data-row]")];

  function act(deed, place) {
    deeds.push(`${deed}:${place}`);
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Pressed before htmx listened: asked for now.
  form.addEventListener("htmx:after:init", (event) => {
    if (event.target === form && deeds.length) form.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A block of cells goes along as it is; the server puts it into rows as if it had been typed.
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const cell = event.target.closest("[data-field]"), table = rowOf(event.target)?.closest("[data-rows]");
    if (!table?.dataset.open || !/[\t\n]/.test(text.trimEnd()) || (event.target.matches("textarea") && !text.includes("\t"))) return;
    event.preventDefault();
    act("row_paste", `${cell.dataset.field}\n${text}`);
  });

  // Also of the links of the summary, which stands above the form.
  document.addEventListener("click", (event) => {
    const block = event.target.closest("[data-block]");
    if (block) {
      event.preventDefault();
      const area = document.getElementById(block.dataset.block);
      act("row_paste", `${block.value.split(":")[1]}\n${area.value}`);
      area.value = "";
      block.closest("details").open = false;
    }
    const button = event.target.closest("[data-deed]");
    if (button?.form !== form) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    act(...button.value.split(/:(.*)/));
  });

  // The whole cell leads into its control.
  form.addEventListener("click", (event) => {
    if (!event.target.matches("[data-row] > td, [data-row] > td .fw-field") || getSelection().toString()) return;
    const controls = [...event.target.querySelectorAll("input:not([type=hidden]), select, textarea")];
    const control = controls.find((each) => each.checked) ?? controls[0];
    if (controls.length === 1 && control.type === "checkbox") control.click();
    else control?.focus();
  });

  form.addEventListener("htmx:config:request", (event) => {
    const ctx = event.detail.ctx;
    if (ctx.sourceElement !== form) return;
    for (const deed of deeds) ctx.request.body.append("_do", deed);
    sent.set(ctx, deeds.length);
  });

  // What is not answered yet goes along with the page that is sent: its button comes first in it.
  form.addEventListener("submit", () => {
    for (const deed of deeds) {
      const told = Object.assign(document.createElement("input"), { type: "hidden", name: "_do", value: deed });
      told.dataset.told = "";
      form.append(told);
    }
  });
  window.addEventListener("pageshow", () => form.querySelectorAll("[data-told]").forEach((told) => told.remove()));

  // Before the swap: when it moves the focus, the control that loses it asks again.
  form.addEventListener("htmx:before:swap", (event) => {
    done = deeds.splice(0, sent.get(event.detail.ctx) ?? 0);
  });

  form.addEventListener("htmx:after:swap", () => {
    if (!done.length) return;
    const [deed, place] = done.at(-1).split("\n")[0].split(":");
    done = [];
    if (deed === "row_page") { // the button keeps the focus, for the next press
      say(document.getElementById(`${place.split(".")[0]}-pages`)?.textContent ?? "");
      return;
    }
    const target = form.querySelector("[autofocus]") ?? document.getElementById(place.split(".")[0]);
    target?.focus();
    const button = deed.startsWith("row_add") ? null : document.getElementById(`${deed}-${place}`);
    if (button && (deed === "row_up" || deed === "row_down")) button.focus();
    const row = rowOf(document.activeElement);
    if (row) say(row.closest("[data-rows]").dataset.said.replace("{}", Number(row.closest("[data-rows]").dataset.first) + rowsOf(row).indexOf(row) + 1));
  });

  // --- keys -------------------------------------------------------------------------------------------------

  const isLine = (element) => element.matches("input:not([type=checkbox]):not([type=radio]):not([role=combobox])");

  function beside(element, row, step) {
    const rows = rowsOf(row), next = rows[rows.indexOf(row) + step];
    const name = element.name.replace(row.dataset.row, next?.dataset.row ?? "");
    return next && [...next.querySelectorAll("input")].find((other) => other.name === name);
  }

  // Before the pickers, which take the arrows for their lists.
  window.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || !form.contains(row) || event.isComposing || !row.closest("[data-rows]").dataset.open) return;
    const arrow = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.altKey && arrow) act(arrow < 0 ? "row_up" : "row_down", row.dataset.row);
    else if (event.key === "Enter" && (event.altKey || isLast(event, row))) act("row_add", row.dataset.row);
    else if (arrow && !event.ctrlKey && !event.metaKey && !event.shiftKey && isLine(event.target) && beside(event.target, row, arrow)) {
      beside(event.target, row, arrow).focus();
      document.activeElement.select();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  function isLast(event, row) {
    if (event.ctrlKey || event.metaKey || !isLine(event.target) || rowsOf(row).at(-1) !== row) return false;
    const controls = [...row.querySelectorAll("td input:not([type=hidden]), td select, td textarea")];
    return controls.filter((each) => each.offsetParent).at(-1) === event.target;
  }
})();
