"""What every operator of the condition editor must do, whoever adds it."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from runtime.conditions import Row, check, compile, from_rows, rows, where
from runtime.conditions.editing import Group
from runtime.conditions.operators import OPERATORS, Operator
from runtime.db import db
from runtime.fields import ValueType
from tests.conditions.world import (
    CLOCKS,
    DAYS,
    FACTS,
    MOMENTS,
    NUMBERS,
    TAGS,
    TEXTS,
    TYPES,
    canonical,
    make_record,
    make_table,
)
from tests.conftest import both_databases

every_operator = pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)

CONSTANTS: dict[ValueType, list[Any]] = {
    ValueType.TEXT: TEXTS,
    ValueType.NUMBER: NUMBERS,
    ValueType.DATE: DAYS,
    ValueType.DATETIME: MOMENTS,
    ValueType.TIME: CLOCKS,
    ValueType.LIST: TAGS,
    ValueType.PATH: TAGS,
    ValueType.BOOL: [None],
}
FACT_OF = {
    "name": "user.name",
    "amount": "user.id",
    "due_on": "days.today",
    "met_at": "user.at",
    "starts": "user.hour",
    "way": "user.name",
}


ASKED: dict[str, list[Any]] = {
    "period": ["this_week", "last_month", "next_quarter", "this_year"],
    "days": [1, 7, 3_660],
    "department": [1, 7, 999_999_999, {"fact": "user.department_id"}],
}


def examples(operator: Operator) -> list[Row]:
    """Rows of the operator on every field that it is for, with constants and with a fact."""
    found = []
    for name in ("name", "amount", "due_on", "met_at", "starts", "remind", "tags", "way"):
        if TYPES[name] not in operator.for_types:
            continue
        constants = CONSTANTS[TYPES[name]]
        fact = {"fact": FACT_OF.get(name, "user.yes")}
        shapes: dict[str, list[Any]] = {
            "none": [None],
            "one": [*constants, fact, {"fact": "user.gone"}],
            "two": [[low, high] for low in constants[:3] for high in [*constants[2:5], fact]],
            "many": [[], constants[:1], constants[:3], [*constants[3:5], fact]],
        }
        asked = ASKED.get(operator.asks, shapes[operator.values])
        found += [Row(name, operator.name, value) for value in asked]
    return found


@every_operator
def test_an_operator_says_what_it_is(operator: Operator) -> None:
    assert operator.label and operator.for_types and operator.__class__.__module__.endswith(operator.name)
    assert "%(field)s" in operator.sentence
    assert ("%(value)s" in operator.sentence) is (operator.values != "none")
    assert ("%(value)s" in operator.singular) is (operator.asks == "days" and operator.values == "one")
    assert ("%(until)s" in operator.sentence) is (operator.values == "two")
    assert not operator.opposite or not OPERATORS[operator.opposite].opposite


@every_operator
def test_a_row_is_read_back_from_its_condition(operator: Operator) -> None:
    for row in examples(operator):
        assert rows(from_rows(Group("all", (row,)))) == Group("all", (row,))


@every_operator
def test_a_row_is_a_sound_condition(operator: Operator) -> None:
    facts = {"user.name": ValueType.TEXT, "user.id": ValueType.NUMBER, "user.at": ValueType.DATETIME}
    facts |= {"now": ValueType.DATETIME, "user.yes": ValueType.BOOL, "user.hour": ValueType.TIME}
    for row in examples(operator):
        if "user.gone" not in str(row.value):
            assert check(from_rows(Group("all", (row,))), TYPES, facts) == []


@every_operator
def test_an_empty_field_fulfils_only_what_says_the_contrary(operator: Operator) -> None:
    for row in examples(operator):
        assert compile(from_rows(Group("all", (row,)))).holds({}, FACTS) is bool(operator.opposite)


@pytest.fixture
def table(app: Flask) -> sa.Table:
    """A record of every combination that matters, and an empty one."""
    from random import Random

    table = make_table()
    table.create(db.engine)
    random = Random(1)
    with db.engine.begin() as connection:
        for number in range(60):
            connection.execute(table.insert(), {"id": number, **(make_record(random) if number else {})})
    return table


@both_databases
def test_the_database_gives_each_operators_verdict(table: sa.Table) -> None:
    with db.engine.connect() as connection:
        stored = [dict(row) for row in connection.execute(table.select()).mappings()]
        contexts = {row["id"]: canonical({k: v for k, v in row.items() if v is not None}) for row in stored}
        for row in [row for operator in OPERATORS.values() for row in examples(operator)]:
            document = from_rows(Group("all", (row,)))
            query = sa.select(table.c.id).where(where(document, lambda path: table.c[path], FACTS))
            condition = compile(document)
            expected = {number for number, context in contexts.items() if condition.holds(context, FACTS)}
            assert set(connection.scalars(query)) == expected, row
