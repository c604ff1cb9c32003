"""Formulas as people write them: titles are read as keys, faults say where and how to mend them."""

from collections.abc import Iterator
from functools import lru_cache

import pytest
from flask import Flask
from flask_babel import Babel

from builder import formula_words
from builder.formula_words import Nameable, nameable
from runtime.fields import ValueType
from runtime.formulas import FUNCTIONS, FormulaError
from runtime.formulas.errors import SENTENCES
from runtime.text import localized
from tests.builder.factory import context, field, form

TRIP = form(
    "trip",
    {
        "qty": field("number", title={"en": "Quantity", "zh": "数量"}),
        "price": field("number", title={"en": "Unit price", "zh": "单价"}),
        "total": field(
            "formula", formula="qty * price", result="number", title={"en": "Total", "zh": "合计"}
        ),
        "note": field("text", title={"en": "Note", "zh": "备注"}),
        "start": field("date", title={"en": "Start", "zh": "开始"}),
        "urgent": field("yes_no", title={"en": "Urgent", "zh": "加急"}),
    },
)
APP = Flask("formulas")
Babel(APP)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Sentences are told in English."""
    with APP.test_request_context():
        yield


@lru_cache
def named(locale: str = "en", scope: str = "form:trip") -> Nameable:
    return nameable(context(TRIP), scope, lambda title: localized(title, locale))


@pytest.mark.parametrize(
    ("written", "locale", "expected"),
    [
        ("qty * price", "en", "qty * price"),
        ("=Quantity * Unit price", "en", "qty * price"),
        ("quantity*UNIT PRICE", "en", "qty*price"),
        ("数量 * 单价", "zh", "qty * price"),
        ("IF（加急，“急”，备注）", "zh", 'IF(urgent,"急",note)'),
        ('note & "Quantity"', "en", 'note & "Quantity"'),
        ('备注 & "数量（个）"', "zh", 'note & "数量（个）"'),
        ("Quantitys + 1", "en", "Quantitys + 1"),
        ("", "en", ""),
        ("=", "en", ""),
        ("record.qty + record.id", "en", "record.qty + record.id"),
    ],
)
def test_titles_are_read_as_keys_and_wide_signs_as_plain_ones(
    written: str, locale: str, expected: str
) -> None:
    assert formula_words.read(written, named(locale)) == expected


@pytest.mark.parametrize(
    ("text", "at", "mend"),
    [
        ("SUM(qty, price", 15, "Add ) at the end."),
        ("SUM(qty, (price", 16, "Add )) at the end."),
        ("qty +", 6, ""),
        ("qty)", 4, "Take out one “)”."),
        ('note & "abc', 8, 'Add " at the end.'),
        ("pricee * 2", 1, "Did you mean price (Unit price)?"),
        ("SUMM(qty)", 1, "Did you mean SUM?"),
        ("gone", 1, ""),
        ("note * 2", 6, ""),
    ],
)
def test_a_fault_names_its_place_and_the_way_to_mend_it(text: str, at: int, mend: str) -> None:
    # when
    with pytest.raises(FormulaError) as raised:
        formula_words.result_type(text, named())
    fault = formula_words.fault(raised.value, text, named())

    # then
    assert fault.sentence
    assert (fault.at, fault.mend) == (at, mend)


def test_every_code_has_words() -> None:
    params = {
        name: name for name in ("limit", "number", "found", "name", "usage", "expected", "left", "right")
    }
    params |= {"units": "units", "unit": "unit", "least": "least", "most": "most"}
    for code in SENTENCES:
        error = FormulaError(code, position=0, **params)
        assert formula_words.fault(error, "qty", named()).sentence


def test_another_kind_of_result_is_said() -> None:
    fault = formula_words.wrong_result(ValueType.DATE, ValueType.NUMBER)
    assert fault.sentence == "This gives a date, but a number is needed."


def test_the_values_a_formula_reads_are_listed_by_title_in_the_order_of_the_text() -> None:
    assert formula_words.names_read("price * qty + record.qty", named()) == [
        ("price", "Unit price"),
        ("qty", "Quantity"),
        ("record.qty", "Quantity"),
    ]


def test_names_are_found_by_pinyin_and_initials() -> None:
    found = formula_words.searched("单价", "price")
    assert "danjia" in found
    assert "dj" in found


def test_every_function_is_offered_once() -> None:
    offered = [each.name for _title, functions in formula_words.grouped_functions() for each in functions]
    assert sorted(offered) == sorted(FUNCTIONS)


def test_an_event_names_the_record_before_and_after() -> None:
    found = named(scope="event:trip")
    assert {"record.qty", "before.qty", "user.id"} <= set(found.sources)
    assert formula_words.result_type("record.qty - before.qty", found) is ValueType.NUMBER
