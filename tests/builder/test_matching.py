"""At the condition of an automation: how many of the newest records match, and which."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from builder import drafts
from runtime.db import transaction
from tests.support.world import World, world_on

STEPS = "/apps/followup/automations/hello/design/"
ACTIVE = {"properties": {"record": {"properties": {"state": {"const": "paused"}}, "required": ["state"]}}}
CHANGED = {"properties": {"changed": {"contains": {"const": "state"}}}, "required": ["changed"]}
_numbers = count()


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("matching")) as opened:
        yield opened


def at_the_condition(world: World, when: Any, who: str = "anna", query: str = "") -> str:
    """The page of an automation with this condition, with plain spaces."""
    trigger = {"type": "record_saved", "form": "customer"}
    own = {"$schema": "urn:formwright:automation:1", "key": "hello", "title": "Hello", "trigger": trigger}
    with world.app.app_context(), transaction():
        drafts.save_draft(None, "followup", "automation", "hello", {**own, "when": when, "actions": []})
    return " ".join(world.browsers[who].get(f"{STEPS}{query}").text.split())


def customers(world: World, number: int, **values: Any) -> list[int]:
    names = (f"Acme {next(_numbers)} Ltd" for _each in range(number))
    return [world.make("customer", name=name, **values) for name in names]


def named(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'href="/apps/followup/forms/customer/(\d+)/"', page)]


def test_the_newest_records_that_match_are_counted_and_shown(world: World) -> None:
    older = customers(world, 3, state="paused")
    customers(world, 18, state="active")
    newest = customers(world, 1, state="paused")
    page = at_the_condition(world, ACTIVE)
    assert "2 of the last 20 records match." in page and named(page) == []
    shown = at_the_condition(world, ACTIVE, query="?sel=when&ask=matching")
    assert named(shown) == [*newest, older[-1]]


def test_one_who_may_read_no_records_is_told_of_none(world: World) -> None:
    customers(world, 1, state="paused")
    page = at_the_condition(world, ACTIVE, "dora", "?sel=when&ask=matching")
    assert "records match" not in page and named(page) == []


def test_what_a_record_at_rest_does_not_tell_is_said(world: World) -> None:
    assert "depends on what changes" in at_the_condition(world, CHANGED)


@pytest.mark.parametrize("when", [{"nonsense": 1}, {"properties": {"record": {"required": ["nobody"]}}}, {}])
def test_a_condition_that_is_not_finished_is_shown_all_the_same(world: World, when: Any) -> None:
    assert 'id="pick-when"' in at_the_condition(world, when)
