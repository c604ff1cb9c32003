"""An automation as its plan says: what starts it, what must hold, what it does."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from builder.automation_values import constant_of
from runtime.conditions import Group
from tests.browser.rebuild import conditions, hands
from tests.browser.rebuild.hands import at, press, storing

Plan = Mapping[str, Any]
SIDES = {"-": "before", "+": "after", "0": "before"}


def build_automation(page: Page, plan: Plan, when: Group | None = None) -> None:
    """Everything but the key; `when` says the condition in other words than the plan."""
    set_trigger(page, plan["trigger"])
    if "when" in plan:
        follow_part(page, "when")
        conditions.say_rows(page, "when", when) if when else conditions.say(page, "when", plan["when"])
    for action in plan["actions"]:
        add_action(page, action)
    hands.write_titles(page, "o-title", plan["title"])
    if "run_as" in plan:
        hands.choose(page, "o-run_as", plan["run_as"])


def follow_part(page: Page, part: str) -> None:
    """Open a card."""
    hands.follow(page, page.locator(f'a[href*="sel={part}"]').first)


def set_trigger(page: Page, trigger: Plan) -> None:
    """What starts it."""
    if not at(page, "trigger-type").count():
        follow_part(page, "trigger")
    hands.choose(page, "trigger-type", trigger["type"])
    hands.choose(page, "t-form", trigger["form"])
    if trigger["type"] == "record_saved":
        hands.tick(page, "t-on", trigger["on"])
        hands.tick(page, "t-fields", trigger.get("fields", []))
    else:
        _set_date(page, trigger)


def _set_date(page: Page, trigger: Plan) -> None:
    hands.choose(page, "t-field", trigger["field"])
    known = page.locator(".auto-list li button")
    while known.count():
        press(page, known.first)
    for offset in trigger["offsets"]:
        _add_moment(page, offset)
    hands.write(page, "t-at", trigger["at"])
    hands.unfold(page, "trigger-advanced")
    for name, value in trigger["late"].items():
        hands.write(page, f"t-late-{name}", value)
    if trigger.get("again"):
        press(page, at(page, "t-again"))


def _add_moment(page: Page, offset: str) -> None:
    number = offset.strip("+-dhminwo")
    hands.enter(page, at(page, "moment-number"), number)
    at(page, "moment-unit").select_option(offset.strip("+-0123456789"))
    at(page, "moment-side").select_option(SIDES[offset[0]])
    press(page, at(page, "moment-add"))


def add_action(page: Page, action: Plan) -> None:
    """An action behind the others."""
    press(page, at(page, f"add-{action['type']}"))
    made = str(page.locator("#designer").get_attribute("data-sel")).removeprefix("action/")
    place = f"a-{made}"
    if action["type"] == "notify":
        _notify(page, place, action)
        return
    hands.choose(page, f"{place}-form", action["form"])
    for part in ("match", "set"):
        for field, value in action[part].items():
            _set_value(page, f"{place}-{part}", field, value)
    for name in ("none", "many"):
        if name in action:
            hands.choose(page, f"{place}-{name}", action[name])


def _set_value(page: Page, part: str, field: str, value: str) -> None:
    with storing(page):
        at(page, f"{part}-add").select_option(field)
    constant = constant_of(value)
    if constant is None:
        hands.choose(page, f"{part}-{field}", value)
        return
    hands.choose(page, f"{part}-{field}", "=constant")
    hands.choose(page, f"{part}-{field}-raw", constant)


def _notify(page: Page, place: str, action: Plan) -> None:
    hands.choose(page, f"{place}-message", action["message"])
    for number, recipient in enumerate(action["to"]):
        (kind, named), *_copy = recipient.items()
        with storing(page):
            at(page, f"{place}-to-add").select_option(f"{kind}:{named}")
        if recipient.get("as") == "cc":
            press(page, at(page, f"{place}-to-{number}").locator("button").first)
    hands.tick(page, f"{place}-channels", action["channels"])
