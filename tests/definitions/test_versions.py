"""A published version is frozen by the database itself, and there is one draft."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from runtime.db import db, transaction
from runtime.definitions.models import App, Definition, Draft, Version
from tests.conftest import both_databases

TAMPERING = [
    "UPDATE versions SET document = '{}'",
    "UPDATE versions SET number = 7",
    "UPDATE versions SET definition_id = 2",
    "UPDATE versions SET published_by = NULL",
    "UPDATE versions SET published_at = CURRENT_TIMESTAMP",
    "DELETE FROM versions",
]


@pytest.fixture
def version(app: Flask) -> Version:
    with transaction() as session:
        owner = App(key="shop")
        session.add(owner)
        session.flush()
        definitions = [Definition(app_id=owner.id, kind="message", key=key) for key in ("hello", "bye")]
        session.add_all(definitions)
        session.flush()
        version = Version(definition_id=definitions[0].id, number=1, document={"key": "hello"})
        session.add(version)
    return version


@both_databases
@pytest.mark.parametrize("statement", TAMPERING)
def test_the_database_refuses_to_change_or_delete_a_version(version: Version, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never"), transaction() as session:
        session.execute(text(statement))
    db.session.expire_all()
    assert db.session.get_one(Version, version.id).document == {"key": "hello"}


def test_sqlite_refuses_to_replace_a_version(version: Version) -> None:
    columns = "id, definition_id, number, document, note, published_at"
    same = "SELECT id, 1, 1, '{}', '', published_at FROM versions"
    with pytest.raises(DBAPIError, match="never"), transaction() as session:
        session.execute(text(f"INSERT OR REPLACE INTO versions ({columns}) {same}"))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_postgresql_refuses_to_empty_the_table(version: Version) -> None:
    with pytest.raises(DBAPIError, match="never"), transaction() as session:
        session.execute(text("TRUNCATE versions CASCADE"))


@both_databases
def test_the_note_of_a_version_may_be_mended(version: Version) -> None:
    with transaction() as session:
        session.execute(text("UPDATE versions SET note = 'typo'"))


@both_databases
def test_the_database_refuses_a_second_draft(version: Version) -> None:
    with transaction() as session:
        session.add(Draft(definition_id=version.definition_id, document={}))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            text("INSERT INTO drafts (definition_id, revision, document, updated_at) "
                 "SELECT definition_id, 2, '{}', updated_at FROM drafts")
        )  # fmt: skip
