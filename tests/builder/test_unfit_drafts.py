"""Drafts that came over the API in any shape: every page of the designer answers in words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from builder.screens import SCREENS
from builder.studio import PLURALS
from tests.support.world import World, world_on

KEYS = {
    "form": "visit",
    "automation": "remind_ahead",
    "message": "visit_due",
    "app": "followup",
    "view": "open",
}
ENVELOPES: dict[str, dict[str, Any]] = {
    "form": {"$schema": "urn:formwright:form:1", "$id": "urn:formwright:followup:visit"},
    "automation": {"$schema": "urn:formwright:automation:1", "key": "remind_ahead"},
    "message": {"$schema": "urn:formwright:message:1", "key": "visit_due"},
    "view": {"$schema": "urn:formwright:view:1", "key": "open"},
    "app": {"$schema": "urn:formwright:app:1", "key": "followup"},
}
BODIES: list[dict[str, Any]] = [
    {},
    {"title": 7, "properties": [], "trigger": [], "actions": {}, "subject": "x", "roles": {}},
    {
        "title": {},
        "properties": {"a": {}},
        "trigger": {},
        "actions": [7],
        "subject": {"en": 7},
        "roles": [{}],
    },
    {
        "properties": {"a": {"fw": {"type": "nothing"}}},
        "fw": {"layout": [{}], "rules": [{}]},
        "actions": [{}],
    },
    {
        "properties": {"a": {"fw": {"type": "sub_table"}, "items": {"properties": {"b": {}}}}},
        "field_groups": [{"key": "a", "properties": {}}],
        "title": "x",
        "trigger": {"type": "record_saved"},
    },
    {"properties": {}, "fw": {"tabs": [{"key": "t"}]}},
]


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("unfit")) as found:
        yield found


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("name", sorted(SCREENS))
def test_every_tab_of_a_draft_of_any_shape_answers_in_words(
    world: World, name: str, body: dict[str, Any]
) -> None:
    screen = SCREENS[name]
    kind, key = screen.kind, KEYS[screen.kind]
    assert (
        world.api("anna")("PUT", f"/apps/followup/{kind}/{key}", json={**ENVELOPES[kind], **body}).status_code
        == 200
    )
    for rest in (screen.tab, "publish", "problems"):
        answer = world.browsers["anna"].get(f"/apps/followup/{PLURALS[kind]}/{key}/design/{rest}")
        assert answer.status_code in (200, 422), (rest, answer.text)


@pytest.mark.parametrize("body", [{}, {"properties": None}])
def test_nothing_is_copied_out_of_a_draft_of_any_shape(world: World, body: dict[str, Any]) -> None:
    draft = {**ENVELOPES["form"], **body}
    assert world.api("anna")("PUT", "/apps/followup/form/visit", json=draft).status_code == 200
    anna = world.browsers["anna"]
    token = re.search(r'name="csrf-token" content="([^"]+)"', anna.get("/").text)
    told = {"clip": "copy", "sel": "field/nothing", "csrf_token": token[1] if token else ""}
    answer = anna.post("/apps/followup/forms/visit/design/clip", data=told)
    assert answer.status_code == 404, answer.text
