"""Named states of a draft: kept as they were, compared, gone back to as one step, and told apart."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from builder import checkpoints, definitions, drafts
from builder.models import DraftCommand
from builder.models_checkpoints import Checkpoint
from runtime import documents
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions.models import Definition
from tests.builder.factory import APP, field, form, install
from tests.conftest import make_user
from tests.forms.followup import sign_in
from tests.support.pages import token_of

BILL, OTHER = (f"/apps/{APP}/forms/{key}/design" for key in ("bill", "other"))
STALE = 409


@pytest.fixture
def browser(app: Flask) -> Iterator[FlaskClient]:
    """A designer's browser, before a form of two fields."""
    install(form("bill", {"name": field("text"), "more": field("text")}), form("other", {"a": field("text")}))
    yield sign_in(app.test_client(), make_user("Dora", is_designer=True))


def post(browser: FlaskClient, path: str, **typed: Any) -> Any:
    page = browser.get(f"{BILL}/versions").text
    revision = re.search(r'data-revision="(\d+)"', page)
    assert revision
    data = {"csrf_token": token_of(page), "rev": revision[1], "tab": "versions", **typed}
    return browser.post(path, data=data, headers={"HX-Request": "true"} if "rev" in typed else {})


def do(browser: FlaskClient, name: str, **arguments: Any) -> None:
    command = json.dumps({"name": name, "args": arguments})
    assert post(browser, f"{BILL}/commands", do=command).status_code == 303


def keep(browser: FlaskClient, name: str) -> str:
    """Name the draft as it is; the page then."""
    assert post(browser, f"{BILL}/checkpoints", name=name).status_code == 303
    return browser.get(f"{BILL}/versions").text


def stored() -> str:
    """The draft's document, order included."""
    db.session.rollback()
    db.session.expire_all()
    return documents.dumps(drafts.read_draft(APP, "form", "bill").document)


def kept() -> list[Checkpoint]:
    db.session.rollback()
    return list(db.session.scalars(select(Checkpoint).order_by(Checkpoint.id)))


def test_a_named_state_is_compared_with_gone_back_to_in_one_step_and_that_is_undone(
    browser: FlaskClient,
) -> None:
    do(browser, "field.title", field="name", locale="en", text="Name")
    assert "Before the big change" in keep(browser, "Before  the big change ")
    before, [state] = stored(), kept()
    do(browser, "field.delete", field="more")
    do(browser, "field.add", type="date")
    after = stored()

    compared = browser.get(f"{BILL}/versions?from=s{state.id}").text
    assert "Deleted the field" in compared and "Added the field Date" in compared
    assert post(browser, f"{BILL}/checkpoints/{state.id}/restore").status_code == 303
    assert stored() == before
    assert "Went back to “Before the big change”" in browser.get(f"{BILL}/versions").text
    assert post(browser, f"{BILL}/undo").status_code == 303
    assert stored() == after


def test_a_name_stands_for_one_state(browser: FlaskClient) -> None:
    do(browser, "field.add", type="date")
    keep(browser, "One")
    keep(browser, "One")
    assert len(kept()) == 1
    do(browser, "field.add", type="date")
    assert "Another state is called “One” already." in keep(browser, "One")
    assert "Type a name for this state." in keep(browser, " \u200b ")
    assert "at most 100 characters" in keep(browser, "x" * 101)
    assert len(kept()) == 1


def test_there_are_not_more_than_can_be_overlooked(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "MOST", 1)
    do(browser, "field.add", type="date")
    keep(browser, "One")
    assert "There are 1 named states already" in keep(browser, "Two")
    [one] = kept()
    post(browser, f"{BILL}/checkpoints/{one.id}/remove")
    keep(browser, "Two")
    assert [each.name for each in kept()] == ["Two"]


def test_what_somebody_did_since_the_page_was_drawn_is_not_overwritten_unseen(browser: FlaskClient) -> None:
    do(browser, "field.add", type="date")
    keep(browser, "One")
    [one] = kept()
    do(browser, "field.delete", field="more")
    changed = stored()
    answer = post(browser, f"{BILL}/checkpoints/{one.id}/restore", rev="1")
    assert (answer.status_code, stored()) == (STALE, changed)


def test_of_what_differs_from_a_named_state_only_what_was_chosen_comes_back(browser: FlaskClient) -> None:
    do(browser, "field.title", field="name", locale="en", text="Name")
    do(browser, "field.title", field="more", locale="en", text="More")
    keep(browser, "One")
    [one] = kept()
    do(browser, "field.title", field="name", locale="en", text="Title")
    do(browser, "field.title", field="more", locale="en", text="Rest")
    asked = post(browser, f"{BILL}/checkpoints/{one.id}/restore", rev="1")
    mine = dict(re.findall(r'name="(mine[.0-9]*)" value="([^"]*name[^"]*)"', asked.text))
    assert (asked.status_code, len(mine)) == (STALE, 1)
    chosen = {name: html.unescape(path) for name, path in mine.items()}
    assert post(browser, f"{BILL}/checkpoints/{one.id}/restore", **chosen).status_code == 303
    assert re.findall(r'"en": ?"(\w+)"', stored().split('"properties"')[1]) == ["Name", "Rest"]


def test_going_back_stands_in_the_log_by_the_number_of_the_state(browser: FlaskClient) -> None:
    do(browser, "field.add", type="date")
    keep(browser, "One")
    [one] = kept()
    do(browser, "field.delete", field="more")
    assert post(browser, f"{BILL}/checkpoints/{one.id}/restore").status_code == 303
    db.session.rollback()
    done = db.session.scalars(select(DraftCommand).where(DraftCommand.name == "draft.restore")).one()
    assert done.arguments == {"state": one.id}


def test_a_state_of_another_definition_is_not_found(browser: FlaskClient) -> None:
    do(browser, "field.add", type="date")
    keep(browser, "One")
    [one] = kept()
    assert post(browser, f"{OTHER}/checkpoints/{one.id}/remove").status_code == 404
    before = stored()
    post(browser, f"{OTHER}/checkpoints/{one.id}/restore")
    assert "There is no such state any more." in browser.get(f"{OTHER}/versions").text
    assert (len(kept()), stored()) == (1, before)


def test_the_states_go_with_the_drafts_of_what_is_taken_out(browser: FlaskClient) -> None:
    do(browser, "field.add", type="date")
    keep(browser, "One")
    with transaction() as session:
        definitions.take_out(session.scalars(select(Definition)).all())
    assert kept() == [] and session.scalars(select(User)).first()
