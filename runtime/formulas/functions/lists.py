"""Functions of many values: what is written one after the other, and the items of lists."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from runtime.fields import N_, ValueType
from runtime.formulas.errors import FormulaError
from runtime.formulas.functions._base import (
    ANY,
    DATE,
    DATETIME,
    LIST,
    LISTS,
    NUMBER,
    ONE,
    TIME,
    Argument,
    Function,
    Group,
    Lazy,
    Parameter,
    Scope,
    alike,
    of_numbers,
    several,
)
from runtime.formulas.values import EXACT, Value, bounded, number, same, total


def _flat(items: Sequence[Lazy]) -> Iterator[Value]:
    """The values that are there: of a list each of its items."""
    for item in items:
        value = item()
        yield from (each for each in (value if isinstance(value, list) else [value]) if each is not None)


def _numbers(items: Sequence[Lazy]) -> list[Decimal]:
    return [number(each) for each in _flat(items)]


def _sum(scope: Scope, *items: Lazy) -> Value:
    return total([*_numbers(items)])


def _product(scope: Scope, *items: Lazy) -> Value:
    result, found = Decimal(1), _numbers(items)
    for each in found:
        result = bounded(lambda a=result, b=each: EXACT.multiply(a, b))  # type: ignore[misc]
    return result if found else None


def _average(scope: Scope, *items: Lazy) -> Value:
    found = _numbers(items)
    return bounded(lambda: EXACT.divide(total([*found]), Decimal(len(found)))) if found else None


def _median(scope: Scope, *items: Lazy) -> Value:
    found = sorted(_numbers(items))
    if not found:
        return None
    low, high = found[(len(found) - 1) // 2], found[len(found) // 2]
    return bounded(lambda: EXACT.divide(EXACT.add(low, high), Decimal(2)))


def _comparable(items: Sequence[Lazy]) -> Iterator[Value]:
    """The values that are there; what a list holds must be numbers, for as one the result counts."""
    for item in items:
        value = item()
        if isinstance(value, list):
            yield from (number(each) for each in value if each is not None)
        elif value is not None:
            yield value


def _extreme(best: Callable[..., Value]) -> Callable[..., Value]:
    def run(scope: Scope, *items: Lazy) -> Value:
        found = [*_comparable(items)]
        if len({type(each) for each in found}) > 1:
            raise FormulaError("wrong_value")
        return best(found) if found else None

    return run


def _type_of_extreme(name: str) -> Callable[[Sequence[Argument]], ValueType]:
    return lambda arguments: alike(name, *(NUMBER if each.type == LIST else each.type for each in arguments))


def _count(scope: Scope, *items: Lazy) -> Value:
    return Decimal(sum(1 for _each in _flat(items)))


def _countif(scope: Scope, items: Lazy, wanted: Lazy) -> Value:
    value = wanted()
    return Decimal(sum(1 for each in _flat([items]) if same(each, value)))


def _match(scope: Scope, wanted: Lazy, items: Lazy) -> Value:
    value = wanted()
    places = (place for place, each in enumerate(_flat([items]), start=1) if same(each, value))
    place = next(places, None)
    return None if place is None else Decimal(place)


_SEVERAL = several("value", (NUMBER, LIST))
_ORDERED = several("value", (NUMBER, LIST, DATE, DATETIME, TIME))


D = Decimal

plugin = Group(
    "lists",
    N_("Lists and sub-tables"),
    (
        of_numbers(
            "SUM",
            _SEVERAL,
            _sum,
            N_("All numbers added up, those of every row for a sub-table. Blank counts as 0."),
            ("SUM(1, 2, 3.5)", D("6.5")),
        ),
        of_numbers(
            "AVERAGE",
            _SEVERAL,
            _average,
            N_("The mean of all numbers; blanks do not count. Blank when there is none."),
            ("AVERAGE(1, 2, 6)", D(3)),
        ),
        of_numbers(
            "MEDIAN",
            _SEVERAL,
            _median,
            N_("The number in the middle, or the mean of the two in the middle. Blank when there is none."),
            ("MEDIAN(1, 9, 2)", D(2)),
            ("MEDIAN(1, 2)", D("1.5")),
        ),
        Function(
            "MIN",
            _ORDERED,
            _type_of_extreme("MIN"),
            _extreme(min),
            N_("The least of numbers, dates or times; blanks do not count. Blank when there is none."),
            (("MIN(3, 1, 2)", D(1)), ("MIN(DATE(2026, 1, 2), DATE(2025, 3, 4))", "2025-03-04")),
        ),
        Function(
            "MAX",
            _ORDERED,
            _type_of_extreme("MAX"),
            _extreme(max),
            N_("The greatest of numbers, dates or times; blanks do not count. Blank when there is none."),
            (("MAX(3, 1, 2)", D(3)),),
        ),
        of_numbers(
            "PRODUCT",
            _SEVERAL,
            _product,
            N_("All numbers multiplied; blanks do not count. Blank when there is none."),
            ("PRODUCT(2, 3, 0.5)", D(3)),
        ),
        of_numbers(
            "COUNT",
            several("value", ANY),
            _count,
            N_("How many values there are, of lists how many items. Blanks do not count."),
            ('COUNT("a", "", 3)', D(2)),
        ),
        of_numbers(
            "COUNTIF",
            (Parameter("list", LISTS), Parameter("value", ONE)),
            _countif,
            N_("How many items of a list equal the value; a blank list has none."),
        ),
        of_numbers(
            "MATCH",
            (Parameter("value", ONE), Parameter("list", LISTS)),
            _match,
            N_("At which place of a list the value stands, 1 for the first. Blank when it is not there."),
        ),
    ),
)
