// A list by keys of one letter: J and K go from record to record, others do something with the one that has the focus.
// What they press are the links, boxes and buttons of the page; the drawer shows a record beside the list.
(() => {
  "use strict";
  const typing = (element) => element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
  const drawer = () => document.getElementById("drawer");
  const links = () => [...document.querySelectorAll("#list td.fw-title > a, #list a.fw-title")].filter((each) => each.checkVisibility());
  const rowOf = (element) => element.closest?.("#list tr[id^=row-], #list .fw-card");
  const linkIn = (row) => row?.querySelector("td.fw-title > a, a.fw-title");
  const isGrid = () => document.querySelector("#list .fw-list[role=grid]");
  let shown = null; // the link of the record in the drawer

  function beside(link, step) {
    const all = links(), at = all.indexOf(link);
    return all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  }

  function move(from, step) {
    const next = beside(from, step);
    if (next) next.focus();
    else if (step > 0) document.querySelector("#more a")?.focus();
    else document.querySelector("#older button")?.focus();
    return next;
  }

  async function peek(link) {
    if (!link) return;
    const wasOpen = drawer().open;
    shown = link;
    await window.htmx.ajax("GET", link.href, { source: "#drawer-body", target: "#drawer-body" });
    const title = drawer().querySelector("h2 a");
    // Meanwhile it was closed, or another one asked for; or there is no such record any more.
    if ((wasOpen && !drawer().open) || shown !== link || title?.pathname !== link.pathname) return;
    if (!drawer().open) drawer().showModal();
    title.focus();
  }

  function edit(link) {
    if (!link || !document.querySelector("[data-edits]")) return;
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(`${new URL(link.href).pathname}edit?back=${back}`);
  }

  function open(panel) {
    const opener = document.getElementById(panel);
    if (opener?.getAttribute("aria-expanded") === "true") document.querySelector("#panel :is(select, input:not([type=hidden], [hidden]), a:not(.fw-shut-panel))")?.focus();
    else opener?.click();
    return opener;
  }

  const DEEDS = {
    j: (link) => move(link, 1),
    k: (link) => move(link, -1),
    x: (link) => rowOf(link ?? document.body)?.querySelector("[name=_record]")?.click(),
    o: peek,
    e: edit,
    f: () => open("open-filter"),
    v: () => (document.querySelector(".fw-views [aria-current]") ?? open("open-view"))?.focus(),
    n: () => document.getElementById("new-record")?.click(),
    "?": () => document.getElementById("keys").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const inside = event.target.closest("dialog");
    if (inside) return inside === drawer() && turn(event);
    if (isGrid()) return;
    const link = linkIn(rowOf(event.target)), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && link === event.target) move(link, step);
    else if (Object.hasOwn(DEEDS, event.key)) DEEDS[event.key](link);
    else return;
    event.preventDefault();
  });

  // In the drawer J and K show the next record and the one before.
  function turn(event) {
    const step = { j: 1, k: -1 }[event.key];
    const next = step && beside(shown, step);
    if (!next) return;
    event.preventDefault();
    peek(next);
  }

  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-keys]")) document.getElementById("keys").showModal();
    const dialog = target.closest("dialog");
    if (dialog && (target === dialog || target.closest("[data-shut]"))) dialog.close();
  });
  document.addEventListener("close", ({ target }) => {
    if (target !== drawer() || !shown) return;
    (shown.isConnected ? shown : links()[0])?.focus();
    shown = null;
  }, true);

  const show = () => { for (const each of document.querySelectorAll("[data-keys]")) each.hidden = false; };
  document.addEventListener("htmx:after:swap", show);
  addEventListener("pageshow", show);
})();
