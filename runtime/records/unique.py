"""Values that no two records may share: asked before the write; the database's index has the last word."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.records.tables import table, unique_sets
from runtime.records.wording import problem


def taken(
    form: Form,
    values: Mapping[str, Any],
    record_id: int | None,
    before: Mapping[str, Any],
    hidden: frozenset[str],
) -> list[Problem]:
    """A problem at the last field of each set of values that another record has already; one statement. Fields
    that are `hidden` from the writer are not named.

    Sets with an empty value never clash, sets that this write does not change are not asked about.
    """
    asked = [
        keys
        for keys in unique_sets(form)
        if all(key in values for key in keys) and any(values[key] != before.get(key) for key in keys)
    ]
    if not asked:
        return []
    answers = db.session.execute(select(*(_exists(form, keys, values, record_id) for keys in asked))).one()
    return [_problem(form, keys, hidden) for keys, found in zip(asked, answers, strict=True) if found]


def _exists(form: Form, keys: tuple[str, ...], values: Mapping[str, Any], record_id: int | None) -> Any:
    own = table(form).c
    same = [own[key] == form.fields[key].type.to_column(values[key], form.fields[key]) for key in keys]
    if record_id is not None:
        same.append(own.id != record_id)
    return select(own.id).where(*same).exists()


def _problem(form: Form, keys: tuple[str, ...], hidden: frozenset[str]) -> Problem:
    shown = [key for key in keys if key not in hidden]
    if not shown:
        return Problem((), "unique", _("Another record has the same values already."))
    return problem(form, shown[-1], "unique" if len(keys) == 1 else "unique_together", {"fields": shown})
