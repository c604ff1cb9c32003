"""Exact numbers, dates and moments in real tables of both databases."""

from collections.abc import Iterator
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from random import Random
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, func, insert, select
from sqlalchemy.exc import StatementError

from runtime.fields._columns import CalendarDate, ExactNumber, Instant
from tests.support.postgres import Postgres

LARGEST = Decimal("9999999999999999.99")
STORED = [Decimal(n) for n in ("-1", "-0.01", "0", "0.1", "1", "1.01", "1.5", "12345678901234.56")] + [
    LARGEST,
    -LARGEST,
]
CONSTANTS = [
    *STORED,
    *(
        Decimal(n)
        for n in ("1.005", "-0.001", "0.001", "1.0000000000000000000001", "12345678901234.555", "1.50")
    ),
    *(Decimal(n) for n in ("1e16", "-1e16", "1e40", "-1e40", "9999999999999999.995")),
    1,
    2**63,
    0.5,
]
NUMBERS = Table("numbers", MetaData(), Column("id", Integer, primary_key=True), Column("x", ExactNumber(2)))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url = "sqlite://"
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        server.execute("CREATE DATABASE columns")
        url = server.url("columns").replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    NUMBERS.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(NUMBERS), [{"x": one} for one in (*STORED, None)])
    yield engine
    engine.dispose()
    if request.param == "postgres":
        server.execute("DROP DATABASE columns WITH (FORCE)")


def found(engine: Engine, condition: Any) -> list[Decimal]:
    with engine.connect() as connection:
        return sorted(connection.execute(select(NUMBERS.c.x).where(condition)).scalars())


@pytest.mark.parametrize("compare", [eq, ne, lt, le, gt, ge])
@pytest.mark.parametrize("constant", CONSTANTS, ids=str)
def test_a_comparison_gives_the_verdict_of_decimals(engine: Engine, compare: Any, constant: Any) -> None:
    exact = Decimal(str(constant))
    assert found(engine, compare(NUMBERS.c.x, constant)) == sorted(n for n in STORED if compare(n, exact))
    assert found(engine, ~compare(NUMBERS.c.x, constant)) == sorted(
        n for n in STORED if not compare(n, exact)
    )


def test_lists_and_ranges_compare_exactly_too(engine: Engine) -> None:
    constants = [Decimal("1.005"), Decimal("1.5"), 10**40, 1]
    assert found(engine, NUMBERS.c.x.in_(constants)) == [Decimal(1), Decimal("1.5")]
    assert found(engine, NUMBERS.c.x.not_in(constants)) == sorted(set(STORED) - {Decimal(1), Decimal("1.5")})
    assert found(engine, NUMBERS.c.x.in_([Decimal("1.005")])) == []
    between = NUMBERS.c.x.between(Decimal("0.999"), Decimal("1.499"))
    assert found(engine, between) == [Decimal(1), Decimal("1.01")]
    assert found(engine, ~between) == sorted(set(STORED) - {Decimal(1), Decimal("1.01")})


def test_sums_and_extremes_are_exact(engine: Engine) -> None:
    with engine.connect() as connection:
        condition = NUMBERS.c.x.between(0, 2)
        row = connection.execute(
            select(func.sum(NUMBERS.c.x), func.min(NUMBERS.c.x), func.max(NUMBERS.c.x)).where(condition)
        ).one()
    assert tuple(row) == (Decimal("3.61"), Decimal(0), Decimal("1.5"))


@pytest.mark.parametrize("value", [Decimal("1.005"), Decimal("1e17"), Decimal("NaN")], ids=str)
def test_a_value_that_does_not_fit_is_never_rounded_into_the_table(engine: Engine, value: Decimal) -> None:
    with engine.begin() as connection, pytest.raises(StatementError):
        connection.execute(insert(NUMBERS).values(x=value))


@pytest.mark.parametrize("decimals", range(7))
def test_every_number_of_every_precision_comes_back(engine: Engine, decimals: int) -> None:
    random = Random(decimals)
    table = Table(
        f"n{decimals}",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("x", ExactNumber(decimals)),
    )
    numbers = [Decimal(random.randint(-(10**18) + 1, 10**18 - 1)).scaleb(-decimals) for _ in range(100)]
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"x": one} for one in numbers])
        assert connection.execute(select(table.c.x).order_by(table.c.id)).scalars().all() == numbers
        assert connection.execute(select(table.c.x).order_by(table.c.x)).scalars().all() == sorted(numbers)


def test_dates_and_moments_compare_with_their_texts(engine: Engine) -> None:
    table = Table("days", MetaData(), Column("day", CalendarDate()), Column("at", Instant()))
    rows = [
        ("1000-01-01", "1000-01-02T00:00:00Z"),
        ("2026-11-21", "2026-11-21T01:00:00Z"),
        ("9999-12-31", "9999-12-30T23:59:59Z"),
    ]
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"day": day, "at": at} for day, at in rows])
        assert [tuple(row) for row in connection.execute(select(table).order_by(table.c.at))] == rows
        later = select(table.c.day).where(table.c.day > "2026-11-20", table.c.at <= "2026-11-21T01:00:00Z")
        assert connection.execute(later).scalars().all() == ["2026-11-21"]
