"""What holds for every formula, found by Hypothesis."""

import contextlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.fields import ValueType
from runtime.formulas import FUNCTIONS, FormulaError, check, evaluate, parse
from runtime.formulas.calendar import CALENDAR_UNITS
from runtime.formulas.values import EXACT, LIMIT
from tests.formulas.support import NOW, ZONE, result

pytestmark = pytest.mark.slow

numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False)
dates = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(
    lambda m: m.replace(microsecond=0, tzinfo=UTC)
)
units = st.sampled_from(CALENDAR_UNITS)
zones = st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


@given(numbers, numbers)
def test_arithmetic_equals_decimal(a: Decimal, b: Decimal) -> None:
    assert result("a + b", a=a, b=b) == a + b
    assert result("a - b", a=a, b=b) == a - b
    if abs(a * b) < LIMIT:
        assert result("a * b", a=a, b=b) == EXACT.multiply(a, b)
    if b and abs(a / b) < LIMIT:
        assert result("a / b", a=a, b=b) == EXACT.divide(a, b)


@given(st.lists(st.none() | numbers))
def test_sum_is_the_sum_of_what_is_there(rows: list[Decimal | None]) -> None:
    assert result("SUM(rows)", rows=rows) == sum(row for row in rows if row is not None)


@given(numbers, numbers)
def test_comparison_equals_decimal(a: Decimal, b: Decimal) -> None:
    assert result("a < b", a=a, b=b) is (a < b)
    assert result("a >= b", a=a, b=b) is (a >= b)
    assert result("a = b", a=a, b=b) is (a == b)


PIECES = [
    *FUNCTIONS, "qty", "name", "due_on", "seen_at", "lines.amount", "gone", "true", "'a'", '"day"', "''", "0",
    "1.5", "9" * 18, "(", ")", ",", "+", "-", "*", "/", "&", "=", "<>", "<", ">=", " ", ".", "**", "'", "é",
]  # fmt: skip
texts = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
TYPES = {
    ("qty",): ValueType.NUMBER,
    ("name",): ValueType.TEXT,
    ("due_on",): ValueType.DATE,
    ("seen_at",): ValueType.DATETIME,
    ("lines", "amount"): ValueType.LIST,
}
scalars = st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=30)


@given(texts, scalars | st.lists(scalars, max_size=5))
def test_a_text_is_a_formula_or_a_formula_error_and_nothing_else(text: str, value: Any) -> None:
    try:
        formula = parse(text)
    except FormulaError:
        return
    with contextlib.suppress(FormulaError):
        check(formula, TYPES)
    with contextlib.suppress(FormulaError):
        evaluate(formula, lambda path: value, now=NOW, zone=ZONE)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda a: f"-{a}"),
        st.tuples(inner, inner, inner).map(lambda t: f"IF({', '.join(t)})"),
        two.map(lambda t: f"AND({', '.join(t)})"),
        two.map(lambda t: f"SUM({', '.join(t)})"),
        two.map(lambda t: f"DATEADD({', '.join(t)}, 'month')"),
        two.map(lambda t: f"DATEDIF({', '.join(t)}, 'day')"),
        inner.map(lambda a: f"ISBLANK({a})"),
    )


OPERATORS = ["+", "-", "*", "/", "&", "=", "<>", "<", "<=", ">", ">="]
NAMES = ["qty", "name", "due_on", "seen_at", "lines.amount"]
leaves = st.sampled_from([*NAMES, "TODAY()", "2", "0.5", "'a'", "true"])
KIND = {
    ValueType.NUMBER: Decimal,
    ValueType.TEXT: str,
    ValueType.DATE: str,
    ValueType.DATETIME: str,
    ValueType.BOOL: bool,
    ValueType.LIST: list,
}
filled = st.fixed_dictionaries(
    {
        ("qty",): st.none() | st.integers(-50, 50) | numbers,
        ("name",): st.none() | st.text(min_size=1, max_size=5),
        ("due_on",): st.none() | dates.map(str),
        ("seen_at",): st.none() | moments.map(lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("lines", "amount"): st.lists(st.none() | numbers, max_size=4),
    }
)


@given(st.recursive(leaves, _grow, max_leaves=8), filled)
def test_a_checked_formula_gives_a_value_of_its_type_or_an_error_of_its_values(
    text: str, values: dict[tuple[str, ...], Any]
) -> None:
    formula = parse(text)
    try:
        kind = check(formula, TYPES)
    except FormulaError:
        return
    try:
        value = evaluate(formula, values.get, now=NOW, zone=ZONE)
    except FormulaError as error:
        assert error.code in ("division_by_zero", "overflow", "not_whole", "date_range")
        return
    assert value is None or isinstance(value, KIND[kind])
    if kind == ValueType.DATE and value is not None:
        date.fromisoformat(str(value))


@given(dates, st.integers(-600, 600), units)
def test_counting_undoes_adding_except_where_a_month_end_clamps(start: date, count: int, unit: str) -> None:
    there = result(f"DATEADD(d, {count}, '{unit}')", d=start.isoformat())
    counted = result(f"DATEDIF(d, e, '{unit}')", d=start.isoformat(), e=there)

    # Going back, 31 March - 1 month is 28 February, from where the 31st is a month and more away.
    assert counted == count or (count < 0 and start.day > 28 and unit not in ("day", "week"))


@given(dates, dates, units)
def test_the_counted_units_fit_and_one_more_would_not(first: date, second: date, unit: str) -> None:
    start, end = sorted((first.isoformat(), second.isoformat()))
    count = result(f"DATEDIF(d, e, '{unit}')", d=start, e=end)

    assert isinstance(count, Decimal)
    assert str(result("DATEADD(d, n, '" + unit + "')", d=start, n=count)) <= end
    assert str(result("DATEADD(d, n + 1, '" + unit + "')", d=start, n=count)) > end
    assert result(f"DATEDIF(e, d, '{unit}')", d=start, e=end) == -count


@given(dates, st.integers(-50_000, 50_000))
def test_a_date_and_a_number_of_days_make_a_date(start: date, days: int) -> None:
    there = result("d + n", d=start.isoformat(), n=days)

    assert there == (start + timedelta(days=days)).isoformat()
    assert result("e - d", d=start.isoformat(), e=there) == days


@given(moments, st.integers(-400, 400), zones)
def test_a_moment_keeps_its_time_of_day_when_days_are_added(start: datetime, days: int, zone: str) -> None:
    text = start.strftime("%Y-%m-%dT%H:%M:%SZ")
    there = evaluate(parse(f"DATEADD(m, {days}, 'day')"), lambda path: text, now=NOW, zone=zone)

    before = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wall = datetime.fromisoformat(str(there)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    # In the hour that a zone skips in spring there is no such time of day: the time moves on by the gap.
    assert timedelta(0) <= wall - (before + timedelta(days=days)) <= timedelta(hours=1)


@given(moments, st.integers(-100_000, 100_000))
def test_hours_really_pass(start: datetime, hours: int) -> None:
    text = start.strftime("%Y-%m-%dT%H:%M:%SZ")
    there = str(result("DATEADD(m, n, 'hour')", m=text, n=hours))

    assert datetime.fromisoformat(there) - start == timedelta(hours=hours)
    assert result("DATEDIF(m, e, 'hour')", m=text, e=there) == hours
