"""Judges a draft against a record that somebody chose. Nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from builder.pointers import newest
from builder.rehearsing import sees_all
from builder.sample_values import sample
from builder.studio import Studio
from runtime import access
from runtime.access import FieldRights
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import JsonValue, Names
from runtime.forms.conditions.words import read_title
from runtime.forms.names import Titles
from runtime.records import filters, query, store
from runtime.records.judge import Judged, validators
from runtime.records.rows import Record
from runtime.records.sources import Actor, seen_by

SAMPLE = "sample"


@dataclass(frozen=True)
class Tried:
    """A draft judged with a record: `title` names the record, `form` is the draft. Of a row of a sub-table these are
    the row's, and `outer` its record's.
    """

    form: Form
    judged: Judged
    title: str
    names: Names
    outer: "Tried | None" = None


def records(studio: Studio) -> list[tuple[int, str]]:
    """The newest records of the form that this person may read: id and title."""
    return newest(studio.user, lookup.form_if_any(studio.app, studio.target.key))


def records_and_chosen(studio: Studio) -> list[tuple[int, str]]:
    """The same, and before them the one that the address asks for."""
    found, one = records(studio), chosen(studio.asked)
    form = lookup.form_if_any(studio.app, studio.target.key)
    if not one or form is None or one in dict(found):
        return found
    return [*query.titles(form, [one], user=studio.user).items(), *found]


def draft_form(studio: Studio) -> Form | None:
    """The draft ready to be judged; None while it has faults that make that impossible. It asks no stored records
    whether they are like what is tried.
    """
    try:
        form = studio.context.form(studio.target.key)
    except (KeyError, TypeError, ValueError):
        return None
    return form and _without_asking(studio, replace(form, zone=studio.zone, duplicates=()))


def _without_asking(studio: Studio, form: Form) -> Form:
    """The form as this person may try it: what asks by its `offer` for values hidden from him offers nothing."""
    if sees_all(studio.user):
        return form
    asking = {key: form.fields[key] for key in form.offers if _asks(studio, form, key)}
    silent = {
        key: replace(each, options={**each.options, "offer": access.NOTHING}) for key, each in asking.items()
    }
    rows = {key: _without_asking(studio, each) for key, each in form.rows.items()}
    return replace(form, fields={**form.fields, **silent}, rows=rows) if silent or rows else form


def _asks(studio: Studio, form: Form, key: str) -> bool:
    target = lookup.form_if_any(studio.app, str(form.fields[key].options.get("form")))
    if target is None:
        return False
    seen = filters.types(target, access.fields(studio.user, target).hidden)
    denied = (filters.types(target, frozenset()).keys() | {"search_text"}) - seen.keys()
    # A path that begins with `record` may be of the offered record, too.
    return any(path.removeprefix("record.") in denied for path in form.offers[key].reads)


def tried(studio: Studio, record_id: int | None) -> Tried | None:
    """The draft judged with this record, or with an empty one; None while the draft cannot be judged."""
    form = draft_form(studio)
    if form is None:
        return None
    stored = record(studio, form, record_id)
    rights = rights_of(studio, form, stored)
    values = sampled(studio, form)
    judged = store.judge(
        Actor(viewer(studio), "page", onlooker=onlooker(studio)), form, values, record=stored, rights=rights
    )
    title = dict(records(studio)).get(stored.id, f"#{stored.id}") if stored else str(_("An empty record"))
    return Tried(form, judged, title, _names(studio, form, judged))


def sampled(studio: Studio, form: Form) -> dict[str, JsonValue]:
    """The values with which the draft is tried when the address asks for a sample; none else."""
    return sample(studio, viewer(studio), form) if studio.asked.get("record") == SAMPLE else {}


def typed(studio: Studio, form: Form, judged: Judged) -> Tried:
    """The draft as it was judged with what somebody is typing."""
    return Tried(form, judged, "", _names(studio, form, judged))


def rights_of(studio: Studio, draft: Form, stored: Record | None) -> FieldRights:
    """The rights on the fields of a draft that is tried: those of the `role` that the address asks for, else all;
    with a record, and on what is shown of other records, no more than the person has himself. Who may not design has
    his own.
    """
    if not access.can(studio.user, "design", "platform"):
        return access.fields(studio.user, draft)
    role, form = studio.asked.get("role", ""), lookup.form_if_any(studio.app, draft.key)
    rights = access.fields_as(role, draft) if role in roles(studio) else access.EVERY_FIELD
    rights = rights.with_limits_of(_on_others(draft, access.fields(studio.user, draft)))
    if stored is None or form is None:
        return rights
    return rights.with_limits_of(access.fields(studio.user, form))


def _on_others(draft: Form, rights: FieldRights) -> FieldRights:
    """What of these rights is about the fields of other forms."""

    def is_lookup(path: str) -> bool:
        key, _dot, column = path.partition(".")
        field = draft.rows[key].fields[column] if column else draft.fields[key]
        return field.type.name == "lookup"

    return FieldRights(hidden=frozenset(filter(is_lookup, rights.hidden)), unread=rights.unread)


def viewer(studio: Studio) -> User:
    """Who looks at a draft that is tried: the person, as nothing but the `role` that the address asks for."""
    role = studio.asked.get("role", "")
    return access.as_role(studio.user, studio.app, role) if role in roles(studio) else studio.user


def onlooker(studio: Studio) -> User | None:
    """The person, where something is hidden from him that trying a draft may not tell."""
    return None if sees_all(studio.user) else studio.user


def roles(studio: Studio) -> dict[str, str]:
    """The titles of the roles of the app, by key."""
    listed = studio.app_document.get("roles", ())
    return {role["key"]: studio.text(role.get("title")) or role["key"] for role in listed}


def may(studio: Studio, action: str) -> bool:
    """Whether the `role` that the address asks for may do this with records of the form, by the drafts; without a role
    everything is tried.
    """
    listed = (
        each for each in studio.app_document.get("roles", ()) if each["key"] == studio.asked.get("role")
    )
    role = next(listed, None)
    return role is None or any(
        grant["form"] == studio.target.key and action in grant["actions"] for grant in role.get("grants", ())
    )


def record(studio: Studio, draft: Form, record_id: int | None) -> Record | None:
    """The record with those of its values that the draft can hold; None when there is none to read. What whoever
    designs may not see is empty, so that no rule of a draft can ask for it; only administrators try the true one.
    """
    form = lookup.form_if_any(studio.app, draft.key)
    try:
        found = None if form is None or not record_id else query.get(studio.user, form, record_id)
    except NotFound:
        return None
    if form is None or found is None:
        return None
    seen = seen_by(studio.user, form, found)
    tables = form.rows.keys() & draft.rows.keys() & seen.values.keys()
    rows = {key: [_held_row(draft.rows[key], row) for row in seen.values[key]] for key in tables}
    return replace(seen, values={**_held(draft, seen.values), **rows})


def _held(draft: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    fitting = validators(draft)
    return {key: value for key, value in values.items() if key in fitting and fitting[key].is_valid(value)}


def _held_row(rows: Form, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], **_held(rows, row)}


def rows(tested: Tried, table: str) -> list[Tried]:
    """The rows of a sub-table of the record that is tried."""
    return [_row(tested, table, row, at) for at, row in enumerate(tested.judged.rows.get(table, ()), start=1)]


def row(studio: Studio, tested: Tried, table: str) -> Tried:
    """The row that the address asks for by its number, else the first one, else a new one."""
    listed, asked = rows(tested, table), studio.asked.get("row", "")
    at = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    found = listed[at - 1] if 0 < at <= len(listed) else _new_row(tested, table)
    return with_names(studio, found)


def _row(tested: Tried, table: str, judged: Judged, at: int) -> Tried:
    title = str(_("%(record)s, row %(row)s", record=tested.title, row=at))
    return Tried(tested.form.rows[table], judged, title, tested.names, tested)


def _new_row(tested: Tried, table: str) -> Tried:
    title = str(_("%(record)s, a new row", record=tested.title))
    return Tried(tested.form.rows[table], tested.judged.untouched[table], title, tested.names, tested)


def with_names(studio: Studio, tested: Tried) -> Tried:
    """The same, with the titles of what its own values point to."""
    return replace(tested, names=_names(studio, tested.form, tested.judged))


def _names(studio: Studio, form: Form, judged: Judged) -> Names:
    titles = Titles(viewer(studio))
    for key, value in judged.values.items():
        if key in form.fields:
            read_title(studio, titles, form.fields[key], value)
    return titles


def chosen(asked: Mapping[str, str]) -> int | None:
    """The id of the record that an address asks for, 0 for an empty one; None when it asks for none."""
    text = asked.get("record", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def chosen_or_newest(studio: Studio) -> int | None:
    """The id of the record that the address asks for, else of the newest that this person may read."""
    asked = chosen(studio.asked)
    return next((each for each, _title in records(studio)), None) if asked is None else asked
