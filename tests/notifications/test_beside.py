"""What a message tells of the record that its record points to: to each recipient what he may see, read once."""

from typing import Any

import pytest
from flask import Flask

from runtime.accounts.models import User, UserRole
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.definitions.documents import MessageDoc, parse_message
from runtime.fields import Reader
from runtime.notifications import beside, messages
from runtime.notifications.names import ReadersNames
from runtime.records import store
from runtime.records.sources import Actor
from runtime.times import today
from tests.builder.factory import app as app_document
from tests.builder.factory import field, form, install
from tests.conftest import Queries, make_user

READ = {"actions": ["read"], "scope": "all"}
ROLES = [
    {"key": "boss", "title": "Boss", "grants": [{"form": each, **READ} for each in ("customer", "deal")]},
    {"key": "clerk", "title": "Clerk", "grants": [{"form": each, **READ} for each in ("customer", "deal")]},
    {"key": "porter", "title": "Porter", "grants": [{"form": "deal", **READ}]},
]
CUSTOMER = form(
    "customer",
    {
        "name": field("text", {"type": "string"}, title="Name"),
        "phone": field("phone", {"type": "string"}, title="Phone"),
        "credit": field(
            "money", {"type": "number"}, title="Credit", currency="CNY", access={"clerk": "hidden"}
        ),
        "size": field("text", {"type": "string"}, title="Size", access={"clerk": "hidden"}),
        "rows": field(
            "sub_table",
            {
                "type": "array",
                "items": {"type": "object", "properties": {"one": field("text", {"type": "string"})}},
            },
            title="Rows",
        ),
    },
    title_field="name",
)
DEAL = form("deal", {"customer": field("reference", {"type": "integer"}, title="Customer", form="customer")})
TEXT = (
    "{{ customer }}: {{ customer.phone }}{% if customer.credit > 5 %} rich {{ customer.credit }}{% endif %}"
    "{% assign his = customer %} {{ his.name | upcase }}"
)


@pytest.fixture
def deal(app: Flask) -> dict[str, Any]:
    """The values of a deal of a customer."""
    install(CUSTOMER, DEAL, app=app_document(roles=ROLES))
    with transaction():
        given = {"name": "Acme", "phone": "13800138000", "credit": 10, "size": "XL"}
        customer = store.save(Actor(None, "sample", trusted=True), lookup.form("shop", "customer"), given)
    return {"customer": customer.id}


def person(role: str) -> User:
    user = make_user(role)
    with transaction() as session:
        session.add(UserRole(user_id=user.id, app="shop", role=role))
    return user


def message(text: str = TEXT) -> MessageDoc:
    document = {"key": "told", "purpose": "x", "subject": {"en": "x"}, "body": {"en": text}}
    return parse_message(document, app="shop", definition_id=1, version_id=1, number=1)


def read_by(user: User, values: Any, text: str = TEXT) -> str:
    own = lookup.form("shop", "deal")
    context = messages.context_for(
        own,
        values,
        record=messages.Record(1, "D1", "/"),
        starter="",
        recipient=user.name,
        app="Shop",
        today=today("UTC"),
        reader=Reader("en", "UTC"),
        names=ReadersNames("shop", user),
        through=beside.of(message(text), own, values).seen_by(user),
    )
    return messages.render(message(text), "en", context).body


def test_each_recipient_reads_of_it_what_he_may_see(deal: Any) -> None:
    assert read_by(person("boss"), deal) == "Acme: 138 0013 8000 rich CN¥10\\.00 ACME"
    assert read_by(person("clerk"), deal) == "Acme: 138 0013 8000 ACME"
    assert "138" not in (told := read_by(person("porter"), deal)) and "Acme" not in told.title()
    assert "Acme" not in read_by(make_user("nobody"), deal)


def test_the_length_of_a_field_is_told_and_none_for_one_that_is_hidden(deal: Any) -> None:
    boss, clerk = person("boss"), person("clerk")
    assert read_by(boss, deal, "{{ customer.phone.size }}") == str(len("138 0013 8000"))
    assert read_by(boss, deal, "{{ customer.size }}") == "XL"
    assert read_by(clerk, deal, "{{ customer.size }}") == ""


def test_an_empty_reference_and_a_record_that_is_gone_leave_nothing(deal: Any) -> None:
    boss = person("boss")
    assert read_by(boss, {}).strip() == ":"
    assert "138" not in read_by(boss, {"customer": 999})


def test_however_many_read_it_the_record_is_read_once(deal: Any, queries: Queries) -> None:
    people = [person(role) for role in ("boss", "clerk", "porter")]
    for user in people:
        assert user.roles is not None
    own = lookup.form("shop", "deal")
    table = lookup.form("shop", "customer").table_name
    queries.statements.clear()

    seen = beside.of(message(), own, deal)
    for user in people:
        seen.seen_by(user)

    assert len([each for each in queries.statements if table in each]) == 1
    queries.statements.clear()
    assert beside.of(message("{{ customer }}"), own, deal).found == {}
    assert not [each for each in queries.statements if table in each], "nobody asked for it"


def test_only_what_stands_in_the_record_itself_may_be_named(deal: Any) -> None:
    forms = {"customer": lookup.form("shop", "customer").fields}
    known = messages.variables_for(lookup.form("shop", "deal"), lambda key: forms.get(key, {}))
    assert {each for each in known if each.startswith("customer.")} == {
        "customer.name",
        "customer.phone",
        "customer.credit",
        "customer.size",
    }
