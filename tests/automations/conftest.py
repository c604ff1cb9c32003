"""A small app with two forms; tests publish the automations they are about."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from builder.publish import Change, apply
from runtime import jobs, outbox
from runtime.accounts.models import User, UserRole
from runtime.automations import dispatch
from runtime.automations.models import Run, Timer
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import App, Definition
from runtime.outbox import Outbox
from runtime.records import store
from runtime.records.deletion import delete
from runtime.records.store import Actor
from tests.conftest import sqlite_with

ALL = ["create", "read", "update", "delete"]
APP_DOCUMENT = {
    "$schema": "urn:formwright:app:1",
    "key": "sales",
    "title": {"en": "Sales", "zh": "销售"},
    "zone": "Asia/Shanghai",
    "default_locale": "en",
    "languages": ["en", "zh"],
    "roles": [
        {
            "key": "seller",
            "title": "Seller",
            "grants": [
                {"form": "visit", "actions": ALL, "scope": "own"},
                {"form": "task", "actions": ["create", "read", "update"], "scope": "own"},
            ],
        }
    ],
}
VISIT = {
    "$schema": "urn:formwright:form:1",
    "$id": "urn:formwright:sales:visit",
    "title": "Visit",
    "type": "object",
    "properties": {
        "name": {"type": "string", "fw": {"type": "text"}},
        "remind": {"type": "boolean", "fw": {"type": "yes_no"}},
        "next_on": {"type": "string", "format": "date", "fw": {"type": "date"}},
        "owner": {"type": "integer", "fw": {"type": "member"}},
        "number": {"type": "integer", "fw": {"type": "number", "decimals": 0}},
    },
    "fw": {"title_field": "name", "owner_field": "owner"},
}
TASK = {
    "$schema": "urn:formwright:form:1",
    "$id": "urn:formwright:sales:task",
    "title": "Task",
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 20, "fw": {"type": "text"}},
        "visit": {"type": "integer", "fw": {"type": "reference", "form": "visit"}},
        "due_on": {"type": "string", "format": "date", "fw": {"type": "date"}},
        "due_at": {"type": "string", "format": "date-time", "fw": {"type": "datetime"}},
        "state": {"enum": ["open", "done"], "fw": {"type": "choice"}},
        "owner": {"type": "integer", "fw": {"type": "member"}},
        "number": {"type": "integer", "fw": {"type": "number", "decimals": 0}},
    },
    "required": ["title"],
    "fw": {"title_field": "title", "owner_field": "owner"},
}
MESSAGE = {
    "$schema": "urn:formwright:message:1",
    "key": "due",
    "purpose": "Says that a task is due.",
    "form": "task",
    "subject": {"en": "{{ title }} is due", "zh": "{{ title }} 到期"},
    "body": {"en": "Hello {{ recipient.name }}: [open]({{ link }})", "zh": "{{ recipient.name }}，您好"},
}


def rule(key: str, trigger: dict[str, Any], *actions: dict[str, Any], **values: Any) -> dict[str, Any]:
    """An automation document."""
    return {
        "$schema": "urn:formwright:automation:1",
        "key": key,
        "title": key,
        "trigger": trigger,
        "actions": list(actions),
        **values,
    }


def saved(form: str = "visit", **values: Any) -> dict[str, Any]:
    """A record_saved trigger."""
    return {"type": "record_saved", "form": form, **values}


def record_is(field: str, value: Any) -> dict[str, Any]:
    """The condition that a field of the record has this value."""
    record = {"required": [field], "properties": {field: {"const": value}}}
    return {"required": ["record"], "properties": {"record": record}}


def publish(kind: str, key: str, document: dict[str, Any]) -> None:
    """Bring a document into force."""
    with transaction():
        apply(None, "sales", [Change(kind, key, document)])


def found() -> None:
    """The app before anybody works with it."""
    dispatch.register()
    with transaction() as session:
        session.add(App(key="sales"))
    publish("app", "sales", APP_DOCUMENT)
    publish("form", "visit", VISIT)
    publish("form", "task", TASK)
    publish("message", "due", MESSAGE)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the app, that each test copies."""
    return sqlite_with(tmp_path_factory, found)


class Sales:
    """The app: publish definitions, write records, work off what is due, look at the outcome."""

    def __init__(self, user: User) -> None:
        self.user_id = user.id
        with transaction() as session:
            session.add(UserRole(user_id=user.id, app="sales", role="seller"))
        db.session.remove()

    @property
    def user(self) -> User:
        """The sales person."""
        return db.session.get_one(User, self.user_id)

    def automate(self, *documents: dict[str, Any]) -> None:
        """Bring automations into force."""
        for document in documents:
            publish("automation", document["key"], document)

    def retire(self, key: str) -> int:
        """Stop offering an automation; its definition id."""
        with transaction() as session:
            found = session.scalars(select(Definition).where(Definition.key == key)).one()
            found.current_version_id = None
        return found.id

    def save(
        self,
        form: str,
        record_id: int | None = None,
        *,
        origin: str = "page",
        by: User | None = None,
        **values: Any,
    ) -> int:
        """Save a record as the sales person, or as somebody else who may do everything."""
        with transaction():
            actor = Actor(user=by or self.user, origin=origin, trusted=by is not None)
            saved = store.save(actor, lookup.form("sales", form), values, record_id=record_id)
        return saved.id

    def delete(self, form: str, record_id: int) -> None:
        """Delete a record as the service."""
        with transaction():
            delete(Actor(self.user, "page", trusted=True), lookup.form("sales", form), record_id)

    def work(self, limit: int = 200) -> None:
        """Work off everything that is due, as the workers would."""
        for _round in range(limit):
            ids = outbox.due_ids()
            if not ids:
                return
            for outbox_id in ids:
                jobs.work(outbox_id)
        raise AssertionError("it never ends")

    def records(self, form: str) -> list[dict[str, Any]]:
        """All records of a form, oldest first, with their ids."""
        from runtime.records import rows, tables

        db.session.rollback()
        found = lookup.form("sales", form)
        query = select(*rows.columns(found)).order_by(tables.table(found).c.id)
        return [
            {"id": record.id, **record.values}
            for record in (rows.record(found, row) for row in db.session.execute(query))
        ]

    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        return _all(Run)

    def timers(self, state: str | None = None) -> list[Timer]:
        """All timers by due moment, or those in a state."""
        found = [timer for timer in _all(Timer) if state in (None, timer.state)]
        return sorted(found, key=lambda timer: (timer.due_at, timer.offset))

    def outbox(self, kind: str) -> list[Outbox]:
        """The rows of a kind, oldest first."""
        return [row for row in _all(Outbox) if row.kind == kind]


def _all(model: Any) -> list[Any]:
    db.session.rollback()
    query = select(model).order_by(model.id).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


@pytest.fixture
def sales(app: Flask, bob: User) -> Sales:
    """The app, with Bob as its sales person."""
    dispatch.register()
    if not lookup.apps():
        found()
    return Sales(bob)


@pytest.fixture
def at(clock: Callable[[datetime], None]) -> Callable[[str], None]:
    """`at("2026-11-21 09:00")` sets the time, as it is on the walls of Shanghai."""
    from zoneinfo import ZoneInfo

    def travel(text: str) -> None:
        clock(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")))

    return travel
