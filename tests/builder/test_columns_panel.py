"""The properties of a sub-table and of its columns, as a browser without JavaScript gets and posts them."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime.definitions import lookup
from runtime.fields import FIELD_TYPES
from runtime.fields.sub_table import can_be_column
from tests.builder.factory import APP, field, form, install
from tests.conftest import make_user
from tests.forms.followup import sign_in

BASE = f"/apps/{APP}/forms/quote/design/fields"
KINDS = [name for name, kind in FIELD_TYPES.items() if can_be_column(kind)]


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A designer's browser."""
    app.config["WTF_CSRF_ENABLED"] = False
    columns = {
        name: field(name, kind.example_schema, title=f"Column {name}", **kind.example_options)
        for name, kind in FIELD_TYPES.items()
        if can_be_column(kind)
    }
    columns["reference"]["fw"]["form"] = "quote"
    columns["formula"]["fw"]["formula"] = "number + 1"
    columns["lookup"]["fw"].update(through="reference", field="name")
    items = {"type": "object", "properties": columns}
    install(
        form("quote", {"name": field("text"), "lines": field("sub_table", {"items": items}, title="Items")})
    )
    return sign_in(app.test_client(), make_user("Dora", is_designer=True))


def test_a_column_of_each_type_has_its_properties(browser: FlaskClient) -> None:
    for kind in KINDS:
        page = browser.get(f"{BASE}?sel=field/lines.{kind}&pane=properties")
        assert page.status_code == 200, kind
        assert f'id="panel-title">Column {kind}</h2>' in page.text
        assert "column.delete" in page.text and "panel-type" not in page.text, kind


def test_a_sub_table_lists_its_columns_and_every_type_that_can_be_one(browser: FlaskClient) -> None:
    page = browser.get(f"{BASE}?sel=field/lines&pane=properties").text
    assert re.findall(r'id="column-open-lines\.(\w+)"', page) == KINDS
    assert sorted(re.findall(r'id="column-add-(\w+)"', page)) == sorted(KINDS)


def test_the_buttons_of_a_panel_change_the_columns(browser: FlaskClient) -> None:
    page = browser.get(f"{BASE}?sel=field/lines&pane=properties").text
    button = re.search(r'id="column-up-lines\.text" name="do" value="([^"]*)"', page)
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    action = re.search(r'<form class="panel-choice-tools"[^>]*action="([^"]*)"', page)
    assert button and action
    sent = {**{name: unescape(text) for name, text in carried.items()}, "do": unescape(button[1])}
    answer = browser.post(unescape(action[1]), data=sent, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    moved = re.findall(r'id="column-open-lines\.(\w+)"', answer.text)
    assert moved.index("text") == KINDS.index("text") - 1
    assert lookup.form(APP, "quote").rows["lines"].fields  # the version in force stays
