"""Answers that are picked: choices, yes and no, references, people."""

from decimal import Decimal

import pytest

from runtime.fields import NOBODY
from tests.fields.support import CHINESE, READER, field_of, parse, refusal, show

RESULT = field_of(
    "choice",
    {"enum": ["interested", "refused"]},
    labels={"interested": {"en": "Interested", "zh": "有意向"}, "undecided": "Undecided"},
)
CUSTOMER = field_of("reference", form="customer")


def test_a_value_that_is_not_offered_is_refused() -> None:
    assert refusal(RESULT, "undecided") == "enum"
    assert refusal(RESULT, "Interested") == "enum"


def test_a_value_that_was_taken_out_is_still_shown() -> None:
    assert show(RESULT, "undecided") == "Undecided"
    assert show(RESULT, "nobody knows") == "nobody knows"
    assert RESULT.type.to_raw("undecided", RESULT, READER) == "undecided"


def test_choices_are_offered_in_their_order_by_their_labels() -> None:
    assert RESULT.type.choices(RESULT, CHINESE) == [("interested", "有意向"), ("refused", "refused")]


@pytest.mark.parametrize("raw", ["on", "true", "TRUE", "1", "yes", "Ｙ", "是", ["yes", "yes"]])
def test_readings_of_yes(raw: str) -> None:
    assert parse(field_of("yes_no"), raw) is True


@pytest.mark.parametrize("raw", ["", "off", "false", "0", "no", "N", "否", []])
def test_readings_of_no(raw: str) -> None:
    assert parse(field_of("yes_no"), raw) is False


@pytest.mark.parametrize("raw", ["2", "maybe", "oui"])
def test_everything_else_is_neither(raw: str) -> None:
    assert refusal(field_of("yes_no"), raw) == "yes_no"


def test_an_answer_both_yes_and_no_is_refused() -> None:
    assert refusal(field_of("yes_no"), ["no", "yes"]) == "one_value"


def test_yes_and_no_are_shown_in_the_language_of_the_reader() -> None:
    field = field_of("yes_no")
    assert (show(field, True), show(field, False)) == ("Yes", "No")
    assert (show(field, True, CHINESE), show(field, False, CHINESE)) == ("是", "否")


@pytest.mark.parametrize("kind", ["reference", "member", "department"])
@pytest.mark.parametrize("raw", ["0", "-1", "1.0", "1e3", "abc", "2147483648", "9" * 5000, "1;drop", "٣"])
def test_what_is_no_id_is_refused(kind: str, raw: str) -> None:
    assert refusal(field_of(kind, form="customer"), raw) == kind


def test_a_whole_decimal_of_the_api_is_an_id() -> None:
    assert CUSTOMER.type.normalise(Decimal("12.0"), CUSTOMER) == 12
    assert CUSTOMER.type.normalise(Decimal("12.5"), CUSTOMER) == Decimal("12.5")


def test_titles_are_shown_and_ids_never() -> None:
    assert show(CUSTOMER, 7) == "customer 7"
    assert show(field_of("member"), 7) == "Person 7"
    assert show(field_of("department"), 7) == "Department 7"
    assert "7" not in CUSTOMER.type.display(7, CUSTOMER, CHINESE, NOBODY)
