"""Functions over values of fields: blanks, lists, moments in their zone, limits, types at publish."""

import tracemalloc
from decimal import Decimal
from typing import Any

import pytest

from runtime.fields import ValueType
from runtime.formulas import FUNCTIONS, FormulaError
from tests.formulas.support import code_of, result, type_of

NUMBER, TEXT, DATE, LIST = ValueType.NUMBER, ValueType.TEXT, ValueType.DATE, ValueType.LIST


def test_there_are_the_functions_of_a_spreadsheet() -> None:
    assert len(FUNCTIONS) >= 60


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("SUM(lines.amount)", Decimal(6)),
        ("AVERAGE(lines.amount)", Decimal(2)),
        ("MIN(lines.amount, 0)", Decimal(0)),
        ("COUNT(lines.amount)", Decimal(3)),
        ("COUNT(tags)", Decimal(2)),
        ('COUNTIF(tags, "mail")', Decimal(1)),
        ('MATCH("visit", tags)', Decimal(2)),
        ('MATCH("fax", tags)', None),
        ('TEXTJOIN(" + ", tags)', "mail + visit"),
        ("AVERAGE(gone)", None),
        ("MAX(gone)", None),
        ("COUNT(gone)", Decimal(0)),
        ('COUNTIF(gone, "a")', Decimal(0)),
    ],
)
def test_lists_are_counted_without_their_blanks(formula: str, expected: Any) -> None:
    lines = [Decimal(1), None, Decimal(2), Decimal(3)]
    assert result(formula, lines__amount=lines, tags=["mail", "visit"]) == expected


STRICT = ["ROUND(gone)", "LEFT(gone)", "MID(gone, 1, 2)", "DATE(gone, 1, 1)", "EDATE(gone, 1)", "HOUR(gone)"]
STRICT += ["CHOOSE(gone, 1)", "REPLACE(gone, 1, 1, 2)", "WEEKDAY(gone)", "POWER(2, gone)", 'TEXT(gone, "0")']


@pytest.mark.parametrize("formula", STRICT)
def test_blank_gives_blank(formula: str) -> None:
    assert result(formula) is None


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("HOUR(seen)", Decimal(1)),
        ("DAY(seen)", Decimal(22)),
        ("DATEVALUE(seen)", "2026-11-22"),
        ("TIMEVALUE(seen)", "01:30"),
        ('TEXT(seen, "yyyy-mm-dd hh:mm")', "2026-11-22 01:30"),
        ("DATEVALUE(NOW())", "2026-11-22"),
    ],
)
def test_a_moment_is_taken_apart_in_the_zone_of_the_app(formula: str, expected: Any) -> None:
    assert result(formula, seen="2026-11-21T17:30:00Z") == expected


@pytest.mark.parametrize(
    "formula, code",
    [
        ("SQRT(-1)", "no_result"),
        ("LN(0)", "no_result"),
        ("POWER(0, -1)", "no_result"),
        ("POWER(10, 1001)", "no_result"),
        ("POWER(10, 500)", "overflow"),
        ("EXP(1000)", "overflow"),
        ("MOD(1, 0)", "division_by_zero"),
        ("CHOOSE(3, 1, 2)", "count"),
        ("LEFT('a', -1)", "count"),
        ("REPT('ab', 20000)", "text_too_long"),
        ("SUBSTITUTE(REPT('a', 20000), 'a', 'bb')", "text_too_long"),
        ("IFERROR(REPT('ab', 20000), 'x')", "text_too_long"),
        ("DATE(99999, 1, 1)", "date_range"),
        ("WORKDAY(TODAY(), 100001)", "count"),
        ("WORKDAY(DATE(9999, 12, 31), 5)", "date_range"),
        ("TEXT(1, '€0')", "text_format"),
        ("TIME(24, 0)", "count"),
    ],
)
def test_what_has_no_result_says_why(formula: str, code: str) -> None:
    assert code_of(formula) == code


@pytest.mark.parametrize(
    "formula, code",
    [
        ("MOD(1, big)", ""),
        ("MOD(big, 1 / big / big)", "overflow"),
        ("YEAR(last)", "date_range"),
        ("HOUR(last)", "date_range"),
        ("DATEVALUE(last)", "date_range"),
        ("TIMEVALUE(last)", "date_range"),
        ('TEXT(last, "yyyy")', "date_range"),
        ("DATEADD(last, 1, 'day')", "date_range"),
        ("MAX(tags)", "wrong_value"),
        ("MIN(1, tags)", "wrong_value"),
        ("MIN(tags, 'm')", "wrong_value"),
        ('CONCAT(REPT("a", 20000), "b")', "text_too_long"),
        ('TEXTJOIN(REPT("a", 20000), "b", "c")', "text_too_long"),
    ],
)
def test_the_farthest_values_have_a_result_or_a_reason(formula: str, code: str) -> None:
    values = {"big": Decimal(10**17), "last": "9999-12-31T23:00:00Z", "tags": ["mail", "visit"]}
    assert code_of(formula, **values) == code


def test_the_largest_numbers_are_written_with_the_most_digits() -> None:
    assert result('TEXT(n, "0.000000000000")', n=10**17) == "1" + "0" * 17 + "." + "0" * 12
    assert result('TEXT(n, "#,##0.00%")', n=10**18 - 1) == "99,999,999,999,999,999,900.00%"
    assert result('TEXT(n, "0.0")', n=Decimal("-0.01")) == "0.0"


def test_a_format_that_almost_fits_does_not_hang() -> None:
    assert code_of("TEXT(TODAY(), note)", note="m" * 40 + "x") == "text_format"


def test_a_text_that_is_too_long_is_not_made_first() -> None:
    tracemalloc.start()
    try:
        code = code_of('TEXTJOIN(REPT("a", 20000), many)', many=["b"] * 2_000)
        assert (code, tracemalloc.get_traced_memory()[1] < 10_000_000) == ("text_too_long", True)
    finally:
        tracemalloc.stop()


def test_only_the_branch_that_counts_is_worked_out() -> None:
    assert result("IFS(false, 1 / 0, true, 2)") == 2
    assert result("SWITCH(1, 1, 2, 1 / 0)") == 2
    assert result("CHOOSE(1, 2, 1 / 0)") == 2


@pytest.mark.parametrize(
    "formula, kind",
    [
        ("IFS(qty > 1, name, true, 'x')", TEXT),
        ("SWITCH(name, 'a', due, TODAY())", DATE),
        ("MAX(due, TODAY())", DATE),
        ("MAX(lines.amount, qty)", NUMBER),
        ("IFERROR(qty / 0, 0)", NUMBER),
        ("COUNT(tags)", NUMBER),
    ],
)
def test_the_type_is_known_before_any_value(formula: str, kind: ValueType) -> None:
    types = {"qty": NUMBER, "name": TEXT, "due": DATE, "lines__amount": LIST, "tags": LIST}
    assert type_of(formula, **types) is kind


@pytest.mark.parametrize(
    "formula, code",
    [
        ("IFS(qty, 1)", "wrong_type"),
        ("IFS(true, 1, false)", "pairs"),
        ("IFS(true, 1, true, 'x')", "different_types"),
        ("SWITCH(qty, 'a', 1)", "different_types"),
        ("CHOOSE(1, 2, 'x')", "different_types"),
        ("MAX(due, qty)", "different_types"),
        ("LEFT(due > due)", "wrong_type"),
        ("TEXT(qty, 'yyyy')", "text_format"),
        ("TEXT(due, '0.00')", "text_format"),
        ("ROUND(1, 2, 3)", "arguments"),
    ],
)
def test_what_cannot_work_is_refused_at_publish(formula: str, code: str) -> None:
    with pytest.raises(FormulaError) as raised:
        type_of(formula, qty=NUMBER, due=DATE)
    assert raised.value.code == code
