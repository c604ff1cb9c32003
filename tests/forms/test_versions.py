"""The versions of a record: all of them, two compared, one brought back, and what of it cannot be."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from runtime import timeline, word_diff
from runtime.accounts import service
from runtime.accounts.models import User
from runtime.check import violations
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.files.models import StoredFile
from runtime.forms.record import differences
from runtime.records import deletion, history, query, store
from runtime.records.models import Event
from tests.conftest import Queries, both_databases, sqlite_with
from tests.forms.followup import Browser, sign_in
from tests.records.factory import TRUSTED, field, form_document, give_role, page, publish, there_is

PLACE = "/apps/shop/forms/order"
LINES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "item": field("text"),
            "qty": field("number"),
            "product": field("reference", form="product"),
            "cost": field("number", access={"clerk": "hidden"}),
        },
    },
    "fw": {"type": "sub_table"},
}
FIELDS: dict[str, Any] = {
    "name": field("text"),
    "note": field("long_text"),
    "state": field("text"),
    "product": field("reference", form="product"),
    "secret": field("text", access={"clerk": "hidden"}),
    "fixed": field("text", access={"clerk": "read"}),
    "old": field("text", {"title": "Fax"}),
    "papers": field("file"),
    "lines": LINES,
    "size": field("formula", formula="len(name)", result="number"),
}
RULE = {
    "when": {"properties": {"state": {"const": "closed"}}, "required": ["state"]},
    "key": "r1",
    "then": {"lock": ["note"]},
}
PRODUCT = form_document("product", {"name": field("text")}, title_field="name")


def order_form(*without: str, **own: Any) -> dict[str, Any]:
    shown = {key: one for key, one in FIELDS.items() if key not in without}
    return form_document("order", shown, title_field="name", **own)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, lambda: there_is(PRODUCT, order_form()))


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    app.config["WTF_CSRF_ENABLED"] = False
    there_is(PRODUCT, order_form())
    give_role(bob)
    return bob


@pytest.fixture
def browser(app: Flask, clerk: User) -> Browser:
    return Browser(sign_in(app.test_client(), clerk))


def save(form: str, record_id: int | None = None, **values: Any) -> int:
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", form), values, record_id=record_id).id


def held(user: User, record_id: int) -> Any:
    db.session.rollback()
    return query.get(user, lookup.form("shop", "order"), record_id).values


def ticked(browser: Browser) -> list[str]:
    boxes = re.findall(r'name="field" value="([a-z]+)"([^>]*)', browser.page)
    return [key for key, rest in boxes if "checked" in rest]


def restore(browser: Browser, record_id: int, number: int, *keys: str) -> Any:
    """Open a version and restore these fields of it, or what is ticked."""
    address = f"{PLACE}/{record_id}/versions/{number}"
    browser.open(address)
    hidden = dict(re.findall(r'type="hidden" name="(_\w+)" value="([^"]*)"', browser.page))
    return browser.client.post(address, data={**hidden, "field": list(keys) or ticked(browser)})


def test_a_record_lists_its_versions_with_what_changed_and_who_did_it(browser: Browser, clerk: User) -> None:
    order = save("order", name="One", note="a")
    with transaction():
        store.save(page(clerk), lookup.form("shop", "order"), {"note": "b"}, record_id=order)

    found = browser.open(f"{PLACE}/{order}/versions/").text

    assert found.index("Version 2") < found.index("Version 1")
    assert "Bob changed the record." in found
    assert f'href="{PLACE}/{order}/versions/2"' in found
    assert f'href="{PLACE}/{order}/versions/"' in browser.open(f"{PLACE}/{order}/").text


def test_there_is_no_version_0_nor_one_with_a_number_beyond_all_measure(browser: Browser) -> None:
    order = save("order", name="One")

    for asked in ("compare?old=0&new=1", "compare?old=1", "compare?old=x&new=1", f"{10**30}", "2"):
        assert browser.open(f"{PLACE}/{order}/versions/{asked}").status_code == 404, asked


def test_two_versions_are_compared_word_by_word_whichever_is_named_first(browser: Browser) -> None:
    order = save("order", name="One", note="They want ten red chairs by May.")
    save("order", order, note="They want ten blue chairs by May.", name="Two")

    one = browser.open(f"{PLACE}/{order}/versions/compare?old=1&new=2").text
    other = browser.open(f"{PLACE}/{order}/versions/compare?old=2&new=1").text

    assert "They want ten <del>red</del><ins>blue</ins> chairs by May." in one
    assert (
        one.partition("<main")[2].partition("fw-changes")[2]
        == other.partition("<main")[2].partition("fw-changes")[2]
    )


@pytest.mark.parametrize("asked", ["", "?old=1", "?old=1&new=9", "?old=x&new=1", "?old=99999999999&new=1"])
def test_versions_that_there_are_not_are_not_found(browser: Browser, asked: str) -> None:
    order = save("order", name="One")

    assert browser.open(f"{PLACE}/{order}/versions/compare{asked}").status_code == 404
    assert browser.open(f"{PLACE}/{order}/versions/7").status_code == 404


def test_rows_are_compared_by_what_they_are_and_not_by_their_place(browser: Browser, clerk: User) -> None:
    order = save("order", name="One", lines=[{"item": "Chair", "qty": 1}, {"item": "Desk", "qty": 2}])
    _chair, desk = held(clerk, order)["lines"]
    save("order", order, lines=[{**desk, "qty": 5}, {"item": "Lamp", "qty": 1}])

    found = browser.open(f"{PLACE}/{order}/versions/compare?old=1&new=2").text

    assert re.search(r"lines, row 1, qty: <del>2</del>.*<ins>5</ins>", found, re.I)
    assert re.search(r"lines, row 1: <del>Chair · 1</del>", found, re.I)
    assert re.search(r"lines, row 2: <ins>Lamp · 1</ins>", found, re.I)


@both_databases
def test_restoring_a_version_is_one_new_revision_that_says_where_it_came_from(
    browser: Browser, clerk: User
) -> None:
    order = save("order", name="One", note="a", lines=[{"item": "Chair", "qty": 1}])
    first = held(clerk, order)
    save("order", order, name="Two", note=None, lines=[{"item": "Desk", "qty": 2}])

    assert restore(browser, order, 1).status_code == 303

    now = held(clerk, order)
    assert (now["name"], now["note"], now["size"]) == ("One", "a", 3)
    assert [(row["item"], row["qty"]) for row in now["lines"]] == [("Chair", 1)]
    form = lookup.form("shop", "order")
    events = history.versions(form, order, None, 10)
    assert [event.revision for event in events] == [3, 2, 1]
    assert timeline.told(clerk, form, events[:1]) == ["Bob restored version 1."]
    assert "Bob restored version 1." in unescape(browser.open(f"{PLACE}/{order}/").text)
    compared = browser.open(f"{PLACE}/{order}/versions/compare?old=1&new=3").text
    assert "Nothing that you can see differs" in compared
    assert not list(violations())
    assert first["name"] == now["name"]


def test_single_fields_are_restored_and_the_others_stay(browser: Browser, clerk: User) -> None:
    order = save("order", name="One", note="a")
    save("order", order, name="Two", note="b")

    assert restore(browser, order, 1, "note").status_code == 303

    assert (held(clerk, order)["name"], held(clerk, order)["note"]) == ("Two", "a")


def test_a_row_that_is_still_there_keeps_what_the_person_may_not_see_of_it(
    browser: Browser, clerk: User
) -> None:
    order = save("order", name="One", lines=[{"item": "Chair", "qty": 1, "cost": 7}])
    own = db.session.scalars(select(Event).where(Event.record_id == order).order_by(Event.id)).all()[-1]
    save("order", order, lines=[{**own.after["lines"][0], "qty": 3, "cost": 9}])

    page_then = browser.open(f"{PLACE}/{order}/versions/1").text
    assert restore(browser, order, 1).status_code == 303

    db.session.rollback()
    last = db.session.scalars(select(Event).where(Event.record_id == order).order_by(Event.id)).all()[-1]
    assert (last.after["lines"][0]["qty"], last.after["lines"][0]["cost"]) == (1, 9)
    assert "Cost" not in page_then and "cost" not in page_then.partition("<main")[2]


def test_what_cannot_come_back_is_told_before_and_left(browser: Browser, clerk: User) -> None:
    desk, lamp = save("product", name="Desk"), save("product", name="Lamp")
    with transaction() as session:
        session.add(
            StoredFile(
                key="a" * 32,
                form_id=lookup.form("shop", "order").definition_id,
                field="papers",
                name="plan.pdf",
                size=1,
                type="application/pdf",
                sha256="",
                state="ready",
                made_by=clerk.id,
            )
        )
    values = {
        "name": "One",
        "product": desk,
        "fixed": "F1",
        "old": "555",
        "secret": "S1",
        "papers": ["a" * 32],
    }
    order = save("order", **values, lines=[{"item": "x", "product": desk}])
    save("order", order, name="Two", product=lamp, fixed="F2", old=None, secret="S2", papers=None, lines=[])
    publish("form", "order", order_form("old"))
    with transaction() as session:
        session.execute(delete(StoredFile))
        deletion.delete(TRUSTED, lookup.form("shop", "product"), desk)

    told = unescape(browser.open(f"{PLACE}/{order}/versions/1").text).partition("What does not come back")[2]
    assert restore(browser, order, 1).status_code == 303

    for sentence in (
        "Product: what it pointed to is not available any more",
        "Lines, row 1, Product: what it pointed to is not available any more",
        "Papers: a file of it is gone",
        "Fixed: you may not change it",
        "Fax: the field is no longer in the form",
        "Fields that you cannot see stay as they are.",
    ):
        assert sentence.lower() in told.lower(), sentence
    assert "secret" not in told.lower() and "S1" not in told
    now = query.get(clerk, lookup.form("shop", "order"), order).whole
    assert (now["name"], now["product"], now["fixed"], now["secret"]) == ("One", lamp, "F2", "S2")
    assert [row.get("product") for row in now["lines"]] == [None] and "papers" not in now


def test_what_a_rule_locks_is_told_and_left(browser: Browser, clerk: User) -> None:
    publish("form", "order", order_form(rules=[RULE]))
    order = save("order", name="One", note="a", state="closed")
    save("order", order, name="Two", note="b", state="open")

    told = unescape(browser.open(f"{PLACE}/{order}/versions/1").text)
    assert restore(browser, order, 1).status_code == 303

    assert re.search(r"note: a rule of the form decides on it now", told, re.I)
    assert held(clerk, order) == {"name": "One", "note": "b", "state": "closed", "size": 3}


def test_a_value_that_the_form_refuses_by_now_stops_nothing_else_and_says_why(
    browser: Browser, clerk: User
) -> None:
    order = save("order", name="A long name", note="a")
    save("order", order, name="Two", note="b")
    shorter = {**FIELDS, "name": field("text", {"maxLength": 5})}
    publish("form", "order", form_document("order", shorter, title_field="name"))

    browser.open(f"{PLACE}/{order}/versions/1")
    assert ticked(browser) == ["note"] and 'id="e-name"' in browser.page
    refused = restore(browser, order, 1, "name", "note")
    assert refused.status_code == 422 and "Two" in str(held(clerk, order)["name"])
    assert restore(browser, order, 1).status_code == 303
    assert (held(clerk, order)["name"], held(clerk, order)["note"]) == ("Two", "a")


def test_a_change_in_between_is_shown_before_anything_is_restored(browser: Browser, clerk: User) -> None:
    order = save("order", name="One")
    save("order", order, name="Two")
    address = f"{PLACE}/{order}/versions/1"
    sent = {"_rev": "2", "_once": "x", "field": "name"}
    save("order", order, name="Three")

    answer = browser.client.post(address, data=sent)

    assert answer.status_code == 409 and "Somebody changed this record meanwhile" in answer.text
    assert "Three" in answer.text and held(clerk, order)["name"] == "Three"


def test_a_second_press_restores_nothing_again(browser: Browser, clerk: User) -> None:
    order = save("order", name="One", lines=[{"item": "Chair"}])
    save("order", order, name="Two", lines=[])
    address = f"{PLACE}/{order}/versions/1"
    sent = {"_rev": "2", "_once": "once", "field": ["name", "lines"]}

    answers = [browser.client.post(address, data=sent).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert query.get(clerk, lookup.form("shop", "order"), order).revision == 3


def test_versions_show_nothing_that_is_hidden_from_the_reader(browser: Browser) -> None:
    order = save("order", name="One", secret="Zwitscherkanarie")
    save("order", order, secret="Otherkanarie")

    for path in ("", "1", "compare?old=1&new=2"):
        found = browser.open(f"{PLACE}/{order}/versions/{path}").text
        assert "kanarie" not in found and "secret" not in found.lower().partition("<main")[2], path


def test_versions_do_not_tell_that_a_hidden_column_of_rows_changed(
    app: Flask, browser: Browser, clerk: User
) -> None:
    order = save("order", name="One", lines=[{"item": "Chair", "qty": 1, "cost": 7}])
    (row,) = held(clerk, order)["lines"]
    save("order", order, lines=[{**row, "cost": 9}])
    save("order", order, lines=[{**row, "cost": 9, "qty": 2}])

    page = browser.open(f"{PLACE}/{order}/versions/").text.partition("<main")[2]
    headers = {"Authorization": f"Bearer {service.create_token(clerk.email)}"}
    path = f"/api/v1/apps/shop/forms/order/records/{order}/versions"
    items = app.test_client().get(path, headers=headers).get_json()["items"]

    assert page.lower().count("lines") == 2
    assert [(each["number"], "lines" in each["changed"]) for each in items] == [
        (3, True),
        (2, False),
        (1, True),
    ]


def test_the_list_of_versions_takes_as_many_statements_however_many_there_are(
    browser: Browser, queries: Queries
) -> None:
    order = save("order", name="One")
    address = f"{PLACE}/{order}/versions/"

    def taken() -> int:
        browser.open(address)
        queries.clear()
        browser.open(address)
        return queries.count

    few = taken()
    for number in range(6):
        save("order", order, note=str(number))

    assert taken() == few


@given(st.text("ab \n字词,.", max_size=40), st.text("ab \n字词,.", max_size=40))
def test_the_pieces_of_two_texts_give_back_both(old: str, new: str) -> None:
    found = word_diff.pieces(old, new)

    assert "".join(piece.text for piece in found if piece.kind != "new") == old
    assert "".join(piece.text for piece in found if piece.kind != "old") == new


def test_chinese_is_compared_sign_by_sign_and_very_long_texts_line_by_line() -> None:
    assert ("old", "红") in word_diff.pieces("他们要十把红椅子", "他们要十把蓝椅子")
    long = "\n".join(f"line {number} of it" for number in range(2_000))
    assert word_diff.pieces(long, long.replace("line 7 ", "line seven "))[1] == ("old", "line 7 of it\n")


def test_rows_that_were_typed_again_are_the_same_rows() -> None:
    old = [{"id": 1, "item": "a"}, {"id": 2, "item": "a"}]
    new = [{"id": 9, "item": "a"}, {"id": 2, "item": "a"}, {"id": 10, "item": "a"}]

    assert differences.aligned(old, new) == (old, [old[0], old[1], new[2]])
