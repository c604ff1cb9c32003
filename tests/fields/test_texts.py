"""One line and several lines of text."""

from typing import Any

import pytest

from runtime.fields import FieldError
from tests.fields.support import field_of, parse, refusal

TEXT = field_of("text")
LONG = field_of("long_text")


def code_of_check(field: Any, value: str) -> str | None:
    try:
        field.type.check(value, field)
    except FieldError as error:
        return error.code
    return None


def test_markup_and_directions_stay_as_typed() -> None:
    for raw in ("<script>alert(1)</script>", "{{7*7}}", "a\u202eb", "Admin<!--", "o" + "\u0300\u0301" * 2500):
        assert parse(TEXT, raw)


def test_a_line_break_in_one_line_becomes_a_blank() -> None:
    assert parse(TEXT, "a\r\nb\u2028c") == "a b c"
    assert TEXT.type.normalise("a\nb", TEXT) == "a b"


def test_line_breaks_of_several_lines_become_line_feeds() -> None:
    assert parse(LONG, "a\r\nb\rc") == "a\nb\nc"


def test_composed_and_decomposed_letters_are_one() -> None:
    assert parse(TEXT, "Mu\u0308nchen") == "München"


@pytest.mark.timeout(10)  # Python alone would sort the marks for minutes
def test_a_million_characters_are_refused_at_once() -> None:
    assert refusal(LONG, "文" * 1_000_001) == "maxLength"
    assert refusal(LONG, "a" + "\u0300\u0316" * 50_000) == "maxLength"
    assert refusal(LONG, "a" + "\u0f73" * 99_999) is None


def test_the_length_limits() -> None:
    assert TEXT.type.value_schema(TEXT)["maxLength"] == 500
    assert LONG.type.value_schema(LONG)["maxLength"] == 20_000
    short = field_of("text", {"type": "string", "minLength": 2, "maxLength": 5})
    assert short.type.value_schema(short) == {"type": "string", "minLength": 2, "maxLength": 5}
    endless = field_of("long_text", {"type": "string", "maxLength": 10**9})
    assert endless.type.value_schema(endless)["maxLength"] == 100_000


def test_a_pattern_must_match_the_whole_text() -> None:
    plate = field_of("text", pattern="[A-Z]{2}-[0-9]{4}")
    assert code_of_check(plate, "AB-1234") is None
    assert code_of_check(plate, "AB-12345") == "pattern"
    assert code_of_check(plate, "AB-1234\n") == "pattern"


def test_the_message_of_a_pattern_travels_with_its_error() -> None:
    message = {"en": "Enter the plate.", "zh": "请输入车牌号。"}
    plate = field_of("text", pattern="[A-Z]+", pattern_message=message)
    with pytest.raises(FieldError) as caught:
        plate.type.check("1", plate)
    assert caught.value.params == {"message": message}


@pytest.mark.timeout(10)  # a backtracking engine takes for ever
def test_a_pattern_made_to_be_slow_is_fast() -> None:
    assert code_of_check(field_of("text", pattern="(a+)+b"), "a" * 50_000) == "pattern"


@pytest.mark.parametrize("pattern", ["(", r"(?=a)", r"(a)\1", "a{100000}", "(?P<n"])
def test_a_pattern_that_cannot_run_is_refused_at_publish(pattern: str) -> None:
    field = field_of("text", pattern=pattern)
    with pytest.raises(FieldError) as caught:
        field.type.check_options(field)
    assert caught.value.params == {"option": "pattern"}


def test_several_different_texts_for_one_field_are_refused() -> None:
    assert refusal(TEXT, ["a", "b"]) == "one_value"
    assert refusal(TEXT, ["a"] * 10_000) == "one_value"
    assert parse(TEXT, ["a", "a "]) == "a"
    assert parse(TEXT, []) is None
