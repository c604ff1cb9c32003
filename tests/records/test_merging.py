"""Several records become one: what moves, what stays behind, who may do it, and that it is done once and as a whole."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from html import unescape
from pathlib import Path
from threading import Event as Flag
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from runtime import timeline
from runtime.accounts.models import User
from runtime.check import violations
from runtime.comments.models import Comment
from runtime.db import db, is_passing, transaction
from runtime.definitions import lookup
from runtime.definitions.models import App
from runtime.errors import Conflict, Invalid, NotFound
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
    "partly": [
        {"form": "customer", "actions": ALL, "scope": "all"},
        {"form": "visit", "actions": ["read"], "scope": "all"},
    ],
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
        f"{PLACE}/merge",
        data={**sent, "record": [str(each) for each in ids], "do": "merge"},
        headers={"Origin": "http://localhost"},
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


def test_a_reference_that_could_not_point_there_stops_all_of_it_and_is_named_to_who_may_read_it(
    clerk: User, alice: User
) -> None:
    one_each = form_document("visit", VISIT["properties"], unique=[["customer", "note"]], title_field="note")
    publish("form", "visit", one_each)
    acme, double = save("customer", name="Acme"), save("customer", name="ACME")
    for each in (acme, double):
        save("visit", customer=each, note="Monday")

    with pytest.raises(Conflict, match="Monday"):
        merge(alice, acme, double)
    with pytest.raises(Conflict) as told:  # he may not read visits
        merge(clerk, acme, double)

    assert str(told.value) == "A record that you may not see cannot point to the record that stays."
    db.session.rollback()
    assert not trash.holds(lookup.form("shop", "customer"), double) and sound()


def test_why_a_reference_stops_a_merge_is_not_told_of_a_field_that_is_hidden(
    clerk: User, charlie: User
) -> None:
    document = form_document(
        "visit",
        {"customer": {**TO, "fw": {**TO["fw"], "access": {"partly": "hidden"}}}, "note": field("text")},
        unique=[["customer"]],
        title_field="note",
    )
    publish("form", "visit", document)
    give_role(charlie, "partly")
    acme, double = save("customer", name="Acme"), save("customer", name="ACME")
    for each in (acme, double):
        save("visit", customer=each, note="Monday")

    with pytest.raises(Conflict) as told:
        merge(charlie, acme, double)

    assert str(told.value) == "“Monday” cannot point to the record that stays."


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


def test_files_that_a_rule_keeps_from_the_record_that_stays_stop_it(clerk: User) -> None:
    form = lookup.form("shop", "customer")
    with transaction() as session:
        about = {"name": "a.pdf", "size": 1, "type": "x", "sha256": "", "state": "ready"}
        session.add(
            StoredFile(key="b" * 32, form_id=form.definition_id, field="papers", made_by=clerk.id, **about)
        )
    acme, double = save("customer", name="Acme"), save("customer", name="ACME", papers=["b" * 32])
    named = {"properties": {"name": {"const": "Acme"}}, "required": ["name"]}
    rule = {"key": "no_papers", "when": named, "then": {"hide": ["papers"]}}
    publish("form", "customer", {**CUSTOMER, "fw": {**CUSTOMER["fw"], "rules": [rule]}})

    with pytest.raises(Conflict, match="keeps the files"):
        merge(clerk, acme, double, values={"papers": ["b" * 32]})

    assert read("customer", double)["papers"] == ["b" * 32] and sound()


def test_what_differs_and_may_not_be_taken_over_is_not_counted_as_the_same(
    browser: Browser, clerk: User
) -> None:
    shut = {**CUSTOMER["properties"], "code": field("text", access={"clerk": "read"})}
    publish("form", "customer", {**CUSTOMER, "properties": shut})
    ids = [save("customer", name="Acme", code=code) for code in ("1", "2")]

    found = browser.open(f"{PLACE}/merge?record={ids[0]}&record={ids[1]}").text

    assert "1 more field holds the same" in found


def blocked() -> bool:
    """Whether somebody waits for a lock."""
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with db.engine.connect() as other:
        return bool(other.scalar(asked))


def wait_until(holds: Callable[[], bool]) -> None:
    over = monotonic() + 20
    while not holds():
        assert monotonic() < over
        Flag().wait(0.01)


def at_once(app: Flask, *calls: Callable[[], Any]) -> list[Future[Any]]:
    def run(call: Callable[[], Any]) -> Any:
        with app.app_context():
            try:
                return call()
            finally:
                db.session.remove()

    pool = ThreadPoolExecutor(len(calls))
    return [pool.submit(run, each) for each in calls]


on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@on_postgres
def test_a_merge_waits_for_who_saves_what_refers_to_it(app: Flask, clerk: User) -> None:
    acme, double, third = (save("customer", name=name) for name in ("Acme", "ACME", "Ohm"))
    visit, other = (save("visit", customer=double, note="n") for _ in range(2))
    form, user_id = lookup.form("shop", "visit"), clerk.id

    with transaction():
        store.save(TRUSTED, form, {"note": "held"}, record_id=visit)
        (merging,) = at_once(app, lambda: merge(db.session.get_one(User, user_id), acme, double))
        wait_until(blocked)
        # its roll-ups lock the customers now
        store.save(TRUSTED, form, {"customer": third}, record_id=visit)

    assert isinstance(merging.exception(30), Conflict | None), merging.exception()
    assert merging.exception() is None or read("visit", other)["customer"] == double
    assert read("visit", visit)["customer"] == third and sound()


def is_told(error: BaseException) -> bool:
    """Whether a person is told plainly: refused, or asked to try again because two waited for each other."""
    waited = isinstance(error, DBAPIError) and is_passing(error)
    return waited or isinstance(error, (Conflict, NotFound, Invalid))


@on_postgres
def test_merges_with_crossed_survivors_and_saves_at_once_end_as_one_or_ask_to_try_again(
    app: Flask, clerk: User
) -> None:
    one, two = (save("customer", name=name) for name in ("Acme", "ACME"))
    visits = [save("visit", customer=each, note="n") for each in (one, two, one, two)]
    user_id = clerk.id

    def merged(into: int, other: int) -> None:
        merge(db.session.get_one(User, user_id), into, other)

    def swap() -> None:
        for turn in range(4):
            for number, each in enumerate(visits):
                save("visit", each, customer=(one, two)[(turn + number) % 2])

    calls = at_once(app, lambda: merged(one, two), lambda: merged(two, one), swap, swap)
    failed = [error for each in calls if (error := each.exception(60)) is not None]

    assert all(map(is_told, failed)) and len(failed) <= 3, failed
    form = lookup.form("shop", "customer")
    gone = [each for each in (one, two) if trash.holds(form, each)]
    assert len(gone) <= 1
    assert not {read("visit", each)["customer"] for each in visits} & set(gone)
    assert sound()


@on_postgres
def test_a_deadlock_ends_in_try_again_and_nothing_half_done(
    app: Flask, browser: Browser, clerk: User
) -> None:
    acme, double = save("customer", name="Acme"), save("customer", name="ACME")
    visit = save("visit", customer=double)

    def sent() -> Any:
        return press(browser, acme, double, into=acme)

    with db.engine.connect() as other:
        other.execute(text("SET deadlock_timeout = '30s'"))  # the merge is who finds out
        other.execute(text("SELECT id FROM shop_customer WHERE id = :id FOR UPDATE"), {"id": acme})
        pool = ThreadPoolExecutor(1)
        waiting = pool.submit(sent)
        wait_until(blocked)
        other.execute(text("SELECT id FROM shop_visit WHERE id = :id FOR UPDATE"), {"id": visit})
        answer = waiting.result(30)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert f'value="{acme}"' in answer.text  # what was chosen can be sent again
    assert read("visit", visit)["customer"] == double
    assert not trash.holds(lookup.form("shop", "customer"), double) and sound()
    assert sent().status_code == 303
