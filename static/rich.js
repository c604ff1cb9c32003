// Puts an editor (Trix) in the place of the text area of formatted text. What is posted is a hidden input that the
// editor fills; the server takes out of it whatever is not allowed.
(() => {
  "use strict";
  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  const isHtml = /^<(div|p|h1|blockquote|pre|ul|ol|br|strong|b|em|i|del|s|a)\b/i;
  const asHtml = (text) => {
    if (!text || isHtml.test(text)) return text;
    return `<div>${text.replace(/[&<>]/g, (sign) => ESCAPES[sign]).replaceAll("\n", "<br>")}</div>`;
  };
  const hosts = new Map(); // by id: a field that rules hide comes back with what was written

  function begin(host) {
    const area = host.querySelector("textarea");
    const tools = host.querySelector("trix-toolbar");
    const hidden = (properties) => Object.assign(document.createElement("input"), { type: "hidden", ...properties });
    const input = hidden({ id: `${area.id}-html`, value: asHtml(area.value) });
    // Posted as it came until somebody writes: the editor spells the same text in its own way.
    const posted = hidden({ id: `${area.id}-posted`, name: area.name, value: area.value });
    const editor = document.createElement("trix-editor");
    for (const [name, value] of [["input", input.id], ["toolbar", tools.id], ["class", "form-control fw-rich-text"], ["id", area.id], ["aria-labelledby", `l-${area.id}`]]) editor.setAttribute(name, value);
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) if (area.hasAttribute(name)) editor.setAttribute(name, area.getAttribute(name));
    area.replaceWith(input, posted, editor);
    tools.hidden = false;
    hosts.set(host.id, host);
  }

  function find() {
    for (const host of document.querySelectorAll("[data-rich]")) {
      const known = hosts.get(host.id);
      if (!known) begin(host);
      else if (known !== host) host.replaceWith(known);
    }
  }

  // As other controls do: a change is told when the editor is left, and that there is one while it is written.
  let before = null;
  const ready = new WeakSet(); // what an editor reads first is no change
  document.addEventListener("trix-initialize", ({ target }) => { ready.add(target); });
  document.addEventListener("trix-focus", ({ target }) => { before = target.value; });
  document.addEventListener("trix-change", ({ target }) => {
    if (!ready.has(target)) return;
    document.getElementById(`${target.id}-posted`).value = target.value;
    target.dispatchEvent(new Event(before === null ? "change" : "input", { bubbles: true })); // null: by a button
  });
  document.addEventListener("trix-blur", ({ target }) => {
    if (before !== null && target.value !== before) target.dispatchEvent(new Event("change", { bubbles: true }));
    before = null;
  });
  // The buttons listen to the mouse alone: what keys press is passed on to them as a press of the mouse.
  document.addEventListener("click", (event) => {
    const button = event.detail === 0 && event.target.closest("[data-trix-attribute], [data-trix-action]");
    if (!button) return;
    button.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
    const dialog = button.closest("trix-toolbar").querySelector("[data-trix-dialog][data-trix-active]");
    if (!dialog) button.closest("[data-rich]").querySelector("trix-editor").focus();
  });
  document.addEventListener("trix-file-accept", (event) => event.preventDefault()); // files have fields of their own
  document.addEventListener("htmx:after:swap", find);
  find();
})();
