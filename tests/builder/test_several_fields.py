"""Several fields at once without JavaScript: chosen on a list, copied, cut, pasted, moved, deleted, kept as a group."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from builder.commands import Target
from builder.workspaces import draft_of
from tests.support.world import World, world_on

DESIGN = "/apps/followup/forms/contact/design"
OTHER = "/apps/followup/forms/reminder/design"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path, WTF_CSRF_ENABLED=False) as found:
        yield found


def several(world: World, what: str, *fields: str) -> TestResponse:
    data = {"several": what, "field": list(fields), "tab": "fields", "rev": "9999"}
    return world.browsers["dora"].post(f"{DESIGN}/several", data=data, follow_redirects=True)


def fields(world: World, form: str = "contact") -> list[str]:
    with world.app.app_context():
        document = draft_of("followup", Target("form", form)).document
    rows = [row for section in document["fw"]["layout"] for row in section["rows"]]
    return [cell if isinstance(cell, str) else cell["field"] for row in rows for cell in row]


def test_the_list_offers_every_field_and_what_can_be_done(world: World) -> None:
    page = world.browsers["dora"].get(f"{DESIGN}/fields?ask=several").text
    assert set(re.findall(r'name="field" value="(\w+)"', page)) == set(fields(world))
    assert set(re.findall(r'name="several" value="(\w+)"', page)) == {
        *("copy", "cut", "up", "down", "group", "delete")
    }
    assert 'id="canvas-several"' in world.browsers["dora"].get(f"{DESIGN}/fields").text


def test_several_fields_are_cut_here_and_pasted_in_another_form(world: World) -> None:
    one, two = fields(world)[-2:]
    assert "Fields cut: 2" in several(world, "cut", one, two).text

    page = world.browsers["dora"].get(f"{OTHER}/fields").text
    [paste] = {
        unescape(each)
        for each in re.findall(r'value="([^"]*fields\.paste[^"]*)"', page)
        if "after" not in each
    }
    assert json.loads(paste)["args"] == {"form": "contact", "fields": [one, two], "cut": True}
    world.browsers["dora"].post(f"{OTHER}/commands", data={"do": paste, "tab": "fields", "rev": "9999"})

    assert not {one, two} & set(fields(world))
    assert len(fields(world, "reminder")) >= 2


def test_several_fields_are_moved_deleted_and_kept_as_a_group(world: World) -> None:
    before = fields(world)
    several(world, "up", *before[-2:])
    assert fields(world) != before

    page = several(world, "group", *before[:2]).text
    assert 'id="group-en"' in page and before[0] in page
    several(world, "delete", *before[-2:])
    assert fields(world) == before[:-2]


def test_nothing_chosen_is_said_and_what_is_not_there_is_not_found(world: World) -> None:
    assert "Choose fields first." in several(world, "delete").text
    assert several(world, "delete", "nothing").status_code == 404
    assert several(world, "explode", fields(world)[0]).status_code == 400
