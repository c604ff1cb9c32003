// A form's list in the browser: comforts only, every one of them has a link or a button.
(() => {
  "use strict";
  const typing = (element) => element.matches("input, select, textarea, [contenteditable]");
  const MOST_SORTS = 3;

  // Shift and a heading (by click or Enter) sort by that column too, after the others; where it is one of them it is
  // turned round. A browser would open a window.
  document.addEventListener("click", (event) => {
    const heading = event.shiftKey && event.target.closest("[data-sort]");
    if (!heading) return;
    event.preventDefault();
    const key = heading.dataset.sort;
    const sorts = heading.closest("[data-order]").dataset.order.split(",").filter(Boolean);
    const place = sorts.findIndex((sort) => sort.replace("-", "") === key);
    if (place < 0) sorts.splice(0, Infinity, ...sorts.filter((sort) => !/^-?id$/.test(sort)).slice(0, MOST_SORTS - 1), key);
    else sorts[place] = sorts[place].startsWith("-") ? key : `-${key}`;
    const address = new URL(heading.href);
    address.searchParams.set("sort", sorts.join(","));
    location.assign(address);
  });

  // What was typed last in the filter counts as soon as it is left, also when it is left for another way: that one
  // waits for the list with it, for its address is of the filter before.
  let filtering = 0;
  const isFilter = ({ detail }) => detail.ctx?.sourceElement?.id === "filters";
  document.addEventListener("htmx:before:request", (event) => { if (isFilter(event)) filtering += 1; });
  document.addEventListener("htmx:finally:request", (event) => { if (isFilter(event)) filtering -= 1; });
  document.addEventListener("click", (event) => {
    const link = filtering && event.target.closest(".fw-tools a[id]");
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.addEventListener("htmx:finally:request", () => setTimeout(() => document.getElementById(link.id)?.click()), { once: true });
  }, true);

  // Whoever has just saved a view goes on at its tab.
  document.addEventListener("submit", ({ target }) => { if (target.id === "keep") sessionStorage.setItem("saved", "view"); });
  if (sessionStorage.getItem("saved")) {
    sessionStorage.removeItem("saved");
    if (document.activeElement === document.body) document.querySelector(".fw-views [aria-current=page]")?.focus();
  }

  // A view of one's own goes elsewhere among them: dragged, or by Alt and an arrow. The panel of views has buttons.
  const own = () => [...document.querySelectorAll(".fw-views [data-own]")];
  let carried = null;
  function moveView(tab, by) {
    const nav = tab.closest(".fw-views"), { after: _, ...values } = Object.fromEntries(new URLSearchParams(location.search));
    if (by) window.htmx.ajax("POST", nav.dataset.moves, { source: nav, target: "#list", swap: "outerMorph", values: { ...values, moved: tab.dataset.own, by_places: by } });
  }
  document.addEventListener("keydown", (event) => {
    const by = event.altKey && !event.ctrlKey && !event.metaKey && event.target.dataset?.own && { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    moveView(event.target, by);
  });
  document.addEventListener("dragstart", ({ target }) => {
    const tab = target.closest?.("[data-own]");
    carried = tab && { tab, from: own().indexOf(tab), next: tab.nextSibling };
  });
  document.addEventListener("dragover", (event) => {
    const near = carried && event.target.closest?.("[data-own]");
    if (!near) return;
    event.preventDefault();
    if (near !== carried.tab) near[own().indexOf(near) > own().indexOf(carried.tab) ? "after" : "before"](carried.tab);
  });
  document.addEventListener("drop", (event) => {
    if (!carried || !event.target.closest?.("[data-own]")) return;
    event.preventDefault();
    moveView(carried.tab, own().indexOf(carried.tab) - carried.from);
    carried = null;
  });
  document.addEventListener("dragend", () => {
    if (carried?.tab.isConnected) carried.tab.parentElement.insertBefore(carried.tab, carried.next);
    carried = null;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      document.getElementById("q").focus();
    }
    if (event.key === "Escape" && !event.defaultPrevented && event.target.closest("#panel")) close();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".fw-shut-panel")) return;
    event.preventDefault();
    close();
  });

  // What closes goes away: the focus goes to what opened it.
  function close() {
    const opener = document.querySelector(".fw-tools [aria-expanded=true]");
    opener.focus();
    opener.click();
  }

  // The columns in the chooser that have the words in their titles; the next drawing of it knows nothing of that.
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  function narrow() {
    const box = document.getElementById("find-column");
    if (!box) return;
    box.hidden = false;
    const words = plain(box.value).split(/\s+/);
    for (const each of document.querySelectorAll(".fw-boxes > li")) each.hidden = !words.every((word) => each.dataset.find.includes(word));
  }
  document.addEventListener("input", ({ target }) => { if (target.id === "find-column") narrow(); });
  document.addEventListener("htmx:after:swap", narrow);
  addEventListener("pageshow", narrow);

  // Groups that are folded stay so when more rows of them come.
  const folded = new Set();
  function fold() {
    let isFolded = false;
    for (const row of document.querySelectorAll("#list .fw-list tbody tr")) {
      const press = row.querySelector("[data-fold]");
      if (press) {
        isFolded = folded.has(row.dataset.group);
        press.hidden = false;
        press.setAttribute("aria-expanded", String(!isFolded));
      } else if (row.id === "older") isFolded = folded.has(row.dataset.group);
      else if (row.id !== "more") row.hidden = isFolded;
    }
  }
  document.addEventListener("click", (event) => {
    const group = event.target.closest("[data-fold]")?.closest("tr").dataset.group;
    if (group === undefined) return;
    if (!folded.delete(group)) folded.add(group);
    fold();
  });
  document.addEventListener("htmx:after:swap", fold);
  addEventListener("pageshow", fold);

  // Whoever stands on the button for more goes on at the first of what came in its place; nobody else is moved.
  let button = null;
  let around = null;
  document.addEventListener("htmx:before:swap", () => {
    button = document.activeElement?.closest("#more, .fw-next");
    around = button?.parentElement;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (button && !button.isConnected) around.querySelector("[data-new]")?.focus();
    for (const each of document.querySelectorAll("[data-new]")) delete each.dataset.new;
    button = null;
  });

  // Rows that are on their way when the list is asked for anew belong to the list of before.
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.getAttribute("hx-target") !== "#list") return;
    for (const each of document.querySelectorAll("#more a, .fw-next a")) each.dispatchEvent(new Event("htmx:abort"));
  });

  // The focus goes into a panel that was just opened; a search draws it again and keeps the focus.
  document.addEventListener("htmx:after:swap", () => {
    const panel = document.querySelector("#panel[data-fresh]");
    if (!panel || panel.contains(document.activeElement) || document.activeElement?.closest("#find")) return;
    panel.querySelector("select, input:not([type=hidden], [hidden]), a:not(.fw-shut-panel), button:not([tabindex])")?.focus();
  });
})();
