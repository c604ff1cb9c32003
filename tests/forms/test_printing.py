"""Fields that are left out of printed pages and PDFs, and examples in empty controls."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.fields import FIELD_TYPES
from runtime.records import store
from runtime.transfer import papers
from tests.forms.followup import sign_in
from tests.records import factory

TYPED = sorted(name for name, kind in FIELD_TYPES.items() if "placeholder" in kind.options["properties"])


def made(bob: User, fields: dict[str, Any], **rest: Any) -> int:
    """A record of a form `order` with these fields, which hold `values`."""
    values = rest.pop("values")
    factory.shop(factory.form_document("order", fields, **rest))
    factory.give_role(bob)
    with transaction():
        return store.save(store.Actor(user=bob, origin="page"), lookup.form("shop", "order"), values).id


LEFT_OUT = {"print": False}
LAYOUT = [
    {"key": "a", "section": "For all", "rows": [["name", "note"]]},
    {"key": "b", "section": "For us", "rows": [["margin"]]},
]
FIELDS = {
    "name": factory.field("text", title="Name"),
    "note": factory.field("text", title="Inner note", **LEFT_OUT),
    "margin": factory.field("number", title="Margin", **LEFT_OUT),
}


def test_what_is_not_printed_stands_in_no_pdf_and_neither_does_an_empty_section(bob: User) -> None:
    record = made(bob, FIELDS, values={"name": "Acme", "note": "slow payer", "margin": 12}, layout=LAYOUT)
    html, _state = papers.page(bob, lookup.form("shop", "order"), record)
    assert "Acme" in html and "For all" in html
    assert not any(word in html for word in ("Inner note", "slow payer", "Margin", "For us"))


def test_columns_of_rows_are_left_out_alike(bob: User) -> None:
    columns = {
        "part": factory.field("text", title="Part"),
        "cost": factory.field("number", title="Cost", **LEFT_OUT),
    }
    rows = {"items": {"type": "object", "properties": columns}}
    fields = {"name": factory.field("text"), "lines": factory.field("sub_table", rows, title="Lines")}
    values = {"name": "Acme", "lines": [{"part": "Pump", "cost": 77}]}
    record = made(bob, fields, values=values)
    html, _state = papers.page(bob, lookup.form("shop", "order"), record)
    assert "Pump" in html and "Part" in html and "Cost" not in html and "77" not in html


@pytest.mark.parametrize(
    "rows, sheets",
    [
        ("name cut more", [["Acme"], ["Rest"]]),
        ("cut name more", [["Acme", "Rest"]]),
        ("name cut secret again more", [["Acme"], ["Rest"]]),
        ("name more cut secret", [["Acme", "Rest"]]),
    ],
)
def test_a_page_break_begins_a_page_only_between_what_is_printed(
    bob: User, rows: str, sheets: list[list[str]]
) -> None:
    known = {
        "name": factory.field("text", title="Name"),
        "more": factory.field("text", title="More"),
        "secret": factory.field("text", title="Inner note", **LEFT_OUT),
        **{key: factory.field("page_break", title=key) for key in ("cut", "again")},
    }
    keys = rows.split()
    layout = [{"key": "a", "rows": [[key] for key in keys]}]
    values = {key: text for key, text in (("name", "Acme"), ("more", "Rest"), ("secret", "x")) if key in keys}
    record = made(bob, {key: known[key] for key in keys}, values=values, layout=layout)
    html, _state = papers.page(bob, lookup.form("shop", "order"), record)
    parts = html.partition("<section>")[2].split('<div class="break">')
    assert [re.findall("Acme|Rest", each) for each in parts] == sheets


def test_the_page_of_a_record_shows_it_and_hides_it_where_it_is_printed(
    client: FlaskClient, bob: User
) -> None:
    record = made(bob, FIELDS, values={"name": "Acme", "note": "slow payer"}, layout=LAYOUT)
    page = sign_in(client, bob).get(f"/apps/shop/forms/order/{record}/").text
    assert "slow payer" in page
    assert re.search(r'<dl class="[^"]*fw-unprinted" id="f-note"', page)
    assert re.search(r'<section class="[^"]*fw-unprinted" id="s-margin"', page)
    assert not re.search(r'fw-unprinted" id="f-name"', page)


@pytest.mark.parametrize("name", TYPED)
def test_an_empty_control_shows_its_example_in_the_readers_language(
    client: FlaskClient, bob: User, name: str
) -> None:
    example = {"en": 'like "A" & B', "zh": "例如 甲"}
    factory.shop(factory.form_document("order", {"one": factory.field(name, placeholder=example)}))
    factory.give_role(bob)
    page = sign_in(client, bob).get("/apps/shop/forms/order/new").text
    assert re.search(r'id="one"[^>]* placeholder="like &#34;A&#34; &amp; B"', page)
