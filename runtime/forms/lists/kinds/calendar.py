"""The calendar: a month, a week or a day of the records that have a date, and their list by days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from flask_babel import gettext as _

from runtime import access, conditions, times
from runtime.accounts.models import User
from runtime.conditions import Group, Row
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import N_, Field, FieldError, Reader
from runtime.forms.lists.cells import counted
from runtime.forms.lists.columns import order_of
from runtime.forms.lists.kinds._base import (
    SORTABLE,
    Kind,
    Part,
    Shown,
    Way,
    colour_part,
    of_types,
    switches,
)
from runtime.forms.lists.kinds._cards import Mark, marks, movable
from runtime.forms.lists.kinds._days import SPANS, Stretch, stretch, weekdays
from runtime.forms.lists.looks import Look
from runtime.forms.lists.places import PER_PAGE, Asked, Places
from runtime.records import query
from runtime.records.rows import Record

TYPES = ("date", "datetime")
IN_A_MONTH, IN_A_WEEK = 3, 12  # records of a day, before "more"
MOST = query.MAX_ROWS
_USUAL = "month"


@dataclass(frozen=True)
class Event:
    """A record at its day; `time` is empty for one that has only a date."""

    id: int
    revision: int
    title: str
    day: date
    time: str
    mark: Mark | None = None


@dataclass(frozen=True)
class Day:
    """A day with its records; its address leads to all of them, where some are left out. Where there are more records
    than are read, the last day `goes_on` and those after it are `unread`: how many they have is not known.
    """

    date: date
    number: int
    title: str
    address: str
    events: tuple[Event, ...]
    left_out: int
    goes_on: bool
    unread: bool
    is_outside: bool
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class Calendar(Shown):
    """The calendar by a field. `spans` are links: title, address, whether it is this one."""

    field: str
    stretch: Stretch
    weeks: tuple[tuple[Day, ...], ...]
    agenda: tuple[Day, ...]
    weekdays: list[tuple[str, str]]
    before: str
    after: str
    now: str
    spans: tuple[Way, ...]
    movable: frozenset[int]
    open: Event | None
    cut: bool
    legend: tuple[Mark, ...]
    """What the colours mean."""


class CalendarKind(Kind):
    """The records by a date, or a date and time."""

    name = "calendar"
    label = N_("Calendar")
    icon = "calendar"
    rank = 3
    template = "records/_calendar.html"
    libraries = (SORTABLE,)
    scripts = ("moving.js",)

    parts = (
        Part("date_field", N_("Days by"), of_types(*TYPES), needed=True),
        Part("end_field", N_("Until"), of_types(*TYPES)),
        colour_part(),
    )

    def settled(self, form: Form, look: Look, hidden: frozenset[str]) -> Look:
        settled = super().settled(form, look, hidden)
        return settled if _is_end(form, settled) else replace(settled, end_field="")

    def order(self, form: Form, look: Look) -> str:
        return look.date_field

    def condition(self, look: Look) -> access.Document | None:
        dated = conditions.from_rows(Group("all", (Row(look.date_field, "is_not_empty"),)))
        return access.all_of(look.condition, dated)

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return calendar(user, form, asked, reader)

    def moved(self, form: Form, look: Look, record: Record, to: str, reader: Reader) -> Mapping[str, Any]:
        one = form.fields[look.date_field]
        return {one.key: _on(one, record.values.get(one.key), to, reader)}


def _is_end(form: Form, look: Look) -> bool:
    """Whether the end is another field of the same type as the begin."""
    begin, end = form.fields[look.date_field], form.fields.get(look.end_field)
    return end is not None and end.key != begin.key and end.type.name == begin.type.name


def _on(one: Field, value: str | None, to: str, reader: Reader) -> Any:
    """This date, or moment, on another day; NotFound for a day that is none."""
    clock = ""
    if one.type.name == "datetime":
        local = _local(value, reader) if value else None
        if local and to == local.date().isoformat():
            return value  # what the clock shows may come twice that day
        clock = f"T{local.time().isoformat() if local else '00:00'}"
    try:
        found = one.type.parse(f"{to}{clock}", one, reader) if to else None
    except FieldError:
        found = None
    if found is None:
        raise NotFound(_("Choose a day."))
    return found


def calendar(user: User, form: Form, asked: Asked, reader: Reader) -> Calendar:
    """The days that are asked for, with their records."""
    hidden, field = access.fields(user, form).hidden, form.fields[asked.look.date_field]
    today = times.now().astimezone(ZoneInfo(reader.zone)).date()
    span = asked.span if asked.span in SPANS else _USUAL
    shown = stretch(asked.day, span, today, reader.locale)
    condition = access.all_of(asked.look.condition, _during(field, shown.first, shown.last, reader))
    page = query.page(user, form, condition=condition, sort=field.key, limit=MOST, search=asked.search)
    coloured = marks(form, asked.look.colour, page.items, reader)
    events = [_event(form, field, record, coloured.get(record.id), reader) for record in page.items]
    places = Places(form, replace(asked, panel="", after="", lane="", upto=PER_PAGE, card=0))
    read_to = events[-1].day if page.next else None
    days = _Days(shown, events, read_to, today, places, reader)
    return Calendar(
        count=counted(page.total, page.capped, reader),
        places=Places(form, asked) if asked.panel or asked.card else places,
        order=order_of(form, asked.look.sort, hidden),
        address=places.to(),
        is_empty=False,
        field=field.key,
        stretch=shown,
        weeks=days.weeks() if span in ("month", "week") else (),
        agenda=days.agenda() if span in ("day", "agenda") or not asked.span else (),
        weekdays=weekdays(reader.locale),
        before=places.to(day=shown.step(-1)),
        after=places.to(day=shown.step(1)),
        now=places.to(day=""),
        spans=tuple((_span(each), places.to(span=each), each == span) for each in SPANS),
        switches=switches(CalendarKind.parts, form, places, hidden, reader),
        movable=(may_move := movable(user, form, (field.key,), page.items)),
        open=next((each for each in events if each.id == asked.card and each.id in may_move), None),
        cut=page.next is not None,
        legend=tuple(sorted(set(coloured.values()), key=lambda each: each.hue)),
    )


def _during(field: Field, first: date, last: date, reader: Reader) -> access.Document:
    """The condition of these days, in the reader's zone where the field is a moment."""
    ends: list[str] = [first.isoformat(), last.isoformat()]
    if field.type.name == "datetime":
        begin, after = (
            times.from_wall(datetime.combine(each, time()), reader.zone)
            for each in (first, last + timedelta(days=1))
        )
        ends = [times.iso(begin), times.iso(after - timedelta(seconds=1))]
    return conditions.from_rows(Group("all", (Row(field.key, "between_dates", ends),)))


def _event(form: Form, field: Field, record: Record, mark: Mark | None, reader: Reader) -> Event:
    value, title = record.values[field.key], query.title(form, record)
    if field.type.name == "date":
        return Event(record.id, record.revision, title, date.fromisoformat(value), "", mark)
    local = _local(value, reader)
    clock = str(format_time(local.time(), "short", locale=reader.locale))
    return Event(record.id, record.revision, title, local.date(), clock, mark)


def _local(value: str, reader: Reader) -> datetime:
    return times.parse_iso(value).astimezone(ZoneInfo(reader.zone))


def _span(name: str) -> str:
    return str({"month": _("Month"), "week": _("Week"), "day": _("Day"), "agenda": _("Agenda")}[name])


class _Days:
    """The records of a stretch by their days."""

    def __init__(
        self,
        shown: Stretch,
        events: list[Event],
        read_to: date | None,
        today: date,
        places: Places,
        reader: Reader,
    ) -> None:
        self.read_to = read_to
        self.shown, self.today, self.places, self.locale = shown, today, places, reader.locale
        self.by_day: dict[date, list[Event]] = {}
        for each in events:
            self.by_day.setdefault(each.day, []).append(each)

    def weeks(self) -> tuple[tuple[Day, ...], ...]:
        """Every day, in rows of a week."""
        most = IN_A_WEEK if self.shown.span == "week" else IN_A_MONTH
        return tuple(tuple(self._day(each, most) for each in week) for week in self.shown.weeks)

    def agenda(self) -> tuple[Day, ...]:
        """The days that have records; one day always stands."""
        days = sorted({*self.by_day, *([self.shown.day] if self.shown.span == "day" else [])})
        return tuple(day for each in days if not (day := self._day(each, MOST)).is_outside)

    def _day(self, day: date, most: int) -> Day:
        events, goes_on = self.by_day.get(day, []), day == self.read_to
        return Day(
            date=day,
            number=day.day,
            title=str(format_skeleton("yMMMEd", day, locale=self.locale)),
            address=self.places.to(day=day, span="day"),
            events=tuple(events[:most]),
            left_out=0 if goes_on else max(0, len(events) - most),
            goes_on=goes_on,
            unread=self.read_to is not None and day > self.read_to,
            is_outside=self.shown.span in ("month", "agenda") and day.month != self.shown.day.month,
            is_today=day == self.today,
        )


plugin = CalendarKind()
