"""Sample records of a package, and its golden cases: inputs and what must come of them.

A golden case really judges, saves and runs automations, as a person would, and is rolled back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from builder.checks import Path
from runtime import times
from runtime.accounts.models import User
from runtime.automations import dispatch
from runtime.automations.models import Run
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Document, Form
from runtime.errors import Conflict, Invalid, Problem
from runtime.records import rows, store, tables
from runtime.records.store import Actor

Ids = dict[str, int]
TAKEN = frozenset(("unique", "unique_together"))


def save_samples(app: str, samples: Sequence[Document], *, reuse: bool = False) -> Ids:
    """Save the sample records, which start no automations, and return their ids by key.

    They belong to nobody. With `reuse`, a record that has a sample's unique values already stands for it.
    Raises Invalid with the place of the first sample that is not valid.
    """
    ids: Ids = {}
    for index, sample in enumerate(samples):
        path: Path = ("samples", index)
        form = _form(app, sample, path)
        values = _resolved(form, sample["values"], ids, (*path, "values"))
        standing = _standing(form, values) if reuse else None
        ids[sample["key"]] = standing or _save_sample(form, values, (*path, "values"))
    return ids


def _save_sample(form: Form, values: Mapping[str, Any], path: Path) -> int:
    try:
        return store.save(Actor(user=None, origin="sample", trusted=True), form, values).id
    except Invalid as error:
        problems = [Problem((*path, *p.path), p.code, p.message) for p in error.problems]
        raise Invalid(problems) from None


def _standing(form: Form, values: Mapping[str, Any]) -> int | None:
    own = tables.table(form).c
    for keys in form.unique:
        if all(key in values for key in keys):
            columns = rows.to_columns(form, values, keys)
            found = db.session.scalar(select(own.id).where(*(own[key] == columns[key] for key in keys)))
            if found is not None:
                return int(found)
    return None


def run(app: str, samples: Sequence[Document], cases: Sequence[Document]) -> list[Problem]:
    """What the golden cases expect and the definitions do not do; nothing of it stays."""
    found: list[Problem] = []
    if not cases:
        return found
    dispatch.register()
    with _undone():
        ids = save_samples(app, samples, reuse=True)
        actor = Actor(user=_person(), origin="api")
        for index, case in enumerate(cases):
            form = _form(app, case, ("cases", index))
            with _undone():
                found += _Case(case, form, ids, actor, ("cases", index)).problems()
    return found


@contextmanager
def _undone() -> Iterator[None]:
    """A savepoint that is always rolled back, together with what was to be done after the commit."""
    info = db.session().info
    calls = list(info.get("after_commit", ()))
    savepoint = db.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        info["after_commit"] = calls


def _person() -> User:
    """Somebody who may do everything: first values such as `user.id` need a person."""
    person = User(name="Golden case", email="golden-case@localhost", is_admin=True)
    db.session.add(person)
    db.session.flush()
    return person


@dataclass(frozen=True)
class _Case:
    """One golden case on its way."""

    case: Document
    form: Form
    ids: Ids
    actor: Actor
    path: Path

    def problems(self) -> list[Problem]:
        """How what happens differs from what the case expects."""
        values = _resolved(self.form, self.case["values"], self.ids, (*self.path, "values"))
        judged = store.judge(self.actor, self.form, values)
        errors = {(problem.path, problem.code) for problem in judged.problems}
        found = [*self._visible(judged.visible), *self._errors(errors)]
        return found if found or errors else list(self._saved(values))

    def _visible(self, visible: frozenset[str]) -> Iterator[Problem]:
        expected = self.case.get("visible")
        if expected is not None and set(expected) != visible:
            extra, missing = sorted(visible - set(expected)), sorted(set(expected) - visible)
            yield self._problem(
                "visible",
                _("Shown but not expected: %(extra)s. Expected but not shown: %(missing)s.",
                  extra=", ".join(extra) or "–", missing=", ".join(missing) or "–"),
            )  # fmt: skip

    def _errors(self, found: set[tuple[Any, str]]) -> Iterator[Problem]:
        expected = {(tuple(error["path"]), error["code"]) for error in self.case.get("errors", ())}
        if found != expected:
            yield self._problem("errors", _("The errors are: %(found)s.", found=_listed(found) or "–"))

    def _saved(self, values: Mapping[str, Any]) -> Iterator[Problem]:
        """Saves, runs what that starts, and looks for the records that must come of it."""
        last = {created["form"]: self._last_id(created) for created in self.case.get("creates", ())}
        try:
            saved = store.save(self.actor, self.form, values)
        except Invalid as error:
            # What stands in the database already says nothing about the definitions.
            if not {problem.code for problem in error.problems} <= TAKEN:
                yield self._problem("values", "; ".join(problem.message for problem in error.problems))
            return
        except Conflict as error:
            yield self._problem("values", error.message)
            return
        if last and saved.event_id is not None:
            dispatch.run_now(saved.event_id)
        for index, created in enumerate(self.case.get("creates", ())):
            if not self._has(created, last[created["form"]], (*self.path, "creates", index)):
                sentence = _("No such record came of it. %(reasons)s", reasons=_failures(saved.event_id))
                yield self._problem("creates", sentence.strip(), index)

    def _last_id(self, created: Document) -> int:
        form = _form(self.form.app, created, self.path)
        return int(db.session.scalar(select(func.max(tables.table(form).c.id))) or 0)

    def _has(self, created: Document, last: int, path: Path) -> bool:
        form = _form(self.form.app, created, path)
        expected = _resolved(form, created["values"], self.ids, (*path, "values"))
        fresh = select(*rows.columns(form)).where(tables.table(form).c.id > last)
        records = [rows.record(form, row) for row in db.session.execute(fresh)]
        return any(expected.items() <= record.values.items() for record in records)

    def _problem(self, part: str, sentence: str, *index: int) -> Problem:
        name = _("Golden case “%(name)s”: %(sentence)s", name=self.case["name"], sentence=sentence)
        return Problem((*self.path, part, *index), "golden_case", name)


def _failures(event_id: int | None) -> str:
    reasons = db.session.scalars(select(Run.reason).where(Run.event_id == event_id, Run.state != "done"))
    return " ".join(reason for reason in reasons if reason)


def _listed(errors: set[tuple[Any, str]]) -> str:
    return ", ".join(sorted(f"{'.'.join(map(str, path))} ({code})" for path, code in errors))


def _form(app: str, named: Document, path: Path) -> Form:
    found = lookup.form_if_any(app, named["form"])
    if found is None:
        raise Invalid([Problem((*path, "form"), "unknown_form", _("There is no such form."))])
    return found


def _resolved(form: Form, values: Document, ids: Ids, path: Path) -> dict[str, Any]:
    """Values with the ids of samples and the dates that are meant; Invalid for what does not exist."""
    unknown = [key for key in values if key not in form.fields]
    if unknown:
        sentence = _("There is no field “%(key)s” here.", key=unknown[0])
        raise Invalid([Problem((*path, unknown[0]), "unknown_field", sentence)])
    return {key: _meant(value, form, key, ids, (*path, key)) for key, value in values.items()}


def _meant(value: Any, form: Form, key: str, ids: Ids, path: Path) -> Any:
    if form.fields[key].type.name != "references" or not isinstance(value, list):
        return _value(value, form, ids, path)
    return [_value(each, form, ids, (*path, number)) for number, each in enumerate(value)]


def _value(value: Any, form: Form, ids: Ids, path: Path) -> Any:
    if not isinstance(value, Mapping):
        return value
    if "days" in value:
        return (times.today(form.zone) + timedelta(days=int(value["days"]))).isoformat()
    if value["sample"] not in ids:
        sentence = _("There is no sample “%(key)s” before this one.", key=value["sample"])
        raise Invalid([Problem(path, "unknown_sample", sentence)])
    return ids[value["sample"]]
