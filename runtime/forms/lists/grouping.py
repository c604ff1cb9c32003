"""The groups of a list and what is told of them: headings above the first record of each, figures of each and of all.

The records of a group follow each other in the order of the list, so a page shows parts of some groups; what their
headings tell is of the whole group, by one statement over what the list shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal
from flask_babel import gettext as _

from runtime import access, documents, times
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import N_, NOBODY, Field, Reader, ValueType
from runtime.fields._numbers import rounded
from runtime.forms.lists import looks
from runtime.forms.lists.cells import counted
from runtime.forms.lists.columns import is_number
from runtime.forms.lists.looks import Look
from runtime.forms.lists.places import Asked
from runtime.forms.names import kind_of, titles_for
from runtime.records import figures, lookups, orders, paging, rows
from runtime.records.figures import Number, Tally
from runtime.records.rows import Record
from runtime.records.tables import is_wide
from runtime.text import localized

PERIODS = {
    "day": N_("Day"),
    "week": N_("Week"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
}
USUAL = "month"
FUNCTIONS = {"sum": N_("Sum"), "average": N_("Average"), "min": N_("Least"), "max": N_("Greatest")}
_TYPES = ("choice", "reference", "member", "department", "yes_no", "date", "datetime", "text", "barcode")
_SKELETONS = {"day": "yMMMEd", "month": "yMMMM", "quarter": "yQQQ", "year": "y"}
NONE = Number()


@dataclass(frozen=True)
class Figure:
    """What is told of a number: what it is, and how much."""

    title: str
    text: str


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


def settled(form: Form, text: str, hidden: frozenset[str]) -> str:
    """The figures that an address names, of numbers that the person may see, as canonical JSON."""
    known = {
        key: how
        for key, how in looks.read(text).items()
        if may_tell(form, key, hidden) and how in list(FUNCTIONS)
    }
    return documents.dumps(known) if known else ""


def may_tell(form: Form, key: str, hidden: frozenset[str]) -> bool:
    """Whether figures of this field can be told."""
    return (
        key in form.fields
        and key not in hidden
        and form.fields[key].type.stored
        and is_number(form.fields[key])
    )


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


@dataclass(frozen=True)
class _Groups:
    """How the values of a field make groups."""

    one: Field
    period: str
    reader: Reader

    def of(self, value: Any) -> Any:
        """The group of a value: the first day of a stretch of time, else the value itself."""
        if value is None or not self.period:
            return value
        return _first(self._day(value), self.period, self.reader.locale)

    def _day(self, value: str) -> date:
        if self.one.type.value_type is not ValueType.DATETIME:
            return date.fromisoformat(value)
        return times.parse_iso(value).astimezone(ZoneInfo(self.reader.zone)).date()

    def span(self, found: Iterable[Any]) -> tuple[str, str] | None:
        """The values from the first to the last of these groups, where they are stretches of time."""
        days = [each for each in found if each is not None]
        if not self.period or not days:
            return None
        first, last = min(days), _last(max(days), self.period)
        if self.one.type.value_type is not ValueType.DATETIME:
            return first.isoformat(), last.isoformat()
        return times.iso(self._begin(first)), times.iso(self._end(last))

    def _begin(self, day: date) -> datetime:
        return times.from_wall(datetime.combine(day, time()), self.reader.zone)

    def _end(self, day: date) -> datetime:
        if day == date.max:
            return datetime.max.replace(tzinfo=UTC)
        return self._begin(day + timedelta(1)) - timedelta(seconds=1)


def _first(day: date, period: str, locale: str) -> date:
    if period == "week":
        return day - timedelta((day.weekday() - Locale.parse(locale).first_week_day) % 7)
    months = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}
    return day.replace(month=months[period], day=1) if period in months else day


def _last(first: date, period: str) -> date:
    if period in ("day", "week"):
        return first + min(timedelta(6 if period == "week" else 0), date.max - first)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    year, month = divmod(first.month - 1 + months, 12)
    if first.year + year > date.max.year:
        return date.max
    return first.replace(year=first.year + year, month=month + 1) - timedelta(1)


def headings(
    user: User, form: Form, asked: Asked, records: Sequence[Record], reader: Reader
) -> dict[int, Heading]:
    """The heading above each record with which a group begins on this page."""
    one = form.fields[asked.look.group_by]
    groups = _Groups(one, asked.look.period, reader)
    begins: dict[int, Any] = {}
    now: Any = _before(user, form, asked, groups, records)
    for record in records:
        group = groups.of(record.values.get(one.key))
        if (group,) != now:
            begins[record.id] = group
        now = (group,)
    heads = _heads(user, form, asked, groups, list(begins.values()))
    return {record_id: heads[group] for record_id, group in begins.items()}


def _heads(user: User, form: Form, asked: Asked, groups: _Groups, found: list[Any]) -> dict[Any, Heading]:
    reader, told = groups.reader, asked.look.told
    tallies = _tallies(user, form, asked, groups, found)
    titles = _titles(user, form, groups.one, groups, found, reader)
    return {
        group: Heading(
            "" if group is None else f"is:{group}",
            titles[group],
            _count(tallies[group], reader),
            _figures(form, told, tallies[group], reader),
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
        groups = _Groups(form.fields[by], asked.look.period, reader)
        found = dict.fromkeys(groups.of(each.get(by)) for each in (before, after))
        heads = _heads(user, form, asked, groups, list(found))
    return Retold(tuple(heads.values()), totals(user, form, replace(asked, after=""), reader))


def _before(user: User, form: Form, asked: Asked, groups: _Groups, records: Sequence[Record]) -> Any:
    """The group of the record before this page, in a tuple; None before the first page."""
    hidden = access.fields(user, form).hidden
    by = orders.order(form, order(form, asked.look, hidden), hidden)
    place = paging.place(form, by, asked.after) if asked.after else None
    if place is None:
        return None
    if not orders.is_keyed(form, groups.one.key):
        return (groups.of(groups.one.type.from_column(place.values[0], groups.one)),)
    # Of a text the cursor knows the key alone: it tells whether the first group goes on, which is all that is asked.
    first = records[0].values.get(groups.one.key) if records else None
    return (first,) if rows.spell(first) == place.values[0] else None


def _tallies(user: User, form: Form, asked: Asked, groups: _Groups, found: list[Any]) -> dict[Any, Tally]:
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
    user: User, form: Form, one: Field, groups: _Groups, found: Iterable[Any], reader: Reader
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


def totals(user: User, form: Form, asked: Asked, reader: Reader) -> tuple[Figure, ...]:
    """The figures of all records of the list; none on a further page, and where none are told."""
    told = asked.look.told
    if not told or asked.after:
        return ()
    tally = figures.of_all(user, form, list(told), condition=asked.look.condition, search=asked.search)
    return _figures(form, told, tally, reader)


def _figures(form: Form, told: Any, tally: Tally, reader: Reader) -> tuple[Figure, ...]:
    return tuple(
        Figure(_figure_title(form, key, how, reader), _text(form, key, value, how, reader))
        for key, how in told.items()
        if (value := tally.numbers.get(key, NONE).of(how)) is not None
    )


def _figure_title(form: Form, key: str, how: str, reader: Reader) -> str:
    title = localized(form.fields[key].title, reader.locale)
    said = {
        "sum": _("Sum of %(field)s", field=title),
        "average": _("Average of %(field)s", field=title),
        "min": _("Least %(field)s", field=title),
        "max": _("Greatest %(field)s", field=title),
    }
    return str(said[how])


def _text(form: Form, key: str, value: Decimal, how: str, reader: Reader) -> str:
    _home, one = lookups.origin(form, form.fields[key])
    decimals = getattr(one.type.column(one), "decimals", 0)
    if kind_of(one) in ("money", "percent"):
        return one.type.display(rounded(value, decimals), one, reader, NOBODY)
    value = rounded(value, decimals + (2 if how == "average" else 0))
    return str(format_decimal(value, locale=reader.locale, decimal_quantization=False))
