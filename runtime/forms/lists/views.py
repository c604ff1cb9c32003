"""The views of a list: a person's own, which nobody else sees, and those that the app offers to all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, ViewDoc
from runtime.errors import Conflict, Invalid, NotFound, Problem
from runtime.forms.lists import columns
from runtime.forms.lists.kinds import KINDS
from runtime.forms.lists.looks import Look, of_document
from runtime.forms.lists.models import ListView
from runtime.records import filters, orders
from runtime.text import clean_text, localized

OWN = "own-"
WHOLE = "whole-list"  # no key of a view has a hyphen
MOST_VIEWS = 50
LONGEST_TITLE = 80


@dataclass(frozen=True)
class View:
    """A look with a name. `ref` names it in addresses."""

    ref: str
    title: str
    look: Look
    is_shared: bool
    roles: tuple[str, ...] = ()
    """Whom a shared one is for; empty for everybody who may read the list."""


@dataclass(frozen=True)
class Kept:
    """What a person finds at a list: the columns and the view that he likes it to open with, and every view."""

    columns: tuple[str, ...]
    opens: str
    views: tuple[View, ...]
    widths: str = ""
    frozen: int = 0

    def view(self, ref: str) -> View | None:
        """The view that an address names."""
        return next((each for each in self.views if each.ref == ref), None)


# Built once: every list asks it.
_own = (
    select(ListView.id, ListView.title, ListView.look)
    .where(ListView.user_id == bindparam("user"), ListView.form_id == bindparam("form"))
    .order_by(ListView.id)
)


def kept(user: User, form: Form, locale: str) -> Kept:
    """What this person finds at the list of a form."""
    hidden = access.fields(user, form).hidden
    rows = db.session.execute(_own, {"user": user.id, "form": form.definition_id}).all()
    liked: Mapping[str, Any] = next((row.look for row in rows if not row.title), {})
    look = of_document({name: liked[name] for name in ("widths", "frozen") if name in liked})
    places = {ref: place for place, ref in enumerate(liked.get("order", ()))}
    own = [View(f"{OWN}{row.id}", row.title, of_document(row.look), False) for row in rows if row.title]
    own.sort(key=lambda each: places.get(each.ref, len(places)))
    shared = [
        View(each.key, localized(each.title, locale), of_document(each.document), True, each.roles)
        for each in _shared(user, form)
    ]
    wanted = tuple(key for key in liked.get("columns", ()) if columns.may_show(form, key, hidden))
    return Kept(
        wanted or form.list_columns, liked.get("opens", ""), (*own, *shared), look.widths, look.frozen
    )


def named(user: User, forms: Iterable[Form], locale: str) -> Iterator[tuple[Form, str, str]]:
    """The views that a person finds at the lists of these forms, which he may read: form, `ref` and title."""
    own: dict[int, list[tuple[str, str]]] = {}
    found = select(ListView.form_id, ListView.id, ListView.title).where(
        ListView.user_id == user.id, ListView.title != ""
    )
    for form_id, number, title in db.session.execute(found.order_by(ListView.id)):
        own.setdefault(form_id, []).append((f"{OWN}{number}", title))
    for form in forms:
        yield from ((form, ref, title) for ref, title in own.get(form.definition_id, ()))
        yield from ((form, each.key, localized(each.title, locale)) for each in _shared(user, form))


def _shared(user: User, form: Form) -> Iterator[ViewDoc]:
    """The views that the app offers to this person."""
    hidden = access.fields(user, form).hidden
    for each in in_order(form, lookup.views(form.app, form.key)):
        is_one = each.kind in KINDS and access.is_for(user, form.app, each.roles)
        if is_one and _may_see(form, of_document(each.document), hidden):
            yield each


def in_order(form: Form, views: Iterable[ViewDoc]) -> list[ViewDoc]:
    """The views in the order that the form gives them; those that it does not name come last, as they were made."""
    places = {key: place for place, key in enumerate(form.list_views)}
    return sorted(views, key=lambda each: places.get(each.key, len(places)))


def _may_see(form: Form, look: Look, hidden: frozenset[str]) -> bool:
    """Whether a shared view tells nothing of fields that are hidden from this person."""
    if not hidden:
        return True
    sorts = orders.read(look.sort) if look.sort else ()
    told = (*(each.key for each in sorts), *look.named)
    return not hidden.intersection(told) and not (
        look.filter and filters.problems(form, look.condition, hidden)
    )


def keep_columns(user: User, form: Form, wanted: tuple[str, ...]) -> None:
    """Remember the columns that this person wants to see; none mean those of the form again."""
    row = _row(user, form, "")
    row.look = {**row.look, "columns": list(wanted)}


def keep_widths(user: User, form: Form, look: Look) -> None:
    """Remember how wide this person wants to see the columns, and how many of them always."""
    row = _row(user, form, "")
    rest = {key: value for key, value in row.look.items() if key not in ("widths", "frozen")}
    row.look = {**rest, **({"widths": dict(look.wide)} if look.widths else {}), "frozen": look.frozen}


def open_with(user: User, form: Form, ref: str) -> None:
    """Remember the view that the list opens with for this person; none is the whole list."""
    row = _row(user, form, "")
    row.look = {**row.look, "opens": ref}


def move(user: User, form: Form, kept: Kept, ref: str, by: int) -> str:
    """Move a view of this person by so many places among his own; what to tell then. NotFound for any other."""
    own = {each.ref: each.title for each in kept.views if not each.is_shared}
    if ref not in own:
        raise NotFound(_("There is no such view."))
    order = [each for each in own if each != ref]
    place = min(max(0, list(own).index(ref) + by), len(order))
    order.insert(place, ref)
    row = _row(user, form, "")
    row.look = {**row.look, "order": order}
    return str(_("%(view)s: place %(place)s of %(all)s", view=own[ref], place=place + 1, all=len(own)))


def save(user: User, form: Form, title: str, look: Look, now: str) -> str:
    """Keep a look under a name; how addresses name it. Conflict when another look of this person has the name, unless
    it is the view that is shown now.
    """
    row, document = _row(user, form, checked_title(title)), look.document()
    if row.look not in ({}, document) and f"{OWN}{row.id}" != now:
        raise Conflict(
            _("You have another view of this name. Choose another name, or open that view to change it."),
            code="taken",
        )
    row.look = document
    db.session.flush()
    return f"{OWN}{row.id}"


def checked_title(title: str) -> str:
    """The name of a view; Invalid for none, or one that is too long."""
    try:
        found = clean_text(title)
    except ValueError:
        found = ""
    if not found or len(found) > LONGEST_TITLE:
        sentence = _("Give the view a name of at most %(most)s characters.", most=LONGEST_TITLE)
        raise Invalid([Problem(("title",), "title", sentence)])
    return found


def delete(user: User, form: Form, ref: str) -> None:
    """Forget a view of this person; NotFound for any other."""
    number = ref.removeprefix(OWN)
    known = number.isascii() and number.isdecimal() and len(number) < 10
    row = db.session.get(ListView, int(number)) if known else None
    if row is None or row.user_id != user.id or row.form_id != form.definition_id or not row.title:
        raise NotFound(_("There is no such view."))
    db.session.delete(row)


def _row(user: User, form: Form, title: str) -> ListView:
    """The row of this name, made when there is none."""
    found = _rows(user, form)
    if title in found:
        return found[title]
    if title and len(found) > MOST_VIEWS:
        sentence = _("You have %(most)s views of this list. Delete one first.", most=MOST_VIEWS)
        raise Conflict(sentence, code="too_many")
    row = ListView(user_id=user.id, form_id=form.definition_id, title=title, look={})
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # the same was saved a moment ago, as by pressing the button twice
        return _rows(user, form)[title]
    return row


def _rows(user: User, form: Form) -> dict[str, ListView]:
    own = (ListView.user_id == user.id, ListView.form_id == form.definition_id)
    return {row.title: row for row in db.session.scalars(select(ListView).where(*own))}
