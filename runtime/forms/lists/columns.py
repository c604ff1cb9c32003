"""The columns of a list: which there can be, which are shown, and where their headings lead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from runtime.definitions.documents import Form
from runtime.fields import LISTED, POINTERS, Field, Reader, ValueType
from runtime.forms.names import kind_of
from runtime.records import lookups, orders
from runtime.records.orders import MOST_SORTS, Sort
from runtime.text import localized

_COUNTED = ("serial", "rating", "percent")  # numbers of which a sum says nothing
_APART = ("long_text", "rich_text")


@dataclass(frozen=True)
class Column:
    """A column and where its heading leads, to the list sorted by it. `sorted` is ascending, descending or empty,
    `place` its number among several sorts. `leads` says that its cells lead to the records, `editable` that the
    person may write its field.
    """

    key: str
    title: str
    numeric: bool
    address: str = ""
    sorted: str = ""
    place: int = 0
    leads: bool = False
    editable: bool = False


def may_show(form: Form, key: str, hidden: frozenset[str]) -> bool:
    """Whether this is a field that a list of this person can show."""
    one = form.fields.get(key)
    return one is not None and key not in hidden and (one.type.stored or form.looked_up(key) is not None)


def offered(form: Form, hidden: frozenset[str]) -> list[Field]:
    """Every field that can be a column."""
    return [one for key, one in form.fields.items() if may_show(form, key, hidden)]


def of_rows(form: Form, hidden: frozenset[str]) -> dict[str, Field]:
    """The columns of sub-tables that a file of the list can have, by their ways (`lines.price`)."""
    tables = {key: of_rows for key, of_rows in form.rows.items() if key not in hidden}
    found = {f"{key}.{name}": one for key, inner in tables.items() for name, one in inner.fields.items()}
    return {path: one for path, one in found.items() if path not in hidden and one.type.stored}


def shown(form: Form, wanted: Sequence[str], hidden: frozenset[str]) -> list[Field]:
    """The wanted columns that the person may see; where he may see none of them, the first other field."""
    found = [form.fields[key] for key in wanted if key in form.fields and key not in hidden]
    others = (one for key, one in form.fields.items() if one.type.stored and key not in hidden)
    return found or list(others)[:1]


def may_sort(form: Form, key: str, hidden: frozenset[str]) -> bool:
    """Whether lists of this person can be sorted by this."""
    if key in orders.SYSTEM_ORDERS:
        return True
    return key in form.fields and key not in hidden and sortable(form.fields[key])


def sortable(one: Field) -> bool:
    """Whether an order by this field looks like one."""
    # What a list holds has no order.
    return one.type.stored and one.type.name not in _APART and one.type.value_type not in LISTED


def order_of(form: Form, sort: str, hidden: frozenset[str]) -> str:
    """The order in force, as far as the person may know of it: the form's own may be by what he may not see."""
    found = sort or form.sort
    return found if all(may_sort(form, each.key, hidden) for each in orders.read(found)) else ""


def turned(now: str, key: str) -> str:
    """The order by this column alone; falling where it rises."""
    return f"-{key}" if now == key else key


def added(now: str, key: str) -> str:
    """The order also by this column: turned round where it stands already. Nothing follows an order by id."""
    sorts = [
        replace(each, descending=not each.descending) if each.key == key else each
        for each in orders.read(now)
    ]
    if all(each.key != key for each in sorts):
        sorts = [*[each for each in sorts if each.key != "id"][: MOST_SORTS - 1], Sort(key, descending=False)]
    return text(sorts)


def without(now: str, key: str) -> str:
    """The order without this column."""
    return text([each for each in orders.read(now) if each.key != key])


def text(sorts: Sequence[Sort]) -> str:
    """The sorts as an address names them."""
    return ",".join(each.name for each in sorts)


def is_numeric(form: Form, one: Field) -> bool:
    """Whether its cells stand at the right."""
    _home, origin = lookups.origin(form, one)
    return origin.type.value_type_of(origin) is ValueType.NUMBER and kind_of(origin) not in POINTERS


def is_number(one: Field) -> bool:
    """Whether this field holds numbers that can be compared and counted with."""
    return one.type.value_type_of(one) is ValueType.NUMBER and kind_of(one) not in (*POINTERS, "serial")


def is_summable(one: Field) -> bool:
    """Whether the values of this field make a sum."""
    is_number = one.type.value_type_of(one) is ValueType.NUMBER
    return one.type.stored and is_number and kind_of(one) not in (*POINTERS, *_COUNTED)


def sort_titles(form: Form, hidden: frozenset[str], reader: Reader) -> dict[str, str]:
    """Everything that the list can be sorted by, with its title."""
    own = {
        key: localized(one.title, reader.locale)
        for key, one in form.fields.items()
        if may_sort(form, key, hidden)
    }
    return {**own, "id": _("Order of creation"), "updated_at": _("Changed at")}
