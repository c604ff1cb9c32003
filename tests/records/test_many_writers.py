"""R27: 16 clients that write 50 times a second and one that reads for long; SQLite is the one that could lock."""

import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy import text

from runtime.accounts import service
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.records import query
from tests.conftest import both_databases
from tests.records import factory
from tests.records.factory import field, form_document

ITEM = form_document("item", {"name": field("text"), "count": field("number")})
CLIENTS = 16
COUNT = text("SELECT count(*) FROM shop_item")
API = "/api/v1/apps/shop/forms/item/records"


@both_databases
@pytest.mark.parametrize(
    "writes", [75, pytest.param(3_000, marks=[pytest.mark.full, pytest.mark.timeout(300)])]
)
def test_r27_sixteen_clients_and_a_long_reader_never_see_a_locked_database(
    app: Flask, bob: User, writes: int, record_property: Callable[[str, object], None]
) -> None:
    # given
    factory.shop(ITEM)
    factory.give_role(bob)
    headers = {"Authorization": f"Bearer {service.create_token(bob.email)}"}
    db.session.remove()
    engine = db.engine.execution_options(isolation_level="SERIALIZABLE")
    begun, waited = monotonic(), list[float]()
    pause = Flag()

    def write(number: int) -> tuple[int, str]:
        # Fifty a second: each write has its moment, and one that comes late is not put off further.
        pause.wait(max(0.0, begun + number / 50 - monotonic()))
        start = monotonic()
        answer = app.test_client().post(API, json={"values": {"name": f"n{number}"}}, headers=headers)
        waited.append(monotonic() - start)
        return answer.status_code, answer.text

    # when
    with engine.connect() as reader, ThreadPoolExecutor(CLIENTS) as clients:
        seen = reader.execute(COUNT).scalar_one()
        asked = [clients.submit(write, number) for number in range(writes)]
        while not all(one.done() for one in asked):
            assert reader.execute(COUNT).scalar_one() == seen, "the reader reads what it read"
            pause.wait(0.5)
    answers = [one.result() for one in asked]

    # then
    assert {status for status, _text in answers} == {201}
    assert not [text for _status, text in answers if "locked" in text]
    assert query.count(bob, lookup.form("shop", "item")) == writes
    record_property("p99_seconds", round(statistics.quantiles(waited, n=100)[98], 3))
    print(f"p99 {statistics.quantiles(waited, n=100)[98]:.3f} s")
