"""The app that ships with the product, built anew from an empty app by clicks and keys alone."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from builder import packages
from runtime import config, documents
from runtime.accounts.models import User
from runtime.conditions import Group, Row
from tests.browser.rebuild import apps, automations, forms, hands, messages
from tests.conftest import make_user
from tests.support.sameness import differences, meaning

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.timeout(900)]

KEY = "rebuilt"  # the shipped app stands beside it


def plan() -> Any:
    """The definitions of the shipped app, as they are with the key of the new one."""
    text = (Path(config.ROOT) / "runtime/starters/followup.json").read_text("utf-8")
    found = documents.loads(text.replace("urn:formwright:followup:", f"urn:formwright:{KEY}:"))["definitions"]
    return {**found, "app": {**found["app"], "key": KEY}}


PLAN = plan()
APP = PLAN["app"]
# The editor has no row that says “not (remind me is yes)”; a yes or no that is not yes is no or empty.
IN_ROWS = {
    "cancel_reminder": Group("any", (Row("record.remind", "is_no"), Row("record.remind", "is_empty"))),
}


def test_the_shipped_app_is_rebuilt_in_the_browser(open_tab: Callable[..., Page], alice: User) -> None:
    page = open_tab(alice)

    apps.new_app(page, APP, "en")
    for form in PLAN["forms"]:
        apps.new_part(page, APP["key"], "form", forms.key_of(form))
    for form in PLAN["forms"]:
        apps.open_part(page, APP["key"], "form", forms.key_of(form))
        forms.build_form(page, form)
        forms.build_rules(page, form)
        forms.build_list(page, form)
    reviewer = open_tab(make_user("Rita", is_designer=True))
    for message in PLAN["messages"]:
        apps.new_part(page, APP["key"], "message", message["key"])
        messages.build_message(page, message)
        review(page, reviewer)
    for automation in PLAN["automations"]:
        apps.new_part(page, APP["key"], "automation", automation["key"])
        automations.build_automation(page, automation, IN_ROWS.get(automation["key"]))
    apps.delete_role(page, KEY, "member")
    for role in APP["roles"]:
        apps.add_role(page, APP["key"], role)
    for form in PLAN["forms"]:
        forms.build_access(page, form, APP)
    apps.set_app(page, APP)
    hands.publish(page, 1 + sum(len(PLAN[kind]) for kind in ("forms", "messages", "automations")))

    found: list[str] = []
    built = packages.export(APP["key"])["definitions"]
    for kind in ("forms", "automations", "messages"):
        found += differences(by_name(built[kind]), by_name(PLAN[kind]))
    assert [*found, *differences(meaning(built["app"]), meaning(APP))] == []


def review(page: Page, reviewer: Page) -> None:
    """Somebody else reads the message and approves it."""
    messages.ask_review(page, "Please read it.")
    messages.approve(reviewer, page.url, "Good.")
    page.reload()


def by_name(listed: list[Mapping[str, Any]]) -> dict[str, Any]:
    """What definitions mean, by their key."""
    return {str(each.get("key") or each["$id"]): meaning(each) for each in listed}
