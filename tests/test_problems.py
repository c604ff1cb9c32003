"""Every code that can stand at a field has a sentence that names the field."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from jsonschema import Draft202012Validator

import runtime.fields
from runtime.problems import SENTENCES, from_json_schema, sentence

FOLDER = Path(runtime.fields.__file__).parent
RAISED = {
    code for file in FOLDER.glob("*.py") for code in re.findall(r'FieldError\(\s*"(\w+)"', file.read_text())
}
COUNTED = {"decimals", "minLength", "maxLength", "minItems", "maxItems", "fewest_rows", "most_rows"}
PARAMS = {
    "limit": 3,
    "name": "a.pdf",
    "kinds": "PDF, PNG",
    "text": "Acme",
    "names": "Acme Ltd",
    "fields": "Name",
}


def test_every_code_that_a_field_raises_has_its_own_sentence() -> None:
    assert len(RAISED) > 15
    assert {*RAISED, "too_large", "reference", "member", "department"} <= {*SENTENCES, *COUNTED}


@pytest.mark.parametrize("code", sorted({*SENTENCES, *COUNTED, "something_new"}))
def test_a_sentence_names_the_field_and_ends(app: Flask, code: str) -> None:
    text = sentence(code, PARAMS, "Phone % {x}")
    assert "Phone % {x}" in text and text.endswith(".") and "%(" not in text


def test_limits_are_counted_in_words(app: Flask) -> None:
    assert sentence("maxLength", {"limit": 20000}, "Text") == "Shorten Text to at most 20,000 characters."
    assert sentence("minLength", {"limit": 1}, "Text") == "Enter at least 1 character for Text."
    assert sentence("decimals", {"limit": 2}, "Price") == "Enter Price with at most 2 digits after the point."
    assert sentence("decimals", {"limit": 0}, "Pieces") == "Pieces must be a whole number, like 12."
    assert sentence("minimum", {"limit": 0}, "Price") == "Price must be 0 or more."


def test_the_message_of_a_pattern_is_in_the_language_of_the_reader(app: Flask) -> None:
    params = {"message": {"en": "Enter the plate.", "zh": "请输入车牌号。"}}
    with app.test_request_context():
        with force_locale("zh"):
            assert sentence("pattern", params, "Plate") == "请输入车牌号。"
        with force_locale("en"):
            assert sentence("pattern", params, "Plate") == "Enter the plate."


@pytest.mark.parametrize(
    "schema, value, expected",
    [
        ({"required": ["a", "b"]}, {"a": 1}, ("required", {"missing": ["b"]})),
        ({"type": "number"}, "x", ("type", {})),
        ({"minimum": 5}, 3, ("minimum", {"limit": 5})),
        ({"maxLength": 1}, "xx", ("maxLength", {"limit": 1})),
        ({"enum": ["a"]}, "b", ("enum", {})),
        ({"format": "date"}, "b", ("date", {})),
        ({"pattern": "^a$"}, "b", ("pattern", {})),
        ({"not": {}}, "b", ("not", {})),
    ],
)
def test_what_a_validator_found_becomes_a_code(schema: dict, value: object, expected: tuple) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    (error,) = Draft202012Validator(schema, format_checker=checker).iter_errors(value)
    assert from_json_schema(error) == expected
