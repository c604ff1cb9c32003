"""From what people call records, members and departments to their ids: a batch of cells asks once for each kind."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from runtime import access
from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import Field, FieldError, Reader
from runtime.fields._listed import parted
from runtime.records import judge, naming
from runtime.records.sources import within
from runtime.records.tables import table

CHUNK = 400
LONGEST = 5_000  # characters of a list of names
_BY_ID = re.compile(r"#([1-9][0-9]{0,8})")

Kind = tuple[str, str]
"""What is pointed to: the name of the field type, and the form of a reference."""


def kind_of(one: Field) -> Kind:
    """What a field points to."""
    name = "reference" if one.type.name == "references" else one.type.name
    return name, str(one.options.get("form", ""))


@dataclass(frozen=True)
class Names:
    """The ids of what is called so, by kind and by the name as it was asked."""

    found: Mapping[Kind, Mapping[str, set[int]]]

    def one(self, one: Field, text: str) -> int:
        """The id of the one that is called so; FieldError for none and for several."""
        ids = self._ids(one, text)
        if not ids:
            raise FieldError("nobody", text=text[:80])
        if len(ids) > 1:
            raise FieldError("several", text=text[:80])
        return next(iter(ids))

    def several(self, one: Field, text: str) -> list[int]:
        """The ids of those that are named one after the other; a name may hold what stands between two."""
        if len(text) > LONGEST:
            raise FieldError("maxLength", limit=LONGEST)
        names = parted(text, lambda name: bool(self._ids(one, name)))
        return list(dict.fromkeys(self.one(one, name) for name in names))

    def _ids(self, one: Field, text: str) -> set[int]:
        return self.found.get(kind_of(one), {}).get(text, set())


def names_of(user: User, form: Form, asked: Iterable[tuple[Field, str]], reader: Reader) -> Names:
    """Read what these cells call records, members and departments, of those that the person may choose."""
    texts: dict[Kind, set[str]] = defaultdict(set)
    for one, text in asked:
        texts[kind_of(one)].update(runs(text) if one.type.name == "references" else [text])
    return Names({kind: _found(user, form, kind, wanted, reader) for kind, wanted in texts.items()})


def runs(text: str) -> list[str]:
    """Every name that may be meant in a list of names."""
    asked: list[str] = []

    def note(name: str) -> bool:
        asked.append(name)
        return False

    parted(text[:LONGEST], note)
    return asked


def _found(user: User, form: Form, kind: Kind, texts: set[str], reader: Reader) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for chunk in _chunks(sorted(texts)):
        for name, each in _asked(user, form, kind, chunk, reader):
            found[name].add(each)
    return found


def _chunks(texts: list[str]) -> Iterator[list[str]]:
    return (texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK))


def _asked(user: User, form: Form, kind: Kind, texts: list[str], reader: Reader) -> Iterable[tuple[str, int]]:
    name, target = kind
    if name == "member":
        return _members(texts)
    if name == "department":
        rows = db.session.execute(select(Department.name, Department.id).where(Department.name.in_(texts)))
        return [(row.name, row.id) for row in rows]
    there = lookup.form_if_any(form.app, target)
    return [] if there is None else list(_records(user, there, texts, reader))


def _members(texts: list[str]) -> list[tuple[str, int]]:
    mails: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        mails[text.lower()].append(text)
    same = User.name.in_(texts) | func.lower(User.email).in_(list(mails))
    rows = db.session.execute(select(User.name, User.email, User.id).where(User.active, same)).all()
    return [(text, row.id) for row in rows for text in (row.name, *mails.get(row.email.lower(), ()))]


def _records(user: User, form: Form, texts: list[str], reader: Reader) -> Iterator[tuple[str, int]]:
    """The records with these titles, serial numbers or ids (`#12`)."""
    own, hidden = table(form).c, access.fields(user, form).hidden
    readable = within(form, access.visible(user, "read", form))
    for key in _naming(form, hidden):
        columns = _columns(form.fields[key], texts, reader)
        for start in range(0, len(columns), CHUNK):
            some = dict(list(columns.items())[start : start + CHUNK])
            rows = db.session.execute(_first_two(own, key).where(own[key].in_(some), readable))
            yield from ((text, each) for named, *ids in rows for text in some[named] for each in ids)
    ids = {int(match[1]): match[0] for match in map(_BY_ID.fullmatch, texts) if match}
    if ids:
        rows = db.session.execute(select(own.id).where(own.id.in_(ids), readable))
        yield from ((ids[row.id], row.id) for row in rows)


def _first_two(own: Any, key: str) -> Select[Any]:
    """What is called so, and of all that are two ids: one and another are too many already."""
    return select(own[key], func.min(own.id), func.max(own.id)).group_by(own[key])


def _naming(form: Form, hidden: frozenset[str]) -> list[str]:
    title = naming.title_field(form)
    keys = dict.fromkeys([*([title.key] if title else ()), *judge.pointers(form, "serial")])
    return [key for key in keys if key not in hidden]


def _columns(one: Field, texts: list[str], reader: Reader) -> dict[Any, list[str]]:
    """The values of the field that these texts name, with the texts."""
    found: dict[Any, list[str]] = defaultdict(list)
    for text in texts:
        try:
            value = one.type.parse(text, one, reader)
        except FieldError:
            continue
        if value is not None and not isinstance(value, (list, dict)):
            found[one.type.to_column(value, one)].append(text)
    return found
