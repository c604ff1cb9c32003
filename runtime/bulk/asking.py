"""Which records somebody chose in a list, and the page that asks what they are to hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from runtime import access
from runtime.accounts.models import User
from runtime.bulk.working import MOST
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.definitions.layout import Cell, Section
from runtime.errors import Conflict
from runtime.fields import Field, Reader, ValueType
from runtime.forms import entry
from runtime.forms.lists import asked as asking
from runtime.forms.lists import views
from runtime.forms.names import POINTERS
from runtime.forms.pages import Addresses, Filling
from runtime.records import query
from runtime.records.models import Event

STATE = ("view", "filter", "q")  # what of a list decides which records it matches
_APART = ("sub_table", "references")


@dataclass(frozen=True)
class Chosen:
    """The records, and what a page posts so that the next one knows them."""

    ids: tuple[int, ...]
    named: tuple[tuple[str, str], ...]
    seen: int

    @property
    def posts(self) -> tuple[tuple[str, str], ...]:
        """The names and values of its hidden inputs."""
        return (*self.named, ("seen", str(self.seen)))


def chosen(user: User, form: Form, reader: Reader) -> Chosen:
    """The records that this request names, or all that its list matches, as far as the person may read them."""
    if "all" in request.form:
        posts = [("all", "1"), *((name, request.form[name]) for name in STATE if name in request.form)]
        ids = _matching(user, form, reader)
    else:
        texts = request.form.getlist("record")
        named = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 18]
        ids = query.ids(user, form, MOST, among=dict.fromkeys(named))
        posts = [("record", str(each)) for each in ids]
    return Chosen(tuple(ids), tuple(posts), _seen())


def looked_at_again(found: Chosen) -> Chosen:
    """The same records as the person sees them now."""
    return replace(found, seen=_last())


def _matching(user: User, form: Form, reader: Reader) -> list[int]:
    hidden = access.fields(user, form).hidden
    asked = asking.read(form, request.form, views.kept(user, form, reader.locale), hidden)
    if asked.told:  # what was left out would choose more than the person saw
        raise Conflict(" ".join(asked.told), code="list")
    found = query.ids(user, form, MOST + 1, condition=asked.look.condition, search=asked.search)
    if len(found) > MOST:
        raise Conflict(
            _("At most %(most)s records are changed at once. Filter the list first.", most=f"{MOST:,}"),
            code="many",
        )
    return found


def _seen() -> int:
    """The last event that there was when the person chose."""
    text = request.form.get("seen", "")
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    return _last()


def _last() -> int:
    return db.session.scalar(select(func.max(Event.id))) or 0


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
    here = url_for("bulk.ask", app=form.app, form=form.key)
    places = Addresses(save=here, evaluate=here, options=find, back=here)
    own = (
        entry.read(apart, request.form, reader, access.fields(user, form).closed) if typed else entry.Entry()
    )
    return Filling(user, apart, reader, entry=own, elsewhere=places)


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
