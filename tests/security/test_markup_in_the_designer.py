"""Texts that are markup stay texts on every page on which definitions are made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.screens import SCREENS
from builder.studio import PLURALS
from runtime import config, documents
from tests.support.world import World, world_on

EVIL = "'\"><img src=x onerror=alert(1)>{{7*7}}"
TEXTS = {"title", "help", "description", "section", "label", "purpose", "message", "text", "placeholder"}
KEYS = {
    "form": "visit",
    "automation": "remind_ahead",
    "message": "visit_due",
    "app": "followup",
    "view": "by_result",
}
SELECTED = {
    "form_fields": (
        "",
        "field/customer",
        "field/result",
        "section/section_2",
        "field/deal&ask=move",
        "field/deal&ask=uses",
    ),
    "form_rules": ("", "rule/ask_next", "check/next_future"),
    "automation_steps": ("", "trigger", "when", "action/tell"),
    "app_roles": ("", "role/sales"),
}
FOUND = documents.loads((Path(config.ROOT) / "runtime/starters/followup.json").read_text("utf-8"))[
    "definitions"
]
SHIPPED = {
    "app": FOUND["app"],
    "form": next(form for form in FOUND["forms"] if form["$id"].endswith(":visit")),
    "automation": next(each for each in FOUND["automations"] if each["key"] == "remind_ahead"),
    "message": FOUND["messages"][0],
    "view": {
        "$schema": "urn:formwright:view:1",
        "key": "by_result",
        "title": "By result",
        "form": "visit",
        "kind": "board",
        "group_by": "result",
        "limits": {"interested": 3},
    },
}
PAGES = ("publish", "problems", "versions?from=1&to=2")


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The shipped app, every text of whose drafts is markup; once published so."""
    with world_on("sqlite", request, tmp_path_factory.mktemp("evil")) as found:
        for kind, key in KEYS.items():
            found.api("anna")("PUT", f"/apps/followup/{kind}/{key}", json=evil(SHIPPED[kind]))
        yield found


def evil(part: Any, key: str = "") -> Any:
    """The same document with this text in the place of every text that people wrote."""
    if key == "labels":
        return {value: {"en": EVIL, "zh": EVIL} for value in part}
    if key in TEXTS and isinstance(part, str | dict):
        return {"en": EVIL, "zh": EVIL}
    if isinstance(part, dict):
        return {each: evil(value, each) for each, value in part.items()}
    return [evil(each) for each in part] if isinstance(part, list) else part


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_no_page_of_the_designer_takes_a_text_for_markup(world: World, name: str) -> None:
    screen = SCREENS[name]
    design = f"/apps/followup/{PLURALS[screen.kind]}/{KEYS[screen.kind]}/design"
    pages = [f"{screen.tab}?sel={each}" for each in SELECTED.get(name, ("",))]
    shown = 0
    for rest in (*pages, *PAGES):
        page = world.browsers["anna"].get(f"{design}/{rest}")
        assert page.status_code == 200, rest
        assert "<img src=x" not in page.text and "onerror=alert(1)>" not in page.text, rest
        shown += page.text.count("&lt;img src=x")
    assert shown
