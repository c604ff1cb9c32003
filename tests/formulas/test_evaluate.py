"""What formulas give."""

from decimal import Decimal

import pytest

from runtime.formulas import FUNCTIONS, FormulaError, Value, evaluate, parse
from tests.formulas.support import NOW, code_of, result

EXAMPLES = [example for function in FUNCTIONS.values() for example in function.examples]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_the_example_in_the_manual_holds(text: str, expected: Value) -> None:
    assert result(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3", Decimal(9)),
        ("10 - 2 - 3", Decimal(5)),
        ("12 / 2 / 3", Decimal(2)),
        ("-2 * -3", Decimal(6)),
        ("2 - -1", Decimal(3)),
        ("0 * -1", Decimal(0)),
        ("'a' & 1 + 1 & \"b\"", "a2b"),
        ('\'it\'\'s \' & """so"""', 'it\'s "so"'),
        ("1 + 1 = 2", True),
        ("'a' & 'b' == 'ab'", True),
        ("1 != 2", True),
        ("2 >= 2.0", True),
        ("'e\u0301' = '\u00e9'", True),
        ("''", None),
    ],
)
def test_operators_bind_as_people_expect(text: str, expected: Value) -> None:
    assert result(text) == expected


def test_fields_take_part_with_their_canonical_values() -> None:
    assert result("qty * price", qty=3, price=Decimal("2.50")) == Decimal("7.5")
    assert result("SUM(lines.amount)", lines__amount=[Decimal("1.5"), None, 2]) == Decimal("3.5")
    assert result("due_on + 30", due_on="2026-01-31") == "2026-03-02"
    assert result("2 * 3 & ' pieces'") == "6 pieces"


def test_today_is_the_date_in_the_zone_of_the_app() -> None:
    assert result("TODAY()") == "2026-11-22"
    assert evaluate(parse("TODAY()"), lambda path: None, now=NOW, zone="UTC") == "2026-11-21"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gone + 1", None),
        ("gone * 0", None),
        ("-gone", None),
        ("gone > 1", None),
        ("gone = 1", False),
        ("gone <> 1", True),
        ("gone = other", True),
        ("gone = ''", True),
        ("'a' & gone", "a"),
        ("gone & other", None),
        ("SUM(gone, 2)", Decimal(2)),
        ("SUM(gone)", Decimal(0)),
        ("IF(gone > 1, 'yes', 'no')", "no"),
        ("AND(gone > 1, true)", False),
        ("OR(gone > 1, true)", True),
        ("NOT(gone > 1)", True),
        ("ISBLANK(gone)", True),
        ("DATEADD(gone, 1, 'day')", None),
        ("DATEDIF(TODAY(), gone, 'day')", None),
    ],
)
def test_a_blank_value_follows_the_documented_rules(text: str, expected: Value) -> None:
    assert result(text) == expected


def test_only_the_branch_that_counts_is_worked_out() -> None:
    assert result("IF(qty = 0, 0, 100 / qty)", qty=0) == Decimal(0)
    assert result("AND(qty <> 0, 100 / qty > 1)", qty=0) is False
    assert result("OR(qty = 0, 100 / qty > 1)", qty=0) is True


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 / 0", "division_by_zero"),
        ("1 / (2 - 2)", "division_by_zero"),
        ("999999999 * 999999999 * 10", "overflow"),
        ("1000000000000000000", "number_too_long"),
        ("SUM(999999999999999999, 1)", "overflow"),
        ("TODAY() + 0.5", "not_whole"),
        ("TODAY() + 99999999", "date_range"),
        ("DATEADD(TODAY(), 99999999999, 'year')", "date_range"),
        ("DATEADD(TODAY(), -99999, 'month')", "date_range"),
        ("DATEADD(TODAY(), -1027, 'year')", "date_range"),
        ("TODAY() - 380000", "date_range"),
        ("DATEADD(TODAY(), 1, 'hour')", "unit_needs_time"),
        ("DATEADD(TODAY(), 1, 'eon')", "not_a_unit"),
        ("DATEDIF(TODAY(), TODAY(), 1)", "not_a_unit"),
        ("true + 1", "wrong_value"),
        ("'a' > 3", "wrong_value"),
        ("unheard(1)", "unknown_function"),
    ],
)
def test_values_without_a_result_are_an_error_of_the_formula(text: str, code: str) -> None:
    assert code_of(text) == code


def test_the_error_points_to_the_part_that_failed() -> None:
    with pytest.raises(FormulaError) as caught:
        result("100 + 5 / qty", qty=0)

    assert caught.value.position == 8


def test_a_text_is_not_joined_beyond_its_limit() -> None:
    assert code_of("a & a & a", a="x" * 9_000) == "text_too_long"


def test_a_formula_over_too_many_rows_stops() -> None:
    rows = [Decimal(1)] * 5_000

    assert result("SUM(lines.amount)", lines__amount=rows) == 5_000
    assert code_of("SUM(" + ", ".join(["lines.amount"] * 11) + ")", lines__amount=rows) == "too_many_steps"


def test_a_huge_number_from_outside_is_an_overflow() -> None:
    assert code_of("qty + 1", qty=Decimal("1e999")) == "overflow"
    assert code_of("qty + 1", qty=10**5000) == "overflow"
    assert code_of("qty + 1", qty=Decimal("NaN")) == "overflow"
