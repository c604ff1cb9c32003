"""Which fields the versions of a record changed, as far as their reader may know: rows of which only hidden columns
changed are none of his.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from runtime import access, row_changes
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records import row_history
from runtime.records.models import Event
from runtime.records.row_history import Pairs

Held = Mapping[str, Any] | None
"""The values that an event keeps."""


def of(user: User, form: Form, events: Sequence[Event]) -> list[list[Field]]:
    """The fields that each of these events changed; `history.versions` leaves their values out."""
    rights = access.fields(user, form)
    hidden, columns = rights.hidden, {key: rights.of_rows(key).hidden for key in form.rows}
    partly = {key for key in columns if columns[key] and key not in hidden}
    asked = [event.id for event in events if partly.intersection(event.changed)]
    held = _held(asked) if asked else {}

    def is_told(event: Event, key: str) -> bool:
        if key not in form.fields or key in hidden:
            return False
        return key not in partly or _differ(form, key, columns[key], held[event.id])

    return [[form.fields[key] for key in event.changed if is_told(event, key)] for event in events]


def _held(ids: Sequence[int]) -> dict[int, tuple[Held, Held]]:
    """What these events keep of the values before and after, in one statement."""
    asked = select(Event.id, Event.kept_before, Event.kept_after).where(Event.id.in_(ids))
    return {row.id: (row.kept_before, row.kept_after) for row in db.session.execute(asked)}


def _differ(form: Form, key: str, hidden: Collection[str], held: tuple[Held, Held]) -> bool:
    old, new = (_seen(row_history.pairs((values or {}).get(key)), hidden) for values in held)
    return row_changes.differ(form.rows[key], old, new)


def _seen(pairs: Pairs, hidden: Collection[str]) -> Pairs:
    return [(at, {key: cell for key, cell in row.items() if key not in hidden}) for at, row in pairs]
