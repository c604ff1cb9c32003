"""A database that others hold, or that is away: told in words, and what was typed can be sent again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from runtime import turns
from runtime.db import db, is_passing
from tests.forms.followup import FOLLOWUP, followup, seller, sign_in, sqlite_template

__all__ = ["followup", "seller", "sqlite_template"]


@pytest.fixture
def held(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Another program that writes to the database and does not come to an end."""
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.2)
    with closing(sqlite3.connect(str(db.engine.url.database))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


@pytest.fixture
def browser(client: FlaskClient, seller: object, held: sqlite3.Connection) -> FlaskClient:
    held.rollback()
    signed_in = sign_in(client, seller)  # type: ignore[arg-type]
    assert signed_in.get(f"{FOLLOWUP}/customer/new").status_code == 200
    held.execute("BEGIN IMMEDIATE")
    return signed_in


NEW = {"name": "Acme", "_once": "x", "_do": "save"}


def test_a_form_that_cannot_be_stored_now_can_be_sent_again(
    browser: FlaskClient, held: sqlite3.Connection
) -> None:
    own = {"Origin": "http://localhost"}
    answer = browser.post(f"{FOLLOWUP}/customer/new", data=NEW, headers=own)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "The server is busy just now" in answer.text and "Send again" in answer.text
    assert "<dd>Acme</dd>" in answer.text
    held.rollback()
    assert browser.post(f"{FOLLOWUP}/customer/new", data=NEW).status_code == 303


def test_rows_that_are_not_on_the_page_are_shown_cell_by_cell_and_sent_again_as_they_were(
    browser: FlaskClient,
) -> None:
    rest = '[["lines.r7.text","Sixth <row>"]]'
    sent = {**NEW, "lines": "r2 r7", "lines.r2.text": "First row", "lines.rest": rest}
    answer = browser.post(f"{FOLLOWUP}/customer/new", data=sent, headers={"Origin": "http://localhost"})
    told = answer.text[answer.text.index('<dl class="typed">') :]
    assert "<dt>lines.r7.text</dt><dd>Sixth &lt;row&gt;</dd>" in told and "<dd>First row</dd>" in told
    assert "[[" not in told and "r2 r7" not in told
    assert '<textarea name="lines.rest"' in answer.text


def test_a_script_gets_the_sentence_alone(browser: FlaskClient) -> None:
    answer = browser.post(f"{FOLLOWUP}/customer/new", data=NEW, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert "Nothing was saved." in answer.text and "<html" not in answer.text


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("code", ["40001", "40P01", "55P03", "57P01", "08006"])
def test_a_deadlock_and_its_like_pass(app: Flask, code: str) -> None:
    assert is_passing(raised(code))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("code", ["23505", "42703", "22001"])
def test_what_is_wrong_with_the_statement_does_not_pass(app: Flask, code: str) -> None:
    assert not is_passing(raised(code))


def test_a_statement_that_names_what_is_not_there_does_not_pass(app: Flask) -> None:
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text("SELECT nothing FROM nowhere"))
    assert not is_passing(caught.value)


def raised(code: str) -> DBAPIError:
    """The error as PostgreSQL itself raises it."""
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$"))
    db.session.rollback()
    return caught.value
