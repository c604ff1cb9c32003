"""Migrations and models say the same; two processes that migrate at once do not hurt each other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from runtime.db import Base, db
from tests.conftest import both_databases
from tests.support.postgres import Postgres
from tests.support.system import System


@both_databases
def test_the_migrated_tables_are_those_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables},
        )
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_processes_that_set_up_at_once_make_one_whole_installation(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = ""
    if kind == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        server.execute("CREATE DATABASE set_up_twice")
        url = server.url("set_up_twice")
    systems = [System(tmp_path, url) for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        links = [done.stdout for done in both.map(lambda system: system.command("init"), systems)]
    assert all("/setup/" in link for link in links)
    assert systems[0].check() == {"ok": True, "violations": []}
