"""The company with a survey that is open to the public, on each database."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from runtime.db import transaction
from runtime.public.models import PublicForm
from tests.builder.factory import app as app_document
from tests.builder.factory import install
from tests.public.survey import CUSTOMER, ROLE, SURVEY, opened
from tests.support.world import World, world_on


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    kept: dict[str, Any] = {"WTF_CSRF_ENABLED": False, "PUBLIC_POSTS": "8 per minute"}
    with world_on(request.param, request, tmp_path_factory.mktemp("public"), **kept) as found:
        with found.app.app_context():
            install(SURVEY, CUSTOMER, app=app_document(languages=["en", "zh"], roles=[ROLE]))
        yield found


@pytest.fixture
def world(shared: World) -> World:
    """The company, where the survey was never open."""
    with shared.app.app_context(), transaction() as session:
        for one in session.scalars(select(PublicForm)):
            session.delete(one)
    return shared


@pytest.fixture
def address(world: World) -> str:
    """Where the survey is filled in, just opened by a designer."""
    return opened(world)
