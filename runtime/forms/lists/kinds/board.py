"""The board: a column for each choice of a field, the records as cards that move from one to another."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _

from runtime import access, documents
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import N_, NOBODY, Reader
from runtime.forms.lists import lengths
from runtime.forms.lists.cells import counted
from runtime.forms.lists.columns import is_summable, order_of
from runtime.forms.lists.kinds._base import SORTABLE, Kind, Part, Shown, colour_part, of_types, switches
from runtime.forms.lists.kinds._cards import Card, cards, movable
from runtime.forms.lists.kinds._cards_of import A_LANE, Read, going_on, read
from runtime.forms.lists.kinds._values import TYPES, cell, cell_ref, ref, value_of
from runtime.forms.lists.looks import Look, filter_text
from runtime.forms.lists.places import MOST_ROWS, PER_PAGE, Asked, Places
from runtime.records import figures
from runtime.records.query import Lane
from runtime.records.rows import Record
from runtime.text import localized, search_key

MOST_LIMIT = 9999


@dataclass(frozen=True)
class Column:
    """A column of the board. `more` is the address of its next cards for htmx, `further` for a browser."""

    id: str
    """Of its element on the page."""
    ref: str
    title: str
    count: str
    cards: tuple[Card, ...]
    more: str = ""
    further: str = ""
    full: bool = False
    sum: str = ""
    limit: int = 0
    """How many records it should have at most; 0 for any number."""
    is_over: bool = False


@dataclass(frozen=True)
class Swimlane:
    """A row of the board: the cards of each column that have one value in a second field."""

    id: str
    title: str
    count: str
    cells: tuple[Column, ...]


@dataclass(frozen=True)
class Target:
    """A place where a card can go. `letters` are what somebody may type for its name, in pinyin too."""

    ref: str
    title: str
    letters: str


@dataclass(frozen=True, kw_only=True)
class Board(Shown):
    """The board by a field. `movable` are the records that the person may move, `targets` where the open card
    can go. With swimlanes the columns are but their heads.
    """

    title: str
    summed: str
    """What is summed in each column; empty for nothing."""
    columns: tuple[Column, ...]
    movable: frozenset[int]
    swimlanes: tuple[Swimlane, ...] = ()
    targets: tuple[Target, ...] = ()
    cut: bool = False


class BoardKind(Kind):
    """A column for each value of a choice, a yes or no, or a member."""

    name = "board"
    label = N_("Board")
    icon = "layout-kanban"
    rank = 2
    template = "records/_board.html"
    more = "records/_cards.html"
    libraries = (SORTABLE,)
    scripts = ("moving.js",)

    parts = (
        Part("group_by", N_("Columns by"), of_types(*TYPES), needed=True),
        Part("across", N_("Swimlanes by"), of_types(*TYPES)),
        Part("total", N_("Sum of"), is_summable),
        colour_part(),
    )

    def settled(self, form: Form, look: Look, hidden: frozenset[str]) -> Look:
        settled = super().settled(form, look, hidden)
        limits = limits_of(look) if settled.group_by == look.group_by else {}
        across = settled.across if settled.across != settled.group_by else ""
        return replace(settled, limits=filter_text(limits), across=across)

    def first(self, form: Form, offered: Sequence[str]) -> str:
        return _first(form, offered)

    def goes_on(self, asked: Asked) -> bool:
        return bool(asked.lane)

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return board(user, form, asked, reader)

    def moved(self, form: Form, look: Look, record: Record, to: str, reader: Reader) -> Mapping[str, Any]:
        one, other = form.fields[look.group_by], form.fields.get(look.across)
        if other is None:
            return {one.key: value_of(one, to, reader)}
        column, lane = cell(to)
        found = {one.key: value_of(one, column, reader)}
        there = value_of(other, lane, reader)
        # Whoever moves a card along its swimlane need not be allowed to write what makes it.
        return found if there == record.values.get(other.key) else {**found, other.key: there}


def limits_of(look: Look) -> dict[str, int]:
    """How many records the columns of these choices should have at most."""
    try:
        found = documents.loads(look.limits) if look.limits else {}
    except ValueError:
        return {}
    known = found.items() if isinstance(found, dict) else ()
    return {key: each for key, each in known if type(each) is int and 0 < each <= MOST_LIMIT}


def _first(form: Form, offered: Sequence[str]) -> str:
    """What makes the columns where nobody chose: a choice among the columns of the list, else any choice."""
    choices = [key for key in offered if form.fields[key].type.name == "choice"]
    listed = [key for key in form.list_columns if key in choices]
    return next(iter([*listed, *choices, *offered]))


def board(user: User, form: Form, asked: Asked, reader: Reader) -> Board:
    """The board; where a column of it goes on, that column alone."""
    look = asked.look
    goes_on = bool(asked.after and asked.lane)
    found = (
        Read({}, [], {asked.lane: going_on(user, form, asked, reader)})
        if goes_on
        else read(user, form, asked, reader)
    )
    plain = Places(form, replace(asked, panel="", after="", lane="", lanes="", upto=PER_PAGE, card=0))
    drawer = _Drawer(form, asked, plain, cards(user, form, look, found.records, reader), reader)
    may_move = movable(user, form, (look.group_by,), found.records)
    total = sum(found.totals.values())
    columns = (drawer.column(asked.lane, "", found.lanes[asked.lane]),) if goes_on else ()
    return Board(
        count=counted(total, False, reader),
        places=Places(form, replace(asked, after="", lane="", lanes=lengths.text(lengths.of(asked)))),
        order=order_of(form, look.sort, access.fields(user, form).hidden),
        address=plain.to(lanes=lengths.text(lengths.of(asked))),
        is_empty=not total and not goes_on,
        title=localized(form.fields[look.group_by].title, reader.locale),
        summed=localized(form.fields[key].title, reader.locale) if (key := look.total) else "",
        switches=switches(BoardKind.parts, form, plain, access.fields(user, form).hidden, reader),
        columns=columns or drawer.columns(found, _sums(user, form, asked, reader)),
        swimlanes=drawer.swimlanes(found),
        targets=_targets(user, form, asked, found, reader) if asked.card in may_move and not goes_on else (),
        movable=may_move,
        cut=not goes_on and found.cut,
    )


def _targets(user: User, form: Form, asked: Asked, found: Read, reader: Reader) -> tuple[Target, ...]:
    """Where the open card can go: to each other column; with swimlanes also to each other of them, where the person may
    write what makes them.
    """
    here: Any = next(
        (place for place, lane in found.lanes.items() if any(each.id == asked.card for each in lane.items)),
        None,
    )
    one = form.fields[asked.look.group_by]
    if not asked.look.across:
        return tuple(
            _target(ref(one, value, reader), title) for value, title in found.columns if value != here
        )
    other, (column, lane) = form.fields[asked.look.across], here
    lanes = found.swimlanes if other.key not in access.fields(user, form).closed else []
    at = (ref(one, column, reader), ref(other, lane, reader))
    beside = [
        _target(cell_ref(ref(one, value, reader), at[1]), title)
        for value, title in found.columns
        if value != column
    ]
    above = [
        _target(cell_ref(at[0], ref(other, value, reader)), title, _("To: %(lane)s", lane=title))
        for value, title in lanes
        if value != lane
    ]
    return (*beside, *above)


def _target(named: str, name: str, title: str = "") -> Target:
    return Target(named, title or name, search_key(name, limit=300))


def _sums(user: User, form: Form, asked: Asked, reader: Reader) -> dict[Any, str]:
    """The sum of each column as people read it; none where nothing is summed, or a column goes on."""
    if not asked.look.total or asked.after:
        return {}
    one = form.fields[asked.look.total]
    wanted: dict[str, Any] = {"condition": asked.look.condition, "search": asked.search}
    found = figures.of_each(user, form, asked.look.group_by, [one.key], **wanted)
    sums = {value: tally.numbers[one.key].of("sum") for value, tally in found}
    return {
        value: one.type.display(each, one, reader, NOBODY) for value, each in sums.items() if each is not None
    }


class _Drawer:
    """Draws what was read."""

    def __init__(
        self, form: Form, asked: Asked, places: Places, drawn: Mapping[int, Card], reader: Reader
    ) -> None:
        self.form, self.asked, self.places, self.drawn, self.reader = form, asked, places, drawn, reader
        self.longer = lengths.of(asked)

    def columns(self, found: Read, sums: Mapping[Any, str]) -> tuple[Column, ...]:
        """Every column; of a board with swimlanes what stands above its cards."""
        one, limits = self.form.fields[self.asked.look.group_by], limits_of(self.asked.look)
        totals, drawn = _totals(found, 0), []
        for value, title in found.columns:
            total = totals[value]
            lane = Lane(total, []) if found.swimlanes else found.lanes[value]
            column = self.column(ref(one, value, self.reader), title, lane)
            limit = limits.get(value, 0) if isinstance(value, str) else 0
            drawn.append(replace(column, limit=limit, is_over=0 < limit < total, sum=sums.get(value, "")))
        return tuple(drawn)

    def swimlanes(self, found: Read) -> tuple[Swimlane, ...]:
        """Every swimlane with the cards of each column."""
        look, totals = self.asked.look, _totals(found, 1)
        return tuple(
            Swimlane(
                id=_id(ref(self.form.fields[look.across], value, self.reader)),
                title=title,
                count=self._number(totals[value]),
                cells=tuple(self._cell(found, column, value, own) for column, own in found.columns),
            )
            for value, title in found.swimlanes
        )

    def _cell(self, found: Read, column: Any, lane: Any, title: str) -> Column:
        one, other = (self.form.fields[key] for key in self.asked.look.axes)
        named = cell_ref(ref(one, column, self.reader), ref(other, lane, self.reader))
        return self.column(named, title, found.lanes[column, lane])

    def column(self, named: str, title: str, lane: Lane) -> Column:
        """A column, or a place in it, with where it goes on."""
        upto = self.longer.get(named, A_LANE)
        goes_on = bool(lane.next) and sum({**self.longer, named: upto + A_LANE}.values()) <= MOST_ROWS
        going_on = lengths.text({**self.longer, named: upto + A_LANE})
        return Column(
            id=_id(named),
            ref=named,
            title=title,
            count=self._number(lane.total),
            cards=tuple(self.drawn[record.id] for record in lane.items),
            more=self.places.on(lane.next or "", lane=named, lanes=going_on) if goes_on else "",
            further=self.places.to(lanes=going_on) if goes_on else "",
            full=bool(lane.next) and not goes_on,
        )

    def _number(self, number: int) -> str:
        return str(format_decimal(number, locale=self.reader.locale))


def _totals(found: Read, axis: int) -> Counter[Any]:
    """How many records each column (axis 0) or swimlane (1) has, also in places that found no room."""
    totals: Counter[Any] = Counter()
    for place, total in found.totals.items():
        totals[place[axis] if found.swimlanes else place] += total
    return totals


def _id(named: str) -> str:
    return sha256(named.encode()).hexdigest()[:12]


plugin = BoardKind()
