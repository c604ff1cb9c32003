"""The pages of publishing: problems, what changes, what it does to what is stored, versions and ways back."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from runtime.definitions import lookup
from runtime.times import now
from tests.support.pages import reviewed
from tests.support.world import World, world_on

VISIT = "/apps/followup/forms/visit/design"
CUSTOMER = "/apps/followup/forms/customer/design"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on(getattr(request, "param", "sqlite"), request, tmp_path) as found:
        yield found


def get(world: World, path: str, name: str = "dora") -> TestResponse:
    return world.browsers[name].get(path)


def post(world: World, path: str, **form: Any) -> TestResponse:
    """Send a form as a browser does that has the page before it."""
    page = get(world, f"{VISIT}/publish").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return world.browsers["dora"].post(path, data={"csrf_token": token[1], **reviewed(page), **form})


def do(world: World, base: str, name: str, **arguments: Any) -> None:
    """Do a command to a draft."""
    revision = re.search(r'data-revision="(\d+)"', get(world, f"{base}/").text)
    assert revision
    answer = post(
        world, f"{base}/commands", rev=revision[1], do=json.dumps({"name": name, "args": arguments})
    )
    assert answer.status_code == 303, answer.text


def publish(world: World, base: str, *parts: str) -> TestResponse:
    return post(world, f"{base}/publish", part=list(parts), note="")


def test_a_draft_that_is_as_published_has_no_problems_and_no_changes(world: World) -> None:
    assert "No problems" in get(world, f"{VISIT}/problems").text
    assert "Nothing." in get(world, f"{VISIT}/publish").text


def test_an_added_field_is_told_in_words_and_published_as_the_next_version(world: World) -> None:
    do(world, VISIT, "field.add", type="text")
    page = get(world, f"{VISIT}/publish").text
    assert "Added the field Text" in page
    assert publish(world, VISIT, "form/visit").status_code == 303
    versions = get(world, f"{VISIT}/versions").text
    assert "Version 2" in versions and "Undo publish" in versions


def test_a_problem_names_its_place_and_keeps_the_draft_from_being_published(world: World) -> None:
    do(world, CUSTOMER, "field.delete", field="phone")
    page = get(world, f"{CUSTOMER}/problems").text
    assert "Go to: Follow-up" in page  # which fills its phone from the customer's
    answer = publish(world, CUSTOMER, "form/customer")
    assert answer.status_code == 422
    assert "Version 2" not in get(world, f"{CUSTOMER}/versions").text


def test_a_deleted_field_says_how_many_values_are_no_longer_shown(world: World) -> None:
    before = get(world, f"{CUSTOMER}/publish").text
    do(world, CUSTOMER, "field.delete", field="address")
    page = get(world, f"{CUSTOMER}/publish").text
    assert "is deleted" not in before
    assert "Address is deleted" in page


def test_a_publish_is_taken_back_while_nobody_used_it(world: World) -> None:
    do(world, VISIT, "field.add", type="text")
    publish(world, VISIT, "form/visit")
    assert post(world, f"{VISIT}/versions/undo").status_code == 303
    page = get(world, f"{VISIT}/versions").text
    assert "Version 3" in page
    with world.app.app_context():
        assert "text" not in lookup.form("followup", "visit").fields


def test_a_publish_that_was_used_is_not_taken_back(world: World) -> None:
    do(world, CUSTOMER, "field.add", type="text")
    publish(world, CUSTOMER, "form/customer")
    world.make("customer", name="Acme Ltd")
    post(world, f"{CUSTOMER}/versions/undo")
    assert "Version 3" not in get(world, f"{CUSTOMER}/versions").text


@pytest.mark.parametrize(("minutes", "seconds", "works"), [(9, 59, True), (10, 1, False)])
def test_a_publish_is_taken_back_within_ten_minutes(
    world: World, minutes: int, seconds: int, works: bool
) -> None:
    do(world, VISIT, "field.add", type="text")
    begin = now()
    with time_machine.travel(begin, tick=False):
        publish(world, VISIT, "form/visit")
    with time_machine.travel(begin + timedelta(minutes=minutes, seconds=seconds), tick=False):
        assert ("Undo publish" in get(world, f"{VISIT}/versions").text) is works
        post(world, f"{VISIT}/versions/undo")
        page = get(world, f"{VISIT}/versions").text
    assert ("Version 3" in page) is works
    assert ("too long ago" in page) is not works


def test_an_old_version_comes_back_under_a_new_number(world: World) -> None:
    do(world, VISIT, "field.add", type="text")
    publish(world, VISIT, "form/visit")
    assert post(world, f"{VISIT}/versions/1/rollback").status_code == 303
    assert "Version 3" in get(world, f"{VISIT}/versions").text
    assert "Added the field Text" in get(world, f"{VISIT}/versions?from=1&to=2").text


def test_publishing_a_form_that_nobody_changed_says_so_and_makes_no_version(world: World) -> None:
    assert publish(world, VISIT, "form/visit").status_code == 303
    page = get(world, f"{VISIT}/versions").text
    assert "There was nothing to publish." in page and "Version 2" not in page


@pytest.mark.parametrize("part", ["", "form/nothing", "nonsense", "form", "x/y/z"])
def test_a_part_that_there_is_not_is_refused_in_words(world: World, part: str) -> None:
    answer = publish(world, VISIT, part)
    assert answer.status_code in (303, 404, 422)
    assert "Version 2" not in get(world, f"{VISIT}/versions").text


@pytest.mark.parametrize("page", ["publish", "problems", "problems/count", "versions"])
def test_whoever_may_not_design_finds_nothing(world: World, page: str) -> None:
    assert get(world, f"{VISIT}/{page}", "bob").status_code == 404
