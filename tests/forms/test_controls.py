"""Every field type has a control with a bound label, in the form and in its read view."""

import itertools
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import i18n
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.definitions.layout import COLUMNS
from runtime.fields import FIELD_TYPES, NOBODY, Reader
from runtime.forms import state
from runtime.forms.shown import Picker
from runtime.forms.situation import Situation
from runtime.records import store
from runtime.records.store import Judged
from tests.forms.followup import sign_in
from tests.records import factory

EVERY = "/apps/shop/forms/every"


def document() -> dict[str, object]:
    """A form with one field of every type, made from the types' own examples."""
    fields = {"pointer": factory.field("reference", {"type": "integer"}, form="every")}
    for name, kind in FIELD_TYPES.items():
        options = {**kind.example_options}
        if name in ("reference", "references"):
            options["form"] = "every"
        if name == "roll_up":
            options = {"function": "sum", "form": "every", "reference": "pointer", "field": "a_number"}
        if name == "lookup":
            options = {"through": "pointer", "field": "a_text"}
        if name == "formula":
            options = {"formula": "a_number * 2", "result": "number"}
        fields[f"a_{name}"] = factory.field(
            name, {**kind.example_schema}, title=f"Title of {name}", **options
        )
    return factory.form_document("every", fields, title_field="a_text")


@pytest.fixture
def client(client: FlaskClient, bob: User) -> FlaskClient:
    """Bob's browser; he may do everything in the app."""
    factory.shop(document())
    factory.give_role(bob)
    return sign_in(client, bob)


@pytest.mark.parametrize("name", sorted(FIELD_TYPES))
def test_the_control_has_its_name(client: FlaskClient, name: str) -> None:
    page = client.get(f"{EVERY}/new").text
    assert f'id="f-a_{name}"' in page
    assert f"Title of {name}" in page
    kind = FIELD_TYPES[name]
    if kind.writable and kind.stored:
        assert f'name="a_{name}"' in page
        bound = f'for="a_{name}"' in page or re.search(rf"<legend[^>]*>\s*Title of {name}", page)
        assert bound, name


def test_every_id_stands_once_and_every_description_exists(client: FlaskClient) -> None:
    page = client.get(f"{EVERY}/new").text
    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    described = {name for names in re.findall(r'aria-describedby="([^"]+)"', page) for name in names.split()}
    assert described <= set(ids)


def test_no_script_style_or_handler_stands_in_the_page(client: FlaskClient) -> None:
    page = client.get(f"{EVERY}/new").text
    assert not re.search(r"<script(?![^>]*src=)|<style| style=|\son[a-z]+=", page)


def test_a_record_of_every_type_is_read(client: FlaskClient) -> None:
    form = lookup.form("shop", "every")
    with transaction():
        values = {"a_text": "Acme <b>", "a_number": 12, "a_yes_no": True, "a_date": "2026-11-21"}
        record = store.save(factory.TRUSTED, form, values).id
    page = client.get(f"{EVERY}/{record}/").text
    assert "Acme &lt;b&gt;" in page
    assert "Title of money" in page
    assert client.get(f"{EVERY}/{record}/edit").status_code == 200
    assert client.get(f"{EVERY}/").status_code == 200


@pytest.mark.usefixtures("client")
def test_a_field_that_is_looked_up_by_its_value_looks_as_one_that_is_described_anew(app: Flask) -> None:
    """For each type, reader, value and state, one after the other, since each could be taken for another."""
    form = lookup.form("shop", "every")
    examples = [
        (f"a_{name}", value)
        for name, kind in FIELD_TYPES.items()
        if kind.template in state.BY_THEMSELVES and kind.writable
        for value in (None, *(value for _raw, value in kind.examples))
    ]
    assert len(examples) > len(state.BY_THEMSELVES)
    flags = list(itertools.product((False, True), repeat=4))

    for locale, zone in (("en", "UTC"), ("zh", "Asia/Shanghai")):
        with app.test_request_context():
            i18n.switch(locale)
            for (required, locked, told, in_cell), (key, value) in itertools.product(flags, examples):
                own, nothing = frozenset({key}), frozenset[str]()
                wanted, shut = own if required else nothing, own if locked else nothing
                judged = Judged({key: value}, own, wanted, shut, (), (), (), {})
                errors, reader = {key: "Wrong"} if told else {}, Reader(locale, zone)
                now = Situation(form, judged, reader, NOBODY, none, errors=errors, in_cell=in_cell)

                anew = state._shown(now, key, COLUMNS, state._raw(now, form.fields[key]))

                assert state.shown(now, key) == anew


def none(key: str, title: str) -> Picker:
    raise AssertionError


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_of_what_was_picked_last_numbers_that_nobody_can_have_are_left_out(
    client: FlaskClient, bob: User
) -> None:
    for key, number in itertools.product(("a_member", "a_department"), (str(2**31), "9" * 18, "0")):
        answer = client.get(f"{EVERY}/options/{key}?recent={number}.{bob.id}")
        assert answer.status_code == 200, (key, number)
    assert f'data-value="{bob.id}"' in client.get(f"{EVERY}/options/a_member?recent={bob.id}").text


@pytest.mark.usefixtures("client")
def test_a_field_of_very_many_options_is_not_kept_with_each_of_its_values() -> None:
    some, many = ([f"o{number}" for number in range(most)] for most in (300, 301))
    fields = {
        "some": factory.field("choice", {"enum": some}),
        "many": factory.field("choice", {"enum": many}),
    }
    factory.publish("form", "options", factory.form_document("options", fields))

    assert state._by_itself(lookup.form("shop", "options")) == {"some"}
