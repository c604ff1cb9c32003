// The message editor: a variable goes where somebody was writing, by a press or from the list that opens at a brace; and
// how its value is written. Everything here is a comfort: the braces can be typed as they are.
(() => {
  "use strict";
  const { say, suggest, suggestions } = window.formwright; // app.js, designer-suggest.js
  let last = null;
  let named = false; // whether a value was chosen just now, so that a way of writing it can be next
  const isText = (element) => element?.matches?.(".message-editor [data-names]");
  const told = (id, name, number) => document.getElementById(id).dataset[name].replace("{}", number);

  // What stands before the caret: an open brace, a value with the sign for a way of writing it, or a whole value.
  function spot(control) {
    const before = control.value.slice(0, control.selectionStart);
    const after = control.value.slice(control.selectionEnd);
    const until = (pattern) => control.selectionEnd + (after.match(pattern)?.[0].length ?? 0);
    let found = before.match(/[{｛]{1,2}\s*([^{}｛｝|%\n]*)$/);
    if (found) return { sought: found[1].trim(), from: found.index, to: until(/^[\w.]*\s*\}\}/) };
    found = before.match(/\{\{\s*([\w.]+)\s*\|\s*([^{}|\n]*)$/);
    if (found) return { name: found[1], sought: found[2].trim(), from: found.index, to: until(/^[^{}\n]*\}\}/) };
    found = before.match(/\{\{\s*([\w.]+)\s*\}\}$/);
    return found && { name: found[1], sought: "", from: found.index, to: control.selectionEnd, whole: true };
  }

  function option(button, code) {
    const element = document.createElement("li");
    const title = document.createElement("span");
    element.className = "dropdown-item";
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    Object.assign(element.dataset, button.dataset);
    title.textContent = button.dataset.title ?? button.textContent;
    element.append(title, " ", code.cloneNode(true));
    return element;
  }

  function names() {
    let group = "";
    return [...document.querySelectorAll("#variables [data-name], #blocks [data-block]")].flatMap((button) => {
      const heading = document.createElement("li");
      heading.className = "formula-group";
      heading.setAttribute("role", "presentation");
      heading.textContent = button.dataset.group;
      const begins = button.dataset.group !== group;
      group = button.dataset.group;
      return [...(begins ? [heading] : []), option(button, button.nextElementSibling)];
    });
  }

  function ways(name) {
    const kind = document.querySelector(`#variables [data-name="${CSS.escape(name)}"]`)?.dataset.kind;
    const fitting = [...document.querySelectorAll("#ways [data-way]")].filter((each) => kind && each.dataset.kinds.split(" ").includes(kind));
    return fitting.map((each) => option(each, each.parentElement.lastElementChild));
  }

  function offered(control) {
    const { name } = spot(control);
    return name ? ways(name) : names();
  }

  // Around what is marked; the caret goes to the end of it.
  function wrap(control, { block, closes }, from, to, inner) {
    control.setRangeText(block + inner + closes, from, to, "end");
    const at = from + block.length + inner.length;
    control.setSelectionRange(at, at);
  }

  function put(control, { dataset }) {
    const { name, from, to } = spot(control);
    if (dataset.block) return wrap(control, dataset, from, to, "");
    control.setRangeText(name ? `{{ ${name} | ${dataset.way} }}` : `{{ ${dataset.name} }}`, from, to, "end");
    named = !name;
  }

  function left(control) {
    control.dispatchEvent(new Event("change", { bubbles: true }));
    if (named) suggestions.open(control, true);
    named = false;
  }

  // At the caret, as far as there is room.
  function place(control, list) {
    const editor = control.closest(".message-editor");
    editor.append(list);
    list.classList.add("message-list");
    list.style.left = 0;
    const [outer, box, at] = [editor.getBoundingClientRect(), control.getBoundingClientRect(), caret(control)];
    const start = box.left - outer.left + Math.min(at.left, box.width);
    list.style.left = `${Math.max(0, Math.min(start, outer.width - list.offsetWidth))}px`;
    list.style.top = `${box.top - outer.top + Math.min(at.top, box.height)}px`;
  }

  // Where the caret stands in the control: measured in an element that looks the same.
  function caret(control) {
    const style = getComputedStyle(control);
    const mirror = document.createElement("div");
    for (const name of ["fontFamily", "fontSize", "fontWeight", "lineHeight", "letterSpacing", "padding", "borderWidth", "boxSizing"])
      mirror.style[name] = style[name];
    const whiteSpace = control.matches("textarea") ? "pre-wrap" : "pre";
    Object.assign(mirror.style, { position: "absolute", visibility: "hidden", width: `${control.offsetWidth}px`, overflowWrap: "anywhere", whiteSpace });
    mirror.textContent = control.value.slice(0, control.selectionStart);
    const mark = mirror.appendChild(document.createElement("span"));
    mark.textContent = "\u200b";
    document.body.append(mirror);
    const found = { left: mark.offsetLeft - control.scrollLeft, top: mark.offsetTop + mark.offsetHeight - control.scrollTop };
    mirror.remove();
    return found;
  }

  function opened(control, list, number) {
    list.scrollIntoView({ block: "nearest" });
    say(told(spot(control).name ? "ways" : "variables", "offered", number));
  }

  suggest({
    is: isText,
    sought: (control, all) => { const at = spot(control); return !at || (at.whole && !all) ? null : at.sought; },
    offered,
    put,
    place,
    left,
    opened,
    holds: true,
  });

  document.addEventListener("focusin", (event) => { if (isText(event.target)) last = event.target.id; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#variables [data-insert], #ways [data-way], #blocks [data-block]");
    if (!button) return;
    const control = document.getElementById(last ?? "") ?? document.querySelector(".message-editor textarea");
    if (!control) return;
    control.focus();
    if (button.dataset.insert) control.setRangeText(button.dataset.insert, control.selectionStart, control.selectionEnd, "end");
    else if (button.dataset.block) wrap(control, button.dataset, control.selectionStart, control.selectionEnd, control.value.slice(control.selectionStart, control.selectionEnd));
    else if (spot(control)?.name) put(control, button);
    else return say(document.getElementById("ways").dataset.nothing);
    control.dispatchEvent(new Event("change", { bubbles: true }));
    say(told("variables", "inserted", button.dataset.title ?? button.textContent));
  });
})();
