"""Several records become one: what moves, what stays behind, who may do it, and that it is done once and as a whole."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from runtime import timeline
from runtime.accounts.models import User
from runtime.check import violations
from runtime.comments.models import Comment
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import App
from runtime.errors import Conflict, NotFound
from runtime.files.models import StoredFile
from runtime.merging import doing
from runtime.merging.doing import Wish
from runtime.records import history, query, restoring, store, trash
from runtime.records.models import Event, Trashed
from tests.conftest import both_databases, sqlite_with
from tests.forms.followup import Browser, sign_in
from tests.records.factory import TRUSTED, field, form_document, give_role, page, publish, shop

TO = field("reference", form="customer")
CUSTOMER = form_document(
    "customer",
    {
        "name": field("text"),
        "phone": field("phone"),
        "tags": field("references", form="tag"),
        "papers": field("file"),
        "head": TO,
        "secret": field("text", access={"clerk": "hidden"}),
        "visits": field("roll_up", function="count", form="visit", reference="customer"),
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"item": field("text")}},
            "fw": {"type": "sub_table"},
        },
    },
    title_field="name",
    unique=[["phone"]],
)
TAG = form_document("tag", {"name": field("text")}, title_field="name")
VISIT = form_document(
    "visit", {"customer": {**TO, "fw": {**TO["fw"], "on_delete": "delete"}}, "note": field("text")}
)
ORDER = form_document(
    "order",
    {
        "name": field("text"),
        "for": field("references", form="customer"),
        "phone": field("phone"),
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "who": {**TO, "fw": {**TO["fw"], "fill": {"price": "name"}}},
                    "price": field("text"),
                },
            },
            "fw": {"type": "sub_table"},
        },
    },
    title_field="name",
)
FORMS = (TAG, CUSTOMER, VISIT, ORDER)
ALL = ["create", "read", "update", "delete"]
ROLES = {
    "clerk": [
        {"form": "customer", "actions": ALL, "scope": "all"},
        {"form": "tag", "actions": ["read"], "scope": "all"},
    ],
    "own": [{"form": "customer", "actions": ALL, "scope": "own"}],
}
PLACE = "/apps/shop/forms/customer"


def open_shop() -> None:
    if db.session.scalar(select(App.id).where(App.key == "shop")) is None:
        shop(*FORMS, roles=ROLES)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, open_shop)


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    app.config["WTF_CSRF_ENABLED"] = False
    open_shop()
    give_role(bob)
    return bob


@pytest.fixture
def browser(app: Flask, clerk: User) -> Browser:
    return Browser(sign_in(app.test_client(), clerk))


def save(form: str, record_id: int | None = None, **values: Any) -> int:
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", form), values, record_id=record_id).id


def read(form: str, record_id: int) -> dict[str, Any]:
    """What the record holds, as its last event says."""
    db.session.rollback()
    own = (Event.form_id == lookup.form("shop", form).definition_id, Event.record_id == record_id)
    last = db.session.scalars(select(Event).where(*own).order_by(Event.id.desc()).limit(1)).one()
    return dict(last.after)


def merge(
    user: User, into: int, *others: int, values: Mapping[str, Any] | None = None, token: str = ""
) -> None:
    form = lookup.form("shop", "customer")
    seen = {each: query.get(user, form, each).revision for each in (into, *others)}
    with transaction():
        doing.merge(user, form, Wish(into, others, seen, values or {}, token))


def sound() -> bool:
    db.session.rollback()
    return not list(violations())


@both_databases
def test_what_refers_to_the_others_refers_to_the_one_that_stays(clerk: User) -> None:
    acme, double, third = (save("customer", name=name) for name in ("Acme", "ACME", "acme"))
    visits = [save("visit", customer=each, note="n") for each in (acme, double, double)]
    order = save(
        "order",
        **{"for": [double, acme, third]},
        rows=[{"who": double, "price": "as agreed"}, {"who": acme, "price": "p"}],
    )

    merge(clerk, acme, double, third)

    assert [read("visit", each)["customer"] for each in visits] == [acme] * 3
    assert read("order", order)["for"] == [acme]
    assert [(row["who"], row["price"]) for row in read("order", order)["rows"]] == [
        (acme, "as agreed"),
        (acme, "p"),
    ]
    assert query.get(clerk, lookup.form("shop", "customer"), acme).values["visits"] == 3
    assert sound()


def test_the_others_are_in_the_trash_and_their_history_names_the_one_that_stays(
    browser: Browser, clerk: User
) -> None:
    acme, double = save("customer", name="Acme"), save("customer", name="ACME")
    visit = save("visit", customer=double)

    merge(clerk, acme, double)

    form = lookup.form("shop", "customer")
    assert trash.holds(form, double)
    assert history.merged_into(form, double) == acme
    assert browser.open(f"{PLACE}/{double}/").location == f"{PLACE}/{acme}/"
    assert f"Bob merged #{double} into this record." in unescape(browser.open(f"{PLACE}/{acme}/").text)
    told = db.session.scalars(select(Event).where(Event.record_id == double, Event.kind == "deleted")).one()
    assert timeline.told(clerk, form, [told]) == [f"Bob merged this record into #{acme}."]
    own = (Event.form_id == lookup.form("shop", "visit").definition_id, Event.record_id == visit)
    moved = db.session.scalars(select(Event).where(*own).order_by(Event.id.desc())).first()
    assert moved is not None and (moved.origin, moved.changed) == ("merge", ["customer"])


def test_values_comments_files_and_rows_go_where_they_were_chosen_for(browser: Browser, clerk: User) -> None:
    form = lookup.form("shop", "customer")
    with transaction() as session:
        own = {"form_id": form.definition_id, "field": "papers", "made_by": clerk.id}
        about = {"name": "a.pdf", "size": 1, "type": "x", "sha256": "", "state": "ready"}
        session.add(StoredFile(key="a" * 32, **own, **about))
    tag = save("tag", name="vip")
    acme = save("customer", name="Acme", lines=[{"item": "one"}], secret="S1")
    values = {"name": "ACME", "phone": "13800138000", "papers": ["a" * 32], "tags": [tag], "secret": "S2"}
    double = save("customer", **values, lines=[{"item": "two"}])
    with transaction() as session:
        session.add(Comment(form_id=form.definition_id, record_id=double, user_id=clerk.id, text="Hello"))

    answer = press(browser, acme, double, into=acme, **{"of.lines": "all", "of.name": str(double)})

    assert answer.status_code == 303, answer.text
    now = read("customer", acme)
    assert (now["name"], now["phone"], now["papers"], now["secret"]) == (
        "ACME",
        "+8613800138000",
        ["a" * 32],
        "S1",
    )
    assert [row["item"] for row in now["lines"]] == ["one", "two"]
    assert db.session.scalar(select(Comment.record_id)) == acme
    held = db.session.scalars(select(StoredFile)).one()
    assert (held.record_id, held.expires_at) == (acme, None)
    assert sound()


def press(browser: Browser, *ids: int, **chosen: Any) -> Any:
    """Open the page and press its button."""
    browser.open(f"{PLACE}/merge?" + "&".join(f"record={each}" for each in ids))
    hidden = dict(re.findall(r'type="hidden" name="((?:_|rev)[\w.]+)" value="([^"]*)"', browser.page))
    picked = re.findall(r'type="radio" name="([\w.]+)" value="(\w+)" checked', browser.page)
    sent = {**hidden, **dict(picked), **{key: str(each) for key, each in chosen.items()}}
    return browser.client.post(
        f"{PLACE}/merge", data={**sent, "record": [str(each) for each in ids], "do": "merge"}
    )


def test_the_page_proposes_the_fullest_record_and_fills_its_gaps(browser: Browser) -> None:
    bare = save("customer", name="Acme", phone="13800138000")
    full = save("customer", name="ACME", lines=[{"item": "x"}], tags=[save("tag", name="vip")])

    assert press(browser, bare, full).location == f"{PLACE}/{full}/"
    assert (read("customer", full)["name"], read("customer", full)["phone"]) == ("ACME", "+8613800138000")


def test_a_merge_with_nothing_to_change_is_still_one_revision_of_the_one_that_stays(clerk: User) -> None:
    acme, double = save("customer", name="Acme"), save("customer", name="Acme")

    merge(clerk, acme, double)

    assert query.get(clerk, lookup.form("shop", "customer"), acme).revision == 2
    assert sound()


def test_records_that_refer_to_each_other_do_not_refer_to_themselves_afterwards(clerk: User) -> None:
    acme = save("customer", name="Acme")
    double = save("customer", name="ACME", head=acme)
    third = save("customer", name="Third", head=double)
    save("customer", acme, head=double)

    merge(clerk, acme, double)

    assert "head" not in read("customer", acme) and read("customer", third)["head"] == acme
    assert sound()


def test_a_second_press_does_nothing_more(browser: Browser) -> None:
    acme, double = save("customer", name="Acme"), save("customer", name="ACME")
    browser.open(f"{PLACE}/merge?record={acme}&record={double}")
    hidden = dict(re.findall(r'type="hidden" name="((?:_|rev)[\w.]+)" value="([^"]*)"', browser.page))
    sent = {**hidden, "record": [str(acme), str(double)], "into": str(acme), "do": "merge"}

    answers = [browser.client.post(f"{PLACE}/merge", data=sent) for _ in range(2)]

    assert [each.location for each in answers] == [f"{PLACE}/{acme}/"] * 2
    assert db.session.scalar(select(func.count()).select_from(Trashed)) == 1


def test_a_record_that_somebody_changed_meanwhile_is_looked_at_again(browser: Browser) -> None:
    acme, double = save("customer", name="Acme"), save("customer", name="ACME")
    sent = {
        f"rev.{acme}": "1",
        f"rev.{double}": "1",
        "record": [acme, double],
        "into": acme,
        "do": "merge",
    }
    save("customer", double, name="Ohm")

    answer = browser.client.post(f"{PLACE}/merge", data=sent)

    assert answer.status_code == 409 and "Somebody changed one of these records" in answer.text
    assert read("customer", double)["name"] == "Ohm"


def test_who_may_not_delete_the_others_may_not_merge_them(clerk: User, charlie: User) -> None:
    give_role(charlie, "own")
    with transaction():
        own = store.save(page(charlie), lookup.form("shop", "customer"), {"name": "Mine"}).id
    theirs = save("customer", name="Theirs")
    form = lookup.form("shop", "customer")

    with pytest.raises(NotFound), transaction():
        doing.merge(charlie, form, Wish(own, (theirs,), {own: 1, theirs: 1}, {}))

    assert read("customer", theirs)["name"] == "Theirs"


def test_a_reference_that_could_not_point_there_stops_all_of_it_and_is_named(clerk: User) -> None:
    one_each = form_document("visit", VISIT["properties"], unique=[["customer", "note"]], title_field="note")
    publish("form", "visit", one_each)
    acme, double = save("customer", name="Acme"), save("customer", name="ACME")
    for each in (acme, double):
        save("visit", customer=each, note="Monday")

    with pytest.raises(Conflict, match="Monday"):
        merge(clerk, acme, double)

    db.session.rollback()
    assert not trash.holds(lookup.form("shop", "customer"), double) and sound()


def test_brought_back_a_record_has_its_values_and_not_what_moved(clerk: User) -> None:
    acme, double = save("customer", name="Acme"), save("customer", name="ACME", phone="13800138000")
    visit = save("visit", customer=double)
    merge(clerk, acme, double)
    form = lookup.form("shop", "customer")

    with transaction():
        restoring.restore(page(clerk), form, trash.one(page(clerk), form, double))

    assert read("customer", double)["name"] == "ACME" and read("visit", visit)["customer"] == acme
    assert history.merged_into(form, double) == 0
    assert sound()


class Killed(BaseException):
    """The process dies here."""


def test_wherever_it_dies_nothing_or_all_of_it_is_done(clerk: User) -> None:
    acme, double = save("customer", name="Acme"), save("customer", name="ACME", phone="13800138000")
    visits = [save("visit", customer=double) for _ in range(2)]
    writes = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal writes
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            writes += 1
            if writes == dies_at:
                raise Killed

    dies_at = 0
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        while True:
            writes, dies_at = 0, dies_at + 1
            try:
                merge(clerk, acme, double, values={"phone": "+8613800138000"})
            except Killed:
                db.session.rollback()
                assert [read("visit", each)["customer"] for each in visits] == [double] * 2, dies_at
                continue
            break
    finally:
        event.remove(db.engine, "before_cursor_execute", count)

    assert dies_at > 10
    assert [read("visit", each)["customer"] for each in visits] == [acme] * 2 and sound()


def test_the_page_says_what_moves_and_names_nothing_that_is_hidden(browser: Browser, clerk: User) -> None:
    acme = save("customer", name="Acme", secret="Zwitscherkanarie")
    double = save("customer", name="ACME", secret="Otherkanarie")
    save("visit", customer=double)

    found = browser.open(f"{PLACE}/merge?record={acme}&record={double}").text

    assert "kanarie" not in found and "secret" not in found.lower().partition("<main")[2]
    assert "1 record of Visit" not in found  # he may not read visits
    for query_string in ("", f"?record={acme}", "?record=x&record=y", f"?record={acme}&record=999"):
        assert browser.open(f"{PLACE}/merge{query_string}").status_code == 303
