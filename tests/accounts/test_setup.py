"""The first administrator comes by a link that works once; invited users choose a password by one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from runtime.accounts import links, service
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.errors import Conflict, NotFound
from tests.conftest import both_databases
from tests.support.pages import is_signed_in, post, sign_in

ANN = {"name": "Ann", "email": "ann@example.com", "password": "green hills far away", "locale": "zh"}


def path_of(link: str | None) -> str:
    assert link is not None
    return "/" + link.split("/", 3)[3]


def admins() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(User.id)).where(User.is_admin)) or 0


def test_the_link_makes_the_administrator_and_signs_them_in(app: Flask, client: FlaskClient) -> None:
    path = path_of(service.setup_link())
    answer = post(client, path, path, **ANN, zone="Asia/Shanghai")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    user = db.session.scalars(select(User)).one()
    assert (user.is_admin, user.locale, user.zone) == (True, "zh", "Asia/Shanghai")
    assert "您好" in client.get("/").text
    assert service.setup_link() is None


def test_the_link_is_of_the_configured_address(app: Flask) -> None:
    assert str(service.setup_link()).startswith(app.config["SETTINGS"].public_url + "/setup/")


def test_the_link_is_dead_after_use(app: Flask, client: FlaskClient) -> None:
    path = path_of(service.setup_link())
    post(client, path, path, **ANN)
    assert app.test_client().get(path).status_code == 404
    assert app.test_client().get("/setup/anything").status_code == 404


def test_a_newer_link_ends_the_older(client: FlaskClient, app: Flask) -> None:
    old, new = path_of(service.setup_link()), path_of(service.setup_link())
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_a_link_ends_after_a_week(app: Flask, client: FlaskClient, clock: Callable[[datetime], None]) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    clock(noon)
    path = path_of(service.setup_link())
    clock(noon + timedelta(days=8))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " \u200b"}, "Fill in this field."),
        ({"name": "A\x00nn"}, "characters that cannot be stored"),
        ({"email": "ann"}, "Enter an e-mail address"),
        ({"email": "a@example.com,b@example.com"}, "Enter an e-mail address"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "Enter an e-mail address"),
        ({"password": "short"}, "Use at least 8 characters."),
        ({"password": "password"}, "easy to guess"),
        ({"password": "x" * 300}, "Use at most 200 characters."),
    ],
)
def test_a_wrong_answer_is_explained_and_nobody_is_made(
    app: Flask, client: FlaskClient, wrong: dict[str, str], sentence: str
) -> None:
    path = path_of(service.setup_link())
    answer = post(client, path, path, **{**ANN, "locale": "en", **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert admins() == 0


@both_databases
def test_two_set_ups_at_once_make_one_administrator(app: Flask) -> None:
    first = path_of(service.setup_link()).rpartition("/")[2]
    with transaction():
        second = links._new(links.SETUP, None)  # two processes may each make one at the same moment
    gate, outcomes = Barrier(2), []

    def set_up(token: str, name: str) -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    service.set_up(
                        token, service.Person(name, f"{name}@example.com", is_admin=True), "blue lamps"
                    )
                outcomes.append("made")
            except NotFound:
                outcomes.append("refused")

    threads = [Thread(target=set_up, args=pair) for pair in ((first, "ann"), (second, "eve"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    assert admins() == 1


def test_an_invited_user_chooses_a_password_once(app: Flask, client: FlaskClient) -> None:
    path = path_of(service.invite(name="Wang Fang", email="Wang@Example.com"))
    answer = post(client, path, path, password="seven blue lamps")
    assert answer.status_code == 303
    assert is_signed_in(client)
    assert app.test_client().get(path).status_code == 404
    user = db.session.scalars(select(User)).one()
    assert sign_in(app.test_client(), user, "seven blue lamps").status_code == 303


def test_a_password_link_of_a_deactivated_user_is_dead(app: Flask, client: FlaskClient) -> None:
    path = path_of(service.invite(name="Wang Fang", email="wang@example.com"))
    with transaction() as session:
        service.deactivate(session.scalars(select(User)).one())
    assert client.get(path).status_code == 404


def test_only_the_newest_password_link_works(app: Flask, client: FlaskClient, bob: User) -> None:
    with transaction():
        old, new = (path_of(links.new_password_link(bob)) for _ in range(2))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_two_users_cannot_have_one_e_mail(app: Flask, bob: User) -> None:
    with pytest.raises(Conflict):
        service.invite(name="Bobby", email="BOB@example.com")
