"""What a message names of the records that its own record points to: `{{ customer.phone }}`.

They are read once for all recipients; what each of them may see of it is decided from their rights, without reading
anything again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, MessageDoc
from runtime.notifications import liquid_check
from runtime.notifications.messages import Through, seen_through
from runtime.records import rows
from runtime.records.rows import Record
from runtime.records.tables import table


@dataclass(frozen=True)
class Beside:
    """By reference the form and the record that it points to, and which of its fields the message names."""

    found: Mapping[str, tuple[Form, Record, frozenset[str]]]

    def seen_by(self, *people: User) -> Through:
        """What all of these people may see of it."""
        return {key: _seen(people, *each) for key, each in self.found.items()}


def of(message: MessageDoc, form: Form, values: Mapping[str, Any]) -> Beside:
    """What this message names beside a record with these values."""
    found: dict[str, tuple[Form, Record, frozenset[str]]] = {}
    for key, names in named(message, form).items():
        target = lookup.form_if_any(form.app, str(form.fields[key].options.get("form")))
        record = _record(target, values.get(key)) if target else None
        if target and record:
            known = seen_through(form.fields[key], target.fields)
            found[key] = target, record, names.intersection(known)
    return Beside(found)


def named(message: MessageDoc, form: Form) -> Mapping[str, frozenset[str]]:
    """The fields that the texts name by reference: `{"customer": {"phone"}}`."""
    texts = (text for part in (message.subject, message.body, message.short) for text in part.values())
    found: dict[str, set[str]] = {}
    for name in frozenset().union(*map(liquid_check.reads, texts)):
        key, field, *_of_it = *name.split("."), ""  # such as its `size`
        if field and key in form.fields and form.fields[key].type.name == "reference":
            found.setdefault(key, set()).add(field)
    return {key: frozenset(fields) for key, fields in found.items()}


def _record(form: Form, record_id: Any) -> Record | None:
    """The record as it is, whoever asks."""
    if record_id is None:
        return None
    own = table(form).c
    found = db.session.execute(rows.select_all(form).where(own.id == record_id)).one_or_none()
    return None if found is None else rows.record(form, found)


def _seen(
    people: Iterable[User], form: Form, record: Record, names: frozenset[str]
) -> Mapping[str, tuple[Any, Any]]:
    """The fields by name with their values; what one of them may not see is there and empty, so that a field called
    `size` never stands for the length of a title.
    """
    shown = names
    for user in people:
        may_read = access.can(user, "read", (form, record))
        shown = shown - access.fields(user, form).hidden if may_read else frozenset()
    values = {name: record.values.get(name) for name in shown}
    return {name: (form.fields[name], values.get(name)) for name in sorted(names)}
