"""A desk for each module, on SQLite; `desks` is one on each database."""

from collections.abc import Iterator

import pytest

from tests.files.desk import open_desk
from tests.support.world import World, world_on


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The people of a world with a desk; pages take forms without a CSRF token."""
    home = tmp_path_factory.mktemp("desk") / "home"
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as made:
        yield open_desk(made)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def desks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same on each database."""
    home = tmp_path_factory.mktemp(f"desk-{request.param}") / "home"
    with world_on(request.param, request, home, WTF_CSRF_ENABLED=False) as made:
        yield open_desk(made)
