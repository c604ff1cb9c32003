"""Records that hold options which were moved or taken out since they were saved."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Invalid
from runtime.records import query, store
from tests.conftest import both_databases
from tests.forms.followup import Browser, sign_in
from tests.records.factory import TRUSTED, field, form_document, give_role, page, publish, shop

OPTIONS = ["hw", "svc", "pumps"]
TAGS = field("multi_choice", {"enum": ["a", "b"]})


def document(below: str, options: list[str] = OPTIONS, tags: dict[str, Any] = TAGS) -> dict[str, Any]:
    part = field("tree_choice", {"enum": options}, parents={"pumps": below} if "pumps" in options else {})
    return form_document("ticket", {"part": part, "tags": tags, "status": field("text")})


def made(bob: User) -> int:
    """A ticket about pumps, which lie below hw."""
    (form,) = shop(document("hw"))
    give_role(bob)
    with transaction():
        return store.save(page(bob), form, {"part": ["hw", "pumps"], "tags": ["a", "b"]}).id


def changed(actor: store.Actor, record_id: int, **values: object) -> store.Saved:
    with transaction():
        return store.save(actor, _now(), values, record_id=record_id)


def _now() -> Form:
    return lookup.form("shop", "ticket")


@both_databases
def test_a_record_follows_a_moved_option_at_its_next_change(app: Flask, bob: User) -> None:
    ticket = made(bob)
    publish("form", "ticket", document("svc"))
    changed(TRUSTED, ticket, status="done")
    assert query.get(bob, _now(), ticket).values["part"] == ["svc", "pumps"]


@both_databases
def test_an_option_that_was_taken_out_stays_until_somebody_answers_anew(app: Flask, bob: User) -> None:
    ticket = made(bob)
    publish("form", "ticket", document("hw", ["hw", "svc"]))
    with pytest.raises(Invalid):
        changed(page(bob), ticket, status="done")
    assert query.get(bob, _now(), ticket).values["part"] == ["hw", "pumps"]


@both_databases
def test_the_same_choices_in_a_new_order_of_the_options_are_no_change(app: Flask, bob: User) -> None:
    ticket = made(bob)
    publish("form", "ticket", document("hw", tags=field("multi_choice", {"enum": ["b", "a"]})))
    saved = changed(page(bob), ticket, part=["hw", "pumps"], tags=["b", "a"])
    assert (saved.event_id, saved.revision) == (None, 1)


def test_the_page_shows_what_was_taken_out_and_drops_nothing_without_a_word(
    client: FlaskClient, bob: User
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    ticket = made(bob)
    publish("form", "ticket", document("hw", ["hw", "svc"]))
    page_of_bob = Browser(sign_in(client, bob))
    page_of_bob.open(f"/apps/shop/forms/ticket/{ticket}/edit")
    assert '<option value="pumps" selected>' in page_of_bob.page
    held = {**page_of_bob.fields(), "part": ["hw", "pumps"], "tags": ["a", "b"], "_do": "save"}
    refused = client.post(page_of_bob.address, data=held)
    assert refused.status_code == 422
    assert '<option value="pumps" selected>' in refused.text
    assert client.post(page_of_bob.address, data={**held, "part": ["svc", ""]}).status_code == 303
    assert query.get(bob, _now(), ticket).values == {"part": ["svc"], "tags": ["a", "b"]}
