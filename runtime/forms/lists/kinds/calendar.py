"""The calendar: a month, a week or a day of the records that have a date, and their list by days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
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
    Switch,
    Way,
    colour_part,
    of_types,
    switches,
)
from runtime.forms.lists.kinds._cards import Mark, marks, movable
from runtime.forms.lists.kinds._days import SPANS, Stretch, stretch, weekdays
from runtime.forms.lists.kinds._notes import LAYERS, Note, notes
from runtime.forms.lists.listing import paged, plain_places
from runtime.forms.lists.looks import Look
from runtime.forms.lists.places import PER_PAGE, Asked, Places
from runtime.records import query
from runtime.records.days import Lasting, of_days
from runtime.records.rows import Record

TYPES = ("date", "datetime")
SHOWN = {"month": 3, "week": 12, "agenda": 20}  # records of a day, before "more"
_USUAL = "month"


@dataclass(frozen=True)
class Event:
    """A record from its first to its last day; `time` is empty for one that has only a date."""

    id: int
    revision: int
    title: str
    day: date
    last: date
    until: str
    time: str
    mark: Mark | None = None


@dataclass(frozen=True)
class Day:
    """A day with its records; its address leads to all of them, where some are left out."""

    date: date
    number: int
    title: str
    address: str
    events: tuple[Event, ...]
    left_out: int
    is_outside: bool
    is_today: bool
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Calendar(Shown):
    """The calendar by a field. `spans` are links: title, address, whether it is this one. `more` and `further` lead to
    the next records of the one day that is shown.
    """

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
    legend: tuple[Mark, ...]
    """What the colours mean."""
    more: str = ""
    further: str = ""


class CalendarKind(Kind):
    """The records by a date, or a date and time."""

    name = "calendar"
    label = N_("Calendar")
    icon = "calendar"
    rank = 3
    template = "records/_calendar.html"
    more = "records/_day.html"
    libraries = (SORTABLE,)
    scripts = ("moving.js",)

    parts = (
        Part("date_field", N_("Days by"), of_types(*TYPES), needed=True),
        Part("end_field", N_("Until"), of_types(*TYPES)),
        colour_part(),
    )

    def settled(self, form: Form, look: Look, hidden: frozenset[str]) -> Look:
        settled = super().settled(form, look, hidden)
        settled = replace(settled, layer=look.layer if look.layer in LAYERS else "")
        return settled if _is_end(form, settled) else replace(settled, end_field="")

    def order(self, form: Form, look: Look, hidden: frozenset[str]) -> str:
        return look.date_field

    def condition(self, look: Look) -> access.Document | None:
        dated = conditions.from_rows(Group("all", (Row(look.date_field, "is_not_empty"),)))
        return access.all_of(look.condition, dated)

    def goes_on(self, asked: Asked) -> bool:
        return asked.span == "day"

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return calendar(user, form, asked, reader)

    def moved(self, form: Form, look: Look, record: Record, to: str, reader: Reader) -> Mapping[str, Any]:
        one, begin = form.fields[look.date_field], record.values.get(look.date_field)
        found, end = _on(one, begin, to, reader), record.values.get(look.end_field)
        if not end or not begin or found == begin:
            return {one.key: found}
        days = _day_of(one, found, reader) - _day_of(one, begin, reader)
        last = form.fields[look.end_field]
        return {one.key: found, last.key: _on(last, end, _later(_day_of(last, end, reader), days), reader)}


def _is_end(form: Form, look: Look) -> bool:
    """Whether the end is another field of the same type as the begin."""
    begin, end = form.fields[look.date_field], form.fields.get(look.end_field)
    return end is not None and end.key != begin.key and end.type.name == begin.type.name


def _later(day: date, by: timedelta) -> str:
    """The day that is so much later; empty for one that no calendar has."""
    try:
        return (day + by).isoformat()
    except OverflowError:
        return ""


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
    hidden, look = access.fields(user, form).hidden, asked.look
    today = times.now().astimezone(ZoneInfo(reader.zone)).date()
    span = asked.span if asked.span in SPANS else _USUAL
    shown = stretch(asked.day, span, today, reader.locale)
    read = _one_day if span == "day" else _several_days
    found = read(user, form, asked, shown, reader)
    coloured = marks(form, look.colour, found.records, reader)
    events = {each.id: _event(form, look, each, coloured.get(each.id), reader) for each in found.records}
    places = plain_places(form, replace(asked, lane="", upto=PER_PAGE, card=0))
    told = notes(form.app, shown.days, look.layer, reader.locale)
    days = _Days(shown, found, events, told, today, places, reader.locale)
    may_move = movable(user, form, look.axes, found.records)
    return Calendar(
        count=found.count,
        places=Places(form, asked) if asked.panel or asked.card or asked.after else places,
        order=order_of(form, look.sort, hidden),
        address=found.address or places.to(),
        is_empty=False,
        switches=(*switches(CalendarKind.parts, form, places, hidden, reader), _layers(look, places)),
        stretch=shown,
        weeks=days.weeks() if span in ("month", "week") else (),
        agenda=days.agenda() if span in ("day", "agenda") or not asked.span else (),
        weekdays=weekdays(reader.locale),
        before=places.to(day=shown.step(-1)),
        after=places.to(day=shown.step(1)),
        now=places.to(day=""),
        spans=tuple((_span(each), places.to(span=each), each == span) for each in SPANS),
        movable=may_move,
        open=events.get(asked.card) if asked.card in may_move else None,
        legend=tuple(sorted(set(coloured.values()), key=lambda each: each.hue)),
        more=found.more,
        further=found.further,
    )


def _layers(look: Look, places: Places) -> Switch:
    """What is shown beside the records."""
    offered = {"": _("nothing"), **{name: _(title) for name, title in LAYERS.items()}}
    ways = tuple((title, places.to(layer=name), name == look.layer) for name, title in offered.items())
    return Switch(_("Beside the days"), ways, is_main=False)


@dataclass(frozen=True)
class _Found:
    """The records of days, and how many each has; of one day, where they go on."""

    records: list[Record]
    of_day: Mapping[date, tuple[list[int], int]]
    count: str
    more: str = ""
    further: str = ""
    address: str = ""


def _several_days(user: User, form: Form, asked: Asked, shown: Stretch, reader: Reader) -> _Found:
    """The first records of each day, however many there are: the time it takes is that of the days."""
    look, every = asked.look, shown.days
    edges = [
        _edge(form.fields[look.date_field], each, reader) for each in (*every, shown.last + timedelta(days=1))
    ]
    wanted: dict[str, Any] = {"condition": look.condition, "search": asked.search}
    lasting = Lasting(look.date_field, look.end_field)
    found = of_days(user, form, lasting, edges, SHOWN[shown.span], **wanted)
    records = {record.id: record for day in found for record in day.items}
    total = sum(day.total for day in found)
    if look.end_field and total:  # one that lasts is on several days
        wanted["condition"] = access.all_of(look.condition, _during(form, look, shown, reader))
        total = query.count_asked(user, form, **wanted)
    capped = total > query.MAX_COUNTED
    of_day = {
        day: ([each.id for each in one.items], one.total) for day, one in zip(every, found, strict=True)
    }
    return _Found(list(records.values()), of_day, counted(min(total, query.MAX_COUNTED), capped, reader))


def _one_day(user: User, form: Form, asked: Asked, shown: Stretch, reader: Reader) -> _Found:
    """The records of a day page by page."""
    look = asked.look
    condition = access.all_of(look.condition, _during(form, look, shown, reader))
    wanted: dict[str, Any] = {"condition": condition, "sort": look.date_field, "search": asked.search}
    part = {"limit": PER_PAGE, "after": asked.after, "total": False} if asked.after else {"limit": asked.upto}
    page = query.page(user, form, **part, **wanted)
    own = paged(form, asked, page, frozenset(), reader)
    on = plain_places(form, asked).on(page.next) if page.next else ""
    ids = [each.id for each in page.items]
    return _Found(
        page.items,
        {shown.day: (ids, len(ids))},
        own["count"],
        own["more"],
        own["further"] or on,
        own["address"],
    )


def _edge(field: Field, day: date, reader: Reader) -> str:
    """With which value a day begins: in the reader's zone where the field is a moment."""
    if field.type.name != "datetime":
        return day.isoformat()
    return str(times.iso(times.from_wall(datetime.combine(day, time()), reader.zone)))


def _during(form: Form, look: Look, shown: Stretch, reader: Reader) -> access.Document:
    """The condition of these days: what begins there, or began before and has not ended."""
    field = form.fields[look.date_field]
    first, after = (_edge(field, each, reader) for each in (shown.first, shown.last + timedelta(days=1)))
    begins = Group("all", (Row(look.date_field, "on_or_after", first), Row(look.date_field, "before", after)))
    if not look.end_field:
        return conditions.from_rows(begins)
    still = "on_or_after" if field.type.name == "date" else "after"
    lasts = Group("all", (Row(look.date_field, "before", first), Row(look.end_field, still, first)))
    return conditions.from_rows(Group("any", (begins, lasts)))


def _event(form: Form, look: Look, record: Record, mark: Mark | None, reader: Reader) -> Event:
    field, value = form.fields[look.date_field], record.values[look.date_field]
    day, end = _day_of(field, value, reader), record.values.get(look.end_field)
    last = _last_day(form.fields[look.end_field], end, reader) if end else day
    clock = ""
    if field.type.name == "datetime":
        clock = str(format_time(_local(value, reader).time(), "short", locale=reader.locale))
    title = query.title(form, record)
    until = str(format_date(last, "medium", locale=reader.locale)) if last > day else ""
    return Event(record.id, record.revision, title, day, max(day, last), until, clock, mark)


def _last_day(field: Field, value: str, reader: Reader) -> date:
    """The last day on which something still is that ends then: not that of which the clock shows midnight."""
    if field.type.name == "date":
        return date.fromisoformat(value)
    return (_local(value, reader) - timedelta(microseconds=1)).date()


def _day_of(field: Field, value: str, reader: Reader) -> date:
    return date.fromisoformat(value) if field.type.name == "date" else _local(value, reader).date()


def _local(value: str, reader: Reader) -> datetime:
    return times.parse_iso(value).astimezone(ZoneInfo(reader.zone))


def _span(name: str) -> str:
    return str({"month": _("Month"), "week": _("Week"), "day": _("Day"), "agenda": _("Agenda")}[name])


class _Days:
    """The records of a stretch by their days."""

    def __init__(
        self,
        shown: Stretch,
        found: _Found,
        events: Mapping[int, Event],
        told: Mapping[date, tuple[Note, ...]],
        today: date,
        places: Places,
        locale: str,
    ) -> None:
        self.shown, self.found, self.events, self.told = shown, found, events, told
        self.today, self.places, self.locale = today, places, locale

    def weeks(self) -> tuple[tuple[Day, ...], ...]:
        """Every day, in rows of a week."""
        return tuple(tuple(map(self._day, week)) for week in self.shown.weeks)

    def agenda(self) -> tuple[Day, ...]:
        """The days that have records; one day always stands."""
        days = [
            each for each, (_ids, total) in self.found.of_day.items() if total or self.shown.span == "day"
        ]
        return tuple(day for each in days if not (day := self._day(each)).is_outside)

    def _day(self, day: date) -> Day:
        ids, total = self.found.of_day[day]
        return Day(
            date=day,
            number=day.day,
            title=str(format_skeleton("yMMMEd", day, locale=self.locale)),
            address=self.places.to(day=day, span="day"),
            events=tuple(self.events[each] for each in ids),
            left_out=total - len(ids),
            is_outside=self.shown.span in ("month", "agenda") and day.month != self.shown.day.month,
            is_today=day == self.today,
            notes=self.told.get(day, ()),
        )


plugin = CalendarKind()
