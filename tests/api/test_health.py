"""/healthz says what is ill, to anybody."""

from flask import Flask

from runtime import health
from runtime.db import db
from tests.conftest import OwnContext, _app_for, both_databases
from tests.support.valkey import Valkey


def browser(app: Flask) -> OwnContext:
    """Somebody without a token."""
    app.test_client_class = OwnContext
    return app.test_client()  # type: ignore[return-value]


@both_databases
def test_all_is_well(database_url: str, valkey: Valkey) -> None:
    app = _app_for(database_url, redis_url=valkey.url, TESTING=True)
    with app.app_context():
        health.beat("worker")
        health.beat("clock")

        answer = browser(app).get("/healthz")
        db.engine.dispose()

    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "ok", "redis": "ok", "worker": "ok", "clock": "ok"}


def test_what_is_ill_is_named(database_url: str) -> None:
    app = _app_for(database_url, redis_url="redis://127.0.0.1:1", TESTING=True)
    with app.app_context():
        health.beat("worker")

        answer = browser(app).get("/healthz")

    assert answer.status_code == 503
    assert answer.json["status"] != "ok"
    assert answer.json["database"] == answer.json["worker"] == "ok"
    assert answer.json["redis"] == "unreachable"
    assert answer.json["clock"] == "never started"


def test_a_broken_database_is_named_without_a_trace() -> None:
    app = _app_for("postgresql+psycopg://nobody@127.0.0.1:1/nothing", TESTING=True)

    answer = browser(app).get("/healthz")

    assert answer.status_code == 503
    assert answer.json["database"] == "unreachable"
    assert "psycopg" not in answer.text
