"""Building a form on the canvas: sections, fields beside each other, their properties and options."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.rebuild import hands
from tests.browser.rebuild.hands import at, press, storing, write, write_titles

Schema = Mapping[str, Any]
Titles = Mapping[str, str]

OF_JSON_SCHEMA = ("type", "format", "enum", "default", "fw")  # said by the type, or in a place of their own
OWN = ("type", "title", "help", "initial", "labels", "fill", "offer", "access")
RIGHTS = {"read": 2, "hidden": 3}


def add_section(page: Page, titles: Titles) -> None:
    """A new section at the end, and its title."""
    if page.locator(".canvas-section").count():
        press(page, page.locator('.canvas-end button[value*="section.add"]'))
    title_section(page, titles)


def title_section(page: Page, titles: Titles) -> None:
    """Name the last section, which is selected then."""
    hands.follow(page, page.locator(".canvas-section .canvas-head a.pick").last)
    write_titles(page, "p-title", titles)


def add_field(page: Page, kind: str, titles: Titles, key: str, *, beside: bool = False) -> None:
    """A new field behind what is selected, or on the same row with it, with its titles and its key."""
    press(page, page.locator(f'#palette button[value*=\'"type": "{kind}"\']'))
    title_in_place(page, next(iter(titles.values())))
    if beside:
        with storing(page):
            page.keyboard.press("Alt+ArrowRight")
    write_titles(page, "p-title", titles)
    if selected(page) != key:
        hands.unfold(page, "panel-advanced")
        write(page, "p-key", key)


def title_in_place(page: Page, title: str) -> None:
    """Type the title of the new field where it stands."""
    box = page.locator("[data-title]:focus")
    expect(box).to_be_visible()
    if box.input_value() == title:
        page.keyboard.press("Enter")
    else:
        with storing(page):
            page.keyboard.insert_text(title)
            page.keyboard.press("Enter")
    expect(page.locator("a.pick[aria-current]")).to_be_focused()


def selected(page: Page) -> str:
    """The key of the selected field."""
    told = page.locator("#designer").get_attribute("data-sel") or ""
    return told.removeprefix("field/")


def select_field(page: Page, key: str) -> None:
    """Click a field of the canvas."""
    if selected(page) != key:
        at(page, f"pick-{key}").click()
        expect(page.locator(f'#designer[data-sel="field/{key}"]')).to_have_count(1)
        hands.settled(page)


def set_properties(page: Page, schema: Schema, *, required: bool) -> None:
    """Whatever the plan says of the selected field, beside what it fills and offers."""
    own = schema["fw"]
    if required:
        press(page, at(page, "p-required-1"))
    if "help" in own:
        write_titles(page, "p-help", own["help"])
    set_options(page, {name: value for name, value in own.items() if name not in OWN})
    set_limits(page, {name: value for name, value in schema.items() if name not in OF_JSON_SCHEMA})
    if "enum" in schema:
        set_choices(page, schema["enum"], own["labels"])
    if "default" in schema:
        set_default(page, schema["default"])
    if "initial" in own:
        set_initial(page, own["initial"])


def set_options(page: Page, options: Mapping[str, Any]) -> None:
    """The options of the field's type, in the order of the plan."""
    for name, value in options.items():
        _enter(page, f"p-{name}", value)


def set_limits(page: Page, limits: Mapping[str, Any]) -> None:
    """Lengths, least and greatest values."""
    for name, value in limits.items():
        _enter(page, f"k-{name}", value)


def _enter(page: Page, id: str, value: Any) -> None:
    reveal(page, id)
    if at(page, id).evaluate("(control) => control.localName") == "select":
        hands.choose(page, id, str(value))
    else:
        write(page, id, str(value))


def reveal(page: Page, id: str) -> None:
    """Open “Advanced” when the control is in there."""
    if not at(page, id).is_visible():
        hands.unfold(page, "panel-advanced")


def set_default(page: Page, value: Any) -> None:
    """What a new record begins with."""
    hands.choose(page, "k-default", str(value).lower() if isinstance(value, bool) else str(value))


def set_initial(page: Page, formula: str) -> None:
    """The formula that fills a new record."""
    reveal(page, "p-initial-text")
    with storing(page):
        type_formula(page, "p-initial-text", formula)


def type_formula(page: Page, id: str, formula: str) -> None:
    """Type a formula without taking what is suggested, and leave."""
    hands.enter(page, at(page, id), formula)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")


def set_choices(page: Page, values: list[str], labels: Mapping[str, Titles]) -> None:
    """Paste the first labels as lines; then the values, and the labels in the other languages."""
    hands.unfold(page, "panel-paste")
    at(page, "p-paste").click()
    page.keyboard.insert_text("\n".join(next(iter(labels[value].values())) for value in values))
    press(page, at(page, "choice-paste"))
    made = page.locator(".panel-choice").evaluate_all("rows => rows.map(row => row.id)")
    assert len(made) == len(values)
    for row, value in zip(made, values, strict=True):
        _set_choice(page, row.removeprefix("panel-choice-"), value, labels[value])


def _set_choice(page: Page, made: str, value: str, label: Titles) -> None:
    if made != value:
        hands.unfold(page, f"panel-value-{made}")
        write(page, f"p-value-{made}", value)
    write_titles(page, f"p-choice-{value}", label)


def set_access(page: Page, access: Mapping[str, str]) -> None:
    """What each role may do with the selected field."""
    hands.unfold(page, "panel-access")
    for role, right in access.items():
        press(page, at(page, f"p-access-{role}-{RIGHTS[right]}"))


def set_fills(page: Page, fills: Mapping[str, str]) -> None:
    """Which fields a reference fills, and from where."""
    for target, source in fills.items():
        hands.choose(page, "fill-more", target)
        hands.choose(page, f"fill-{target}", source)


def offer_suggested(page: Page) -> None:
    """Offer only the records that the first suggestion speaks of."""
    press(page, at(page, "offer-suggested-1"))
