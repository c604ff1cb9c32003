"""The groups of a list and what is told of them: headings above the first record of each, figures of each and of all.

The records of a group follow each other in the order of the list, so a page shows parts of some groups; what their
headings tell is of the whole group, by one statement over what the list shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from babel.dates import format_skeleton
from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Field, Reader
from runtime.forms.lists.cells import counted
from runtime.forms.lists.looks import Look
from runtime.forms.lists.places import Asked
from runtime.forms.lists.stretches import PERIODS, USUAL, Groups
from runtime.forms.lists.totals import Figure, figures_of, totals
from runtime.forms.names import titles_for
from runtime.records import figures, orders, paging, query, rows
from runtime.records.figures import Tally
from runtime.records.rows import Record
from runtime.records.tables import is_wide

_TYPES = ("choice", "reference", "member", "department", "yes_no", "date", "datetime", "text", "barcode")
_SKELETONS = {"day": "yMMMEd", "month": "yMMMM", "quarter": "yQQQ", "year": "y"}


@dataclass(frozen=True)
class Heading:
    """A group above its first record: `key` is the same wherever it is drawn."""

    key: str
    title: str
    count: str
    figures: tuple[Figure, ...]

    @property
    def id(self) -> str:
        """Of the element that tells of it."""
        return f"told-{sha256(self.key.encode()).hexdigest()[:16]}"


def fits(one: Field) -> bool:
    """Whether records can be grouped by this field."""
    return one.type.stored and one.type.name in _TYPES and not is_wide(one)


def is_dated(form: Form, key: str) -> bool:
    """Whether the groups of this field are stretches of time."""
    return key in form.fields and form.fields[key].type.name in ("date", "datetime")


def period(form: Form, look: Look) -> str:
    """The stretch by which the list is grouped; none where it is not by a date."""
    if not is_dated(form, look.group_by):
        return ""
    return look.period if look.period in PERIODS else USUAL


def order(form: Form, look: Look, hidden: frozenset[str]) -> str:
    """The order of a list whose groups follow each other: theirs, then its own as far as it is not hidden."""
    if not look.group_by:
        return look.sort or form.sort or ""
    sorts = orders.order(form, look.sort, hidden).sorts
    own = next(
        (each for each in sorts if each.key == look.group_by), orders.Sort(look.group_by, descending=False)
    )
    rest = [each for each in sorts if each.key != look.group_by][: orders.MOST_SORTS - 1]
    own = replace(own, ranked=form.fields[look.group_by].type.name == "choice")
    return ",".join(each.name for each in (own, *rest))


def headings(
    user: User, form: Form, asked: Asked, records: Sequence[Record], reader: Reader
) -> dict[int, Heading]:
    """The heading above each record with which a group begins on this page."""
    one = form.fields[asked.look.group_by]
    groups = Groups(one, asked.look.period, reader)
    begins: dict[int, Any] = {}
    now: Any = _before(user, form, asked, groups, records)
    for record in records:
        group = groups.of(record.values.get(one.key))
        if (group,) != now:
            begins[record.id] = group
        now = (group,)
    heads = _heads(user, form, asked, groups, list(begins.values()))
    return {record_id: heads[group] for record_id, group in begins.items()}


def _heads(user: User, form: Form, asked: Asked, groups: Groups, found: list[Any]) -> dict[Any, Heading]:
    reader, told = groups.reader, asked.look.told
    tallies = _tallies(user, form, asked, groups, found)
    titles = _titles(user, form, groups.one, groups, found, reader)
    return {
        group: Heading(
            "" if group is None else f"is:{group}",
            titles[group],
            _count(tallies[group], reader),
            figures_of(form, told, tallies[group], reader),
        )
        for group in found
    }


@dataclass(frozen=True)
class Retold:
    """What a change of one record makes of the headings, and of the figures of the list."""

    headings: tuple[Heading, ...]
    totals: tuple[Figure, ...]


def retold(
    user: User, form: Form, asked: Asked, before: Mapping[str, Any], after: Mapping[str, Any], reader: Reader
) -> Retold | None:
    """The headings of the groups that a record was and is in, and the figures of the list; None where the change is of
    no field that they tell of.
    """
    by, told = asked.look.group_by, asked.look.told
    if all(before.get(key) == after.get(key) for key in (by, *told)):
        return None
    heads: dict[Any, Heading] = {}
    if by:
        groups = Groups(form.fields[by], asked.look.period, reader)
        found = dict.fromkeys(groups.of(each.get(by)) for each in (before, after))
        heads = _heads(user, form, asked, groups, list(found))
    return Retold(tuple(heads.values()), totals(user, form, replace(asked, after=""), reader))


def _before(user: User, form: Form, asked: Asked, groups: Groups, records: Sequence[Record]) -> Any:
    """The group of the record before this page, in a tuple; None before the first page."""
    hidden = access.fields(user, form).hidden
    by = query.order_for(user, form, order(form, asked.look, hidden))
    place = paging.place(form, by, asked.after) if asked.after else None
    if place is None:
        return None
    if not orders.is_keyed(form, groups.one.key):
        return (groups.of(groups.one.type.from_column(place.values[0], groups.one)),)
    # Of a text the cursor knows the key alone: it tells whether the first group goes on, which is all that is asked.
    first = records[0].values.get(groups.one.key) if records else None
    return (first,) if rows.spell(first) == place.values[0] else None


def _tallies(user: User, form: Form, asked: Asked, groups: Groups, found: list[Any]) -> dict[Any, Tally]:
    if not found:
        return {}
    span = groups.span(found)
    values = [None] if span and None in found else [] if span else found
    if groups.period and span is None:
        values = [None]
    read = figures.of_each(
        user,
        form,
        groups.one.key,
        list(asked.look.told),
        values=values,
        span=span,
        condition=asked.look.condition,
        search=asked.search,
    )
    tallies: dict[Any, Tally] = dict.fromkeys(found, Tally())
    for value, tally in read:
        group = groups.of(value)
        tallies[group] = tallies.get(group, Tally()).with_(tally)
    return tallies


def _titles(
    user: User, form: Form, one: Field, groups: Groups, found: Iterable[Any], reader: Reader
) -> dict[Any, str]:
    names = titles_for(user, form, [one], [{one.key: each} for each in found if not groups.period])

    def title(group: Any) -> str:
        if group is None:
            return str(_("No answer"))
        if not groups.period:
            return one.type.display(group, one, reader, names) or str(_("No answer"))
        skeleton = _SKELETONS.get(groups.period, "yMMMd")
        text = str(format_skeleton(skeleton, group, locale=reader.locale))
        return str(_("Week from %(day)s", day=text)) if groups.period == "week" else text

    return {group: title(group) for group in found}


def _count(tally: Tally, reader: Reader) -> str:
    return counted(tally.count, False, reader)
