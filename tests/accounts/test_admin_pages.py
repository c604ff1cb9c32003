"""What administrators do on their pages, and that nobody else sees them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from runtime.accounts.models import Department, User
from runtime.db import db, transaction
from runtime.outbox import Outbox
from tests.conftest import make_user
from tests.support.pages import is_signed_in, post, sign_in, with_password

PAGES = [
    "/admin/users",
    "/admin/users/new",
    "/admin/users/1",
    "/admin/departments",
    "/admin/departments/new",
    "/admin/runs",
    "/admin/deliveries",
]
FRESH = {"populate_existing": True}
USER = {"name": "王芳", "email": "Wang@Example.com", "locale": "zh", "department_id": "0"}


@pytest.fixture
def admin(client: FlaskClient, alice: User) -> FlaskClient:
    """Alice's browser."""
    sign_in(client, with_password(alice))
    return client


def user_of(email: str) -> User:
    db.session.rollback()
    return db.session.scalars(select(User).where(User.email == email), execution_options=FRESH).one()


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_sees_the_page(admin: FlaskClient, page: str) -> None:
    assert admin.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_for_others_the_page_does_not_exist(client: FlaskClient, bob: User, page: str) -> None:
    assert client.get(page).status_code == 303
    sign_in(client, with_password(bob))
    assert client.get(page).status_code == 404


def test_an_added_user_comes_in_by_the_link_that_is_shown(app: Flask, admin: FlaskClient) -> None:
    answer = post(admin, "/admin/users/new", "/", **USER)
    link = re.search(r'value="http://[^/]+(/password/[^"]+)"', answer.text)
    assert link
    guest = app.test_client()
    post(guest, link[1], link[1], password="seven blue lamps")
    assert is_signed_in(guest)
    added = user_of("wang@example.com")
    assert (added.name, added.locale, added.is_admin, "wf" in added.search_text) == (
        "王芳",
        "zh",
        False,
        True,
    )


def test_a_taken_e_mail_is_explained(admin: FlaskClient, bob: User) -> None:
    answer = post(admin, "/admin/users/new", "/", **{**USER, "email": bob.email.upper()})
    assert answer.status_code == 422
    assert "Another user has this e-mail already." in answer.text
    assert "王芳" in answer.text


def test_a_user_is_changed(admin: FlaskClient, bob: User) -> None:
    with transaction() as session:
        session.add(Department(id=3, name="Sales", path="/3/"))
    typed = {**USER, "department_id": "3", "is_designer": "y"}
    assert post(admin, f"/admin/users/{bob.id}", "/", **typed).status_code == 303
    changed = user_of("wang@example.com")
    assert (changed.id, changed.department_id, changed.is_designer) == (bob.id, 3, True)


def test_fields_that_the_form_does_not_have_change_nothing(admin: FlaskClient, bob: User) -> None:
    post(
        admin,
        f"/admin/users/{bob.id}",
        "/",
        **USER,
        id="99",
        password_hash="x",
        active="",
        created_at="2000-01-01",
    )
    changed = user_of("wang@example.com")
    assert (changed.id, changed.password_hash, changed.active) == (bob.id, "", True)


def test_a_user_is_deactivated_and_let_in_again(admin: FlaskClient, bob: User) -> None:
    post(admin, f"/admin/users/{bob.id}/active", "/", active="no")
    assert not user_of(bob.email).active
    post(admin, f"/admin/users/{bob.id}/active", "/", active="yes")
    assert user_of(bob.email).active


def test_the_last_administrator_stays(admin: FlaskClient, alice: User) -> None:
    post(admin, f"/admin/users/{alice.id}/active", "/", active="no")
    typed = {**USER, "email": alice.email}
    answer = post(admin, f"/admin/users/{alice.id}", "/", **typed)
    assert answer.status_code == 422
    assert "Somebody must be administrator." in answer.text
    assert user_of(alice.email).active and user_of(alice.email).is_admin


def test_users_are_found_by_pinyin_initials(admin: FlaskClient) -> None:
    post(admin, "/admin/users/new", "/", **USER)
    assert "王芳" in admin.get("/admin/users?q=wf").text
    assert "Nobody found" in admin.get("/admin/users?q=zzz").text


def test_users_come_in_pages(admin: FlaskClient) -> None:
    for number in range(60):
        make_user(f"Person{number:02}")
    first = admin.get("/admin/users").text
    more = re.search(r'href="(/admin/users\?after=\d+)"', first)
    assert more
    assert "Person59" not in first
    assert "Person59" in admin.get(more[1]).text


def test_a_department_is_added_under_another_with_a_manager(admin: FlaskClient, bob: User) -> None:
    post(admin, "/admin/departments/new", "/", name="Sales", parent_id="0", manager_id="0")
    sales = db.session.scalars(select(Department)).one()
    post(admin, "/admin/departments/new", "/", name="North", parent_id=str(sales.id), manager_id=str(bob.id))
    db.session.rollback()
    north = db.session.scalars(select(Department).where(Department.name == "North")).one()
    assert (north.path, north.manager_id) == (f"/{sales.id}/{north.id}/", bob.id)
    assert "Bob" in admin.get("/admin/departments").text


def test_given_up_work_is_tried_again(admin: FlaskClient) -> None:
    with transaction() as session:
        row = Outbox(kind="delivery", ref_id=7, state="dead", attempts=5, error="450 <busy>")
        session.add(row)
    assert "450 &lt;busy&gt;" in admin.get("/admin/runs").text
    assert post(admin, f"/admin/outbox/{row.id}/redrive", "/").status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Outbox, row.id).state == "pending"
    assert post(admin, f"/admin/outbox/{row.id}/redrive", "/").status_code == 404


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "Admin<!--", "a" + "\u0301" * 150, "\u202eevil"]
)
def test_a_name_is_shown_as_text(admin: FlaskClient, name: str) -> None:
    post(admin, "/admin/users/new", "/", **{**USER, "name": name})
    page = admin.get("/admin/users").text
    assert "<script>alert" not in page
    assert "Admin<!--" not in page
