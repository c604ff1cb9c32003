"""What a picker offers: records of the form it refers to, active members, departments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import POINTERS, Field
from runtime.fields._ids import MAX_ID
from runtime.records import query
from runtime.text import search_key

OFFERED = 50
RECENT = 5  # of what somebody picked last, as picker.js keeps it
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Offer:
    """The first options that match, and whether there are more."""

    options: list[tuple[int, str]]
    more: bool
    recent: int = 0
    """How many of the first ones the person has picked lately."""


def picker_field(form: Form, key: str, closed: frozenset[str]) -> Field:
    """The field that has a picker; NotFound for any other, and for one that is closed to whoever asks."""
    home, _dot, column = key.rpartition(".")
    fields = form.rows[home].fields if home in form.rows else form.fields
    one = fields.get(column if home in form.rows else key)
    if one is None or one.type.name not in (*POINTERS, "references") or {key, home} & closed:
        raise NotFound
    return one


def path_of(name: str) -> str:
    """The way to the field of a control: that of the cell `lines.n1.product` is `lines.product`."""
    key, _dot, rest = name.partition(".")
    return f"{key}.{rest.partition('.')[2]}" if rest else key


def field_at(form: Form, path: str) -> Field:
    """A field of the form, or of the rows of one of its sub-tables: `lines.product`."""
    key, _dot, column = path.partition(".")
    return form.rows[key].fields[column] if column else form.fields[key]


def kind(app: str, one: Field) -> str:
    """What a field picks, as browsers keep what was picked last of it: records of a form, members, departments."""
    form = one.options.get("form")
    return f"{app}/{form}" if form else one.type.name


def ids(text: str) -> list[int]:
    """The ids that a picker sends as picked last, `7.3`; what is no id is left out."""
    found = (part for part in text[:LONGEST_SEARCH].split(".") if part.isascii() and part.isdecimal())
    return [number for number in map(int, found) if 0 < number <= MAX_ID][:RECENT]


def asked(user: User, app: str, one: Field, facts: Mapping[str, Any], sent: Mapping[str, str]) -> Offer:
    """What a field offers to a picker that sends what it seeks, `q`, and what was picked last, `recent`."""
    return offer(user, app, one, facts, sent.get("q", ""), ids(sent.get("recent", "")))


def offer(
    user: User, app: str, one: Field, facts: Mapping[str, Any], sought: str, recent: Sequence[int] = ()
) -> Offer:
    """What a field of this app offers now; `facts` are what the condition on offered records may name. Where nothing is
    sought, those of the `recent` ids that it offers come first.
    """
    sought = sought[:LONGEST_SEARCH].replace("\x00", "")
    found = _found(user, app, one, facts, sought, None)
    if not recent or sought.strip():
        return Offer(found[:OFFERED], len(found) > OFFERED)
    titles = dict(_found(user, app, one, facts, "", recent))
    first = [(each, titles[each]) for each in dict.fromkeys(recent) if each in titles]
    rest = [each for each in found if each[0] not in titles]
    return Offer([*first, *rest][:OFFERED], len(found) > OFFERED, len(first))


def _found(
    user: User, app: str, one: Field, facts: Mapping[str, Any], sought: str, among: Sequence[int] | None
) -> list[tuple[int, str]]:
    """The first of what a field offers, of these ids alone if there are any."""
    if one.type.name in ("reference", "references"):
        return _records(user, app, one, facts, sought, among)
    found, id = (
        (_members(sought), User.id) if one.type.name == "member" else (_departments(sought), Department.id)
    )
    return _rows(found if among is None else found.where(id.in_(among)))


def _records(
    user: User, app: str, one: Field, facts: Mapping[str, Any], sought: str, among: Sequence[int] | None
) -> list[tuple[int, str]]:
    target = lookup.form_if_any(app, str(one.options.get("form")))
    if target is None:
        return []
    offered = one.options.get("offer")
    return query.options(user, target, offered, sought, OFFERED + 1, facts=facts, among=among)


def _members(sought: str) -> Select[int, str]:
    found = select(User.id, User.name).where(User.active).order_by(User.name_key, User.id)
    for word in search_key(sought).split()[:1]:
        found = found.where(User.search_text.contains(word, autoescape=True))
    return found


def _departments(sought: str) -> Select[int, str]:
    found = select(Department.id, Department.name).order_by(Department.name_key)
    for words in filter(None, [sought.strip()]):
        found = found.where(Department.name.icontains(words, autoescape=True))
    return found


def _rows(chosen: Select[int, str]) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in db.session.execute(chosen.limit(OFFERED + 1))]
