"""Cells of a spreadsheet pasted into the rows of a sub-table stand there as if they had been typed."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.forms import row_paste
from runtime.forms.row_paste import MOST_ROWS
from runtime.records import query, store
from tests.forms.followup import sign_in
from tests.records import factory
from tests.records.factory import field, form_document

PAGE = "/apps/shop/forms/quote/"
PRODUCT = form_document(
    "product", {"name": field("text"), "price": field("money", currency="CNY")}, title_field="name"
)
LABELS = {"red": {"en": "Red", "zh": "红"}, "blue": {"en": "Blue", "zh": "蓝"}}
LINES = {
    "product": field("reference", title="Product", form="product", fill={"price": "price"}),
    "qty": field("number", {"default": 1}, title={"en": "Quantity", "zh": "数量"}, decimals=2),
    "price": field("money", title="Price", currency="CNY"),
    "amount": field("formula", title="Amount", formula="qty * price", result="money", currency="CNY"),
    "colour": field("choice", {"enum": ["red", "blue"]}, title="Colour", labels=LABELS),
    "due": field("date", title="Due"),
}
QUOTE = form_document(
    "quote",
    {
        "name": field("text", title="Name"),
        "lines": field(
            "sub_table",
            {"type": "array", "items": {"type": "object", "properties": LINES}},
            title="Items",
        ),
        "total": field("formula", title="Total", formula="SUM(lines.amount)", result="money", currency="CNY"),
    },
)


@pytest.fixture
def browser(client: FlaskClient, bob: User) -> Iterator[FlaskClient]:
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(PRODUCT, QUOTE)
    factory.give_role(bob)
    with transaction():
        for name, price in (("Paper", 4), ("Pen", 2), ("Twin", 1), ("Twin", 1)):
            trusted = store.Actor(None, "sample", trusted=True)
            store.save(trusted, lookup.form("shop", "product"), {"name": name, "price": price})
    yield sign_in(client, bob)


def paste(browser: FlaskClient, text: str, place: str = "lines", rows: str = "n1", **cells: str) -> str:
    """The page after this text was pasted."""
    sent: MultiDict[str, str] = MultiDict({"_once": "x" * 20, "name": "Acme", **cells})
    sent.setlist("lines", ["", *rows.split()])
    sent.add("_do", f"row_paste:{place}\n{text}")
    return browser.post(f"{PAGE}new", data=sent).text


def cells(page: str, column: str) -> list[str]:
    """What the controls of a column hold, from the first row to the last."""
    return [unescape(text) for text in re.findall(rf'name="lines\.[rn]\d+\.{column}" value="([^"]*)"', page)]


def told(page: str) -> str:
    found = re.search(r'id="lines-told"[^>]*>([^<]*)<', page)
    return unescape(found[1]) if found else ""


def test_titles_say_what_each_column_is_in_any_language_and_order(browser: FlaskClient) -> None:
    page = paste(browser, "数量\tProduct\tAmount\n3\tPaper\t99\n2.5\tPen\t1\n")

    assert cells(page, "qty") == ["3", "2.5"]
    assert cells(page, "price") == ["4", "2"]
    assert told(page) == "2 rows pasted."
    assert "CN¥17.00" in page


def test_without_titles_the_cells_go_from_the_pasted_cell_on_and_overwrite(browser: FlaskClient) -> None:
    page = paste(
        browser,
        "5\t10.5\t-\tBlue\n6\t1\t\t红",
        "lines.n2.qty",
        "n1 n2",
        **{"lines.n1.qty": "1", "lines.n2.qty": "9", "lines.n2.price": "9"},
    )

    assert cells(page, "qty") == ["1", "5", "6"]
    assert cells(page, "price") == ["", "10.5", "1"]
    assert re.findall(r'value="(\w+)"[^>]*(?:checked|selected)', page).count("blue") == 1
    assert told(page) == "2 rows pasted."


def test_what_a_control_cannot_show_is_told_and_the_rest_stands(browser: FlaskClient) -> None:
    page = paste(browser, "Product\tQuantity\tColour\tDue\nNothing\t1\tgreen\tsoon\nTwin\t2\t\t\n")

    assert cells(page, "qty") == ["1", "2"]
    assert told(page) == "2 rows pasted. 4 not accepted: “Nothing”, “green”, “soon”, “Twin”."


def test_a_text_that_is_no_number_stands_in_its_cell_to_be_mended_and_is_told(browser: FlaskClient) -> None:
    page = paste(browser, "many", "lines.n1.qty")

    assert cells(page, "qty") == ["many"]
    assert told(page) == "1 row pasted. 1 value has to be mended: “many”."


def test_what_has_to_be_mended_on_another_page_of_rows_is_told_too(browser: FlaskClient) -> None:
    page = paste(browser, "1\n" * 118 + "many\nmore\n", "lines.n1.qty")

    assert told(page) == "120 rows pasted. 2 values have to be mended: “many”, “more”."


def test_a_cell_in_quotes_may_hold_lines_and_tabs(browser: FlaskClient) -> None:
    page = paste(browser, 'Quantity\tPrice\n"1\n"\t2\n')

    assert cells(page, "qty") == ["1"]


def test_the_button_without_javascript_takes_the_text_area_and_the_first_empty_row(
    browser: FlaskClient,
) -> None:
    sent: MultiDict[str, str] = MultiDict(
        {"_once": "x", "_do": "row_paste:lines", "_paste.lines": "\t7\n\t8"}
    )
    sent.setlist("lines", ["", "n1", "n2"])
    sent.update({"lines.n1.qty": "5", "lines.n2.qty": "1", "_was.lines.n2.qty": "1"})

    page = browser.post(f"{PAGE}new", data=sent).text

    assert cells(page, "qty") == ["5", "7", "8"]
    assert 'name="_paste.lines" rows="3"></textarea>' in page


def test_too_many_rows_at_once_are_cut_and_told(browser: FlaskClient) -> None:
    page = paste(browser, "1\n" * (MOST_ROWS + 3), "lines.n1.qty")

    assert f"Rows 1–50 of {MOST_ROWS}" in page
    assert told(page) == f"{MOST_ROWS} rows pasted. 3 more were too many for once."


def test_a_paste_that_goes_along_with_the_page_itself_is_the_same(browser: FlaskClient) -> None:
    page = paste(browser, "5\t6\r\n7\t8\r\n", "lines.n1.qty\r")

    assert (cells(page, "qty"), cells(page, "price")) == (["5", "7"], ["6", "8"])


def test_a_column_that_may_only_be_read_keeps_its_place(client: FlaskClient, bob: User) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    lines = {
        "qty": field("number", title="Quantity"),
        "price": field("number", title="Price", access={"clerk": "read"}),
        "text": field("text", title="Text"),
    }
    rows = field("sub_table", {"type": "array", "items": {"type": "object", "properties": lines}})
    factory.shop(form_document("quote", {"name": field("text"), "lines": rows}))
    factory.give_role(bob)
    browser = sign_in(client, bob)

    plain = paste(browser, "5\t9\tpaper", "lines.n1.qty")
    titled = paste(browser, "Quantity\tPrice\tText\n5\t9\tpaper")

    for page in (plain, titled):
        assert (cells(page, "qty"), cells(page, "text"), cells(page, "price")) == (["5"], ["paper"], [])


def test_a_new_row_with_its_first_values_only_is_blank(browser: FlaskClient) -> None:
    page = paste(browser, "Price\n7", **{"lines.n1.qty": "1"})

    assert cells(page, "price") == ["7"]


def test_a_row_of_which_only_an_option_was_chosen_is_not_overwritten(browser: FlaskClient) -> None:
    sent: MultiDict[str, str] = MultiDict({"_once": "x", "_do": "row_paste:lines\nColour\tPrice\nBlue\t7"})
    sent.setlist("lines", ["", "n1"])
    sent.setlist("lines.n1.colour", ["", "red"])

    page = browser.post(f"{PAGE}new", data=sent).text

    assert cells(page, "price") == ["", "7"]


def test_thousands_of_deeds_in_one_request_are_not_all_done(browser: FlaskClient) -> None:
    sent: MultiDict[str, str] = MultiDict({"_once": "x"})
    sent.setlist("lines", ["", "n1"])
    sent.setlist("_do", ["row_add:lines"] * 5_000)

    page = browser.post(f"{PAGE}new", data=sent).text

    assert "Rows 51–51 of 51" in page


def test_a_text_that_is_too_long_is_cut_at_a_whole_line_and_told(browser: FlaskClient) -> None:
    page = paste(browser, ("x" * 60_000 + "\n") * 5, "lines.n1.price")

    assert told(page).startswith(
        "3 rows pasted. 2 more were too many for once. 3 values have to be mended: “xxx"
    )


def test_lines_that_find_no_room_are_told_and_no_row_is_lost(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_paste, "MAX_ROWS", 3)

    page = paste(browser, "5\n6\n7\n8", "lines.n2.qty", "n1 n2", **{"lines.n1.qty": "4"})

    assert cells(page, "qty") == ["4", "5", "6"]
    assert told(page) == "2 rows pasted. 2 more were too many for once."


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("nothing", "1"),
        ("lines.n9.qty", "\x00"),
        ("name", "1"),
        ("lines.n1.__class__", "1\t" * 500),
        ("lines.n1.qty", '"'),
        ("lines.n1.qty", ""),
    ],
)
def test_what_makes_no_sense_harms_nothing(browser: FlaskClient, place: str, text: str) -> None:
    sent: MultiDict[str, str] = MultiDict({"_once": "x", "name": "Acme", "_do": f"row_paste:{place}\n{text}"})
    sent.setlist("lines", ["", "n1"])

    answer = browser.post(f"{PAGE}new", data=sent)

    assert answer.status_code == 200 and 'value="Acme"' in answer.text


def test_what_was_pasted_is_saved_as_typed(browser: FlaskClient, bob: User) -> None:
    page = paste(browser, "Product\tQuantity\nPaper\t3\n")
    handles = re.findall(r'name="lines" value="([rn]\d+)"', page)
    sent: MultiDict[str, str] = MultiDict({"_do": "save", "_once": "y" * 20, "name": "Acme"})
    sent.setlist("lines", ["", *handles])
    for name, text in re.findall(r'name="(lines\.[rn]\d+\.\w+)" value="([^"]*)"', page):
        sent[name] = text

    answer = browser.post(f"{PAGE}new", data=sent)

    assert answer.status_code == 303
    values = query.get(bob, lookup.form("shop", "quote"), 1).values
    assert [(row["qty"], row["amount"]) for row in values["lines"]] == [(3, 12)]
