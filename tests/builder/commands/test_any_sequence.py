"""Whatever is done can be taken back, step by step, and leaves a layout that holds every field once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from builder import designing, drafts
from builder.commands import Target
from builder.models import DraftCommand
from builder.workspaces import draft_of, workspace
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import schemas
from runtime.errors import FormwrightError, Invalid
from runtime.text import localized
from tests.builder.commands.gestures import gesture
from tests.builder.commands.gestures_beside import any_gesture
from tests.builder.commands.support import Desk, check_layout
from tests.builder.factory import automation, field, form
from tests.support.world import World, world_on

pytestmark = pytest.mark.slow

FIELDS = {
    "name": field("text", title="Name"),
    "grade": field("choice", {"enum": ["a"]}, title="Grade"),
    "net": field("number", title="Net"),
    "total": field("formula", formula="net * 2", title="Total"),
}
START = form("order", FIELDS, ("name",), layout=[{"rows": [["name", "grade"]]}, {"rows": [["net"]]}])
PERSON = form(
    "person", {"order": field("reference", form="order", fill={"name": "name"}), "name": field("text")}
)
TARGETS = (
    Target("form", "visit"),
    Target("automation", "make_reminder"),
    Target("automation", "remind_ahead"),
    Target("message", "visit_due"),
    Target("app", "followup"),
)
TELL = automation("tell", "order", {"type": "notify", "message": "m", "to": [{"field": "name"}]})


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_command_can_be_taken_back_and_leaves_a_whole_layout(data: Any) -> None:
    desk = Desk(START, PERSON, TELL)
    for _ in range(data.draw(st.integers(1, 12))):
        name, arguments = gesture(data.draw, desk.form())
        try:
            desk.order(name, **arguments)  # takes back what it made, and makes it again
        except Invalid:
            continue
        check_layout(Desk(desk.form()).order("field.add", type="text"))
        own = {name: desk.form()["fw"][name] for name in ("layout", "tabs") if name in desk.form()["fw"]}
        assert not schemas.validate_part("form", "own", own)
        assert desk.words and localized(desk.form()["title"], "en")


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("sequences")) as opened:
        yield opened


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_as_many_undos_as_commands_give_the_first_documents(world: World, data: Any) -> None:
    """Commands on a form, an automation, a message and the app, mixed; taken back from the last to the first."""
    with world.app.test_request_context():
        dora = db.session.scalars(select(User).where(User.email == "dora@example.com")).one()
        before = stored()
        done: list[Target] = []
        for _ in range(data.draw(st.integers(1, 10))):
            target = data.draw(st.sampled_from(TARGETS))
            draft = draft_of("followup", target)
            name, arguments = any_gesture(data.draw, target.kind, draft.document)
            known = commands_of(dora)
            try:
                designing.run(designing.Request(dora, "followup", target, name, arguments, draft.revision))
            except FormwrightError:
                continue
            done += [target] * (commands_of(dora) - known)
        for target in reversed(done):
            designing.undo(dora, "followup", target)
            db.session.flush()
        assert stored() == before
        db.session.rollback()


def test_typing_that_counts_as_one_step_is_taken_back_at_once(world: World) -> None:
    target = Target("form", "visit")
    with world.app.test_request_context():
        dora = db.session.scalars(select(User).where(User.email == "dora@example.com")).one()
        document = draft_of("followup", target).document
        revision = drafts.save_draft(dora, "followup", *target, document)
        before = stored()
        for text in ("W", "Wh", "Who"):
            arguments = {"field": "number", "path": ["fw", "help", "en"], "value": text}
            asked = designing.Request(dora, "followup", target, "field.set", arguments, revision)
            revision = designing.run(asked).revision
        designing.undo(dora, "followup", target)
        assert stored() == before
        db.session.rollback()


def stored() -> dict[Target, str]:
    """Every draft of the app as it is stored, order included."""
    documents = workspace("followup").documents
    return {target: json.dumps(documents[target], default=str) for target in documents}


def commands_of(user: User) -> int:
    """How many commands of this person can be taken back."""
    done = select(DraftCommand).where(DraftCommand.user_id == user.id, DraftCommand.state == "done")
    return len(db.session.scalars(done).all())


def test_the_commands_are_those_of_the_design() -> None:
    folder = Path(designing.__file__).parent / "commands"
    known = {path.stem.replace("_", ".", 1) for path in folder.glob("[a-z]*.py")}
    wanted = (
        "field.add field.move field.place field.copy field.delete field.title field.set field.required "
        "field.rename cell.span choice.paste choice.set choice.move choice.delete choice.add section.add "
        "section.title section.move section.delete section.wrap tab.add tab.title tab.move tab.delete "
        "group.save group.add fields.add fields.move fields.delete form.set"
    )
    assert set(wanted.split()) <= known
