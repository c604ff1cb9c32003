"""Sub-tables: what is sent is stored, in its order, in the transaction of its record; read at once; judged by row."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from runtime import documents, timeline
from runtime.accounts import service
from runtime.accounts.models import User
from runtime.automations import context
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.export import record_schema
from runtime.errors import Conflict, Invalid
from runtime.records import deletion, query, store, tables
from runtime.records.models import Event
from tests.conftest import Queries, both_databases
from tests.records.factory import (
    ACTIONS,
    TRUSTED,
    field,
    form_document,
    give_role,
    page,
    publish,
    shop,
    there_is,
)

COLUMNS = {
    "product": field("reference", form="product", fill={"price": "price"}),
    "text": field("text", {"maxLength": 40}),
    "qty": field("number", {"minimum": 0, "default": 1}, decimals=2),
    "price": field("money", currency="CNY"),
    "amount": field("formula", formula="qty * price * (1 - record.discount)", result="money", currency="CNY"),
}


def rows(columns: dict[str, Any], *required: str, **own: Any) -> dict[str, Any]:
    """The `items` of a sub-table."""
    return {
        "type": "object",
        "properties": columns,
        "required": list(required),
        **({"fw": own} if own else {}),
    }


def lines(columns: dict[str, Any] = COLUMNS, *required: str, **schema: Any) -> dict[str, Any]:
    """A sub-table."""
    return field("sub_table", {"type": "array", "items": rows(columns, *required), **schema}, title="Items")


PRODUCT = form_document("product", {"name": field("text"), "price": field("money", currency="CNY")})
QUOTE = form_document(
    "quote",
    {
        "title": field("text"),
        "discount": field("percent", {"default": 0}),
        "lines": lines(COLUMNS, "price"),
        "total": field("formula", formula="SUM(lines.amount)", result="money", currency="CNY"),
    },
)


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(PRODUCT, QUOTE)
    give_role(bob)
    return bob


def quote() -> Form:
    return lookup.form("shop", "quote")


def save(actor: store.Actor, record_id: int | None = None, **values: Any) -> store.Saved:
    with transaction():
        return store.save(actor, quote(), values, record_id=record_id)


def cells(values: Any, *names: str) -> list[tuple[Any, ...]]:
    """These cells of each row."""
    return [tuple(row.get(name) for name in names) for row in values.get("lines", ())]


def stored_rows() -> int:
    return db.session.scalar(select(func.count()).select_from(tables.table(quote().rows["lines"]))) or 0


@both_databases
def test_rows_are_stored_in_their_order_with_amounts_and_total(clerk: User) -> None:
    saved = save(
        page(clerk),
        discount=Decimal("0.1"),
        lines=[{"text": "b", "qty": Decimal("2.5"), "price": 4}, {"text": "a", "price": Decimal("0.1")}],
    )
    record = query.get(clerk, quote(), saved.id)
    assert record.values == saved.values
    assert cells(record.values, "text", "qty", "price", "amount") == [
        ("b", Decimal("2.5"), 4, 9),
        ("a", 1, Decimal("0.1"), Decimal("0.09")),
    ]
    assert record.values["total"] == Decimal("9.09")


@both_databases
def test_rows_are_changed_moved_added_and_taken_out_by_their_ids(clerk: User) -> None:
    first = save(page(clerk), lines=[{"text": each, "price": 1} for each in "abc"])
    a, b, c = (row["id"] for row in first.values["lines"])
    saved = save(
        page(clerk),
        first.id,
        lines=[{"id": c}, {"text": "new", "price": 7}, {"id": a, "text": "A"}],
    )
    assert cells(saved.values, "text", "price") == [("c", 1), ("new", 7), ("A", 1)]
    assert [row["id"] for row in saved.values["lines"]][::2] == [c, a]
    assert b not in [row["id"] for row in query.get(clerk, quote(), first.id).values["lines"]]
    assert query.get(clerk, quote(), first.id).values == saved.values


@both_databases
def test_history_holds_the_rows_before_and_after_and_an_equal_save_is_none(clerk: User) -> None:
    first = save(page(clerk), lines=[{"price": 1}])
    again = save(page(clerk), first.id, lines=[{"id": first.values["lines"][0]["id"], "price": 1}])
    assert again.event_id is None
    save(page(clerk), first.id, lines=[])
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None and {*event.changed} == {"lines", "total"} and "lines" not in event.after
    assert event.before["lines"] == first.values["lines"]


@both_databases
def test_the_rows_go_with_their_record(clerk: User) -> None:
    saved = save(page(clerk), lines=[{"price": 1}, {"price": 2}])
    with transaction():
        deletion.delete(page(clerk), quote(), saved.id)
    assert stored_rows() == 0
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None and len(event.before["lines"]) == 2


def test_a_row_of_another_record_is_not_changed_by_its_id(clerk: User) -> None:
    other = save(page(clerk), lines=[{"text": "theirs", "price": 1}])
    mine = save(page(clerk), lines=[{**other.values["lines"][0], "text": "forged"}])
    assert query.get(clerk, quote(), other.id).values == other.values
    assert mine.values["lines"][0]["id"] != other.values["lines"][0]["id"]


def test_a_problem_names_the_cell_and_nothing_is_stored(clerk: User) -> None:
    with pytest.raises(Invalid) as caught:
        save(page(clerk), lines=[{"price": 1}, {"text": "x" * 41, "qty": -1}, {"price": "?"}])
    assert [(each.path, each.code) for each in caught.value.problems] == [
        (("lines", 1, "text"), "maxLength"),
        (("lines", 1, "qty"), "minimum"),
        (("lines", 1, "price"), "required"),
        (("lines", 2, "price"), "type"),
    ]
    assert stored_rows() == 0


def test_empty_rows_at_the_end_are_dropped_and_others_are_not(clerk: User) -> None:
    saved = save(page(clerk), lines=[{"price": 1}, {}, {"price": None}])
    assert len(saved.values["lines"]) == 1
    with pytest.raises(Invalid) as caught:
        save(page(clerk), lines=[{}, {"price": 1}])
    assert caught.value.problems[0].path == ("lines", 0, "price")


@pytest.mark.parametrize("value", ["x", {}, [1], [[]], 5, [None], True])
def test_what_is_no_list_of_rows_is_refused(clerk: User, value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        save(page(clerk), lines=value)
    assert [(each.path, each.code) for each in caught.value.problems] == [(("lines",), "rows")]


def test_more_rows_than_there_may_be_are_refused_in_words(clerk: User) -> None:
    with pytest.raises(Invalid) as caught:
        save(page(clerk), lines=[{"price": 1}] * 5001)
    assert caught.value.problems[0].message == "Items can hold at most 5,000 rows: take out the others."


@pytest.mark.parametrize("bad", [True, 0, -1, 2**70, "1", None, 1.5])
def test_an_id_that_is_none_makes_a_new_row(clerk: User, bad: Any) -> None:
    first = save(page(clerk), lines=[{"price": 1}])
    again = save(page(clerk), first.id, lines=[{"id": bad, "price": 2}])
    assert cells(again.values, "price") == [(2,)]


@both_databases
def test_picking_a_product_fills_the_price_of_its_row(clerk: User) -> None:
    with transaction():
        made = store.save(TRUSTED, lookup.form("shop", "product"), {"name": "Chair", "price": 30})
    saved = save(page(clerk), lines=[{"product": made.id, "qty": 2}])
    assert cells(saved.values, "price", "amount") == [(30, 60)]
    with pytest.raises(Conflict) as caught, transaction():
        deletion.delete(page(clerk), lookup.form("shop", "product"), made.id)
    assert "Quote" in caught.value.message
    with pytest.raises(Invalid) as refused:
        save(page(clerk), lines=[{"product": made.id + 1, "price": 1}])
    assert refused.value.problems[0].path == ("lines", 0, "product")


@both_databases
def test_a_column_that_is_added_later_is_empty_in_older_rows(clerk: User) -> None:
    saved = save(page(clerk), lines=[{"price": 1}])
    later = deepcopy(QUOTE)
    later["properties"]["lines"]["items"]["properties"]["note"] = field("text")
    publish("form", "quote", later)
    save(page(clerk), saved.id, lines=[{"id": saved.values["lines"][0]["id"], "note": "fragile"}])
    assert cells(query.get(clerk, quote(), saved.id).values, "price", "note") == [(1, "fragile")]


def test_a_page_of_records_reads_all_their_rows_at_once_or_none(clerk: User, queries: Queries) -> None:
    for _ in range(5):
        save(page(clerk), lines=[{"price": 1}, {"price": 2}])
    query.page(clerk, quote())
    queries.clear()
    without = query.page(clerk, quote())
    plain = queries.count
    assert all("lines" not in record.values for record in without.items)
    queries.clear()
    full = query.page(clerk, quote(), with_rows=True)
    assert [len(record.values["lines"]) for record in full.items] == [2] * 5
    assert queries.count == plain + 1


def test_rules_of_a_row_look_at_the_row_and_at_its_record(app: Flask) -> None:
    document = deepcopy(QUOTE)
    document["properties"]["lines"]["items"]["fw"] = {
        "rules": [
            {
                "key": "dear",
                "when": {"properties": {"price": {"type": "number", "minimum": 100}}, "required": ["price"]},
                "then": {"require": ["text"]},
            },
            {
                "key": "free",
                "when": {
                    "properties": {"price": {"type": "number", "const": {"fact": "record.discount"}}},
                    "required": ["price"],
                },
                "then": {"hide": ["text"]},
            },
        ]
    }
    shop(PRODUCT, document)
    with pytest.raises(Invalid) as caught:
        save(TRUSTED, lines=[{"price": 99}, {"price": 100}])
    assert [(each.path, each.code) for each in caught.value.problems] == [(("lines", 1, "text"), "required")]
    saved = save(TRUSTED, discount=Decimal("0.5"), lines=[{"price": Decimal("0.5"), "text": "x"}])
    assert cells(saved.values, "text") == [(None,)]


HIDING = deepcopy(QUOTE)
HIDING["properties"]["lines"]["items"]["properties"] |= {
    "cost": field("money", currency="CNY", access={"clerk": "hidden"}),
    "code": field("text", access={"clerk": "read"}),
}
EVERYTHING = [{"form": each, "actions": list(ACTIONS), "scope": "all"} for each in ("product", "quote")]


@pytest.fixture
def limited(app: Flask, bob: User) -> User:
    shop(PRODUCT, HIDING, roles={"clerk": EVERYTHING, "boss": EVERYTHING})
    give_role(bob)
    return bob


@both_databases
def test_a_hidden_column_is_never_read_nor_touched_and_a_locked_one_not_changed(limited: User) -> None:
    saved = save(TRUSTED, lines=[{"price": 1, "cost": 7, "code": "A"}, {"price": 2, "cost": 8, "code": "B"}])
    first, second = (row["id"] for row in saved.values["lines"])
    seen = query.get(limited, quote(), saved.id)
    assert cells(seen.values, "cost", "code") == [(None, "A"), (None, "B")]
    assert "cost" not in query.page(limited, quote(), with_rows=True).items[0].values["lines"][0]
    sent = [{"id": second, "cost": 0, "code": "X"}, {"id": first, "price": 5}, {"price": 3, "cost": 1}]
    again = save(page(limited), saved.id, lines=sent)
    assert cells(again.values, "price", "cost", "code") == [(2, 8, "B"), (5, 7, "A"), (3, None, None)]
    judged = store.judge(page(limited), quote(), {}, record=query.get(limited, quote(), saved.id))
    assert all("cost" not in row for row in judged.values["lines"])
    assert all("cost" not in row.values for row in judged.rows["lines"])


def test_history_tells_rows_and_cells_and_nothing_that_is_hidden(limited: User) -> None:
    saved = save(TRUSTED, lines=[{"price": 1, "cost": 7717}, {"price": 2, "cost": 8828}])
    first, second = (row["id"] for row in saved.values["lines"])
    sent = [{"id": second, "price": 3, "cost": 9939}, {"id": first}, {"text": "new", "price": 4}]
    save(TRUSTED, saved.id, lines=sent)
    save(TRUSTED, saved.id, lines=[{"id": first}])
    third, changed, made = timeline.entries(limited, quote(), query.get(limited, quote(), saved.id))
    told = [(each.title, each.old, each.new) for each in changed.changes if each.key != "total"]
    assert told == [
        ("Items, row 1, price", "CN¥2.00", "CN¥3.00"),
        ("Items, row 1, amount", "CN¥2.00", "CN¥3.00"),
        ("Items, row 3", "", "new · 1 · CN¥4.00 · CN¥4.00"),
        ("Items", "", "the rows stand in another order"),
    ]
    assert [each.title for each in third.changes][:2] == ["total", "Items, row 1"]
    assert not any(
        secret in str([each.changes for each in (third, changed, made)]) for secret in ("717", "828", "939")
    )


def test_the_api_takes_and_gives_rows_and_names_cells(limited: User, client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {service.create_token(limited.email)}"}
    path = "/api/v1/apps/shop/forms/quote"
    made = client.post(
        f"{path}/records", json={"values": {"lines": [{"price": 1.5, "qty": 2}]}}, headers=headers
    )
    assert made.status_code == 201, made.text
    row = made.json["values"]["lines"][0]
    assert (row["amount"], made.json["values"]["total"]) == (3, 3)
    listed = client.get(f"{path}/records", headers=headers).json["items"]
    assert listed[0]["values"] == made.json["values"]
    wrong = client.patch(
        f"{path}/records/{made.json['id']}",
        json={"values": {"lines": [{"id": row["id"]}, {"price": 1}, {"price": "?"}]}},
        headers={**headers, "If-Match": made.headers["ETag"]},
    )
    assert (wrong.status_code, wrong.json["errors"][0]["path"]) == (422, ["lines", 2, "price"])
    schema = client.get(f"{path}/schema", headers=headers).json
    assert "cost" not in str(schema)
    assert schema["properties"]["lines"]["items"]["properties"]["code"]["readOnly"] is True


@pytest.mark.parametrize(
    "rows_sent, fits",
    [
        ([{"price": 1}], True),
        ([{"id": 5, "price": 1, "text": "a", "qty": 0.5, "amount": 3}], True),
        ([{"text": "a"}], False),
        ([{"price": 1, "other": 1}], False),
        ([{"id": "5", "price": 1}], False),
        ([{"price": 1, "qty": -1}], False),
        ([], False),
        ("x", False),
    ],
)
def test_two_stock_validators_agree_on_rows(clerk: User, rows_sent: Any, fits: bool) -> None:
    schema = record_schema(quote())
    Draft202012Validator.check_schema(schema)
    record = {"discount": 0, "lines": rows_sent, "total": 0}
    ours = Draft202012Validator(schema).is_valid(record)
    theirs = jsonschema_rs.Draft202012Validator(documents.loads(documents.dumps(schema))).is_valid(record)
    assert (ours, theirs) == (fits, fits)


cell = st.none() | st.decimals(0, 999, places=2).map(lambda number: number.normalize() + 0)
line = st.fixed_dictionaries({"text": st.none() | st.sampled_from(["a", "b"]), "price": cell})


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_series_of_edits_stores_what_was_sent(app: Flask, data: st.DataObject) -> None:
    document = deepcopy(QUOTE)
    document["properties"]["lines"]["items"]["required"] = []
    there_is(PRODUCT, document)
    saved = save(TRUSTED, lines=data.draw(st.lists(line, max_size=4)))
    for _step in range(3):
        held = saved.values.get("lines", [])
        kept = data.draw(
            st.lists(st.sampled_from(held), unique_by=lambda row: row["id"]) if held else st.just([])
        )
        edited = [{"id": row["id"], **data.draw(line)} for row in kept]
        sent = data.draw(st.permutations([*edited, *data.draw(st.lists(line, max_size=3))]))
        saved = save(TRUSTED, saved.id, lines=sent)
        while sent and all(value is None for value in sent[-1].values()):
            sent.pop()
        found = context.stored(quote(), saved.id)
        assert found is not None and found.values == saved.values
        assert cells(saved.values, "text", "price") == [(row["text"], row["price"]) for row in sent]
        ids = [row["id"] for row in saved.values.get("lines", [])]
        assert all(row.get("id", made) == made for row, made in zip(sent, ids, strict=True))


def test_what_no_column_takes_is_noted_as_unknown_fields_are(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    shop(PRODUCT, QUOTE)
    rows = [{"price": 1, "colour": "red", "amount": 7}, {"price": 2, "colour": "blue", "id": 999}]

    with caplog.at_level("INFO"):
        saved = save(TRUSTED, lines=rows)

    assert cells(saved.values, "price") == [(1,), (2,)]
    assert "ignored lines.colour, lines.amount, sent" in caplog.text
