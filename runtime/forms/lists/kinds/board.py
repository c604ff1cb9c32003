"""The board: a column for each choice of a field, the records as cards that move from one to another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _

from runtime import access, conditions, documents
from runtime.accounts.models import User
from runtime.conditions import Group, Row
from runtime.conditions.facts import is_storable
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import N_, NOBODY, Field, FieldError, Reader
from runtime.forms.lists import lengths
from runtime.forms.lists.cells import counted
from runtime.forms.lists.columns import is_summable, order_of
from runtime.forms.lists.kinds._base import SORTABLE, Kind, Part, Shown, colour_part, of_types, switches
from runtime.forms.lists.kinds._cards import Card, cards, movable
from runtime.forms.lists.looks import Look, filter_text
from runtime.forms.lists.places import MOST_ROWS, PER_PAGE, Asked, Places
from runtime.forms.names import titles_for
from runtime.records import figures, query
from runtime.records.query import Lane
from runtime.records.rows import Record
from runtime.spelling import name_key
from runtime.text import localized

TYPES = ("choice", "yes_no", "member")
A_LANE = lengths.SHORT
MOST_LANES = 60
MOST_LIMIT = 9999
_NONE, _IS = "none", "is:"  # how addresses name a column: its value may be any text


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


@dataclass(frozen=True, kw_only=True)
class Board(Shown):
    """The board by a field. `movable` are the records that the person may move."""

    field: str
    title: str
    summed: str
    """What is summed in each column; empty for nothing."""
    columns: tuple[Column, ...]
    movable: frozenset[int]
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
        Part("total", N_("Sum of"), is_summable),
        colour_part(),
    )

    def settled(self, form: Form, look: Look, hidden: frozenset[str]) -> Look:
        settled = super().settled(form, look, hidden)
        limits = limits_of(look) if settled.group_by == look.group_by else {}
        return replace(settled, limits=filter_text(limits))

    def first(self, form: Form, offered: Sequence[str]) -> str:
        return _first(form, offered)

    def goes_on(self, asked: Asked) -> bool:
        return bool(asked.lane)

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return board(user, form, asked, reader)

    def moved(self, form: Form, look: Look, record: Record, to: str, reader: Reader) -> Mapping[str, Any]:
        return {look.group_by: _value(form.fields[look.group_by], to, reader)}


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


def _ref(one: Field, value: Any, reader: Reader) -> str:
    return _NONE if value is None else f"{_IS}{one.type.to_raw(value, one, reader)}"


def _value(one: Field, ref: str, reader: Reader) -> Any:
    """The value of a column; NotFound for none that can be one."""
    raw = ref.removeprefix(_IS)
    if ref == _NONE:
        return None
    try:
        found = one.type.parse(raw, one, reader) if ref.startswith(_IS) and raw else None
    except FieldError:
        found = raw if one.type.name == "choice" else None  # taken out of the form, and still in records
    if found is None or (isinstance(found, str) and not is_storable(found)):
        raise NotFound(_("There is no such column."))
    return found


def _condition(key: str, value: Any) -> access.Document:
    if value is None:
        return conditions.from_rows(Group("all", (Row(key, "is_empty"),)))
    if isinstance(value, bool):
        return conditions.from_rows(Group("all", (Row(key, "is_yes" if value else "is_no"),)))
    return conditions.from_rows(Group("all", (Row(key, "equals", value),)))


def board(user: User, form: Form, asked: Asked, reader: Reader) -> Board:
    """The board; where a column of it goes on, that column alone."""
    hidden, field = access.fields(user, form).hidden, form.fields[asked.look.group_by]
    totals, found = _lanes(user, form, asked, reader)
    records = [record for lane in found.values() for record in lane.items]
    plain = Places(form, replace(asked, panel="", after="", lane="", lanes="", upto=PER_PAGE, card=0))
    drawn = cards(user, form, asked.look, records, reader)
    sums, limits = _sums(user, form, asked, reader), limits_of(asked.look)
    titled = _titled(user, form, field, found, reader)
    total = sum(totals.values())
    return Board(
        count=counted(total, False, reader),
        places=Places(form, replace(asked, after="", lane="", lanes=lengths.text(lengths.of(asked)))),
        order=order_of(form, asked.look.sort, hidden),
        address=plain.to(lanes=lengths.text(lengths.of(asked))),
        is_empty=not total,
        field=field.key,
        title=localized(field.title, reader.locale),
        summed=localized(form.fields[key].title, reader.locale) if (key := asked.look.total) else "",
        switches=switches(BoardKind.parts, form, plain, hidden, reader),
        columns=tuple(
            _limited(
                _column(_ref(field, value, reader), title, lane, drawn, asked, plain, reader),
                lane.total,
                limits.get(value, 0) if isinstance(value, str) else 0,
                sums.get(value, ""),
            )
            for value, lane, title in titled
        ),
        movable=movable(user, form, (field.key,), records),
        cut=bool(totals.keys() - found.keys()),
    )


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


def _limited(column: Column, total: int, limit: int, sum: str) -> Column:
    return replace(column, limit=limit, is_over=0 < limit < total, sum=sum)


def _lanes(user: User, form: Form, asked: Asked, reader: Reader) -> tuple[dict[Any, int], dict[Any, Lane]]:
    """How many records each value has, and the columns; where a column goes on, that one alone."""
    field, order = form.fields[asked.look.group_by], asked.look.sort or form.sort
    if asked.after and asked.lane:
        value = _value(field, asked.lane, reader)
        condition = access.all_of(asked.look.condition, _condition(field.key, value))
        page = query.page(
            user,
            form,
            condition=condition,
            sort=order,
            search=asked.search,
            limit=A_LANE,
            after=asked.after,
            total=False,
        )
        return {}, {value: Lane(len(page.items), page.items, page.next)}
    wanted: dict[str, Any] = {"condition": asked.look.condition, "search": asked.search}
    totals = query.count_by(user, form, field.key, **wanted)
    longer = lengths.of(asked)
    sizes = {
        value: longer.get(_ref(field, value, reader), A_LANE)
        for value in _fitting(_values(field, totals, reader), totals)
    }
    return totals, query.lanes(user, form, field.key, totals, sizes, sort=order, **wanted)


def _values(field: Field, present: Collection[Any], reader: Reader) -> list[Any]:
    """The values that get a column: what can be chosen, then what records still have, and those without a value."""
    chosen: list[Any] = [True, False] if field.type.name == "yes_no" else []
    chosen += [raw for raw, _label in field.type.choices(field, reader)]
    others = sorted(each for each in present if each is not None and each not in chosen)
    return [*chosen, *others, *([None] if None in present or not field.required else [])]


def _fitting(values: list[Any], present: Collection[Any]) -> list[Any]:
    """As many as fit, in their order: what records have goes before what none has, else no filter would bring it."""
    kept = sorted(values, key=lambda each: (each not in present, each in present and each is not None))[
        :MOST_LANES
    ]
    return [each for each in values if each in kept]


def _titled(
    user: User, form: Form, field: Field, lanes: Mapping[Any, Lane], reader: Reader
) -> list[tuple[Any, Lane, str]]:
    """The columns with their titles; those of people in the order of their names."""
    titles = _titles(user, form, field, list(lanes), reader)
    found = [(value, lane, title) for (value, lane), title in zip(lanes.items(), titles, strict=True)]
    if field.type.name == "member":
        found.sort(key=lambda each: (each[0] is None, name_key(each[2])))
    return found


def _titles(user: User, form: Form, field: Field, values: list[Any], reader: Reader) -> list[str]:
    names = titles_for(user, form, [field], [{field.key: value} for value in values])
    none = _("No answer")
    return [none if each is None else field.type.display(each, field, reader, names) for each in values]


def _column(
    ref: str,
    title: str,
    lane: Lane,
    drawn: Mapping[int, Card],
    asked: Asked,
    places: Places,
    reader: Reader,
) -> Column:
    longer = lengths.of(asked)
    upto = longer.get(ref, A_LANE)
    goes_on = bool(lane.next) and sum({**longer, ref: upto + A_LANE}.values()) <= MOST_ROWS
    going_on = lengths.text({**longer, ref: upto + A_LANE})
    return Column(
        id=sha256(ref.encode()).hexdigest()[:12],
        ref=ref,
        title=title,
        count=format_decimal(lane.total, locale=reader.locale),
        cards=tuple(drawn[record.id] for record in lane.items),
        more=places.on(lane.next or "", lane=ref, lanes=going_on) if goes_on else "",
        further=places.to(lanes=going_on) if goes_on else "",
        full=bool(lane.next) and not goes_on,
    )


plugin = BoardKind()
