"""How many statements a page takes: never more for more records, or for a longer history."""

from datetime import date, timedelta
from typing import Any

from runtime import jobs, outbox
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, make, make_all

CUSTOMERS = f"{FOLLOWUP}/customer/"
TODAY = date.today()


def cost(queries: Queries, browser: Browser, address: str) -> int:
    """The statements of one page, once the process knows the definitions."""
    browser.open(address)
    queries.clear()
    assert browser.open(address).status_code == 200
    return queries.count


def change(user: User, form: str, record_id: int | None, **values: Any) -> int:
    """The record after the user changed it, and after all that this started was worked off."""
    with transaction():
        saved = store.save(
            store.Actor(user=user, origin="page"), lookup.form("followup", form), values, record_id=record_id
        )
    while ids := outbox.due_ids():
        for outbox_id in ids:
            jobs.work(outbox_id)
    return saved.id


def test_a_list_takes_as_many_statements_for_fifty_records_as_for_two(
    browser: Browser, seller: User, queries: Queries
) -> None:
    make_all("customer", [{"name": "Acme"}, {"name": "Ohm"}])
    few = cost(queries, browser, CUSTOMERS)
    make_all("customer", [{"name": f"Customer {number}"} for number in range(60)])
    # one more: with a second page, the records are counted
    assert cost(queries, browser, CUSTOMERS) <= few + 1, queries.statements
    assert queries.count <= 7, queries.statements  # with the number of drafts of the form


def test_a_record_takes_as_many_statements_after_ten_changes_as_after_one(
    browser: Browser, seller: User, queries: Queries
) -> None:
    visit = {
        "visited_on": TODAY.isoformat(),
        "content": "They asked for a price",
        "result": "interested",
        "remind": True,
        "prepare": "b",
    }
    day = TODAY + timedelta(days=20)
    record_id = change(
        seller, "visit", None, customer=make("customer", {"name": "Acme"}), next_on=day.isoformat(), **visit
    )
    change(seller, "visit", record_id, next_on=(day + timedelta(days=1)).isoformat())
    address = f"{FOLLOWUP}/visit/{record_id}/"
    once = cost(queries, browser, address)
    for number in range(2, 12):
        change(seller, "visit", record_id, next_on=(day + timedelta(days=number)).isoformat())
    assert cost(queries, browser, address) == once, queries.statements


def test_filling_a_form_takes_few_statements(browser: Browser, seller: User, queries: Queries) -> None:
    assert cost(queries, browser, f"{CUSTOMERS}new") <= 8, queries.statements
    typed = {**browser.fields(), "name": "Acme"}

    queries.clear()
    browser.client.post(f"{CUSTOMERS}eval", data=typed, headers={"HX-Request": "true"})
    assert queries.count <= 4, queries.statements

    assert browser.send(name="Acme").status_code == 303
    browser.open(f"{CUSTOMERS}new")
    queries.clear()
    assert browser.send(name="Ohm").status_code == 303
    # session, definitions before and in the saving transaction, token, uniqueness, row, event, listeners, draft
    assert queries.count <= 11, queries.statements
