"""One world for each module and database."""

from collections.abc import Iterator

import pytest

from tests.support.world import World, world_on


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The app with its people, on both databases."""
    with world_on(request.param, request, tmp_path_factory.mktemp("world") / "home") as made:
        yield made
