"""A sub-table of many rows: fifty stand on a page, and nothing of the others is lost, with JavaScript or without."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from runtime.accounts.models import User
from runtime.db import db
from runtime.forms import row_posts
from tests.forms.followup import sign_in
from tests.forms.test_rows import PAGE, made, rows_of, saved, typed
from tests.records import factory
from tests.records.factory import field, form_document

Posted = MultiDict[str, str]

LINES = {
    "text": field("text", title="Text"),
    "qty": field("number", {"default": 1, "minimum": 0}, title="Quantity", decimals=2),
    "price": field("money", title="Price", currency="CNY"),
    "amount": field("formula", title="Amount", formula="qty * price", result="money", currency="CNY"),
}
ITEMS = {"type": "object", "properties": LINES, "required": ["price"]}
QUOTE = form_document(
    "quote",
    {
        "name": field("text", title="Name"),
        "lines": field("sub_table", {"type": "array", "items": ITEMS}, title="Items"),
        "total": field("formula", title="Total", formula="SUM(lines.amount)", result="money", currency="CNY"),
    },
)


@pytest.fixture
def browser(client: FlaskClient, bob: User) -> Iterator[FlaskClient]:
    """Bob's browser without JavaScript."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(QUOTE)
    factory.give_role(bob)
    yield sign_in(client, bob)


@pytest.fixture
def address(browser: FlaskClient) -> str:
    """The form of a quote of 120 rows, whose prices are 1 to 120."""
    return f"{PAGE}{made(name='Acme', lines=priced(120)).id}/edit"


def priced(count: int) -> list[dict[str, Any]]:
    return [{"text": f"t{number}", "price": number} for number in range(1, count + 1)]


def held(page: str) -> Posted:
    """What the page would post."""
    form = page[page.index('<form id="rec"') :]
    inputs = re.findall(r"<input[^>]*>", form[: form.index("</form>")])
    named = [re.search(r' name="([^"]+)"[^>]*? value="([^"]*)"', each) for each in inputs]
    return MultiDict((found[1], unescape(found[2])) for found in named if found)


def press(browser: FlaskClient, address: str, sent: Posted, do: str, **cells: str) -> Any:
    """The answer to a button; cells are typed into before, `7_price` by the text of a stored row's price."""
    for name, text in cells.items():
        sent[f"lines.{name.replace('_', '.')}"] = text
    return browser.post(address, data=Posted([*sent.items(multi=True), ("_do", do)]))


def values(user: User, address: str) -> Any:
    db.session.rollback()  # what others wrote since
    return saved(user, int(address.split("/")[-2]))


def marks(page: str) -> str:
    found = re.search(r"Rows \d+–\d+ of \d+", page)
    return found[0] if found else ""


def test_a_form_shows_fifty_rows_and_how_many_there_are(browser: FlaskClient, address: str) -> None:
    page = browser.get(address).text
    assert len(rows_of(page)) == 50 and marks(page) == "Rows 1–50 of 120"
    turned = press(browser, address, held(page), "row_page:lines.2").text
    assert len(rows_of(turned)) == 20 and marks(turned) == "Rows 101–120 of 120"
    assert '<th scope="row">101' in turned


def test_a_table_of_fifty_rows_has_no_pages(browser: FlaskClient) -> None:
    page = browser.get(f"{PAGE}{made(lines=priced(50)).id}/edit").text
    assert len(rows_of(page)) == 50 and marks(page) == "" and "lines.rest" not in page


def test_sending_one_page_changes_no_row_of_the_others(browser: FlaskClient, address: str, bob: User) -> None:
    before = values(bob, address)
    page = browser.get(address).text
    first = rows_of(page)[0]
    answer = press(browser, address, held(page), "save", **{f"{first}_price": "1000"})
    assert answer.status_code == 303, answer.text
    after = values(bob, address)
    assert after["lines"][1:] == before["lines"][1:] and len(after["lines"]) == 120
    assert (after["lines"][0]["price"], after["total"]) == (1000, before["total"] + 999)


def test_edits_of_several_pages_are_kept_together_and_saved_at_once(
    browser: FlaskClient, address: str, bob: User
) -> None:
    page = browser.get(address).text
    first = rows_of(page)[0]
    page = press(browser, address, held(page), "row_page:lines.2", **{f"{first}_price": "0.10"}).text
    last = rows_of(page)[-1]
    assert "CN¥7,259.10" in page  # while only a page is posted, the total is that of all rows
    page = press(browser, address, held(page), "row_page:lines.0", **{f"{last}_price": "0.20"}).text
    assert typed(page, f"{first}.price") in ("0.10", "0.1")
    answer = press(browser, address, held(page), "save")
    assert answer.status_code == 303, answer.text
    rows = values(bob, address)["lines"]
    assert [str(rows[0]["price"]), str(rows[-1]["price"]), len(rows)] == ["0.1", "0.2", 120]
    assert str(values(bob, address)["total"]) == "7139.3"


def test_what_cannot_be_read_stays_as_typed_on_the_other_page(browser: FlaskClient, address: str) -> None:
    page = browser.get(address).text
    first = rows_of(page)[0]
    page = press(browser, address, held(page), "row_page:lines.1", **{f"{first}_price": "five"}).text
    page = press(browser, address, held(page), "row_page:lines.0").text
    assert typed(page, f"{first}.price") == "five"


@pytest.mark.parametrize(
    ("deed", "there", "marked"),
    [
        ("row_up:lines.{51}", lambda rows: [*rows[:49], rows[50], rows[49], *rows[51:]], "Rows 1–50 of 120"),
        ("row_down:lines.{50}", lambda rows: [*rows[:49], rows[50], rows[49], *rows[51:]], "Rows 51–100 of 120"),
        ("row_remove:lines.{60}", lambda rows: [*rows[:59], *rows[60:]], "Rows 51–100 of 119"),
        ("row_copy:lines.{50}", lambda rows: [*rows[:50], "n121", *rows[50:]], "Rows 51–100 of 121"),
        ("row_add:lines", lambda rows: [*rows, "n121"], "Rows 101–121 of 121"),
    ],
)  # fmt: skip
def test_rows_are_moved_copied_added_and_removed_over_the_edge_of_a_page(
    browser: FlaskClient, address: str, deed: str, there: Any, marked: str
) -> None:
    page = browser.get(address).text
    sent = held(page)
    rows = row_posts.handles("lines", sent)
    number = re.search(r"\{(\d+)\}", deed)
    done = deed.replace(number[0], rows[int(number[1]) - 1]) if number else deed
    page = press(browser, address, sent, "row_page:lines.0" if "{50}" in deed else "row_page:lines.1").text
    page = press(browser, address, held(page), done).text
    assert row_posts.handles("lines", held(page)) == there(rows)
    assert marks(page) == marked


def test_a_block_is_pasted_over_the_end_of_a_page(browser: FlaskClient, address: str, bob: User) -> None:
    page = browser.get(address).text
    row = rows_of(page)[-1]
    block = "\n".join(["9"] * 3)
    page = press(browser, address, held(page), f"row_paste:lines.{row}.price\n{block}").text
    assert marks(page) == "Rows 1–50 of 120"
    assert press(browser, address, held(page), "save").status_code == 303
    prices = [row["price"] for row in values(bob, address)["lines"]]
    assert prices[48:53] == [49, 9, 9, 9, 53] and len(prices) == 120


def test_a_problem_on_another_page_is_told_and_its_link_opens_the_page(
    browser: FlaskClient, address: str, bob: User
) -> None:
    # given
    page = browser.get(address).text
    page = press(browser, address, held(page), "row_page:lines.2").text
    last = rows_of(page)[-1]
    page = press(browser, address, held(page), "row_page:lines.0", **{f"{last}_price": ""}).text

    # when
    answer = press(browser, address, held(page), "save")

    # then
    assert answer.status_code == 422 and marks(answer.text) == "Rows 1–50 of 120"
    assert "Items, row 120: Fill in Price." in unescape(answer.text)
    assert f'value="row_show:lines.{last}.price"' in answer.text
    led = press(browser, address, held(answer.text), f"row_show:lines.{last}.price")
    assert led.status_code == 422 and marks(led.text) == "Rows 101–120 of 120"
    assert f'id="e-lines.{last}.price"' in led.text
    assert re.findall(r'id="(lines[^"]*)"[^>]*autofocus', led.text) == [f"lines.{last}.price"]
    drawn = press(browser, address.replace("edit", "eval"), held(answer.text), f"row_show:lines.{last}.price")
    assert f'id="e-lines.{last}.price"' in drawn.text
    assert len(values(bob, address)["lines"]) == 120


def test_many_problems_are_counted_and_fifty_of_them_listed(browser: FlaskClient) -> None:
    page = browser.get(f"{PAGE}new").text
    block = "Text\tPrice\n" + "x\t\n" * 130
    page = press(browser, f"{PAGE}new", held(page), f"row_paste:lines.n1\n{block}").text
    answer = press(browser, f"{PAGE}new", held(page), "save")
    assert answer.status_code == 422 and "There are 130 problems" in answer.text
    assert answer.text.count("Fill in Price") < 120 and "and 80 more" in answer.text


def test_rows_that_nobody_may_change_have_pages_too(browser: FlaskClient) -> None:
    named = {"properties": {"name": {"const": "Acme"}}, "required": ["name"]}
    rule = {"key": "l", "when": named, "then": {"lock": ["lines"]}}
    factory.shop({**QUOTE, "fw": {**QUOTE["fw"], "rules": [rule]}})
    address = f"{PAGE}{made(name='Acme', lines=priced(60)).id}/edit"
    page = browser.get(address).text
    assert marks(page) == "Rows 1–50 of 60" and "data-open" not in page
    assert marks(press(browser, address, held(page), "row_page:lines.1").text) == "Rows 51–60 of 60"


def test_the_page_of_a_record_shows_fifty_rows_and_all_of_them_for_printing(
    browser: FlaskClient, address: str
) -> None:
    record = address.replace("edit", "")
    page = browser.get(record).text
    assert page.count('<th scope="row">') == 50 and marks(page) == "Rows 1–50 of 120"
    last = browser.get(f"{record}?at.lines=2").text
    assert last.count('<th scope="row">') == 20 and ">t120<" in last and ">t1<" not in last
    assert browser.get(f"{record}?at.lines=99999").status_code == 200
    assert browser.get(f"{record}?at=all").text.count('<th scope="row">') == 120


def test_each_sub_table_of_a_record_keeps_its_page(browser: FlaskClient) -> None:
    more = {"parts": QUOTE["properties"]["lines"]}
    factory.shop(form_document("quote", {**QUOTE["properties"], **more}))
    record = f"{PAGE}{made(name='Acme', lines=priced(120), parts=priced(120)).id}/"
    page = unescape(browser.get(f"{record}?at.lines=2&at.parts=1").text)
    assert re.findall(r"Rows \d+–\d+ of \d+", page) == ["Rows 101–120 of 120", "Rows 51–100 of 120"]
    assert f'href="{record}?at.lines=2&at.parts=2#f-parts"' in page
    assert f'href="{record}?at.lines=1&at.parts=1#f-lines"' in page
    assert f'href="{record}?at=all#f-lines"' in page


@pytest.mark.parametrize("rest", ["{", "7", '[["lines.n1.price"]]', '[["a", 1]]', "[" * 100_000])
def test_what_no_page_of_ours_posts_is_refused(browser: FlaskClient, address: str, rest: str) -> None:
    sent = held(browser.get(address).text)
    sent["lines.rest"] = rest
    assert press(browser, address, sent, "save").status_code == 400


def test_half_a_character_in_the_rest_becomes_a_mark_as_browsers_send_it(
    browser: FlaskClient, address: str, bob: User
) -> None:
    sent = held(browser.get(address).text)
    last = row_posts.handles("lines", sent)[-1]
    sent["lines.rest"] = json.dumps([[f"lines.{last}.text", "a\ud800"]])
    assert "a\ufffd" in press(browser, address, Posted(sent), "row_page:lines.2").text
    assert press(browser, address, sent, "save").status_code == 303
    assert values(bob, address)["lines"][-1]["text"] == "a\ufffd"


@pytest.mark.parametrize(
    "names", ["r1-r2501 " * 300_000, "r1 " * 1_000_000, "? " * 1_000_000, "r1-r2501 " * 10]
)
@pytest.mark.timeout(5)
def test_rows_that_are_named_again_and_again_are_refused_at_once(names: str) -> None:
    with pytest.raises(RequestEntityTooLarge):
        row_posts.handles("lines", MultiDict({"lines": names}))


@pytest.mark.full
@pytest.mark.timeout(30)
def test_a_row_is_copied_again_and_again_and_all_cells_are_looked_through_once() -> None:
    class Looked(MultiDict[str, str]):
        times = 0

        def __iter__(self) -> Iterator[str]:
            Looked.times += 1
            return super().__iter__()

    sent = Looked([("lines", "n1"), *((f"lines.n{number}.text", "x") for number in range(1, 100))])
    changed, row = row_posts.done(sent, ["row_copy:lines.n1"] * row_posts.MOST_DEEDS, ["lines"])
    assert row == "lines.n51" and changed["lines.n51.text"] == "x"
    assert Looked.times == 1


def test_names_beside_the_rows_are_not_read_from_the_rest(
    browser: FlaskClient, address: str, bob: User
) -> None:
    sent = held(browser.get(address).text)
    sent["lines.rest"] = json.dumps([["name", "Evil"], ["lines.r999999.price", "1"], ["_rev", "9"]])
    assert press(browser, address, sent, "save").status_code == 303
    assert values(bob, address)["name"] == "Acme" and len(values(bob, address)["lines"]) == 120


def test_more_rows_than_may_be_are_told_and_nothing_is_stored(
    browser: FlaskClient, address: str, bob: User
) -> None:
    sent = held(browser.get(address).text)
    sent.add("lines", f"n1-n{row_posts.MOST - 120}")
    sent["lines.n4881.price"] = "1"
    answer = press(browser, address, sent, "save")
    assert answer.status_code == 422 and "at most 5" in answer.text
    assert len(values(bob, address)["lines"]) == 120


@pytest.mark.parametrize("deed", ["row_add:lines", "row_copy:lines.n1"])
def test_where_no_more_rows_may_be_a_button_adds_none_and_takes_none_away(deed: str) -> None:
    posted: Posted = MultiDict({"lines": f"n1-n{row_posts.MOST}"})

    after, _row = row_posts.done(posted, [deed], {"lines"})

    assert row_posts.handles("lines", after) == row_posts.handles("lines", posted)


@pytest.mark.parametrize(
    "handles", [[], ["r1"], ["r1", "r2", "r3", "n1", "n2", "r9"], ["r3", "r2", "r1"], ["n1", "r2"]]
)
def test_handles_in_short_are_read_as_they_were(handles: list[str]) -> None:
    posted: Posted = MultiDict({"lines": row_posts.in_short(handles)})
    assert row_posts.handles("lines", posted) == handles


@pytest.mark.parametrize("most", [300, pytest.param(5_000, marks=pytest.mark.full)])
def test_many_rows_open_and_are_evaluated_with_the_statements_of_a_few(
    browser: FlaskClient, queries: Any, most: int
) -> None:
    few, many = (f"{PAGE}{made(name='Acme', lines=priced(count)).id}/" for count in (60, most))
    counts: dict[str, list[int]] = {"few": [], "many": []}
    for name, address in (("few", few), ("few", few), ("many", many)):
        counts[name] = []
        for ask in (lambda: browser.get(f"{address}edit"), lambda: browser.get(address)):  # noqa: B023
            queries.statements.clear()
            page = ask()
            assert page.status_code == 200 and len(page.text) < 250_000
            counts[name].append(len(queries.statements))
        sent = held(browser.get(f"{address}edit").text)
        assert len(sent) < 400
        queries.statements.clear()
        assert press(browser, f"{address}eval", sent, "").status_code == 200
        counts[name].append(len(queries.statements))
    assert counts["few"] == counts["many"]
