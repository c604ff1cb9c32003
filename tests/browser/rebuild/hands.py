"""The gestures that every part of the designer shares: entering, choosing, ticking, unfolding, publishing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.design import settled

Titles = Mapping[str, str]


def at(page: Page, id: str) -> Locator:
    """The element with this id, whatever letters it has."""
    return page.locator(f'[id="{id}"]')


@contextmanager
def storing(page: Page) -> Iterator[None]:
    """What is done inside changes the draft; afterwards it is stored and drawn."""
    before = page.locator("#designer").get_attribute("data-revision")
    yield
    settled(page, before)


def press(page: Page, target: Locator) -> None:
    """Click what changes the draft."""
    with storing(page):
        target.click()


def write(page: Page, id: str, text: str) -> None:
    """Enter a text and leave; nothing is done where it stands already."""
    box = at(page, id)
    if box.input_value() == text:
        return
    with storing(page):
        enter(page, box, text)
        page.keyboard.press("Tab")


def enter(page: Page, box: Locator, text: str) -> None:
    """Put a text in the place of what stands there."""
    box.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def write_titles(page: Page, id: str, titles: Titles) -> None:
    """A text in each language."""
    for locale, text in titles.items():
        write(page, f"{id}-{locale}", text)


def choose(page: Page, id: str, value: str) -> None:
    """Pick from a list; nothing is done where it is picked already."""
    box = at(page, id)
    if box.input_value() != value:
        with storing(page):
            box.select_option(value)


def look(page: Page, id: str, value: str) -> None:
    """Pick from a list something that is not stored yet."""
    if at(page, id).input_value() != value:
        at(page, id).select_option(value)
        settled(page)


def tick(page: Page, group: str, values: list[str]) -> None:
    """Tick just these boxes of a group."""
    boxes = at(page, group).locator("input[type=checkbox]")
    for value in boxes.evaluate_all("boxes => boxes.map(box => box.value)"):
        box = at(page, group).locator(f'input[value="{value}"]')
        if box.is_checked() != (value in values):
            press(page, box)


def unfold(page: Page, id: str) -> None:
    """Open a part that is closed."""
    part = at(page, id)
    if part.get_attribute("open") is None:
        part.locator("summary").first.click()


def follow(page: Page, link: Locator) -> None:
    """Click a link to another page or another state of this one."""
    link.click()
    settled(page)


def tab(page: Page, name: str) -> None:
    """Go to a tab of the designer."""
    follow(page, page.locator(f'.design-tabs a[href$="/design/{name}"]'))
    page.wait_for_url(f"**/design/{name}**")


def publish(page: Page, wanted: int) -> None:
    """Publish everything that is not published yet."""
    page.locator("#publish-link").click()
    boxes = page.locator("input[name=part]")
    expect(boxes).to_have_count(wanted)
    for number in range(wanted):
        boxes.nth(number).check()
    page.locator("#publish-button").click()
    page.wait_for_url("**/design/versions")


def titles_of(title: Any) -> Titles:
    """A title by language."""
    return title if isinstance(title, Mapping) else {"en": title}
