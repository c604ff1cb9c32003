// Tabs of a form or a record: without this script a list of links to sections that stand one below the other;
// with it the tabs of the ARIA patterns, one panel at a time. A link to something inside a panel opens it.
(() => {
  "use strict";
  const tabs = () => [...document.querySelectorAll("[data-tabs] > a")];
  const panelOf = (tab) => document.getElementById(tab.hash.slice(1));
  let chosen = "";

  // The server draws links; whatever it draws again becomes tabs again.
  function dress() {
    const all = tabs();
    if (!all.length) return;
    const current = all.find((tab) => tab.id === chosen) ?? all[0];
    document.querySelector("[data-tabs]").setAttribute("role", "tablist");
    for (const tab of all) {
      const panel = panelOf(tab);
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      tab.setAttribute("aria-selected", String(tab === current));
      tab.classList.toggle("active", tab === current);
      tab.tabIndex = tab === current ? 0 : -1;
      panel.setAttribute("role", "tabpanel");
      panel.hidden = tab !== current;
      panel.querySelector(".fw-tab-title")?.classList.add("visually-hidden");
    }
  }

  function choose(tab) {
    chosen = tab.id;
    dress();
  }

  function show(element) {
    const panel = element?.closest("[data-panel]");
    const tab = panel && tabs().find((each) => panelOf(each) === panel);
    if (tab) choose(tab);
  }

  // First of all listeners: the one that moves the focus to a field needs it to be there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    const tab = link.closest("[data-tabs]") && link;
    if (tab) event.preventDefault();
    if (tab) choose(tab);
    else show(document.getElementById(link.hash.slice(1)));
  }, true);

  document.addEventListener("keydown", (event) => {
    const all = tabs();
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = all.at(to % all.length);
    choose(tab);
    tab.focus();
  });

  // Where the open tab is gone, the one is opened that the focus went to.
  document.addEventListener("htmx:after:swap", () => {
    if (!document.getElementById(chosen)) show(document.activeElement);
    dress();
  });
  const first = document.querySelector("[data-panel] [data-error]");
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  dress();
  show(wanted || first || document.querySelector("[data-panel] form[data-section]"));
})();
