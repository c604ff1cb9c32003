"""Taking back what was done to a draft: two hundred steps deep, in order, and refused with the names of others."""

from collections.abc import Callable
from copy import deepcopy

import pytest
import time_machine
from flask import Flask, current_app

from builder import designing, drafts
from builder.commands import Target
from builder.designing import DEPTH, Outcome, Request
from builder.workspaces import draft_of
from runtime import documents
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.errors import Conflict, NotFound
from tests.builder.factory import APP, field, form, install
from tests.conftest import make_user

FORM = Target("form", "bill")
KEYS = ("name", "more")


@pytest.fixture
def dora(app: Flask) -> int:
    """The id of a designer."""
    install(form("bill", {key: field("text") for key in KEYS}))
    return make_user("Dora", is_designer=True).id


def stored() -> str:
    """The draft's document, order included."""
    return documents.dumps(draft_of(APP, FORM).document)


def afresh(user: int, work: Callable[[User, str, Target], Outcome]) -> None:
    """Do something as a request of its own."""
    with current_app.test_request_context(), transaction() as session:
        work(session.get_one(User, user), APP, FORM)
    db.session.remove()


def set_help(user: int, key: str, text: str, *, goes_on: bool = False) -> None:
    arguments = {"field": key, "path": ["fw", "help"], "value": text}

    def work(user: User, app: str, target: Target) -> Outcome:
        revision = draft_of(app, target).revision
        return designing.run(Request(user, app, target, "field.set", arguments, revision, goes_on=goes_on))

    afresh(user, work)


@pytest.mark.slow
def test_two_hundred_steps_are_taken_back_and_done_again_in_order(dora: int) -> None:
    seen = []
    for number in range(DEPTH + 5):
        set_help(dora, KEYS[number % 2], f"Text {number}")
        seen.append(stored())

    def turns(turn: Callable[[User, str, Target], Outcome]) -> list[str]:
        found = []
        for _time in range(DEPTH):
            afresh(dora, turn)
            found.append(stored())
        return found

    assert turns(designing.undo) == seen[-2:3:-1], "from the last but one to the fifth"
    with pytest.raises(NotFound):
        afresh(dora, designing.undo)
    assert turns(designing.redo) == seen[5:]
    with pytest.raises(NotFound):
        afresh(dora, designing.redo)


def test_what_somebody_changed_since_stays_and_the_refusal_names_who_and_what(dora: int) -> None:
    lee = make_user("Lee", is_designer=True).id
    set_help(dora, "name", "Mine")
    set_help(lee, "more", "Elsewhere")
    set_help(lee, "name", "Theirs")
    before = stored()

    with pytest.raises(Conflict) as refused:
        afresh(dora, designing.undo)

    assert refused.value.message == (
        "Lee changed part of this since (Changed Help of name), so it stays: Changed Help of name."
    )
    assert stored() == before


def test_a_change_that_no_command_made_is_told_without_a_name(dora: int) -> None:
    set_help(dora, "name", "Mine")
    with transaction():
        found = deepcopy(draft_of(APP, FORM).document)
        found["properties"]["name"]["fw"]["help"] = "Sent by a program"
        drafts.save_draft(None, APP, *FORM, found)

    with pytest.raises(Conflict, match="Part of this was changed again since"):
        afresh(dora, designing.undo)


@pytest.mark.parametrize(("goes_on", "left"), [(True, None), (False, "Te")])
def test_what_a_visit_of_a_control_saves_is_one_step_however_long_somebody_thinks(
    dora: int, goes_on: bool, left: str | None
) -> None:
    for text, minute in (("Te", 0), ("Text", 7)):
        with time_machine.travel(f"2026-11-02T10:{minute:02}:00Z", tick=False):
            set_help(dora, "name", text, goes_on=goes_on and minute > 0)

    afresh(dora, designing.undo)

    assert draft_of(APP, FORM).document["properties"]["name"]["fw"].get("help") == left


def test_what_goes_on_elsewhere_is_a_step_of_its_own(dora: int) -> None:
    set_help(dora, "name", "Text")
    set_help(dora, "more", "Other", goes_on=True)

    afresh(dora, designing.undo)

    assert draft_of(APP, FORM).document["properties"]["name"]["fw"]["help"] == "Text"


def test_what_was_typed_and_taken_back_in_one_visit_is_no_step(dora: int) -> None:
    set_help(dora, "more", "Kept")
    set_help(dora, "name", "Text")
    set_help(dora, "name", "", goes_on=True)

    afresh(dora, designing.undo)

    assert "help" not in draft_of(APP, FORM).document["properties"]["more"]["fw"]
