"""An app whose drafts are new for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from runtime.db import db, transaction
from runtime.definitions.models import Definition, Draft, Version
from tests.support.world import World, world_on


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("rules")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


@pytest.fixture
def world(shared: World) -> World:
    """The world with its drafts as they were installed."""
    with shared.app.app_context(), transaction():
        for draft in db.session.scalars(select(Draft)):
            definition = db.session.get_one(Definition, draft.definition_id)
            draft.document = db.session.get_one(Version, definition.current_version_id).document
            draft.revision += 1
    return shared
