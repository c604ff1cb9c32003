"""The clock of the server is wrong by a day, and then right: nothing that was typed is lost."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete

from runtime.accounts.models import LoginSession, User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import history, query
from tests.forms.followup import FOLLOWUP, Browser, make, sign_in

AHEAD, BEHIND = timedelta(days=1), timedelta(days=-1)


@pytest.mark.parametrize("wrong", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_what_was_opened_and_changed_under_a_wrong_clock_is_saved_under_the_right_one(
    client: FlaskClient, seller: User, wrong: timedelta
) -> None:
    acme = make("customer", {"name": "Acme", "owner": seller.id})
    address = f"{FOLLOWUP}/customer/{acme}"
    with time_machine.travel(datetime.now(UTC) + wrong):
        browser = Browser(sign_in(client, seller))
        browser.open(f"{address}/edit")
        assert browser.send(address="1 Main Street").status_code == 303
        browser.open(f"{address}/edit")
        typed = {**browser.fields(), "_do": "save", "address": "2 Side Street"}

    answer = client.post(f"{address}/edit", data=typed)
    if wrong == AHEAD:  # nobody is signed in by a cookie that is from tomorrow, but what he typed is there
        assert (answer.status_code, "2 Side Street" in answer.text) == (401, True)
        with transaction() as session:
            session.execute(delete(LoginSession))
        answer = sign_in(client, seller).post(f"{address}/edit", data=typed)
    assert answer.status_code == 303

    form = lookup.form("followup", "customer")
    db.session.rollback()
    assert query.get(seller, form, acme).values["address"] == "2 Side Street"
    versions = [history.version(form, acme, number).after["address"] for number in (2, 3)]
    assert versions == ["1 Main Street", "2 Side Street"]
    assert client.get(f"{address}/").status_code == client.get(f"{address}/versions/").status_code == 200
