"""Which records somebody chose in a list, and the page that asks what they are to hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from flask import request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.bulk import seen
from runtime.bulk.working import MOST
from runtime.definitions.documents import Form
from runtime.definitions.layout import Cell, Section
from runtime.errors import Conflict
from runtime.fields import POINTERS, Field, Reader, ValueType
from runtime.forms import entry, pages
from runtime.forms.lists import asked as asking
from runtime.forms.lists import views
from runtime.forms.pages import Addresses, Filling, Looks
from runtime.forms.shown import ShownSection
from runtime.records import query

STATE = ("view", "filter", "q")  # what of a list decides which records it matches
_APART = ("sub_table", "references")


@dataclass(frozen=True)
class Chosen:
    """The records with their revisions, and what a page posts so that the next one knows them. `seen` are the
    revisions that the person saw on the page before, None when that page was of other records, or there was none.

    All names that are posted beside the fields of the form begin with `_`: no key of a field does.
    """

    found: tuple[tuple[int, int], ...]
    named: tuple[tuple[str, str], ...]
    seen: tuple[int, ...] | None

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids alone."""
        return tuple(record_id for record_id, _revision in self.found)

    @property
    def posts(self) -> tuple[tuple[str, str], ...]:
        """The names and values of its hidden inputs."""
        told = self.found if self.seen is None else tuple(zip(self.ids, self.seen, strict=True))
        return (*self.named, ("_seen", seen.packed(told)))


def chosen(user: User, form: Form, reader: Reader) -> Chosen:
    """The records that this request names, or all that its list matches, as far as the person may read them."""
    if "_all" in request.form:
        state = {name: request.form[f"_{name}"] for name in STATE if f"_{name}" in request.form}
        posts = [("_all", "1"), *((f"_{name}", text) for name, text in state.items())]
        found = _matching(user, form, reader, state)
    else:
        texts = request.form.getlist("_record")
        named = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 18]
        found = query.revisions(user, form, MOST, among=dict.fromkeys(named))
        posts = [("_record", str(record_id)) for record_id, _revision in found]
    known = seen.revisions(request.form.get("_seen", ""), [record_id for record_id, _revision in found])
    return Chosen(tuple(found), tuple(posts), None if known is None else tuple(known))


def _matching(user: User, form: Form, reader: Reader, state: Mapping[str, str]) -> list[tuple[int, int]]:
    hidden = access.fields(user, form).hidden
    asked = asking.read(form, state, views.kept(user, form, reader.locale), hidden)
    if asked.told:  # what was left out would choose more than the person saw
        raise Conflict(" ".join(asked.told), code="list")
    found = query.revisions(user, form, MOST + 1, condition=asked.look.condition, search=asked.search)
    if len(found) > MOST:
        raise Conflict(
            _(
                "At most %(most)s records are changed at once. Filter the list first.",
                most=format_decimal(MOST),
            ),
            code="many",
        )
    return found


def offered(user: User, form: Form) -> list[Field]:
    """The fields that this person may give a value in many records at once."""
    closed = access.fields(user, form).closed
    return [one for key, one in form.fields.items() if key not in closed and _is_plain(one)]


def assigned(fields: list[Field]) -> list[Field]:
    """Those of the fields that say who has a record."""
    return [one for one in fields if one.type.name in POINTERS and one.type.name != "reference"]


def _is_plain(one: Field) -> bool:
    is_file = one.type.value_type is ValueType.FILES
    return one.type.writable and one.type.stored and not is_file and one.type.name not in _APART


def filling(user: User, form: Form, keys: tuple[str, ...], reader: Reader, *, typed: bool) -> Filling:
    """The controls of these fields, empty, or with what this request brings."""
    apart = _apart(form, keys)
    find = url_for("lists.options_of", app=form.app, form=form.key, path="")
    places = Addresses(save="", evaluate="", options=find, back="")
    own = (
        entry.read(apart, request.form, reader, access.fields(user, form).closed) if typed else entry.Entry()
    )
    return Filling(user, apart, reader, entry=own, elsewhere=places)


def sections_of(asked: Filling, looks: Looks) -> list[ShownSection]:
    """The controls as the page draws them: nothing draws it anew while it is filled, so levels come by a button."""
    return [
        replace(
            section, rows=tuple(tuple(replace(one, by_button=True) for one in row) for row in section.rows)
        )
        for section in pages.fields_of(asked, looks)
    ]


@lru_cache(256)
def _apart(form: Form, keys: tuple[str, ...]) -> Form:
    """A form of these fields alone, none of them required: what rules and other fields say, the save of each record
    tells.
    """
    fields: Mapping[str, Field] = {key: _plain(form.fields[key]) for key in keys}
    rows = tuple((Cell(key),) for key in keys)
    return replace(
        form,
        fields=fields,
        required=frozenset(),
        rules=(),
        checks=(),
        unique=(),
        duplicates=(),
        layout=(Section("section_1", "", rows),),
        tabs=(),
        computed_order=(),
        formulas={},
        initials={},
        offers={},
        rows={},
    )


def _plain(one: Field) -> Field:
    left = {key: value for key, value in one.options.items() if key not in ("offer", "fill", "initial")}
    return replace(one, options=left, required=False, default=None)
