"""The designer for tests: a draft to work on, what it holds then, and a count of clicks and keys."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, expect

from builder import drafts
from runtime.db import db, transaction

APP = "followup"
PATH = f"/apps/{APP}/forms/desk/design/fields"


def form(*keys: str, **own: Any) -> dict[str, Any]:
    """A form of text fields."""
    return {
        "$schema": "urn:formwright:form:1",
        "$id": f"urn:formwright:{APP}:desk",
        "title": {"en": "Desk", "zh": "服务台"},
        "type": "object",
        "properties": {key: field(key) for key in keys},
        **({"fw": own} if own else {}),
    }


def field(key: str, kind: str = "text") -> dict[str, Any]:
    """A field named after its key."""
    return {"fw": {"type": kind, "title": {"en": key.capitalize(), "zh": f"字段{key}"}}}


def draft(document: dict[str, Any]) -> None:
    """Let the draft be this document."""
    with transaction():
        drafts.save_draft(None, APP, "form", "desk", document)


def stored() -> str:
    """The draft as it is stored, byte for byte."""
    db.session.rollback()
    db.session.expire_all()
    document = drafts.read_draft(APP, "form", "desk").document
    return json.dumps(document, ensure_ascii=False)


def order() -> list[list[str]]:
    """The fields of the draft by rows, whatever section they are in."""
    sections = json.loads(stored())["fw"]["layout"]
    rows = [row for section in sections for row in section["rows"]]
    return [[cell["field"] if isinstance(cell, dict) else cell for cell in row] for row in rows]


def opened(page: Page, **query: str) -> Page:
    """The designer of the draft."""
    told = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"{PATH}?{told}" if told else PATH)
    return page


# Looks at each frame, also on the next page when one comes; `expect` would look after 0.1, 0.35 and 0.85 s.
SETTLED = """(told) => {
  told.looks = (told.looks ?? 0) + 1;  // the first is at once, when what was asked for may not have begun
  const revision = document.getElementById("designer")?.dataset.revision;
  const stored = told.before === null || (revision && revision !== told.before);
  return told.looks > 2 && stored && !document.documentElement.matches("[data-busy]");
}"""


def settled(page: Page, before: str | None = None) -> None:
    """Wait until everything is saved and drawn, what was asked for just now included: a revision after this one."""
    page.wait_for_function(SETTLED, arg={"before": before}, timeout=20_000)


def pick(page: Page, key: str) -> Locator:
    """The row of a field."""
    return page.locator(f"#pick-{key}")


def focused(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def said(page: Page) -> str:
    """What a screen reader was told last."""
    return page.locator("#live").inner_text()


def drag(page: Page, handle: Locator, to: Locator, x: float = 0.5, y: float = 0.5) -> None:
    """Drag by the handle to a place within another element, given in parts of its size."""
    to.scroll_into_view_if_needed()
    handle.scroll_into_view_if_needed()
    begin = handle.bounding_box()
    assert begin
    page.mouse.move(begin["x"] + begin["width"] / 2, begin["y"] + begin["height"] / 2)
    page.mouse.down()
    page.mouse.move(begin["x"] + begin["width"] / 2 + 12, begin["y"] + begin["height"] / 2 + 12, steps=3)
    expect(page.locator("body.dragging")).to_have_count(1)
    place = to.bounding_box()
    assert place
    page.mouse.move(place["x"] + place["width"] * x, place["y"] + place["height"] * y, steps=6)
    page.mouse.move(place["x"] + place["width"] * x, place["y"] + place["height"] * y)
    page.mouse.up()


def handle(page: Page, key: str) -> Locator:
    """What a field is dragged by."""
    return page.locator(f"#cell-{key} > .h")


def speaking(page: Page, language: str) -> Page:
    """The tab, in this language."""
    page.set_default_timeout(10_000)
    draft(form("a"))
    page.goto("/")
    if not (page.locator("html").get_attribute("lang") or "").startswith(language):
        page.locator("#language button").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
    return page


def item(page: Page, kind: str) -> Locator:
    """The palette's button of a field type."""
    return page.locator(f'#palette button[value*=\'"type": "{kind}"\']')


def menu(page: Page, key: str, tool: str) -> None:
    """Something in the menu of a field."""
    pick(page, key).click()
    expect(page.locator(f"#cell-{key}.on")).to_be_visible()
    page.locator("#tool-more").click()
    page.locator(f"#{tool}").click()


def keys(page: Page, key: str, *pressed: str) -> None:
    """Keys pressed on the row of a field, or of a section or tab."""
    pick(page, key).focus()
    for each in pressed:
        page.keyboard.press(each)


COUNT = """
addEventListener("pointerdown", (event) => { if (event.isTrusted) window.fwCount("click"); }, true);
addEventListener("keydown", (event) => {
  if (!event.isTrusted || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const text = event.target.matches("textarea, input:not([type=checkbox], [type=radio])");
  const typed = text && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  window.fwCount(typed ? "char" : "key");
}, true);
"""


class Counter:
    """Counts what a person does on a page; made before the page is opened."""

    def __init__(self, page: Page) -> None:
        self.counts = {"click": 0, "key": 0, "char": 0}
        self.took = 0.0
        page.expose_function("fwCount", self._count)
        page.add_init_script(COUNT)
        self._page = page

    def _count(self, what: str) -> None:
        self.counts[what] += 1

    @contextmanager
    def budget(self, *, clicks: int = 0, keys: int = 0, seconds: float = 60) -> Iterator[None]:
        """What stands inside takes at most so much, and leaves the focus somewhere. A native choice made by the test
        counts by hand.
        """
        self.counts.update(click=0, key=0, char=0)
        begin = time.monotonic()
        yield
        self.took = time.monotonic() - begin
        lost = self._page.evaluate("document.activeElement === document.body")  # with it came the last count
        assert self.counts["click"] <= clicks, self.counts
        assert self.counts["key"] <= keys, self.counts
        assert self.took <= seconds, self.took
        assert not lost, "nothing has the focus"

    def tries(self, *, seconds: float, most: int = 4) -> Iterator[int]:
        """Have the budget inside done again until it takes no more than so long: other work slows a machine down."""
        took = []
        for number in range(most):
            yield number
            took.append(self.took)
            if self.took <= seconds:
                return
        raise AssertionError(took)


Way = Callable[[Page], None]


def same_in_all_ways(page: Page, begin: dict[str, Any], *ways: Way) -> str:
    """Do the same thing in several ways, each to the same draft: what is stored must not differ by a byte."""
    found = []
    for way in ways:
        draft(begin)
        before = opened(page).locator("#designer").get_attribute("data-revision")
        way(page)
        settled(page, before)
        found.append(stored())
    assert all(each == found[0] for each in found), "\n".join(found)
    assert found[0] != json.dumps(begin, ensure_ascii=False)
    return found[0]
