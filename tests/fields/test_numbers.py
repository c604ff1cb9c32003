"""Numbers and money: what may be typed, what is refused, what people read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.fields import FieldError
from tests.fields.support import CHINESE, READER, field_of, parse, refusal, show

NUMBER = field_of("number", decimals=2)
MONEY = field_of("money", currency="CNY")


@pytest.mark.parametrize(
    "raw, value",
    [
        ("12", "12"),
        ("１２．５", "12.5"),
        ("1,5", "1.5"),
        ("0,12", "0.12"),
        ("1,500", "1500"),
        ("1 500", "1500"),
        ("1’500.25", "1500.25"),
        ("１，２３４，５６７．８９", "1234567.89"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("+3", "3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
        ("007", "7"),
        ("1.50", "1.5"),
    ],
)
def test_a_number_is_read_leniently(raw: str, value: str) -> None:
    assert parse(NUMBER, raw) == Decimal(value)
    assert str(parse(NUMBER, raw)) == value


@pytest.mark.parametrize(
    "raw",
    [
        "1e400",
        "1e3",
        "NaN",
        "Infinity",
        "-inf",
        "0x10",
        "1_000",
        "1,2,3",
        "1,50,000",
        "1.2.3",
        "--1",
        "1-",
        "٣",
        "五",
        "1 2",
        ".",
        ",",
        "9" * 5000,
        "=1+1",
    ],
)
def test_what_is_no_number_is_refused(raw: str) -> None:
    assert refusal(NUMBER, raw) == "number"


def test_a_negative_zero_is_zero() -> None:
    assert str(NUMBER.type.normalise(Decimal("-0.00"), NUMBER)) == "0"


def test_more_decimals_than_are_kept_are_refused_not_rounded() -> None:
    with pytest.raises(FieldError) as caught:
        NUMBER.type.check(Decimal("1.005"), NUMBER)
    assert (caught.value.code, caught.value.params) == ("decimals", {"limit": 2})
    NUMBER.type.check(Decimal("1.500"), NUMBER)


MONSTERS = [Decimal("1e400"), Decimal("NaN"), Decimal("Infinity"), float("nan"), 10**5000]


@pytest.mark.parametrize("value", MONSTERS, ids=["1e400", "NaN", "Infinity", "nan", "5000 digits"])
def test_a_monstrous_number_of_the_api_is_refused(value: object) -> None:
    with pytest.raises(FieldError):
        NUMBER.type.normalise(value, NUMBER)


def test_a_text_of_the_api_is_no_number() -> None:
    assert NUMBER.type.normalise("12.50", NUMBER) == "12.50"
    assert NUMBER.type.normalise(True, NUMBER) is True


def test_tenths_add_up_exactly() -> None:
    assert parse(MONEY, "0.1") + parse(MONEY, "0.2") == parse(MONEY, "0.3")


@pytest.mark.parametrize("raw", ["¥12", "￥12", "CN¥12", "CNY 12", "cny12", "12 CNY", "12元", "¥ 12"])
def test_money_may_carry_its_currency(raw: str) -> None:
    assert parse(MONEY, raw) == 12


def test_money_may_be_negative_and_carry_a_sign() -> None:
    assert parse(MONEY, "-¥12") == -12


@pytest.mark.parametrize("raw", ["USD 12", "12 apples", "¥", "12元元"])
def test_another_currency_is_refused(raw: str) -> None:
    assert refusal(MONEY, raw) == "number"


def test_numbers_are_shown_in_the_language_of_the_reader() -> None:
    assert show(NUMBER, Decimal("1234567.5")) == "1,234,567.5"
    assert show(MONEY, Decimal("1200.5")) == "CN¥1,200.50"
    assert show(MONEY, Decimal("1200.5"), CHINESE) == "¥1,200.50"
    assert show(field_of("money", currency="JPY", decimals=0), 1200) == "¥1,200"
    assert MONEY.type.prefix(MONEY, CHINESE) == "¥"


def test_the_limits_of_the_document_stand_in_the_schema() -> None:
    field = field_of("number", {"type": "number", "minimum": 0, "maxLength": 3}, decimals=2)
    assert field.type.value_schema(field) == {
        "type": "number",
        "minimum": 0,
        "exclusiveMinimum": -(10**16),
        "exclusiveMaximum": 10**16,
    }


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_a_number_survives_its_control_and_its_texts(number: Decimal) -> None:
    raw = NUMBER.type.to_raw(number, NUMBER, READER)
    assert parse(NUMBER, raw) == number
    assert parse(NUMBER, show(NUMBER, number)) == number
    assert parse(MONEY, show(MONEY, number)) == number
    assert parse(MONEY, show(MONEY, number, CHINESE), CHINESE) == number


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_refused_by_name(text: str) -> None:
    assert refusal(NUMBER, text) in (None, "number", "characters")
    assert refusal(MONEY, text) in (None, "number", "characters")
