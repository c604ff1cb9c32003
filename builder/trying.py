"""Judges a draft against a record that somebody chose, and says why a field is as it is. Nothing is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask_babel import gettext as _

from builder.pointers import newest
from builder.studio import Studio
from runtime import access, conditions
from runtime.access import FieldRights
from runtime.accounts.models import User
from runtime.automations import context
from runtime.conditions import ConditionError, Group, Row
from runtime.conditions.operators import OPERATORS
from runtime.conditions.sentences import either
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.rules import Rule
from runtime.errors import NotFound
from runtime.fields import NOBODY, Names, Reader
from runtime.forms.conditions.sights import TITLES
from runtime.forms.conditions.words import read_title
from runtime.forms.names import Titles
from runtime.records import query, store
from runtime.records.judge import Judged, validators
from runtime.records.rows import Record
from runtime.records.sources import Actor
from runtime.records.wording import locale, said


@dataclass(frozen=True)
class Tried:
    """A draft judged with a record: `title` names the record, `form` is the draft."""

    form: Form
    judged: Judged
    title: str
    names: Names


def records(studio: Studio) -> list[tuple[int, str]]:
    """The newest records of the form that this person may read: id and title."""
    return newest(studio.user, lookup.form_if_any(studio.app, studio.target.key))


def draft_form(studio: Studio) -> Form | None:
    """The draft ready to be judged; None while it has faults that make that impossible."""
    try:
        form = studio.context.form(studio.target.key)
    except (KeyError, TypeError, ValueError):
        return None
    return form and replace(form, zone=studio.zone)


def tried(studio: Studio, record_id: int | None) -> Tried | None:
    """The draft judged with this record, or with an empty one; None while the draft cannot be judged."""
    form = draft_form(studio)
    if form is None:
        return None
    stored = record(studio, form, record_id)
    rights = rights_of(studio, form, stored)
    judged = store.judge(Actor(viewer(studio), "page"), form, {}, record=stored, rights=rights)
    title = dict(records(studio)).get(stored.id, f"#{stored.id}") if stored else str(_("An empty record"))
    return Tried(form, judged, title, _names(studio, form, judged))


def typed(studio: Studio, form: Form, judged: Judged) -> Tried:
    """The draft as it was judged with what somebody is typing."""
    return Tried(form, judged, "", _names(studio, form, judged))


def rights_of(studio: Studio, draft: Form, stored: Record | None) -> FieldRights:
    """The rights on the fields of a draft that is tried: those of the `role` that the address asks for, else all;
    with a record, and on what is shown of other records, no more than the person has himself.
    """
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
    fitting = validators(draft)
    if form is None or found is None:
        return None

    def held(values: Mapping[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in values.items() if k in fitting and fitting[k].is_valid(v)}

    seen = context.seen_by(studio.user, form, found)
    return replace(seen, values=held(seen.values))


def _names(studio: Studio, form: Form, judged: Judged) -> Names:
    titles = Titles(viewer(studio))
    for key, value in judged.values.items():
        if key in form.fields:
            read_title(studio, titles, form.fields[key], value)
    return titles


class Reason(NamedTuple):
    """Why a field is as it is, where it is edited, and whether it is shown."""

    title: str
    told: str
    address: str
    shown: bool


def reasons(studio: Studio, tested: Tried) -> list[Reason]:
    """Of each field that a rule speaks of."""
    form, judged = tested.form, tested.judged
    ruled = {
        key for rule in form.rules for key in (*rule.show, *rule.hide, *rule.require, *rule.lock, *rule.set)
    }
    return [
        Reason(
            studio.text(one.title),
            why(form, judged, key, tested.names),
            studio.url("fields", sel=f"field/{key}"),
            key in judged.visible,
        )
        for key, one in form.fields.items()
        if key in ruled | judged.hidden
    ]


def why(form: Form, judged: Judged, key: str, names: Names = NOBODY) -> str:
    """Why a field is hidden or shown, required, locked: the rules that decided, with the record's values."""
    teller = _Teller(form, judged, names)
    if key in judged.hidden:
        return str(_("Hidden by the rights on fields."))
    return " ".join([_seen(form, judged, key, teller), *_also(form, judged, key, teller)])


def _seen(form: Form, judged: Judged, key: str, teller: "_Teller") -> str:
    hiding = [rule for rule in form.rules if key in rule.hide and _holds(rule, judged)]
    if hiding:
        return str(_("Hidden, because %(condition)s.", condition=teller.phrase(hiding[0])))
    showing = [rule for rule in form.rules if key in rule.show]
    if not showing:
        return str(_("Shown: no rule hides it.")) if key in judged.visible else str(_("Hidden."))
    holding = next((rule for rule in showing if _holds(rule, judged)), None)
    if holding is not None:
        return str(_("Shown, because %(condition)s.", condition=teller.phrase(holding)))
    told = either([teller.phrase(rule) for rule in showing])
    facts = ", ".join(dict.fromkeys(fact for rule in showing for fact in teller.missing(rule)))
    if not facts:
        return str(_("Hidden: it is shown only when %(condition)s.", condition=told))
    return str(_("Hidden: it is shown only when %(condition)s; here %(facts)s.", condition=told, facts=facts))


def _also(form: Form, judged: Judged, key: str, teller: "_Teller") -> Iterator[str]:
    for rule in form.rules:
        if key not in judged.visible or not _holds(rule, judged):
            continue
        told = teller.phrase(rule)
        if key in rule.require:
            yield str(_("Required, because %(condition)s.", condition=told))
        if key in rule.lock:
            yield str(_("Locked, because %(condition)s.", condition=told))
        if key in rule.set:
            yield str(_("Set by a rule, because %(condition)s.", condition=told))


def verdict(tested: Tried, rule_key: str) -> str:
    """Whether a rule applies to the record, with the values that keep it from it."""
    rule = next(rule for rule in tested.form.rules if rule.key == rule_key)
    teller = _Teller(tested.form, tested.judged, tested.names)
    if _holds(rule, tested.judged):
        return str(_("applies"))
    facts = ", ".join(teller.missing(rule))
    return str(_("does not apply (%(facts)s)", facts=facts)) if facts else str(_("does not apply"))


def _holds(rule: Rule, judged: Judged) -> bool:
    return rule.when.holds(judged.facts["record"], judged.facts)


@dataclass(frozen=True)
class _Teller:
    """Says conditions and values of one record."""

    form: Form
    judged: Judged
    names: Names

    def phrase(self, rule: Rule) -> str:
        return conditions.phrase(rule.when.document, self.name, self.value, locale())

    def name(self, path: str) -> str:
        key = path.removeprefix("record.")
        field = self.form.fields.get(key)
        if field is not None:
            return said(field.title)
        return str(_(TITLES[key])) if key in TITLES else path

    def value(self, path: str, constant: Any) -> str:
        field = self.form.fields.get(path)
        try:
            shown = field and field.type.display(
                constant, field, Reader(locale(), self.form.zone), self.names
            )
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            shown = None
        return shown or str(constant)

    def missing(self, rule: Rule) -> list[str]:
        """The values because of which a rule does not apply: `Nights is empty`."""
        try:
            group = conditions.rows(rule.when.document)
        except ConditionError:
            return []
        wrong = (row for row, wanted in _rows(group) if self._true(row) is not wanted)
        told = (row.path for row in wrong if row.path not in self.judged.hidden)
        return list(dict.fromkeys(self._fact(path) for path in told))

    def _true(self, row: Row) -> bool:
        document = conditions.from_rows(Group("all", (row,)))
        return conditions.compile(document).holds(self.judged.values, self.judged.facts)

    def _fact(self, path: str) -> str:
        value = self.judged.values.get(path)
        if value is None:
            return str(_("%(field)s is empty", field=self.name(path)))
        if isinstance(value, bool):
            sentence = OPERATORS["is_yes" if value else "is_no"].sentence
            return str(_(sentence, field=self.name(path)))
        return str(_("%(field)s is %(value)s", field=self.name(path), value=self.value(path, value)))


def _rows(group: Group, *, wanted: bool = True) -> Iterator[tuple[Row, bool]]:
    """The rows of a condition, each with whether it is to hold."""
    wanted = wanted is (group.mode != "none")
    for item in group.items:
        if isinstance(item, Row):
            yield item, wanted
        else:
            yield from _rows(item, wanted=wanted)


def chosen(asked: Mapping[str, str]) -> int | None:
    """The id of the record that an address asks for, 0 for an empty one; None when it asks for none."""
    text = asked.get("record", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def chosen_or_newest(studio: Studio) -> int | None:
    """The id of the record that the address asks for, else of the newest that this person may read."""
    asked = chosen(studio.asked)
    return next((each for each, _title in records(studio)), None) if asked is None else asked
