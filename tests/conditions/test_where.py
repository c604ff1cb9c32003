"""The SQL of a condition, beyond the random agreement of test_parity."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.dialects import postgresql, sqlite

from runtime.conditions import ConditionError, where
from runtime.db import Json, db
from tests.conditions.world import make_table
from tests.conftest import both_databases

TABLE = make_table()


def column(path: str) -> sa.ColumnElement[Any]:
    return TABLE.c[path.removeprefix("record.")]


def sql(document: Any, facts: dict[str, Any] | None = None) -> str:
    return str(where(document, column, facts or {}).compile(dialect=postgresql.dialect()))


@pytest.fixture
def found(app: Flask) -> Any:
    """`found(condition)`: the ids of three records that fulfil it; the third is empty."""
    TABLE.create(db.engine)
    records = [
        {
            "id": 1,
            "name": "straße",
            "amount": Decimal("5"),
            "made_at": datetime(2026, 11, 21, 9, 0, 0, 500_000, UTC),
        },
        {
            "id": 2,
            "name": "STRASSE",
            "amount": Decimal("5.01"),
            "made_at": datetime(2026, 11, 21, 9, 0, 1, 0, UTC),
        },
        {"id": 3},
    ]
    with db.engine.begin() as connection:
        for record in records:
            connection.execute(TABLE.insert(), record)

    def ask(document: Any, facts: dict[str, Any] | None = None) -> list[int]:
        query = sa.select(TABLE.c.id).where(where(document, column, facts or {})).order_by(TABLE.c.id)
        return list(db.session.scalars(query))

    return ask


@both_databases
def test_the_contrary_of_a_condition_finds_the_other_records(found: Any) -> None:
    condition = {"required": ["amount"], "properties": {"amount": {"type": "number", "maximum": 5}}}
    assert found(condition) == [1]
    assert found({"not": condition}) == [2, 3]
    assert found({"not": {"not": condition}}) == [1]


@both_databases
def test_a_constant_of_more_decimals_than_the_column_is_not_rounded(found: Any) -> None:
    assert found(
        {"required": ["amount"], "properties": {"amount": {"exclusiveMinimum": Decimal("5.001")}}}
    ) == [2]
    assert found({"required": ["amount"], "properties": {"amount": {"const": Decimal("5.001")}}}) == []


@both_databases
def test_a_whole_number_is_told_from_a_fraction(found: Any) -> None:
    assert found({"required": ["amount"], "properties": {"amount": {"type": "integer"}}}) == [1]


@both_databases
def test_equality_is_case_sensitive_and_exact(found: Any) -> None:
    assert found({"required": ["name"], "properties": {"name": {"const": "straße"}}}) == [1]
    assert found({"required": ["name"], "properties": {"name": {"const": "strasse"}}}) == []


@both_databases
def test_length_counts_code_points(found: Any) -> None:
    assert found({"required": ["name"], "properties": {"name": {"maxLength": 6}}}) == [1]


@both_databases
def test_our_own_moments_are_compared_by_the_second(found: Any) -> None:
    same = {"required": ["made_at"], "properties": {"made_at": {"const": "2026-11-21T09:00:00Z"}}}
    assert found(same) == [1]
    up_to = {"required": ["made_at"], "properties": {"made_at": {"formatMaximum": "2026-11-21T09:00:00Z"}}}
    assert found(up_to) == [1]


@both_databases
def test_a_fact_with_characters_no_database_stores_equals_nothing(found: Any) -> None:
    document = {"required": ["name"], "properties": {"name": {"enum": [{"fact": "user.name"}, "straße"]}}}
    assert found(document, {"user": {"name": "a\x00b"}}) == [1]


@both_databases
def test_what_the_facts_decide_is_decided_before_the_query(found: Any) -> None:
    document = {
        "required": ["user"],
        "properties": {"user": {"required": ["id"], "properties": {"id": {"const": 1}}}},
    }
    assert found(document, {"user": {"id": 1}}) == [1, 2, 3]
    assert found(document, {"user": {"id": 2}}) == []
    assert found(document) == []


def test_never_and_always_need_no_column() -> None:
    assert sql({"not": {}}) == "false"
    assert sql({"required": ["record"], "properties": {"record": {}}}) == "true"


def test_a_required_field_is_compared_without_a_guard_so_that_indexes_serve() -> None:
    assert " OR " not in sql(
        {"required": ["amount"], "properties": {"amount": {"type": "number", "minimum": 5}}}
    )


def test_texts_are_ordered_by_code_point_whatever_the_collation() -> None:
    document = {"properties": {"name": {"formatMinimum": "2026-11-21"}}}
    assert 'COLLATE "C"' in sql(document)
    assert "COLLATE" not in str(where(document, column, {}).compile(dialect=sqlite.dialect()))


def test_a_list_column_is_refused() -> None:
    with pytest.raises(ConditionError, match="no_sql"):
        where(
            {"properties": {"tags": {"contains": {"const": "a"}}}}, lambda path: sa.column(path, Json()), {}
        )


def test_an_unknown_column_is_the_callers_error() -> None:
    with pytest.raises(KeyError):
        sql({"required": ["gone"]})
