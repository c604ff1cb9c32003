"""Who gets a message, as what, and who does not and why."""

from typing import Any

import pytest
from flask import Flask

from runtime.accounts.models import Department, User, UserRole
from runtime.db import db, transaction
from runtime.definitions.documents import Form, parse_form
from runtime.notifications.recipients import Resolved, check_specs, resolve
from tests.conftest import make_user

FORM = {
    "$schema": "urn:formwright:form:1",
    "$id": "urn:formwright:followup:reminder",
    "title": "Reminder",
    "type": "object",
    "properties": {
        "owner": {"type": "integer", "fw": {"type": "member"}},
        "helper": {"type": "integer", "fw": {"type": "member"}},
        "text": {"type": "string", "fw": {"type": "text"}},
        "office": {"type": "integer", "fw": {"type": "department"}},
    },
}


def form() -> Form:
    return parse_form(
        FORM, app="followup", definition_id=1, version_id=1, number=1, table_name="t", zone="Asia/Shanghai"
    )


def people(
    *specs: dict[str, Any],
    meta: dict[str, int | None] | None = None,
    starter: User | None = None,
    **values: int,
) -> Resolved:
    return resolve(db.session(), specs, form(), values, meta or {}, starter)


def names(resolved: Resolved) -> list[tuple[str, str]]:
    return [(recipient.user.name, recipient.part) for recipient in resolved.recipients]


def reasons(resolved: Resolved) -> list[tuple[str, str]]:
    return [(skipped.source, skipped.reason) for skipped in resolved.skipped]


def department(name: str, manager: User | None, parent: Department | None = None) -> Department:
    with transaction() as session:
        made = Department(name=name, manager_id=manager and manager.id, parent_id=parent and parent.id)
        session.add(made)
    return made


def place(user: User, where: Department) -> None:
    with transaction():
        db.session.get_one(User, user.id).department_id = where.id


def test_the_person_in_a_field_gets_it(bob: User) -> None:
    assert names(people({"field": "owner"}, owner=bob.id)) == [("Bob", "to")]


def test_who_made_and_who_owns_the_record_can_get_it(alice: User, bob: User) -> None:
    found = people(
        {"field": "created_by"},
        {"field": "owner_id", "as": "cc"},
        meta={"created_by": alice.id, "owner_id": bob.id},
    )

    assert names(found) == [("Alice", "to"), ("Bob", "cc")]


def test_the_starter_gets_it(bob: User) -> None:
    assert names(people({"starter": True}, starter=bob)) == [("Bob", "to")]
    assert reasons(people({"starter": True}, {"manager_of": "starter"})) == [
        ("starter", "no_starter"),
        ("manager_of starter", "no_starter"),
    ]


def test_an_empty_field_reaches_nobody_and_says_so(app: Flask) -> None:
    found = people({"field": "owner"}, {"manager_of": "owner"})

    assert names(found) == []
    assert reasons(found) == [("field owner", "empty"), ("manager_of owner", "empty")]


def test_the_manager_of_the_department_gets_a_copy(alice: User, bob: User) -> None:
    place(bob, department("Sales", alice))

    found = people({"field": "owner"}, {"manager_of": "owner", "as": "cc"}, owner=bob.id)
    assert names(found) == [("Bob", "to"), ("Alice", "cc")]


def test_a_manager_has_the_manager_above(alice: User, bob: User) -> None:
    company = department("Company", alice)
    place(bob, department("Sales", bob, company))

    assert names(people({"manager_of": "owner"}, owner=bob.id)) == [("Alice", "to")]


def test_a_department_without_manager_is_passed_over(alice: User, bob: User) -> None:
    place(bob, department("Team", None, department("Sales", alice)))

    assert names(people({"manager_of": "owner"}, owner=bob.id)) == [("Alice", "to")]


def test_who_has_nobody_above_has_no_manager(alice: User, bob: User) -> None:
    place(alice, department("Company", alice))

    assert reasons(people({"manager_of": "owner"}, owner=alice.id)) == [("manager_of owner", "no_manager")]
    assert reasons(people({"manager_of": "owner"}, owner=bob.id)) == [("manager_of owner", "no_manager")]


def test_departments_that_hold_each_other_do_not_hang(bob: User) -> None:
    first = department("First", None)
    second = department("Second", None, first)
    with transaction():
        db.session.get_one(Department, first.id).parent_id = second.id
    place(bob, second)

    assert reasons(people({"manager_of": "owner"}, owner=bob.id)) == [("manager_of owner", "no_manager")]


def test_everybody_with_the_role_in_this_app_gets_it(alice: User, bob: User, charlie: User) -> None:
    with transaction() as session:
        for user, app, role in (
            (alice, "followup", "sales"),
            (bob, "followup", "sales"),
            (charlie, "shop", "sales"),
        ):
            session.add(UserRole(user_id=user.id, app=app, role=role))

    assert names(people({"role": "sales"})) == [("Alice", "to"), ("Bob", "to")]
    assert reasons(people({"role": "clerk"})) == [("role clerk", "role_empty")]


def test_a_person_meant_twice_gets_it_once_and_not_as_a_copy(bob: User) -> None:
    specs = ({"field": "owner", "as": "cc"}, {"field": "helper"}, {"field": "owner", "as": "cc"})

    assert names(people(*specs, owner=bob.id, helper=bob.id)) == [("Bob", "to")]
    assert names(people(*reversed(specs), owner=bob.id, helper=bob.id)) == [("Bob", "to")]


def test_an_account_that_is_switched_off_is_left_out_and_named(app: Flask) -> None:
    gone = make_user("Dora", active=False)

    found = people({"field": "owner"}, {"field": "owner"}, {"field": "helper"}, owner=gone.id, helper=999_999)
    assert names(found) == []
    assert [(skipped.user and skipped.user.name, skipped.reason) for skipped in found.skipped] == [
        ("Dora", "inactive"),
        (None, "gone"),
    ]


def test_many_people_of_a_role_are_read_at_once(app: Flask, queries: Any) -> None:
    users = [make_user(f"User{number}") for number in range(20)]
    with transaction() as session:
        session.add_all(UserRole(user_id=user.id, app="followup", role="sales") for user in users)
    db.session.expunge_all()
    queries.clear()

    assert len(people({"role": "sales"}).recipients) == 20
    assert queries.count <= 2


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ([{"field": "owner"}, {"manager_of": "owner", "as": "cc"}, {"role": "sales"}, {"starter": True}], []),
        ([{"field": "created_by"}, {"field": "owner_id"}, {"manager_of": "starter"}], []),
        ([], [((), "recipient_nobody")]),
        ([{}], [((0,), "recipient_kind")]),
        ([{"as": "cc"}], [((0,), "recipient_kind")]),
        ([{"field": "owner", "role": "sales"}], [((0,), "recipient_kind")]),
        ([{"person": 1}], [((0, "person"), "recipient_unknown"), ((0,), "recipient_kind")]),
        ([{"field": "owner", "as": "bcc"}], [((0, "as"), "recipient_part")]),
        ([{"field": "text"}], [((0, "field"), "recipient_field")]),
        ([{"field": "starter"}], [((0, "field"), "recipient_field")]),
        ([{"starter": True}, {"manager_of": "gone"}], [((1, "manager_of"), "recipient_field")]),
        ([{"role": "boss"}], [((0, "role"), "recipient_role")]),
        ([{"starter": False}], [((0, "starter"), "recipient_starter")]),
    ],
)
def test_recipients_are_checked_when_they_are_saved(
    app: Flask, specs: list[dict[str, Any]], expected: list[tuple[tuple[str | int, ...], str]]
) -> None:
    found = check_specs(specs, form(), {"sales"})

    assert [(problem.path, problem.code) for problem in found] == expected
    assert all(problem.message for problem in found)


def test_everybody_of_the_department_in_a_field_gets_it(app: Flask, bob: User, charlie: User) -> None:
    north = department("North", None)
    place(bob, north)
    place(charlie, north)
    make_user("Dave")

    assert names(people({"department": "office"}, office=north.id)) == [("Bob", "to"), ("Charlie", "to")]
    own = people({"department": "department_id", "as": "cc"}, meta={"department_id": north.id})
    assert names(own) == [("Bob", "cc"), ("Charlie", "cc")]


def test_a_department_without_people_and_a_blank_field_leave_a_reason(app: Flask) -> None:
    empty = department("Empty", None)

    assert reasons(people({"department": "office"}, office=empty.id)) == [
        ("department office", "department_empty")
    ]
    assert reasons(people({"department": "office"})) == [("department office", "empty")]


def test_a_person_is_found_by_their_address(app: Flask, bob: User) -> None:
    assert names(people({"user": "Bob@Example.com"})) == [("Bob", "to")]
    assert reasons(people({"user": "nobody@example.com"})) == [("user nobody@example.com", "gone")]


def test_departments_and_addresses_are_judged_when_an_automation_is_published(app: Flask) -> None:
    specs = [
        {"department": "owner"},
        {"user": "nobody"},
        {"department": "department_id"},
        {"department": "office"},
    ]

    assert [(each.path, each.code) for each in check_specs(specs, form())] == [
        ((0, "department"), "recipient_department"),
        ((1, "user"), "recipient_user"),
    ]
