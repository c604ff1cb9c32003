"""What a picker offers: records of the form it refers to, active members, departments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import POINTERS, Field
from runtime.records import query
from runtime.text import search_key

OFFERED = 50
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Offer:
    """The first options that match, and whether there are more."""

    options: list[tuple[int, str]]
    more: bool


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


def offer(user: User, app: str, one: Field, facts: Mapping[str, Any], sought: str) -> Offer:
    """What a field of this app offers now; `facts` are what the condition on offered records may name."""
    sought = sought[:LONGEST_SEARCH].replace("\x00", "")
    if one.type.name in ("reference", "references"):
        found = _records(user, app, one, facts, sought)
    elif one.type.name == "member":
        found = _rows(_members(sought))
    else:
        found = _rows(_departments(sought))
    return Offer(found[:OFFERED], len(found) > OFFERED)


def _records(
    user: User, app: str, one: Field, facts: Mapping[str, Any], sought: str
) -> list[tuple[int, str]]:
    target = lookup.form_if_any(app, str(one.options.get("form")))
    if target is None:
        return []
    return query.options(user, target, one.options.get("offer"), sought, OFFERED + 1, facts=facts)


def _members(sought: str) -> Select[int, str]:
    found = select(User.id, User.name).where(User.active).order_by(User.name_key, User.id)
    for word in search_key(sought).split()[:1]:
        found = found.where(User.search_text.contains(word, autoescape=True))
    return found


def _departments(sought: str) -> Select[int, str]:
    found = select(Department.id, Department.name).order_by(Department.path, Department.name)
    for words in filter(None, [sought.strip()]):
        found = found.where(Department.name.icontains(words, autoescape=True))
    return found


def _rows(chosen: Select[int, str]) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in db.session.execute(chosen.limit(OFFERED + 1))]
