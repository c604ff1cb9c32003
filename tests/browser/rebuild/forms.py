"""A form as its plan says: layout and fields first, then what one field has to do with others."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from tests.browser.rebuild import apps, conditions, fields, hands
from tests.browser.rebuild.hands import at, press, storing, write_titles

Plan = Mapping[str, Any]


def key_of(form: Plan) -> str:
    """The key of a form."""
    return str(form["$id"]).rpartition(":")[2]


def build_form(page: Page, form: Plan) -> None:
    """Everything that the form tab holds."""
    for number, section in enumerate(form["fw"]["layout"]):
        if number:
            fields.add_section(page, section["section"])
        for row in section["rows"]:
            for place, key in enumerate(row):
                schema = form["properties"][key]
                kind, titles = schema["fw"]["type"], schema["fw"]["title"]
                fields.add_field(page, kind, titles, key, beside=place > 0)
                fields.set_properties(page, schema, required=key in form.get("required", ()))
        if not number:
            fields.title_section(page, section["section"])
    set_form(page, form)
    connect(page, form)


def set_form(page: Page, form: Plan) -> None:
    """The properties of the form as a whole."""
    own = form["fw"]
    tab_again(page)
    write_titles(page, "p-title", form["title"])
    hands.follow(page, at(page, "p-icon"))
    press(page, page.locator(f'label.panel-icon[title="{own["icon"]}"]'))
    hands.choose(page, "p-title_field", own["title_field"])
    if "owner_field" in own:
        hands.choose(page, "p-owner_field", own["owner_field"])
    for number, keys in enumerate(own.get("unique", ())):
        hands.unfold(page, "panel-advanced")
        hands.tick(page, f"p-unique-{number}", keys)


def tab_again(page: Page) -> None:
    """The form tab with nothing selected."""
    hands.tab(page, "fields")


def connect(page: Page, form: Plan) -> None:
    """What references fill and offer."""
    for key, schema in form["properties"].items():
        own = schema["fw"]
        if "fill" in own or "offer" in own:
            fields.select_field(page, key)
            fields.set_fills(page, own.get("fill", {}))
        if "offer" in own:
            fields.offer_suggested(page)


def build_access(page: Page, form: Plan, app: Plan) -> None:
    """What roles may do with single fields, once there are the roles."""
    limited = {
        key: schema["fw"]["access"] for key, schema in form["properties"].items() if "access" in schema["fw"]
    }
    if limited:
        apps.open_part(page, app["key"], "form", key_of(form))
    for key, access in limited.items():
        fields.select_field(page, key)
        fields.set_access(page, access)


def build_list(page: Page, form: Plan) -> None:
    """The list's columns in their order, and how it is sorted."""
    hands.tab(page, "list")
    wanted = form["fw"]["list"]["columns"]
    for key in [each for each in _columns(page) if each not in wanted]:
        press(page, page.locator(f'[id="column-{key}"] form:has(button[title])').last.locator("button"))
    left = {key: form["properties"][key]["fw"]["title"]["en"] for key in wanted}
    for key in [each for each in wanted if each not in _columns(page)]:
        press(page, page.locator(".card-footer button", has_text=left[key]))
    for place, key in enumerate(wanted):
        while _columns(page).index(key) > place:
            press(page, page.locator(f'[id="column-{key}"] button').first)
    hands.choose(page, sort_control(page), form["fw"]["list"]["sort"])


def sort_control(page: Page) -> str:
    """The id of the list of orders."""
    return str(page.locator("[aria-labelledby=list-order] select").get_attribute("id"))


def _columns(page: Page) -> list[str]:
    found: list[str] = page.locator("li[id^=column-]").evaluate_all(
        "rows => rows.map(row => row.id.slice(7))"
    )
    return found


def build_rules(page: Page, form: Plan) -> None:
    """The rules and checks."""
    hands.tab(page, "rules")
    for rule in form["fw"].get("rules", ()):
        add_rule(page, rule)
    for check in form["fw"].get("checks", ()):
        add_check(page, check)


def add_rule(page: Page, rule: Plan) -> None:
    """A rule with its first effect on its first field; then the others."""
    (effect, keys), *others = rule["then"].items()
    hands.follow(page, at(page, "rule-new"))
    hands.look(page, "new-effect", effect)
    hands.look(page, "new-field", keys[0])
    if rule["when"] == {}:
        press(page, at(page, "new-always"))
    else:
        conditions.say(page, "new", rule["when"])
    hands.follow(page, page.locator(".rules-table a").last)
    made = str(page.locator("#designer").get_attribute("data-sel")).removeprefix("rule/")
    for key in keys[1:]:
        _effect(page, f"more-{made}-{effect}", key)
    for effect, keys in others:
        hands.at(page, f"effect-{made}").select_option(effect)
        _effect(page, f"effect-field-{made}", keys[0])
        for key in keys[1:]:
            _effect(page, f"more-{made}-{effect}", key)


def _effect(page: Page, id: str, key: str) -> None:
    with storing(page):
        at(page, id).select_option(key)


def add_check(page: Page, check: Plan) -> None:
    """A check with its formula, and its message in each language."""
    (_first, text), *others = check["message"].items()
    hands.follow(page, at(page, "check-new"))
    fields.type_formula(page, "new-check-text", check["formula"])
    hands.enter(page, at(page, "check-message"), text)
    at(page, "check-at").select_option(check["at"])
    at(page, "check-level").select_option(check["level"])
    press(page, at(page, "check-add"))
    for locale, text in others:
        hands.write(page, f"check-message-{locale}", text)
