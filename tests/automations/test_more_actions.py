"""Actions that assign, comment and delete."""

from typing import Any

import pytest
from sqlalchemy import select

from runtime import comments, jobs
from runtime.accounts.models import User, UserRole
from runtime.automations import runs
from runtime.comments.models import Comment
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.notifications.models import Notice
from runtime.records import query
from runtime.records.models import Trashed
from tests.automations.conftest import TASK, VISIT, Sales, publish, rule, saved
from tests.conftest import both_databases, make_user

CREATED = saved(on=["created"])
ASSIGN = {"type": "assign", "field": "owner", "to": [{"field": "owner"}, {"starter": True}]}
COMMENT = {"type": "add_comment", "text": "Please look."}


def delete(**options: Any) -> dict[str, Any]:
    return {"type": "delete_records", "form": "task", "match": {"visit": "record.id"}, **options}


def last(sales: Sales) -> tuple[str, str]:
    run = sales.runs()[-1]
    return run.state, run.reason


def test_assigning_gives_the_record_to_the_first_who_is_there(sales: Sales) -> None:
    sales.automate(rule("assign", CREATED, ASSIGN))
    sales.save("visit", name="Nobody's")
    sales.work()
    assert last(sales) == ("done", "")
    assert sales.records("visit")[0]["owner"] == sales.user_id


def test_with_nobody_to_assign_to_the_run_fails_and_says_so(sales: Sales) -> None:
    sales.automate(rule("assign", CREATED, {**ASSIGN, "to": [{"field": "owner"}]}))
    sales.save("visit", name="Nobody's")
    sales.work()
    assert last(sales) == ("failed", "There is nobody to assign it to.")


def seller(name: str) -> User:
    user = make_user(name)
    with transaction() as session:
        session.add(UserRole(user_id=user.id, app="sales", role="seller"))
    return user


def test_a_comment_is_written_once_and_tells_whom_it_is_for_without_naming_them(sales: Sales) -> None:
    mia, eve = seller("mia"), seller("eve")
    approver = {"type": "integer", "fw": {"type": "member", "access": {"seller": "hidden"}}}
    publish("form", "visit", {**VISIT, "properties": {**VISIT["properties"], "approver": approver}})
    sales.automate(
        rule("say", CREATED, {**COMMENT, "to": [{"field": "owner"}, {"field": "approver"}]}, run_as="service")
    )
    # Eve may not read it, and is told nothing.
    sales.save("visit", name="Huaxin", owner=mia.id, approver=eve.id, by=sales.user)
    (outbox_id,) = [row.id for row in sales.outbox("run")]
    jobs.work(outbox_id)
    jobs.work(outbox_id)
    (comment,) = db.session.scalars(select(Comment)).all()
    assert comment.text == "Please look."
    assert (comment.user_id, last(sales)) == (sales.user_id, ("done", ""))
    assert [notice.user_id for notice in db.session.scalars(select(Notice))] == [mia.id]


def test_a_crash_after_the_comment_leaves_none_and_the_next_try_writes_it(
    sales: Sales, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales.automate(rule("say", CREATED, COMMENT))
    sales.save("visit", name="Huaxin")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(runs, "_let_go", _dies)
        jobs.work(sales.outbox("run")[0].id)
    db.session.rollback()
    assert db.session.scalars(select(Comment)).all() == []
    with transaction() as session:
        session.merge(sales.outbox("run")[0]).state = "pending"
    sales.work()
    assert len(db.session.scalars(select(Comment)).all()) == 1


def test_what_somebody_sent_with_a_key_of_his_own_keeps_no_automation_from_commenting(sales: Sales) -> None:
    sales.automate(rule("say", CREATED, COMMENT))
    visit, form = sales.save("visit", name="Huaxin"), lookup.form("sales", "visit")
    with transaction():
        record = query.get(sales.user, form, visit)
        comments.write(sales.user, form, record, comments.read(form, record, "Mine."), "step-1")
    sales.work()
    assert last(sales) == ("done", "")
    assert set(db.session.scalars(select(Comment.text))) == {"Mine.", "Please look."}


def _dies(*_args: object) -> None:
    raise KeyboardInterrupt


@both_databases
def test_deleting_puts_what_matches_into_the_trash(sales: Sales) -> None:
    visit = sales.save("visit", name="Huaxin")
    for title in ("a", "b"):
        sales.save("task", title=title, visit=visit)
    sales.save("task", title="another's")
    sales.automate(rule("tidy", saved(on=["updated"]), delete()))
    sales.save("visit", visit, name="Over", by=sales.user)
    sales.work()
    # The role may not delete tasks, and the automation has the rights of whoever started it.
    assert last(sales)[0] == "failed"
    sales.automate(rule("tidy", saved(on=["updated"]), delete(), run_as="service"))
    sales.save("visit", visit, name="Really over")
    sales.work()
    assert last(sales) == ("done", "")
    assert [task["title"] for task in sales.records("task")] == ["another's"]
    assert len(db.session.scalars(select(Trashed)).all()) == 2


def test_what_went_along_with_another_that_matches_is_no_failure(sales: Sales) -> None:
    part = {"type": "integer", "fw": {"type": "reference", "form": "task", "on_delete": "delete"}}
    publish("form", "task", {**TASK, "properties": {**TASK["properties"], "part_of": part}})
    visit = sales.save("visit", name="Huaxin")
    whole = sales.save("task", title="whole", visit=visit)
    sales.save("task", title="part", visit=visit, part_of=whole)
    sales.automate(rule("tidy", saved(on=["updated"]), delete(), run_as="service"))
    sales.save("visit", visit, name="Over")
    sales.work()
    assert last(sales) == ("done", "")
    assert sales.records("task") == []


@pytest.mark.parametrize("action", [ASSIGN, delete()], ids=["assign", "delete"])
def test_a_crash_after_the_change_leaves_none_and_the_next_try_makes_it_once(
    sales: Sales, monkeypatch: pytest.MonkeyPatch, action: dict[str, Any]
) -> None:
    visit = sales.save("visit", name="Huaxin")
    sales.save("task", title="a", visit=visit)
    sales.automate(rule("act", saved(fields=["name"]), action, run_as="service"))
    sales.save("visit", visit, name="Over")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(runs, "_let_go", _dies)
        jobs.work(sales.outbox("run")[0].id)
    db.session.rollback()
    assert (len(sales.records("task")), "owner" in sales.records("visit")[0]) == (1, False)
    with transaction() as session:
        session.merge(sales.outbox("run")[0]).state = "pending"
    sales.work()
    done = (len(sales.records("task")), sales.records("visit")[0].get("owner"))
    assert done == ((0, None) if action["type"] == "delete_records" else (1, sales.user_id))
    assert [run.state for run in sales.runs()] == ["done"]


def test_more_than_may_be_deleted_deletes_nothing(sales: Sales) -> None:
    visit = sales.save("visit", name="Huaxin")
    for title in ("a", "b"):
        sales.save("task", title=title, visit=visit)
    sales.automate(rule("tidy", saved(on=["updated"]), delete(most=1), run_as="service"))
    sales.save("visit", visit, name="Over")
    sales.work()
    assert last(sales) == ("failed", "2 records match; at most 1 may be deleted.")
    assert len(sales.records("task")) == 2


def test_deleting_that_starts_itself_stops_at_the_limit_of_the_chain(sales: Sales) -> None:
    sales.automate(
        rule("again", saved("task", on=["deleted"]), delete(match={"state": '"open"'}), run_as="service")
    )
    tasks = [sales.save("task", title=title, state="open") for title in ("a", "b", "c")]
    sales.delete("task", tasks[0])
    sales.work()
    assert sales.records("task") == []
    assert {run.state for run in sales.runs()} <= {"done", "failed"}
