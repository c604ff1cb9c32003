"""Only what was reviewed is published: what came meanwhile is shown first."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.models import Definition, Version
from tests.support.pages import reviewed
from tests.support.world import World, world_on

CUSTOMER = "/apps/followup/forms/customer/design"
both = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on(getattr(request, "param", "sqlite"), request, tmp_path) as found:
        yield found


def page(world: World, base: str = CUSTOMER, who: str = "dora") -> str:
    return world.browsers[who].get(f"{base}/publish").text


def post(world: World, path: str, seen: str, who: str = "dora", **form: Any) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', seen)
    assert token
    return world.browsers[who].post(path, data={"csrf_token": token[1], **form})


def do(world: World, name: str, /, who: str = "dora", base: str = CUSTOMER, **arguments: Any) -> None:
    """Do a command to a draft."""
    seen = world.browsers[who].get(f"{base}/").text
    revision = re.search(r'data-revision="(\d+)"', seen)
    assert revision
    command = json.dumps({"name": name, "args": arguments})
    assert post(world, f"{base}/commands", seen, who, rev=revision[1], do=command).status_code == 303


def publish(world: World, seen: str, who: str = "dora", base: str = CUSTOMER, **more: Any) -> TestResponse:
    """Press the button of a publish page that was looked at."""
    more = {"part": ["form/customer"], **reviewed(seen), **more}
    return post(world, f"{base}/publish", seen, who, **more)


def version(world: World, form: str = "customer") -> int:
    with world.app.app_context():
        return lookup.form("followup", form).number


@both
def test_what_a_colleague_changed_meanwhile_is_shown_before_it_is_published(world: World) -> None:
    do(world, "field.required", field="address", on=True)
    seen = page(world)
    do(world, "field.title", who="anna", field="phone", text="Telephone", locale="en")
    answer = {"form/customer:fill/address": "Main Street 1", "note": "Stricter"}

    refused = publish(world, seen, **answer)

    assert refused.status_code == 409 and version(world) == 1
    assert "nothing was published" in refused.text
    assert "New since you looked at it" in refused.text and "Anna: " in refused.text
    assert 'value="Main Street 1"' in refused.text and 'value="Stricter"' in refused.text
    assert publish(world, refused.text, **answer).status_code == 303 and version(world) == 2


def test_a_change_of_another_draft_that_is_not_published_along_does_not_matter(world: World) -> None:
    do(world, "field.add", type="text")
    seen = page(world)
    do(world, "field.add", base="/apps/followup/forms/visit/design", who="anna", type="text")
    assert publish(world, seen).status_code == 303 and version(world) == 2


def test_an_app_that_comes_along_unseen_is_shown_first(world: World) -> None:
    do(world, "field.add", type="text")
    seen = page(world)
    app = "/apps/followup/app/followup/design"
    do(world, "app.set", who="anna", base=app, name="description", value="New")
    own = publish(world, seen, part=["form/customer", "app/followup"])
    assert own.status_code == 409 and version(world) == 1
    assert own.text.count("New since you looked at it") == 1


@pytest.mark.parametrize("mark", ["", "0-0", "x", "1-1-1", "9" * 20 + "-1", "٣-١", "-"])
def test_a_mark_that_is_none_publishes_nothing(world: World, mark: str) -> None:
    do(world, "field.add", type="text")
    seen = page(world)
    assert publish(world, seen, **{"seen.form/customer": mark}).status_code == 409
    assert version(world) == 1


def test_who_published_it_meanwhile_is_told(world: World) -> None:
    do(world, "field.add", type="text")
    seen = page(world)
    publish(world, page(world, who="anna"), "anna")
    refused = publish(world, seen)
    assert refused.status_code == 409 and version(world) == 2
    assert "Anna: published version 2" in refused.text


@both
def test_of_two_who_publish_at_once_one_is_told(world: World) -> None:
    do(world, "field.add", type="text")
    pages = {who: page(world, who=who) for who in ("dora", "anna")}
    start = threading.Barrier(2)
    answers: dict[str, int] = {}

    def press(who: str) -> None:
        start.wait()
        answers[who] = publish(world, pages[who], who).status_code

    threads = [threading.Thread(target=press, args=(who,)) for who in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers.values()) == [303, 409]
    with world.app.app_context():
        own = Definition.kind == "form", Definition.key == "customer"
        count = (
            select(func.count()).select_from(Version).join(Definition, Version.definition_id == Definition.id)
        )
        assert db.session.scalar(count.where(*own)) == 2


def test_the_api_publishes_the_revision_that_was_read_if_asked(world: World) -> None:
    do(world, "field.add", type="text")
    dora, path = world.api("dora"), "/apps/followup/form/customer/publish"
    assert dora("POST", path, headers={"If-Match": '"9"'}).status_code == 412
    assert version(world) == 1
    assert dora("POST", path, headers={"If-Match": '"1"'}).status_code == 200
    assert version(world) == 2
