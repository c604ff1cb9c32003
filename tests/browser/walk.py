"""A page gone through with the Tab key: where the focus stands at each stop, and what is wrong with that."""

from typing import Any

from playwright.sync_api import Page

AT_ONCE = 12  # presses of Tab before the page is asked what it met
MOST = 400

# Notes at each Tab what has the focus then. Nothing: the walk is over, the browser's own controls have it.
WATCH = """() => {
  const steps = (window.fwSteps = []);
  const met = (window.fwMet = new Set());
  const name = (one) => (one.id && "#" + one.id) || one.outerHTML.slice(0, 90);
  const part = (one) => one.closest("label, .form-check, .menu-item") ?? one;
  const box = (one) => {
    const found = one.getBoundingClientRect();
    return found.width > 1 && found.height > 1 ? found : part(one).getBoundingClientRect();
  };
  const covered = (one) => {
    const at = box(one);
    const x = Math.min(Math.max(at.x + at.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(at.y + at.height / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    return top && !part(one).contains(top) && !top.contains(one) ? name(top) : "";
  };
  const ringed = (one) => [one, part(one)].some((each) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  });
  function fault(one, last) {
    const at = box(one);
    if (at.width < 2 || at.height < 2) return "is nowhere to be seen";
    if (at.bottom <= 0 || at.top >= innerHeight) return "is out of the window";
    if (covered(one)) return "is covered by " + covered(one);
    if (!ringed(one)) return "looks as without the focus";
    const before = last?.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING;
    return before && !one.closest("[popover]") && !last.closest("[popover]") ? "comes after " + name(last) : "";
  }
  let last = null;
  addEventListener("keyup", (event) => {
    if (event.key !== "Tab") return;
    const one = document.activeElement;
    if (one === document.body || met.has(one) && one !== last) return steps.push(null);
    if (one === last) return; // the parts of a date
    met.add(one);
    steps.push([name(one), fault(one, last)]);
    last = one;
  }, true);
  document.querySelector(".skip-link")?.focus();
  last = document.activeElement;
  met.add(last);
}"""

# What the Tab key should have met: of radio buttons only the group.
MISSED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && !one.closest("[inert]"))
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !fwMet.has(one) && !(one.type === "radio" && [...fwMet].some((met) => met.name === one.name)))
  .map((one) => (one.id && "#" + one.id) || one.outerHTML.slice(0, 90))"""


def faults(page: Page) -> list[str]:
    """Go through the page from its beginning to its end; what is wrong on the way, a line each."""
    page.evaluate(WATCH)
    steps: list[Any] = []
    while None not in steps:
        for _press in range(AT_ONCE):
            page.keyboard.press("Tab")
        steps = page.evaluate("fwSteps")
        if len(steps) > MOST or len(steps) < 2:
            return ["there is no end: " + str(steps[-3:])]
    steps = steps[: steps.index(None)]
    found = [f"{name} {fault}" for name, fault in steps if fault]
    return found + [f"{name} is not met" for name in page.evaluate(MISSED)]


PANE = "document.activeElement.closest('#palette, #main, #properties')?.id"


def around(page: Page) -> list[str]:
    """Go around the parts of a page of the designer with F6, and back; what is wrong on the way."""
    met: list[str | None] = []
    for key in ("F6", "F6", "F6", "Shift+F6", "Shift+F6", "Shift+F6"):
        page.keyboard.press(key)
        met.append(page.evaluate(PANE))
    there, back = met[:3], met[3:]
    right = None not in met and [there[1], there[0], there[2]] == back
    return [] if right else [f"F6 leads to {met}"]


def menus(page: Page) -> list[str]:
    """Open each menu by its button, and leave it by Escape; what is wrong then."""
    found = []
    for button in page.locator("[popovertarget]:visible").all():
        button.press("Enter")
        opened = page.evaluate("document.querySelector(':popover-open')?.id")
        page.keyboard.press("Escape")
        left = button.evaluate(
            "(one) => one === document.activeElement && !document.querySelector(':popover-open')"
        )
        if not opened or not left:
            found.append(f"the menu {opened} is not left for its button")
    return found
