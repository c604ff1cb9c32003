"""What holds for every field type in a form: page, list, API, filter, export, formula and sample agree on it."""

import json
from collections.abc import Iterator
from html import unescape
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.datastructures import MultiDict

from runtime import documents, formulas, times
from runtime.accounts import service
from runtime.accounts.models import User
from runtime.conditions import Row, compile, from_rows
from runtime.conditions.editing import Group
from runtime.conditions.operators import OPERATORS
from runtime.definitions import lookup
from runtime.definitions.export import record_schema
from runtime.fields import FIELD_TYPES, NOBODY, ValueType
from runtime.files import StoredFile
from runtime.records import query, store
from runtime.records.values import canonical
from tests.conftest import both_databases
from tests.fields.support import READER, example_field
from tests.forms.followup import sign_in
from tests.records import factory

APART = frozenset(
    ("reference", "references", "member", "department")
)  # they point to rows, which have tests of their own
KINDS = [name for name, kind in FIELD_TYPES.items() if kind.stored and kind.writable and name not in APART]
RECORDS = "/apps/shop/forms/every/"


def documents_of_all() -> dict[str, Any]:
    """A form with a field of each type, made from the types' own examples."""
    fields = {
        f"a_{name}": factory.field(
            name,
            {**FIELD_TYPES[name].example_schema},
            title=f"Title {name}",
            **FIELD_TYPES[name].example_options,
        )
        for name in KINDS
    }
    return factory.form_document("every", fields, list={"columns": [f"a_{name}" for name in KINDS]})


@pytest.fixture
def browser(client: FlaskClient, bob: User) -> Iterator[FlaskClient]:
    """Bob's browser without JavaScript; he may do everything in the app."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(documents_of_all())
    factory.give_role(bob)
    upload_examples(bob)
    yield sign_in(client, bob)


def upload_examples(user: User) -> None:
    """What the examples of fields of files name, uploaded and not yet held by a record."""
    form = lookup.form("shop", "every")
    holding = [key for key, one in form.fields.items() if one.type.value_type is ValueType.FILES]
    with factory.transaction() as session:
        for key in holding:
            about = {"name": "a file.pdf", "size": 1, "type": "application/pdf", "sha256": "0" * 64}
            for file in examples()[key][1]:
                own = {"form_id": form.definition_id, "field": key, "made_by": user.id, "state": "ready"}
                session.add(StoredFile(key=file, **about, **own))


def examples() -> dict[str, tuple[Any, Any]]:
    """The first example of each type, by key: what is typed, what is stored."""
    return {f"a_{name}": FIELD_TYPES[name].examples[0] for name in KINDS}


def typed(raws: dict[str, Any]) -> MultiDict[str, str]:
    """What a browser posts."""
    posted: MultiDict[str, str] = MultiDict({"_do": "save", "_once": "x" * 20})
    for key, raw in raws.items():
        posted.setlist(key, raw if isinstance(raw, list) else [raw])
    return posted


def stored(user: User) -> dict[str, Any]:
    """The values of the only record."""
    form = lookup.form("shop", "every")
    (record,) = query.page(user, form).items
    return dict(record.values)


def made() -> int:
    """A record with the examples."""
    form = lookup.form("shop", "every")
    with factory.transaction():
        return store.save(factory.TRUSTED, form, {key: value for key, (_, value) in examples().items()}).id


@both_databases
def test_what_is_typed_on_the_page_is_stored_read_and_listed(browser: FlaskClient, bob: User) -> None:
    answer = browser.post(f"{RECORDS}new", data=typed({key: raw for key, (raw, _) in examples().items()}))
    assert answer.status_code == 303, answer.text
    assert stored(bob) == {key: value for key, (_, value) in examples().items()}
    form, page = lookup.form("shop", "every"), unescape(browser.get(answer.location).text)
    listed = unescape(browser.get(RECORDS).text)
    for key, (_, value) in examples().items():
        one = form.fields[key]
        shown = one.type.display(value, one, READER, NOBODY)
        assert shown in page and shown in listed, key
        assert browser.get(f"{RECORDS}?sort=-{key}").status_code == 200


@both_databases
def test_a_record_that_is_sent_back_untouched_stays(browser: FlaskClient, bob: User) -> None:
    number, before = made(), stored(bob)
    form = lookup.form("shop", "every")
    raws = {key: form.fields[key].type.to_raw(before[key], form.fields[key], READER) for key in before}
    answer = browser.post(f"{RECORDS}{number}/edit", data=typed({"_rev": "1", **raws}))
    assert answer.status_code == 303, answer.text
    assert stored(bob) == before


def test_bad_input_is_told_at_the_field_and_stays_there(browser: FlaskClient, bob: User) -> None:
    for name in KINDS:
        raw = FIELD_TYPES[name].counterexamples[0]
        answer = browser.post(f"{RECORDS}new", data=typed({f"a_{name}": raw}))
        assert answer.status_code == 422, name
        assert f'id="e-a_{name}"' in answer.text and f"Title {name}" in answer.text
        assert "Check Title" not in answer.text, name
    assert not query.page(bob, lookup.form("shop", "every")).items


@both_databases
def test_the_api_takes_and_gives_the_values(browser: FlaskClient, bob: User) -> None:
    headers = {"Authorization": f"Bearer {service.create_token(bob.email)}"}
    values = {key: value for key, (_, value) in examples().items()}
    path = "/api/v1/apps/shop/forms/every/records"
    answer = browser.post(
        path,
        data=documents.dumps({"values": values}),
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 201, answer.text
    got = browser.get(f"{path}/{answer.json['id']}", headers=headers)
    assert {key: documents.loads(got.text)["values"][key] for key in values} == values


@both_databases
def test_every_operator_filters_as_it_judges(browser: FlaskClient, bob: User) -> None:
    made()
    form = lookup.form("shop", "every")
    for key, (_, value) in examples().items():
        for operator in OPERATORS.values():
            if form.fields[key].type.value_type not in operator.for_types or operator.asks:
                continue  # what asks of today and of departments is compared in tests/conditions/test_parity.py
            document = from_rows(Group("all", (Row(key, operator.name, _operand(operator.values, value)),)))
            holds = compile(document).holds({key: value})
            assert query.count(bob, form, condition=document) == holds, (key, operator.name)


@pytest.mark.parametrize("name", KINDS)
def test_a_formula_hands_on_the_value_as_it_is(name: str) -> None:
    one = example_field(name)
    for _raw, value in one.type.examples:
        given = formulas.evaluate(formulas.parse("it"), lambda _path, v=value: v, now=times.now(), zone="UTC")
        assert canonical(one, given) == value


def _operand(values: str, value: Any) -> Any:
    each = value[0] if isinstance(value, list) else value
    return {"none": None, "one": each, "two": [each, each], "many": [each]}[values]


def test_two_stock_validators_accept_the_record(browser: FlaskClient, bob: User) -> None:
    schema = record_schema(lookup.form("shop", "every"))
    text = documents.dumps({key: value for key, (_, value) in examples().items()})
    Draft202012Validator.check_schema(schema)
    assert not list(Draft202012Validator(schema).iter_errors(documents.loads(text)))
    assert jsonschema_rs.Draft202012Validator(documents.loads(documents.dumps(schema))).is_valid(
        json.loads(text)
    )


@both_databases
def test_a_list_takes_every_type_as_column_in_its_order_and_in_a_row_of_its_filter(
    browser: FlaskClient,
) -> None:
    for name in KINDS:
        key = f"a_{name}"
        filled = json.dumps({"required": [key]})
        row = {"c.mode": "all", "c.0.path": key, "c.0.was": key, "c.0.op": "is_not_empty"}
        asked: tuple[dict[str, str], ...] = (
            {"sort": f"-{key},id", "cols": key, "panel": "sort"},
            {"filter": filled, "panel": "filter"},
            {**row, "c.0.op": ""},
            row,
        )
        for query_ in asked:
            answer = browser.get(RECORDS, query_string=query_)
            assert answer.status_code in (200, 303), (name, query_)
