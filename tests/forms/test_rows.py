"""Rows of a sub-table on a page without JavaScript: every button sends the page, and nothing typed is lost."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.forms import row_posts
from runtime.records import query, store
from tests.forms.followup import sign_in
from tests.records import factory
from tests.records.factory import field, form_document

PAGE = "/apps/shop/forms/quote/"
PRODUCT = form_document(
    "product", {"name": field("text"), "price": field("money", currency="CNY")}, title_field="name"
)
LINES = {
    "product": field("reference", title="Product", form="product", fill={"price": "price"}),
    "text": field("text", title="Text"),
    "qty": field("number", {"default": 1, "minimum": 0}, title="Quantity", decimals=2),
    "price": field("money", title="Price", currency="CNY"),
    "gift": field("yes_no", title="Gift"),
    "amount": field("formula", title="Amount", formula="qty * price", result="money", currency="CNY"),
}
QUOTE = form_document(
    "quote",
    {
        "name": field("text", title="Name"),
        "lines": field(
            "sub_table",
            {
                "type": "array",
                "maxItems": 4,
                "items": {"type": "object", "properties": LINES, "required": ["price"]},
            },
            title="Items",
        ),
        "total": field("formula", title="Total", formula="SUM(lines.amount)", result="money", currency="CNY"),
    },
)


@pytest.fixture
def browser(client: FlaskClient, bob: User) -> Iterator[FlaskClient]:
    """Bob's browser without JavaScript."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(PRODUCT, QUOTE)
    factory.give_role(bob)
    yield sign_in(client, bob)


def posted(rows: list[str], _do: str = "save", **cells: str) -> MultiDict[str, str]:
    """A page with these rows; a cell is named `n1_price`."""
    sent: MultiDict[str, str] = MultiDict({"_do": _do, "_once": "x" * 20, "name": "Acme"})
    sent.setlist("lines", ["", *rows])
    for name, text in cells.items():
        handle, _, column = name.partition("_")
        sent[f"lines.{handle}.{column}"] = text
    return sent


def rows_of(page: str) -> list[str]:
    """The handles of the rows of a page, in order."""
    return re.findall(r'name="lines" value="([rn]\d+)"', page)


def typed(page: str, name: str) -> str:
    """What the control of this name holds."""
    found = re.search(rf'name="lines\.{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def saved(user: User, record_id: int) -> Any:
    return query.get(user, lookup.form("shop", "quote"), record_id).values


def made(**values: Any) -> store.Saved:
    with transaction():
        return store.save(factory.TRUSTED, lookup.form("shop", "quote"), values)


def test_a_new_form_begins_with_an_empty_row_that_holds_what_new_rows_hold(browser: FlaskClient) -> None:
    page = browser.get(f"{PAGE}new").text
    assert rows_of(page) == ["n1"]
    assert typed(page, "n1.qty") == "1"


def test_a_row_that_holds_only_what_it_began_with_is_none(client: FlaskClient, bob: User) -> None:
    # given
    client.application.config["WTF_CSRF_ENABLED"] = False
    columns = {"day": field("date", initial="TODAY()"), "text": field("text"), "price": field("number")}
    items = {"type": "object", "properties": columns, "required": ["price"]}
    lines = field("sub_table", {"type": "array", "items": items}, title="Items")
    factory.shop(form_document("quote", {"name": field("text"), "lines": lines}))
    factory.give_role(bob)
    browser = sign_in(client, bob)

    # when
    page = browser.get(f"{PAGE}new").text
    sent = posted(["n1"], n1_day=typed(page, "n1.day"))
    sent["_was.lines.n1.day"] = typed(page, "n1.day")
    answer = browser.post(f"{PAGE}new", data=sent)

    # then
    assert 'name="_was.lines.n1.day"' in page
    assert answer.status_code == 303, answer.text
    assert not saved(bob, int(answer.location.rstrip("/").rpartition("/")[2])).get("lines")
    assert (
        browser.post(f"{PAGE}new", data=sent | {"lines.n1.day": "2020-01-02", "_once": "y" * 20}).status_code
        == 422
    )


def test_rows_are_saved_and_empty_ones_at_the_end_are_not(browser: FlaskClient, bob: User) -> None:
    sent = posted(
        ["n1", "n2", "n3"], n1_price="2.5", n1_qty="2", n1_gift="no", n2_qty="1", n2_gift="no", n3_qty=""
    )
    answer = browser.post(f"{PAGE}new", data=sent)
    assert answer.status_code == 303, answer.text
    values = saved(bob, int(answer.location.rstrip("/").rpartition("/")[2]))
    assert [(row["price"], row["amount"]) for row in values["lines"]] == [(2.5, 5)]
    assert values["total"] == 5
    page = browser.get(answer.location).text
    assert "CN¥5.00" in page and "Amount" in page


@pytest.mark.parametrize(
    "deed, order",
    [
        ("row_add:lines", ["n1", "n2", "n3"]),
        ("row_add:lines.n1", ["n1", "n3", "n2"]),
        ("row_copy:lines.n1", ["n1", "n3", "n2"]),
        ("row_up:lines.n2", ["n2", "n1"]),
        ("row_down:lines.n1", ["n2", "n1"]),
        ("row_up:lines.n1", ["n1", "n2"]),
        ("row_remove:lines.n1", ["n2"]),
        ("row_remove:lines.n9", ["n1", "n2"]),
        ("row_copy:lines", ["n1", "n2"]),
        ("row_add:name", ["n1", "n2"]),
        ("row_add:nothing.n1", ["n1", "n2"]),
    ],
)
def test_a_button_redraws_the_rows_and_keeps_what_was_typed(
    browser: FlaskClient, deed: str, order: list[str]
) -> None:
    sent = posted(["n1", "n2"], deed, n1_price="five", n1_text="a", n2_text="b")
    answer = browser.post(f"{PAGE}new", data=sent)
    assert answer.status_code == 200, answer.text
    assert rows_of(answer.text) == order
    for handle in {"n1", "n2"} & {*order}:
        assert typed(answer.text, f"{handle}.text") == {"n1": "a", "n2": "b"}[handle]
    if "n1" in order:
        assert typed(answer.text, "n1.price") == "five"
    if "copy" in deed and "n3" in order:
        assert (typed(answer.text, "n3.text"), typed(answer.text, "n3.price")) == ("a", "five")
    assert 'value="Acme"' in answer.text


def test_a_copied_row_keeps_what_was_typed_into_a_filled_field(browser: FlaskClient) -> None:
    sent = posted(["n1"], "row_copy:lines.n1", n1_price="7", n1_product="")
    sent["_was.lines.n1.price"] = ""
    page = browser.post(f"{PAGE}eval", data=sent, headers={"HX-Request": "true"}).text
    assert 'name="_was.lines.n2.price" value=""' in page and typed(page, "n2.price") == "7"


def test_a_handle_is_never_given_twice_on_a_page(browser: FlaskClient) -> None:
    first = browser.post(f"{PAGE}new", data=posted(["n1"], "row_add:lines")).text
    following = re.search(r'name="_next.lines" value="(\d+)"', first)
    assert following
    sent = posted(["n1"], "row_add:lines")
    sent["_next.lines"] = following[1]
    assert rows_of(browser.post(f"{PAGE}new", data=sent).text) == ["n1", "n3"]


def test_the_first_control_of_a_new_row_has_the_focus(browser: FlaskClient) -> None:
    page = browser.post(f"{PAGE}new", data=posted(["n1"], "row_add:lines")).text
    assert re.findall(r'id="(lines[^"]*)"[^>]*autofocus', page) == ["lines.n2.product"]


def test_a_problem_stands_at_its_cell_and_the_summary_leads_there(browser: FlaskClient, bob: User) -> None:
    sent = posted(["n1", "n2", "n3"], n1_price="1", n2_price="five", n3_text="c")
    answer = browser.post(f"{PAGE}new", data=sent)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert 'href="#lines.n2.price"' in page and 'id="e-lines.n2.price"' in page
    assert 'href="#lines.n3.price"' in page and "row 3: Fill in Price." in page
    assert typed(page, "n2.price") == "five" and typed(page, "n3.text") == "c"
    assert not query.page(bob, lookup.form("shop", "quote")).items


def test_too_many_rows_are_told_and_stay(browser: FlaskClient) -> None:
    cells = {f"n{number}_price": str(number) for number in range(1, 6)}
    answer = browser.post(f"{PAGE}new", data=posted(["n1", "n2", "n3", "n4", "n5"], **cells))
    assert answer.status_code == 422
    assert "Items can hold at most 4 rows: take out the others." in answer.text
    assert typed(answer.text, "n5.price") == "5"


def test_stored_rows_are_edited_by_their_handles(browser: FlaskClient, bob: User) -> None:
    record = made(name="Acme", lines=[{"price": 1, "text": "a"}, {"price": 2, "text": "b"}])
    a, b = (row["id"] for row in record.values["lines"])
    page = browser.get(f"{PAGE}{record.id}/edit").text
    assert rows_of(page) == [f"r{a}", f"r{b}"] and typed(page, f"r{b}.price") == "2"
    sent = posted([f"r{b}", "n1"], **{f"r{b}_price": "3", f"r{b}_text": "b", "n1_price": "4", "n1_qty": "2"})
    answer = browser.post(f"{PAGE}{record.id}/edit", data=MultiDict([*sent.items(multi=True), ("_rev", "1")]))
    assert answer.status_code == 303, answer.text
    rows = saved(bob, record.id)["lines"]
    assert [(row["price"], row["amount"]) for row in rows] == [(3, 3), (4, 8)]
    assert rows[0]["id"] == b and rows[1]["id"] not in (a, b)


def test_a_conflict_keeps_both_and_an_untouched_table_is_none(browser: FlaskClient, bob: User) -> None:
    record = made(name="Acme", lines=[{"price": 1}])
    (a,) = (row["id"] for row in record.values["lines"])
    with transaction():
        form = lookup.form("shop", "quote")
        store.save(factory.TRUSTED, form, {"lines": [{"id": a, "price": 9}]}, record_id=record.id)
    same = MultiDict([*posted([f"r{a}"], **{f"r{a}_price": "1.00", f"r{a}_qty": "1"}).items(multi=True)])
    same["_rev"] = "1"
    answer = browser.post(f"{PAGE}{record.id}/edit", data=same)
    assert answer.status_code == 409 and typed(answer.text, f"r{a}.price") == "9"
    changed = MultiDict([*posted([f"r{a}"], **{f"r{a}_price": "5", f"r{a}_qty": "1"}).items(multi=True)])
    changed["_rev"] = "1"
    answer = browser.post(f"{PAGE}{record.id}/edit", data=changed)
    assert answer.status_code == 409 and typed(answer.text, f"r{a}.price") in ("5", "5.00")
    assert f'value="mine:lines.r{a}.price"' in answer.text


def test_eval_judges_each_row_and_scolds_only_what_was_filled(browser: FlaskClient) -> None:
    sent = posted(["n1", "n2"], "row_add:lines", n1_price="2", n1_qty="3", n2_price="x")
    page = unescape(browser.post(f"{PAGE}eval", data=sent, headers={"HX-Request": "true"}).text)
    assert "CN¥6.00" in page and rows_of(page) == ["n1", "n2", "n3"]
    assert 'id="e-lines.n2.price"' in page and 'id="e-lines.n3.price"' not in page


def test_picking_a_product_fills_the_price_of_its_row_alone(browser: FlaskClient) -> None:
    with transaction():
        chair = store.save(factory.TRUSTED, lookup.form("shop", "product"), {"name": "Chair", "price": 30}).id
    sent = posted(["n1", "n2"], "row_add:lines", n1_product=str(chair), n2_product="")
    page = browser.post(f"{PAGE}eval", data=sent, headers={"HX-Request": "true"}).text
    assert typed(page, "n1.price") == "30" and typed(page, "n2.price") == ""
    assert 'value="Chair"' in page
    offered = browser.get(f"{PAGE}options/lines.product?q=Ch", headers={"HX-Request": "true"})
    assert offered.status_code == 200 and "Chair" in offered.text
    for path in ("lines.nothing", "nothing.product", "lines", "lines."):
        assert browser.get(f"{PAGE}options/{path}").status_code == 404
    searched = posted(["n1"], "search:lines.n1.product")
    searched["_find.lines.n1.product"] = "nobody"
    assert "Chair" not in browser.post(f"{PAGE}new", data=searched).text


@pytest.mark.parametrize(
    "handle", ["x", "r0", "r99999999999999999999999", "n1.price", "", "r-1", "1", "n1\x00"]
)
def test_a_row_that_cannot_be_is_none(browser: FlaskClient, handle: str) -> None:
    answer = browser.post(f"{PAGE}new", data=posted([handle]))
    assert answer.status_code in (303, 400, 422)


@pytest.mark.parametrize(
    "handles",
    [[f"n{number}" for number in range(1, 10_001)], ["n1-n10000"], ["n1-n999999999"], ["n1-n4000"] * 20],
    ids=["10,000", "10,000 in short", "a billion", "again and again"],
)
def test_ten_thousand_rows_are_refused_by_their_number_before_anything_of_them_is_read(
    browser: FlaskClient, bob: User, handles: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = posted(handles)
    sent["lines.rest"] = json.dumps([[f"lines.n{number}.price", "1"] for number in range(1, 10_001)])
    monkeypatch.delattr(row_posts, "pairs_of")

    answer = browser.post(f"{PAGE}new", data=sent)

    assert answer.status_code == 413
    assert query.page(bob, lookup.form("shop", "quote")).items == []


def test_gaps_in_the_names_of_rows_are_no_rows_between(browser: FlaskClient, bob: User) -> None:
    sent = posted(["n1", "n999999999"], n1_price="1", n999999999_price="2", n7_price="9")
    sent |= {"rows-0": "1", "rows-999999999": "1", "lines-999999999-price": "1", "lines.999999999.price": "1"}

    answer = browser.post(f"{PAGE}new", data=sent)

    assert answer.status_code == 303
    assert [row["price"] for row in saved(bob, 1)["lines"]] == [1, 2]


def test_no_rows_are_refused_where_there_must_be_some_and_else_stored(
    browser: FlaskClient, bob: User
) -> None:
    assert browser.post(f"{PAGE}new", data=posted([])).status_code == 303
    assert not saved(bob, 1).get("lines")
    factory.shop(PRODUCT, {**QUOTE, "required": ["lines"]})

    sent = posted([])
    sent["_once"] = "y" * 20
    answer = browser.post(f"{PAGE}new", data=sent)

    assert answer.status_code == 422 and "Items" in answer.text


def test_a_cell_that_is_sent_twice_breaks_nothing(browser: FlaskClient) -> None:
    sent = posted(["n1"], "row_add:lines", n1_price="1")
    sent.setlist("lines.n1.text", ["a", "b"])
    sent.setlist("name", ["A", "B"])

    answer = browser.post(f"{PAGE}eval", data=sent, headers={"HX-Request": "true"})

    assert answer.status_code == 200
