"""Problems of a condition are found before it is published, each with its place and a sentence."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from runtime.conditions import check
from runtime.conditions.checking import SENTENCES
from runtime.fields import ValueType

TYPES = {
    "record.name": ValueType.TEXT,
    "record.amount": ValueType.NUMBER,
    "record.due_on": ValueType.DATE,
    "record.met_at": ValueType.DATETIME,
    "record.remind": ValueType.BOOL,
    "record.title": ValueType.NOTHING,
    "user.id": ValueType.NUMBER,
    "user.department_ids": ValueType.LIST,
    "changed": ValueType.LIST,
}


def record(**properties: Any) -> dict[str, Any]:
    return {"required": ["record"], "properties": {"record": {"type": "object", "properties": properties}}}


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Sentences need an application that speaks."""
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        yield


@pytest.mark.parametrize(
    "document",
    [
        {},
        record(name={"type": "string", "const": "x", "minLength": 1}),
        record(amount={"type": "integer", "minimum": 1, "enum": [{"fact": "user.id"}]}),
        record(amount={"enum": [{"fact": "user.department_ids"}]}),
        record(due_on={"type": "string", "formatMinimum": "2026-11-21"}),
        record(met_at={"formatMaximum": "2026-11-21T00:00:00Z"}),
        record(remind={"not": {"anyOf": [{"const": True}]}}),
        {"properties": {"changed": {"type": "array", "contains": {"const": "amount"}}}},
        {"required": ["user"], "properties": {"user": {"required": ["id"]}}},
    ],
)
def test_a_sound_condition_has_no_problem(document: Any) -> None:
    assert check(document, TYPES) == []


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        ({"pattern": "x"}, "unknown_keyword", ("pattern",)),
        ({"required": ["amount"]}, "unknown_field", ("required", 0)),
        (record(gone={"const": 1}), "unknown_field", ("properties", "record", "properties", "gone")),
        (record(title={}), "no_value", ("properties", "record", "properties", "title")),
        (record(name={"minimum": 1}), "wrong_keyword", None),
        (record(name={"const": 1}), "wrong_type", None),
        (record(name={"type": "number"}), "wrong_type", None),
        (record(amount={"const": True}), "wrong_type", None),
        (record(amount={"enum": [1, "1"]}), "wrong_type", None),
        (record(due_on={"const": "2026-11-21T00:00:00Z"}), "wrong_type", None),
        (record(met_at={"formatMinimum": "2026-11-21"}), "wrong_type", None),
        (record(remind={"const": 1}), "wrong_type", None),
        (record(amount={"const": {"fact": "record.name"}}), "wrong_type", None),
        (record(amount={"const": {"fact": "record.gone"}}), "unknown_fact", None),
        (record(amount={"properties": {"x": {}}}), "unknown_field", None),
        ({"properties": {"record": {"const": 1}}}, "wrong_keyword", ("properties", "record", "const")),
    ],
)
def test_an_unsound_condition_has_one_problem(
    document: Any, code: str, place: tuple[str, ...] | None
) -> None:
    (problem,) = check(document, TYPES)
    assert problem.code == code
    assert place is None or problem.path == place
    assert problem.message.endswith(".") and "%(" not in problem.message


def test_every_problem_is_found_at_once() -> None:
    problems = check(record(name={"minimum": 1}, amount={"maxLength": 3}, gone={}), TYPES)
    assert [problem.params.get("field") for problem in problems] == [
        "record.name",
        "record.amount",
        "record.gone",
    ]


def test_facts_may_have_paths_of_their_own() -> None:
    offer = {"properties": {"customer": {"const": {"fact": "record.amount"}}}}
    assert check(offer, {"customer": ValueType.NUMBER}, facts=TYPES) == []
    assert check(offer, {"customer": ValueType.NUMBER})[0].code == "unknown_fact"


def test_every_code_that_is_raised_has_a_sentence() -> None:
    import re
    from pathlib import Path

    import runtime.conditions

    folder = Path(next(iter(runtime.conditions.__path__)))
    raised = {
        code
        for file in folder.glob("*.py")
        for code in re.findall(r'ConditionError\("(\w+)"', file.read_text())
    }
    assert raised == set(SENTENCES)
