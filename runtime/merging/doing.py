"""The merge itself, in one transaction: what refers to the others refers to the one that stays, what people wrote about
them stands on it, and they go to the trash.

Who may change the one that stays and delete the others may merge them. That other records then point elsewhere is the
doing of the product, whatever his rights on those are: the same references would stop him from deleting what they
point to. Their events have the origin `merge` and name both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from runtime import access, comments, files
from runtime.accounts.models import User
from runtime.automations import chain
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Invalid, NotFound, Problem
from runtime.records import changes, deletion, links, query, store, tokens
from runtime.records.judge import holding_files
from runtime.records.rows import Record
from runtime.records.sources import MERGE, Actor
from runtime.records.tables import table
from runtime.records.tokens import Saved

MOST = 5  # records that become one
MOST_MOVED = 1000  # records whose references move: more hold others up for too long


@dataclass(frozen=True)
class Wish:
    """Which record stays and which go, the revisions that the person saw, and the values that the first one gets."""

    into: int
    others: tuple[int, ...]
    seen: Mapping[int, int]
    values: Mapping[str, Any]
    token: str = ""


def merge(user: User, form: Form, wish: Wish) -> Saved:
    """Do it; never commits. Conflict("stale") when one of the records changed since, Conflict("many") for more
    references than move at once; Forbidden, NotFound and Invalid as for a save and a deletion.
    """
    person = Actor(user, "page")
    for each in (wish.into, *wish.others):
        changes.require_right(person, form, each, "update" if each == wish.into else "delete")
    moves = _Moves(user, form, wish)
    moves.lock()
    held = _locked(person, form, wish)
    moves.make()
    taken = _release_files(person, form, wish, held)
    for each in wish.others:
        comments.move(form, each, wish.into)
        deletion.delete(replace(person, cause={"into": wish.into}), form, each)
        files.move(taken, form.definition_id, each, wish.into)
    told = replace(person, cause=_cause(wish))
    saved = store.save(told, form, wish.values, record_id=wish.into, token=wish.token or None, always=True)
    if not taken <= _files(form, saved.values):
        raise Conflict(
            _("A rule of the form keeps the files that you chose from the record that stays."), code="refused"
        )
    return saved


def done_before(user: User, form: Form, wish: Wish) -> Saved | None:
    """What this very merge left when it was asked for before; Conflict when its token came with something else."""
    event = tokens.event_of(form, user.id, wish.token) if wish.token else None
    return None if event is None else tokens.require_same(event, wish.into, _cause(wish))


def _cause(wish: Wish) -> dict[str, str]:
    return {
        "merged": ", ".join(f"#{each}" for each in wish.others),
        "asked": tokens.digest(dict(wish.values)),
    }


def _locked(person: Actor, form: Form, wish: Wish) -> dict[int, Record]:
    """All of the records as the person saw them. Locked before what refers to them is moved: nothing more comes to
    refer to them until the commit.
    """
    found = {}
    for each in sorted((wish.into, *wish.others)):
        found[each] = changes.locked(person, form, each, "update" if each == wish.into else "delete")
        changes.require_revision(found[each], wish.seen.get(each, 0))
    return found


def _release_files(person: Actor, form: Form, wish: Wish, held: Mapping[int, Record]) -> set[str]:
    """Take the files that the record that stays gets from those that go: in the trash they would still be theirs."""
    wanted, taken = _files(form, wish.values), set[str]()
    system = replace(person, origin=MERGE, cause={"into": wish.into}).as_trusted()
    for record_id in wish.others:
        own = held[record_id].whole
        left = {
            key: [each for each in own[key] if each not in wanted] or None
            for key in holding_files(form)
            if wanted.intersection(own.get(key, ()))
        }
        taken |= wanted & _files(form, own)
        if left:
            with chain.silence(True):
                store.save(system, form, left, record_id=record_id, alone=True)
    return taken


def _files(form: Form, values: Mapping[str, Any]) -> set[str]:
    return {each for key in holding_files(form) for each in values.get(key) or ()}


class _Moves:
    """The references to the records that go, each of which is to name the one that stays."""

    def __init__(self, user: User, form: Form, wish: Wish) -> None:
        self._user, self._form, self._wish, self._going = user, form, wish, set(wish.others)
        self._actor = Actor(user, MERGE, trusted=True, cause={"moved": wish.into})

    def lock(self) -> None:
        """Lock what refers to the records, and then these: whoever saves one of the former locks them in this order,
        too. Those of one form in the order of their ids: two merges cannot wait for each other.
        """
        found = self._pointing()
        _form, own = found.pop(self._form.key, (self._form, set[int]()))
        every = {self._wish.into, *self._going, *own}
        for other, ids in (*found.values(), (self._form, every)):
            own_id = table(other).c.id
            db.session.execute(select(own_id).where(own_id.in_(ids)).order_by(own_id).with_for_update())

    def make(self) -> None:
        """Write every record that refers to one that goes, form by form, in the order of their ids."""
        with chain.silence(True):
            for other, ids in self._pointing().values():
                for record_id in sorted(ids):
                    self._write(other, record_id)

    def _pointing(self) -> dict[str, tuple[Form, set[int]]]:
        """The records that refer to those that go, by form; Conflict when they are too many to be moved at once."""
        pointing: dict[str, tuple[Form, set[int]]] = {}
        for other, own, pointer in self._pointers():
            found = db.session.scalars(
                select(own).where(pointer.in_(self._going)).distinct().limit(MOST_MOVED + 1)
            )
            pointing.setdefault(other.key, (other, set()))[1].update(found)
        if sum(len(ids) for _other, ids in pointing.values()) > MOST_MOVED:
            raise Conflict(
                _(
                    "More than %(most)s records refer to these: that is too many to move at once.",
                    most=MOST_MOVED,
                ),
                code="many",
            )
        return pointing

    def _pointers(self) -> Iterator[tuple[Form, ColumnElement[int], ColumnElement[Any]]]:
        for other, key in deletion.referring(self._form):
            yield other, table(other).c.id, table(other).c[key]
        yield from deletion.referring_rows(self._form)
        for other, linked in links.referring(self._form):
            yield other, linked.c.record_id, linked.c.target_id

    def _write(self, other: Form, record_id: int) -> None:
        record = changes.locked(self._actor, other, record_id, "update")
        own = record_id if other.key == self._form.key else None
        values = {
            key: found
            for key, found in self._moved(other, record.whole, own).items()
            if found != record.whole.get(key)
        }
        try:
            store.save(self._actor, other, values, record_id=record_id, alone=True)
        except Invalid as error:
            raise Conflict(self._refusal(other, record_id, error), code="refused") from None

    def _refusal(self, other: Form, record_id: int, error: Invalid) -> str:
        """What stops the merge, as far as the person may know of it."""
        try:
            title = query.title(other, query.get(self._user, other, record_id))
        except NotFound:
            return str(_("A record that you may not see cannot point to the record that stays."))
        hidden = access.fields(self._user, other).hidden
        told = [each.message for each in error.problems if hidden.isdisjoint(_places(each))]
        if not told:
            return str(_("“%(title)s” cannot point to the record that stays.", title=title))
        why = "; ".join(told)
        return str(_("“%(title)s” cannot point to the record that stays: %(why)s", title=title, why=why))

    def _moved(self, form: Form, values: Mapping[str, Any], own: int | None) -> dict[str, Any]:
        """The references among these values as they are to be. A record that stays does not point to itself then."""
        found: dict[str, Any] = {}
        for key, one in form.fields.items():
            value = values.get(key)
            if value is None:
                continue
            if key in form.rows:
                found[key] = [{**row, **self._moved(form.rows[key], row, None)} for row in value]
            elif one.options.get("form") == self._form.key and one.type.name == "reference":
                found[key] = self._one(value, own)
            elif one.options.get("form") == self._form.key and one.type.name == "references":
                listed = (self._one(each, own) for each in value)
                found[key] = list(dict.fromkeys(each for each in listed if each is not None)) or None
        return found

    def _one(self, value: int, own: int | None) -> int | None:
        if value not in self._going:
            return value
        return None if own == self._wish.into else self._wish.into


def _places(problem: Problem) -> set[str]:
    """The field that a problem is at, and the column: `lines`, `lines.price`."""
    names = [str(each) for each in problem.path if not isinstance(each, int)]
    return {".".join(names[:end]) for end in range(1, len(names) + 1)}
