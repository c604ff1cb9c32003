"""Percentages: people read 15 %, formulas and conditions know 0.15."""

from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from runtime.fields import FieldError
from runtime.problems import from_json_schema
from tests.fields.support import CHINESE, READER, field_of, parse, refusal, show

PERCENT = field_of("percent")


@pytest.mark.parametrize("raw", ["15", "15%", "15 %", "１５％", "15.00"])
def test_fifteen_percent_is_a_part_of_one(raw: str) -> None:
    assert parse(PERCENT, raw) == Decimal("0.15")


def test_what_the_control_shows_is_what_was_typed() -> None:
    assert PERCENT.type.to_raw(Decimal("0.1255"), PERCENT, READER) == "12.55"


def test_people_read_it_with_its_sign() -> None:
    assert show(PERCENT, Decimal("12.3456")) == "1,234.56%"
    assert show(PERCENT, Decimal("0.005"), CHINESE) == "0.5%"


def test_more_digits_than_are_kept_are_refused_by_what_people_typed() -> None:
    whole = field_of("percent", decimals=0)
    with pytest.raises(FieldError) as caught:
        whole.type.check(Decimal("0.125"), whole)
    assert (caught.value.code, caught.value.params) == ("decimals", {"limit": 0})


def test_a_limit_is_named_as_people_read_it() -> None:
    most = field_of("percent", {"maximum": 1})
    error = next(Draft202012Validator(most.type.value_schema(most)).iter_errors(Decimal("1.5")))
    assert from_json_schema(error, most) == ("maximum", {"limit": "100%"})


@pytest.mark.parametrize("raw", ["%", "fifteen", "15%%", "1e2", "0x10"])
def test_what_is_no_number_is_refused(raw: str) -> None:
    assert refusal(PERCENT, raw) == "number"
