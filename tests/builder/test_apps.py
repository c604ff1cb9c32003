"""New apps and what they consist of: made by a title, usable at once, retired without breaking others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from builder import definitions, drafts, publish
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import Draft
from tests.support.world import World, world_on


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("apps")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


def test_a_title_is_enough_for_a_new_app(world: World) -> None:
    answer = world.browsers["dora"].post("/apps/new-app", data={"title": "采购申请", "languages": "zh"})

    assert (answer.status_code, answer.location) == (
        303,
        "/apps/caigoushenqing/app/caigoushenqing/design/overview",
    )
    page = world.browsers["dora"].get(answer.location)
    assert page.status_code == 200, page.text
    page = world.browsers["dora"].get("/")
    assert page.status_code == 200, page.text
    answer = world.browsers["dora"].post("/apps/caigoushenqing/new/forms", data={"title": "采购单"})
    assert answer.location == "/apps/caigoushenqing/forms/caigoudan/design/"
    assert world.browsers["dora"].get(answer.location).status_code == 200
