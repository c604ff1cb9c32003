// The preview: why the fields are as they are follows what is typed in the frame. Each page and each answer in the
// frame brings it along, in an element that is not shown there.
(() => {
  "use strict";
  const frame = document.querySelector(".preview-frame");
  if (!frame) return;

  function watch() {
    const source = frame.contentDocument?.getElementById("why-now");
    if (!source) return; // not loaded yet, or a page that is no form
    const show = () => {
      document.getElementById("why").replaceChildren(...[...source.children].map((each) => document.importNode(each, true)));
      document.getElementById("why-card").hidden = !source.children.length;
    };
    show();
    new MutationObserver(show).observe(source, { childList: true });
    explain(frame.contentDocument, source);
  }

  // The reason at the field itself, while the pointer is on it or the focus in it; Escape takes it away.
  function explain(page, source) {
    const tip = page.createElement("div");
    tip.id = "why-tip";
    tip.className = "why-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    let at = null, focused = null, dismissed = null;

    function reason(field) {
      const [key, , column] = field.dataset.field.split(".");
      const row = field.closest("[data-row]")?.querySelector("th")?.textContent.trim();
      const name = column ? `${key}.${column}` : key;
      const fits = ({ dataset }) => dataset.why === name && (!column || dataset.rows.split(" ").includes(row));
      return [...source.children].find(fits)?.querySelector("[data-told]").textContent;
    }

    function leave() {
      tip.hidden = true;
      const ids = focused?.getAttribute("aria-describedby")?.split(" ").filter((id) => id !== tip.id) ?? [];
      if (ids.length) focused.setAttribute("aria-describedby", ids.join(" "));
      else focused?.removeAttribute("aria-describedby");
      at = focused = null;
    }

    function dismiss() {
      dismissed = at;
      leave();
    }

    const fieldOf = (element) => element?.closest("[data-field]") ?? null;

    function come(field) {
      const active = page.activeElement;
      const control = field && fieldOf(active) === field ? active : null;
      if ((field && field === dismissed) || (field === at && control === focused)) return;
      dismissed = null;
      leave();
      const told = field && reason(field);
      if (!told) return;
      at = field;
      tip.textContent = told;
      tip.hidden = false;
      page.body.append(tip); // last, wherever a morph left it
      const { left, bottom } = field.getBoundingClientRect();
      tip.style.left = `${left + page.defaultView.scrollX}px`;
      tip.style.top = `${bottom + page.defaultView.scrollY}px`;
      if (!control) return;
      focused = control;
      control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${tip.id}`.trim());
    }

    page.addEventListener("pointerover", ({ target }) => {
      if (fieldOf(target)) come(fieldOf(target));
      else if (!focused && !tip.contains(target)) leave();
    });
    page.addEventListener("focusin", ({ target }) => come(fieldOf(target)));
    page.addEventListener("keydown", ({ key }) => key === "Escape" && dismiss());
    tip.addEventListener("click", dismiss); // it may lie over the next control
    new MutationObserver(() => {
      const field = at?.isConnected ? at : fieldOf(page.activeElement); // it may have got a reason just now
      leave();
      come(field);
    }).observe(source, { childList: true });
    come(fieldOf(page.activeElement)); // somebody may have been quicker than this script
  }

  frame.addEventListener("load", watch);
  watch();
})();
