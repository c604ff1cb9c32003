"""Values that the product gives: serial numbers, formulas, look-ups."""

from datetime import date
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from runtime.fields import FIELD_TYPES, FieldError, ValueType
from runtime.fields.serial import format_serial, period
from tests.fields.support import field_of, show

DAY = date(2026, 1, 5)


@pytest.mark.parametrize(
    "pattern, n, text",
    [
        ("FU-{yyyy}{mm}-{n:4}", 7, "FU-202601-0007"),
        ("FU-{yyyy}{mm}-{n:4}", 12345, "FU-202601-12345"),
        ("{n}", 7, "7"),
        ("{yy}{mm}{dd}/{n:2}号", 7, "260105/07号"),
        ("100%-{n:3}", 7, "100%-007"),
    ],
)
def test_a_serial_number_is_written_by_its_pattern(pattern: str, n: int, text: str) -> None:
    assert format_serial(pattern, n, DAY) == text


def test_the_period_of_a_counter() -> None:
    assert [period(reset, DAY) for reset in ("never", "year", "month", "day")] == [
        "",
        "2026",
        "2026-01",
        "2026-01-05",
    ]


@pytest.mark.parametrize(
    "pattern", ["FU", "{n}{n}", "{x}-{n}", "{n:0}", "{n:12}", "{n", "{yyyy}", "{n.__class__}"]
)
def test_a_pattern_needs_one_number_and_knows_only_dates(pattern: str) -> None:
    assert not Draft202012Validator(FIELD_TYPES["serial"].options).is_valid({"pattern": pattern})


def test_numbers_that_would_repeat_are_refused_at_publish() -> None:
    for pattern, reset in (
        ("{n}", "year"),
        ("{yyyy}-{n}", "month"),
        ("{mm}-{n}", "month"),
        ("{yyyy}{mm}-{n}", "day"),
    ):
        field = field_of("serial", pattern=pattern, reset=reset)
        with pytest.raises(FieldError):
            field.type.check_options(field)
    field = field_of("serial", pattern="{yy}{mm}-{n}", reset="month")
    field.type.check_options(field)


def test_a_computed_number_is_rounded_half_up_to_what_is_kept() -> None:
    money = field_of("formula", formula="a", result="money")
    assert money.type.normalise(Decimal("1.005"), money) == Decimal("1.01")
    assert money.type.normalise(Decimal("-1.005"), money) == Decimal("-1.01")
    number = field_of("formula", formula="a", decimals=0)
    assert number.type.normalise(Decimal("2.5"), number) == 3
    third = field_of("formula", formula="a")
    assert third.type.normalise(Decimal(1) / 3, third) == Decimal("0.333333")


@pytest.mark.parametrize(
    "result, value, shown",
    [
        ("number", Decimal("1234.5"), "1,234.5"),
        ("money", Decimal("1234.5"), "CN¥1,234.50"),
        ("date", "2026-11-21", "Nov 21, 2026"),
        ("yes_no", True, "Yes"),
        ("text", "a\nb", "a\nb"),
    ],
)
def test_a_computed_value_is_that_of_its_result_type(result: str, value: object, shown: str) -> None:
    field = field_of("formula", formula="a", result=result)
    assert show(field, value) == shown
    assert Draft202012Validator(field.type.value_schema(field)).is_valid(value)
    assert field.type.normalise(value, field) == value


def test_options_decide_the_value_type() -> None:
    for result, expected in (
        ("number", ValueType.NUMBER),
        ("date", ValueType.DATE),
        ("yes_no", ValueType.BOOL),
    ):
        formula = field_of("formula", formula="a", result=result)
        lookup = field_of("lookup", through="customer", field="x", result=result)
        assert formula.type.value_type_of(formula) == lookup.type.value_type_of(lookup) == expected


def test_a_look_up_stores_nothing_and_shows_the_live_value() -> None:
    field = field_of("lookup", through="customer", field="phone", result="phone")
    assert field.type.column(field) is None
    assert show(field, "+8613800138000") == "138 0013 8000"
