"""Which formulas are refused before they ever meet a value."""

import pytest
from flask import Flask

from runtime.fields import ValueType
from runtime.formulas import FormulaError, sentence
from runtime.formulas.errors import SENTENCES
from tests.formulas.support import type_of

TYPES = {
    "name": ValueType.TEXT,
    "qty": ValueType.NUMBER,
    "price": ValueType.NUMBER,
    "due_on": ValueType.DATE,
    "seen_at": ValueType.DATETIME,
    "remind": ValueType.BOOL,
    "lines__amount": ValueType.LIST,
    "heading": ValueType.NOTHING,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qty * price", ValueType.NUMBER),
        ("-qty", ValueType.NUMBER),
        ("SUM(lines.amount)", ValueType.NUMBER),
        ("name & ' ' & qty & due_on", ValueType.TEXT),
        ("due_on + 3", ValueType.DATE),
        ("due_on - TODAY()", ValueType.NUMBER),
        ("due_on - TODAY() > 3", ValueType.BOOL),
        ("due_on >= TODAY()", ValueType.BOOL),
        ("IF(remind, due_on, TODAY())", ValueType.DATE),
        ("DATEADD(seen_at, 2, 'Hours')", ValueType.DATETIME),
        ('DATEADD(due_on, qty, "months")', ValueType.DATE),
        ("DATEDIF(seen_at, seen_at, 'minute')", ValueType.NUMBER),
        ("ISBLANK(name)", ValueType.BOOL),
        ("lines.amount", ValueType.LIST),
    ],
)
def test_the_type_of_the_result_is_known(text: str, expected: ValueType) -> None:
    assert type_of(text, **TYPES) == expected


WRONG = [
    ("price + gone", "unknown_name", 8, "There is no field “gone” here."),
    ("record.qty", "unknown_name", 0, "There is no field “record.qty” here."),
    ("heading", "unknown_name", 0, "There is no field “heading” here."),
    ("EVAL('1')", "unknown_function", 0, "There is no function “EVAL”."),
    ("DATEADD(due_on)", "arguments", 0, "DATEADD needs its values like this: DATEADD(start, count, unit)."),
    ("TODAY(1)", "arguments", 0, "TODAY needs its values like this: TODAY()."),
    ("IF(remind)", "arguments", 0, "IF needs its values like this: IF(test, then, [otherwise])."),
    ("SUM()", "arguments", 0, "SUM needs its values like this: SUM(value, value, …)."),
    ("'a' > 3", "wrong_types", 4, "“>” does not work between a text and a number."),
    ("name + 'x'", "wrong_types", 5, "“+” does not work between a text and a text."),
    ("qty + due_on", "wrong_types", 4, "“+” does not work between a number and a date."),
    ("name & remind", "wrong_types", 5, "“&” does not work between a text and yes or no."),
    ("seen_at = due_on", "wrong_types", 8, "“=” does not work between a date with time and a date."),
    ("name < name", "wrong_types", 5, "“<” does not work between a text and a text."),
    ("-name", "wrong_type", 1, "- needs a number here, not a text."),
    ("AND(qty)", "wrong_type", 4, "AND needs yes or no here, not a number."),
    ("DATEADD(name, 1, 'day')", "wrong_type", 8, "DATEADD needs a date, a date with time here, not a text."),
    ("IF(remind, 1, 'a')", "different_types", 0, None),
    ("DATEDIF(due_on, seen_at, 'day')", "different_types", 0, None),
    ("DATEADD(due_on, 1, name)", "not_a_unit", 19, None),
    ("DATEADD(due_on, 1, 'moon')", "not_a_unit", 19, None),
    ("DATEADD(due_on, 1, 'hour')", "unit_needs_time", 0, None),
]


@pytest.mark.parametrize(("text", "code", "position", "said"), WRONG)
def test_what_cannot_work_is_refused_with_a_sentence(
    app: Flask, text: str, code: str, position: int, said: str | None
) -> None:
    with pytest.raises(FormulaError) as caught:
        type_of(text, **TYPES)

    assert (caught.value.code, caught.value.position) == (code, position)
    assert sentence(caught.value) == said or said is None


@pytest.mark.parametrize("code", SENTENCES)
def test_every_error_has_a_sentence_in_both_languages(app: Flask, code: str) -> None:
    names = (
        "limit",
        "number",
        "found",
        "name",
        "usage",
        "expected",
        "left",
        "right",
        "units",
        "unit",
        "least",
        "most",
    )
    error = FormulaError(code, **dict.fromkeys(names, "ABC"))

    for locale in ("en", "zh"):
        with app.test_request_context(headers={"Accept-Language": locale}):
            assert sentence(error)
