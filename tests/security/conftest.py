"""One world for each module, on SQLite."""

from collections.abc import Iterator

import pytest

from tests.support.world import World, world_on


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The app with its people; pages take forms without a CSRF token, for that is not what is looked at."""
    home = tmp_path_factory.mktemp("world") / "home"
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as made:
        yield made
