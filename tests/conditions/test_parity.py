"""One verdict: the evaluator, SQL on both databases and jsonschema agree on random conditions and records."""

import os
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from runtime.conditions import compile, where
from runtime.db import db
from tests.conditions.stock import is_valid
from tests.conditions.world import FACTS, Generator, canonical, make_record, make_table
from tests.conftest import both_databases

sizes = pytest.mark.parametrize(
    ("conditions", "records"),
    [(200, 40), pytest.param(2000, 50, marks=[pytest.mark.full, pytest.mark.timeout(600)])],
)


@pytest.fixture
def random() -> Random:
    """The same in each run, but for `FRESH`; set CONDITIONS_SEED to the printed number to see a failure again."""
    fresh = Random().randrange(10**9) if os.environ.get("FRESH") else 1
    seed = int(os.environ.get("CONDITIONS_SEED") or fresh)
    print(f"CONDITIONS_SEED={seed}")
    return Random(seed)


@pytest.fixture
def table(app: Flask) -> sa.Table:
    """The empty record table."""
    table = make_table()
    table.create(db.engine)
    return table


def store(table: sa.Table, random: Random, count: int) -> list[dict[str, Any]]:
    """Stores random records; gives the values of each as a context has them."""
    records = [make_record(random) for _ in range(count)]
    with db.engine.begin() as connection:
        for number, record in enumerate(records):
            connection.execute(table.insert(), {"id": number, **record})
    return [canonical(record) for record in records]


def verdicts_of_sql(table: sa.Table, documents: list[Any]) -> list[list[Any]]:
    """Per record the verdicts on all conditions, asked in few queries."""
    expressions = [
        where(document, lambda path: table.c[path.removeprefix("record.")], FACTS) for document in documents
    ]
    parts = []
    with db.engine.connect() as connection:
        for start in range(0, len(expressions), 50):
            chosen = [
                sa.type_coerce(each, sa.Boolean).label(f"c{i}")
                for i, each in enumerate(expressions[start : start + 50])
            ]
            parts.append(connection.execute(sa.select(*chosen).select_from(table).order_by(table.c.id)).all())
    return [[verdict for part in row for verdict in part] for row in zip(*parts, strict=True)]


@both_databases
@sizes
@pytest.mark.parametrize("wrapped", [True, False], ids=["event", "record"])
def test_sql_gives_the_verdict_of_the_evaluator(
    table: sa.Table, random: Random, conditions: int, records: int, wrapped: bool
) -> None:
    contexts = store(table, random, records)
    generator = Generator(random, wrapped=wrapped, facts=True)
    documents = [generator.condition() for _ in range(conditions)]
    compiled = [compile(document) for document in documents]
    for context, row in zip(contexts, verdicts_of_sql(table, documents), strict=True):
        whole = {"record": context, **FACTS} if wrapped else context
        for condition, verdict in zip(compiled, row, strict=True):
            assert verdict is condition.holds(whole, FACTS), (condition.document, whole)


@sizes
@pytest.mark.parametrize("wrapped", [True, False], ids=["event", "record"])
def test_jsonschema_gives_the_verdict_of_the_evaluator(
    random: Random, conditions: int, records: int, wrapped: bool
) -> None:
    contexts = [canonical(make_record(random)) for _ in range(records)]
    generator = Generator(random, wrapped=wrapped, facts=False)
    for _ in range(conditions):
        condition = compile(generator.condition())
        for context in contexts:
            whole = {"record": context, **FACTS} if wrapped else context
            assert condition.holds(whole) is is_valid(condition.document, whole), (condition.document, whole)


def test_about_half_of_the_random_verdicts_are_true(random: Random) -> None:
    generator = Generator(random, wrapped=True, facts=True)
    contexts = [{"record": canonical(make_record(random)), **FACTS} for _ in range(20)]
    verdicts = [compile(generator.condition()).holds(context) for _ in range(200) for context in contexts]
    assert 0.15 < sum(verdicts) / len(verdicts) < 0.85
