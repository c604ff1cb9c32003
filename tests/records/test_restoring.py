"""What hangs together when it comes back from the trash, and what stays of what does not come back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select, update

from runtime.accounts.models import User
from runtime.check import violations
from runtime.comments.models import Comment
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import Definition
from runtime.errors import Conflict
from runtime.records import store, trash
from runtime.records.models import Trashed
from runtime.records.tables import link_table, table
from tests.conftest import Queries
from tests.records.factory import TRUSTED, field, form_document, give_role, page, publish, shop
from tests.records.test_trash import delete, in_trash, read, restore, save, work

NAME = {"name": field("text")}
TO_CUSTOMER = field("reference", form="customer", on_delete="delete")
LINES = {
    "type": "array",
    "items": {"type": "object", "properties": {"item": field("reference", form="customer")}},
    "fw": {"type": "sub_table"},
}
CUSTOMER = form_document("customer", {**NAME, "note": field("text"), "lines": LINES}, title_field="name")
VISIT = form_document("visit", {"customer": TO_CUSTOMER, "others": field("references", form="customer")})
CONTACT = form_document("contact", {**NAME, "customer": TO_CUSTOMER})


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(CUSTOMER, VISIT, CONTACT)
    give_role(bob)
    return bob


def broken() -> set[str]:
    db.session.rollback()
    return {str(each["rule"]) for each in violations()}


def test_what_went_along_comes_back_in_the_reverse_order(clerk: User) -> None:
    # given a visit that must name a contact, and both go with their customer, the visit first
    contact = {"contact": field("reference", form="contact")}
    publish(
        "form", "visit", form_document("visit", {"customer": TO_CUSTOMER, **contact}, required=("contact",))
    )
    acme = save("customer", name="Acme")
    mara = save("contact", name="Mara", customer=acme)
    visit = save("visit", customer=acme, contact=mara)
    delete(clerk, "customer", acme)

    assert restore(clerk, "customer", acme) == ()

    assert read(clerk, "visit", visit).values == {"customer": acme, "contact": mara}
    assert broken() == set()


def test_a_row_that_refers_to_its_own_record_still_does(clerk: User) -> None:
    acme = save("customer", name="Acme")
    with transaction():
        own = lookup.form("shop", "customer")
        store.save(TRUSTED, own, {"lines": [{"item": acme}]}, record_id=acme)
    before = read(clerk, "customer", acme).values
    delete(clerk, "customer", acme)

    assert restore(clerk, "customer", acme) == ()

    assert read(clerk, "customer", acme).values == before


def test_what_left_the_form_meanwhile_is_there_when_the_field_is(clerk: User) -> None:
    acme = save("customer", name="Acme", note="Ring twice")
    delete(clerk, "customer", acme)
    publish("form", "customer", form_document("customer", NAME, title_field="name"))

    restore(clerk, "customer", acme)

    assert read(clerk, "customer", acme).values == {"name": "Acme"}
    publish("form", "customer", CUSTOMER)
    assert read(clerk, "customer", acme).values == {"name": "Acme", "note": "Ring twice"}


def test_who_deletes_what_it_points_to_at_this_moment_is_told_as_such(clerk: User) -> None:
    # given a visit that lists a customer, who is deleted once it was seen that he is there
    acme, bolt = save("customer", name="Acme"), save("customer", name="Bolt")
    visit = save("visit", customer=acme, others=[bolt])
    delete(clerk, "visit", visit)
    links = link_table(lookup.form("shop", "visit"), "others").name
    customers = table(lookup.form("shop", "customer")).name

    def rival(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(f"INSERT INTO {links}"):
            cursor.execute(f"DELETE FROM {customers} WHERE id = {bolt}")

    event.listen(db.engine, "before_cursor_execute", rival)
    try:
        with pytest.raises(Conflict) as refused:
            restore(clerk, "visit", visit)
    finally:
        event.remove(db.engine, "before_cursor_execute", rival)

    assert refused.value.code == "busy"
    assert in_trash(clerk, "visit") == [visit]
    assert restore(clerk, "visit", visit) == ()


def test_what_somebody_wants_gone_is_gone_for_whoever_asked_a_moment_before(clerk: User, alice: User) -> None:
    acme = save("customer", name="Acme")
    delete(clerk, "customer", acme)
    form = lookup.form("shop", "customer")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=False), transaction():
        trash.doom(alice, [trash.one(page(alice), form, acme)])

    assert in_trash(clerk, "customer") == []


def test_what_went_along_is_asked_for_level_by_level(clerk: User, queries: Queries) -> None:
    acme = save("customer", name="Acme")
    for _number in range(4):
        save("visit", customer=acme)
    delete(clerk, "customer", acme)
    rows = trash.some(page(clerk), lookup.form("shop", "customer"), [acme], lock=False)
    queries.clear()

    assert len(trash.with_all(rows, lock=False)) == 5

    assert queries.count == 2


def test_comments_go_for_good_with_a_record_of_a_form_that_is_out_of_use(clerk: User, alice: User) -> None:
    acme = save("customer", name="Acme")
    form_id = lookup.form("shop", "customer").definition_id
    with transaction() as session:
        session.add(Comment(form_id=form_id, record_id=acme, user_id=clerk.id, text="secret"))
    delete(clerk, "customer", acme)
    with transaction() as session:
        trash.doom(alice, [trash.one(page(alice), lookup.form("shop", "customer"), acme)])
        session.get_one(Definition, form_id).current_version_id = None
        lookup.retired()

    work()

    assert db.session.scalar(select(func.count()).select_from(Trashed)) == 0
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 0


def test_the_check_sees_a_trash_that_does_not_hang_together(clerk: User) -> None:
    acme = save("customer", name="Acme")
    save("visit", customer=acme)
    delete(clerk, "customer", acme)
    assert broken() == set()

    with transaction() as session:
        session.execute(update(Trashed).where(Trashed.with_id.is_not(None)).values(with_id=10**6))
    assert broken() == {"what_is_in_the_trash_will_go"}

    other = save("customer", name="Bolt")
    with transaction() as session:
        session.execute(update(Trashed).where(Trashed.with_id.is_(None)).values(record_id=other))
    assert "what_is_in_the_trash_is_gone" in broken()
