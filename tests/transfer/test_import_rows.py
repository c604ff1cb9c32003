"""Spreadsheets in which records and the rows of their sub-tables stand together."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Invalid, Problem
from runtime.records import query, store, taking_back
from runtime.times import now
from runtime.transfer import groups, import_pages, importing, importing_job, sub_rows, writing
from tests.builder.factory import app, field, form, package, rule
from tests.support.world import World, world_on
from tests.transfer.test_exports import Killed, asked_for, got
from tests.transfer.test_imports import Wizard, counts, faults, sheet, xlsx

QUOTES = "/apps/shop/forms/quote"
COLUMNS = {
    "product": field("reference", form="product", title={"en": "Product", "zh": "产品"}),
    "text": field("text", {"maxLength": 40}, title="Text"),
    "qty": field("number", {"minimum": 0, "default": 1}, title="Quantity", decimals=2),
    "price": field("money", currency="CNY", title="Price", access={"clerk": "hidden"}),
    "amount": field("formula", formula="qty * price", result="money", currency="CNY", title="Amount"),
    "due": field("date", title="Due"),
}
NOTES = {"said": field("text", title="Said")}


def table(title: Any, columns: dict[str, Any], **schema: Any) -> dict[str, Any]:
    items = {"type": "object", "properties": columns, "required": []}
    return field("sub_table", {"type": "array", "items": items, **schema}, title=title)


PRODUCT = form("product", {"name": field("text", title="Name")}, ("name",), title_field="name")
QUOTE = form(
    "quote",
    {
        "title": field("text", title="Title"),
        "code": field("text", title="Code"),
        "lines": table({"en": "Items", "zh": "明细"}, COLUMNS, maxItems=20),
        "notes": table("Notes", NOTES),
        "total": field("formula", formula="SUM(lines.qty)", result="number", title="Total"),
    },
    ("title",),
    title_field="title",
    unique=[["code"]],
    rules=[
        rule("l", {"required": ["title"], "properties": {"title": {"const": "Approved"}}}, lock=["lines"])
    ],
)


CLERK = {"form": "quote", "actions": ["create", "read", "update"], "scope": "all"}
APP = app(roles=[{"key": "clerk", "title": "Clerk", "grants": [CLERK]}])


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("import_rows")
    with (
        world_on(request.param, request, home, WTF_CSRF_ENABLED=False) as found,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(importing, "MOST", 100)  # the tests of this file together
        found.install(package(PRODUCT, QUOTE, app=APP))
        with found.app.app_context(), transaction() as session:
            session.add(UserRole(user_id=found.ids["bob"], app="shop", role="clerk"))
        yield found


def make(world: World, form: str, **values: Any) -> int:
    with world.app.app_context(), transaction():
        actor = store.Actor(user=None, origin="sample", trusted=True)
        return store.save(actor, lookup.form("shop", form), values).id


def quotes(world: World, start: str) -> list[dict[str, Any]]:
    """The quotes whose titles begin so."""
    with world.app.app_context():
        anna, found = db.session.get_one(User, world.ids["anna"]), lookup.form("shop", "quote")
        ids = [each.id for each in query.page(anna, found, limit=100, sort="id").items]
        values = [query.get(anna, found, each).values for each in ids]
        return [each for each in values if each.get("title", "").startswith(start)]


def cells(quote: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in quote.get("lines", ())]


def wizard(world: World, content: bytes | str) -> Wizard:
    return Wizard(world, content, "quote", app="shop")


@pytest.mark.parametrize("again", ["", "same"])
def test_rows_below_each_other_that_leave_or_repeat_the_cells_of_a_record_are_its_rows(
    world: World, again: str
) -> None:
    name = f"Below {again}."
    own = [name, "C1" + again] if again else ["", ""]
    text = sheet(
        ["Title", "Code", "Items: Text", "明细：Quantity", "Notes: Said"],
        [name, "C1" + again, "a", "1", "first"],
        [*own, "b", "2.5", ""],
        [*own, "", "", "last"],
        [f"{name} next", "", "c", "", ""],
        [f"{name} alone", "", "", "", ""],
    )
    found = wizard(world, text)
    assert found.targets() == ["title", "code", "lines.text", "lines.qty", "notes.said"]
    assert counts(found.check()) == {"ready": 3}
    assert counts(found.do("run")) == {"created": 3}
    first, then, alone = quotes(world, name)
    assert cells(first, "text", "qty") == [("a", 1), ("b", Decimal("2.5"))]
    assert [row["said"] for row in first["notes"]] == ["first", "last"]
    assert cells(then, "text", "qty") == [("c", 1)] and "lines" not in alone
    found.do("undo")
    assert quotes(world, name) == []


def test_what_an_export_with_rows_wrote_changes_nothing_and_makes_the_same_again(world: World) -> None:
    product = make(world, "product", name="Round trip bolt")
    lines = [
        {"product": product, "text": "x", "qty": 3, "price": Decimal("1.50"), "due": "2026-11-21"},
        {"text": "=1+1"},
        {"text": "x", "qty": 0, "price": Decimal("7.25")},
    ]
    make(world, "quote", title="Round trip", code="R1", lines=lines, notes=[{"said": "n"}])
    make(world, "quote", title="Round trip", lines=lines[:1])
    make(world, "quote", title="Round trip")
    before = quotes(world, "Round trip")
    for kind in ("xlsx", "csv"):
        key = asked_for(world, form=QUOTES, kind=kind, all="on", rows="on", q="round trip", sort="id")
        world.work()
        file = got(world, key, form=QUOTES)
        same = wizard(world, file)
        assert counts(same.check(mode="update", key="#id", blank="clear")) == {"ready": 3}
        assert counts(same.do("run")) == {"already so": 3}
        assert quotes(world, "Round trip") == before
    anew = wizard(world, file)
    mapping = [each if each != "code" else "" for each in anew.targets()]
    assert anew.post("columns", column=mapping, do="columns").status_code == 303
    anew.post("options", mode="create", automations="rest", blank="clear")
    world.work()
    anew.do("run", again="1")
    copies = quotes(world, "Round trip")[3:]
    names = ("product", "text", "qty", "price", "due")
    assert [cells(each, *names) for each in copies] == [cells(each, *names) for each in before]
    assert [[row["said"] for row in each.get("notes", ())] for each in copies] == [["n"], [], []]


def test_rows_of_a_record_that_is_there_stay_the_rows_they_are(world: World) -> None:
    rows = [{"text": "a", "price": 1}, {"text": "b", "price": 2}, {"text": "c", "price": 3}]
    make(world, "quote", title="Staying", code="S1", lines=rows)
    before = quotes(world, "Staying")[0]["lines"]
    text = sheet(["Code", "Items: Text"], ["S1", "c"], ["S1", "B"], ["", "a"])
    found = wizard(world, text)
    found.check(mode="update", key="code")
    assert counts(found.do("run")) == {"changed": 1}
    after = quotes(world, "Staying")[0]["lines"]
    assert [(row["id"], row["text"], row["price"]) for row in after] == [
        (before[2]["id"], "c", 3),
        (before[1]["id"], "B", 2),
        (before[0]["id"], "a", 1),
    ]
    found.do("undo")
    assert quotes(world, "Staying")[0]["lines"] == before


def test_a_problem_in_a_further_row_is_told_and_mended_there_and_taken_along_with_its_record(
    world: World,
) -> None:
    text = sheet(
        ["Title", "Items: Text", "Items: Quantity"],
        ["Faulty", "a", "1"],
        ["", "b", "many"],
        ["", "c", "-1"],
        ["Faulty not", "d", "2"],
    )
    found = wizard(world, text)
    page = found.check()
    assert counts(page) == {"ready": 1, "with problems": 1}
    assert [name for name, _why in faults(page)] == ["v.3.lines.qty"]
    page = found.do("mend", **{"v.3.lines.qty": "7"})
    assert [name for name, _why in faults(page)] == ["v.4.lines.qty"]
    with found.browser.get(f"{found.root}/{found.key}/failed") as answer:
        told = answer.get_data(as_text=True).splitlines()
    assert [line.split(",")[1] for line in told[1:]] == ['"a"', '"b"', '"c"']
    assert [line.endswith(',""') for line in told[1:]] == [True, True, False]
    found.do("mend", **{"v.4.lines.qty": "8"})
    assert counts(found.do("run")) == {"created": 2}
    assert cells(quotes(world, "Faulty")[0], "qty") == [(1,), (7,), (8,)]


def test_the_problems_of_one_record_are_shown_a_page_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_pages, "LISTED", 5)
    bad = [["Wrong" if at == 0 else "", "many"] for at in range(12)]
    found = wizard(world, sheet(["Title", "Items: Quantity"], *bad, ["Wrong, too", "x"]))
    page, seen = found.check(), []
    while True:
        seen.append([name for name, _why in faults(page)])
        further = re.search(r'href="[^"]*\?after=([\d.]+)"', page)
        if not further:
            break
        page = found.get(f"rows?after={further[1]}")
    assert [len(each) for each in seen] == [5, 5, 3]
    assert [name for each in seen for name in each] == [f"v.{at}.lines.qty" for at in range(2, 15)]
    answer = found.post("rows?after=0.5", do="mend", **{"v.7.lines.qty": "1"})
    assert answer.location.endswith("after=0.5"), "who mends stays on the page"


def test_more_rows_than_a_sub_table_takes_are_a_problem_of_the_record(world: World) -> None:
    lines = [["Long" if number == 0 else "", f"t{number}"] for number in range(21)]
    page = wizard(world, sheet(["Title", "Items: Text"], *lines)).check()
    assert counts(page) == {"with problems": 1}
    assert [name for name, _why in faults(page)] == [""]


def test_rows_of_two_tables_below_each_other_are_all_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MAX_ROWS", 5)
    monkeypatch.setattr(groups, "AT_ONCE", 2)
    lines = [["Two tables" if at == 0 else "", f"t{at}", ""] for at in range(5)]
    below = [["", "", f"n{at}"] for at in range(5)]
    found = wizard(world, sheet(["Title", "Items: Text", "Notes: Said"], *lines, *below))
    found.check()
    found.do("run")
    one = quotes(world, "Two tables")[0]
    assert [len(one["lines"]), len(one["notes"])] == [5, 5]


def test_the_page_says_how_many_records_the_rows_are(world: World) -> None:
    alike = [["Alike", "a"], ["Alike", "a"], ["Alike not", "b"]]
    found = wizard(world, sheet(["Title", "Items: Text"], *alike))
    page = found.check()
    assert "3 rows of the file are 2 records:" in page and "Import 2 records" in page
    alone = wizard(world, sheet(["Title", "Items: Text"], ["One", "a"], ["Other", "b"]))
    page = alone.check()
    assert "rows of the file are" not in page and "Import 2 rows" in page


def test_columns_of_rows_that_somebody_may_not_see_are_neither_offered_nor_touched(world: World) -> None:
    make(world, "quote", title="Secret", code="X1", lines=[{"text": "a", "price": 77, "qty": 2}])
    key = asked_for(world, "bob", QUOTES, kind="csv", all="on", rows="on", q="secret")
    world.work()
    file = got(world, key, "bob", QUOTES)
    assert b"Price" not in file and b"77" not in file and b"Text" in file
    found = Wizard(world, sheet(["Code", "Text", "Price"], ["X1", "b", "1"]), "quote", "bob", "shop")
    assert found.targets() == ["code", "lines.text", ""]
    found.check(mode="update", key="code")
    assert counts(found.do("run")) == {"changed": 1}
    assert cells(quotes(world, "Secret")[0], "text", "price") == [("b", 77)]


@pytest.mark.parametrize("blank", ["keep", "clear"])
def test_rows_of_which_somebody_sees_nothing_stay_when_he_imports_what_he_exported(
    world: World, blank: str
) -> None:
    title = f"Unseen {blank}"
    make(world, "quote", title=title, lines=[{"text": "a", "price": 7}, {"price": 8, "qty": None}])
    make(world, "quote", title=title, lines=[{"price": 9, "qty": None}])
    key = asked_for(world, "bob", QUOTES, kind="csv", all="on", rows="on", q=title.lower())
    world.work()
    found = Wizard(world, got(world, key, "bob", QUOTES), "quote", "bob", "shop")
    found.check(mode="update", key="#id", blank=blank)
    found.do("run")
    assert [cells(each, "text", "price") for each in quotes(world, title)] == [
        [("a", 7), (None, 8)],
        [(None, 9)],
    ]


def test_a_killed_worker_leaves_no_record_without_its_rows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [[f"Killed {number:02}" if at == 0 else "", f"t{at}"] for number in range(9) for at in range(3)]
    monkeypatch.setattr(groups, "AT_ONCE", 4)
    monkeypatch.setattr(importing_job, "BATCH", 4)
    found = wizard(world, xlsx(["Title", "Items: Text"], *lines))
    assert counts(found.check()) == {"ready": 9}
    real, calls = writing.keep, iter(range(100))

    def killing(*args: Any) -> None:
        if next(calls) == 2:
            raise Killed
        real(*args)

    monkeypatch.setattr(writing, "keep", killing)
    found.post("rows", do="run")
    with pytest.raises(Killed):
        world.work()
    monkeypatch.setattr(writing, "keep", real)
    with world.app.app_context():
        db.session.rollback()
    _due_again(world)
    assert [cells(each, "text") for each in quotes(world, "Killed")] == [[("t0",), ("t1",), ("t2",)]] * 9


def _due_again(world: World) -> None:
    with time_machine.travel(now() + timedelta(minutes=10)):
        world.work()


ROWS = st.lists(
    st.fixed_dictionaries({"a": st.sampled_from([1, 2, 3]), "b": st.sampled_from([1, 2])}), max_size=6
)


@settings(max_examples=60)
@given(ROWS, ROWS)
def test_no_row_that_is_there_is_taken_for_two_and_what_is_the_same_stays(sent: Any, there: Any) -> None:
    known = [{"id": number, **row} for number, row in enumerate(there, start=1)]
    found = sub_rows.paired(["a", "b"], sent, known)
    ids = [row["id"] for row in found if "id" in row]
    assert len(ids) == len(set(ids)) and set(ids) <= {row["id"] for row in known}
    assert [{key: row[key] for key in ("a", "b")} for row in found] == sent
    if sent == there:
        assert found == known


def test_taking_back_gives_cells_back_that_the_importer_does_not_see(world: World) -> None:
    rows = [{"text": "a", "price": 1}, {"text": "b", "price": 2}]
    ids = [
        make(world, "quote", title=name, code=name, lines=rows)
        for name in ("Given back", "Given back touched")
    ]
    before = quotes(world, "Given back")
    found = Wizard(
        world,
        sheet(["Code", "Items: Text"], ["Given back", "new"], ["Given back touched", "new"]),
        "quote",
        who="bob",
        app="shop",
    )
    found.check(mode="update", key="code")
    assert counts(found.do("run")) == {"changed": 2}
    assert [cells(each, "text", "price") for each in quotes(world, "Given back")] == [[("new", None)]] * 2
    with world.app.app_context(), transaction():
        trusted = store.Actor(user=None, origin="sample", trusted=True)
        since = {"title": "Given back touched since"}
        store.save(trusted, lookup.form("shop", "quote"), since, record_id=ids[1])

    page = found.do("undo")

    assert counts(page) == {"taken back": 2} and faults(page) == []
    after = quotes(world, "Given back")
    assert [cells(each, "text", "price") for each in after] == [
        cells(each, "text", "price") for each in before
    ]
    assert after[1]["title"] == "Given back touched since"


def test_taking_back_leaves_what_a_rule_locks_by_now_though_some_of_it_is_hidden(world: World) -> None:
    own = make(world, "quote", title="Soon", code="Lock", lines=[{"text": "a", "price": 1}])
    found = Wizard(world, sheet(["Code", "Items: Text"], ["Lock", "new"]), "quote", who="bob", app="shop")
    found.check(mode="update", key="code")
    found.do("run")
    with world.app.app_context(), transaction():
        trusted = store.Actor(user=None, origin="sample", trusted=True)
        store.save(trusted, lookup.form("shop", "quote"), {"title": "Approved"}, record_id=own)
    page = found.do("undo")
    assert counts(page) == {"could not be taken back": 1}
    assert faults(page) == [("", "Somebody changed this since, so it stays.")]
    assert cells(quotes(world, "Approved")[0], "text", "price") == [("new", 1)]


def test_what_cannot_be_given_back_of_a_hidden_column_is_told_without_its_name(world: World) -> None:
    product = make(world, "product", name="Unseen bolt")
    make(world, "quote", title="Unfit", code="U1", lines=[{"text": "a", "price": 1, "product": product}])
    found = Wizard(world, sheet(["Code", "Items: Text"], ["U1", "new"]), "quote", who="bob", app="shop")
    found.check(mode="update", key="code")
    found.do("run")
    with pytest.MonkeyPatch.context() as patch:
        problem = Problem(("lines", 0, "price"), "maximum", "Price must be at most 0.")
        patch.setattr(taking_back, "_saved", refusing(problem))
        page = found.do("undo")
    assert counts(page) == {"could not be taken back": 1}
    assert faults(page) == [("", "What was before does not fit the form any more.")]
    assert "Price" not in page


def refusing(problem: Problem) -> Any:
    def refuse(*_args: Any) -> Any:
        raise Invalid([problem])

    return refuse
