"""Spreadsheets as records: what is wrong is told row by row, no row is lost or doubled, all of it can be taken back."""

import csv
import io
import os
import re
import resource
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from time import monotonic
from typing import Any

import pytest
import time_machine
from openpyxl import Workbook
from sqlalchemy import delete, event, func, select
from werkzeug.test import TestResponse

from runtime import jobs, outbox
from runtime.accounts.models import User, UserRole
from runtime.automations.models import Run
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import query, unique
from runtime.records.tables import table
from runtime.times import now
from runtime.transfer import importing, importing_job, repeats, sources, staging, writing
from runtime.transfer.models import Import, ImportRow
from tests.support.world import World, records, world_on
from tests.transfer.test_exports import Killed, asked_for, got

FORMS = "/apps/followup/forms"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("imports")
    with world_on(request.param, request, home, WTF_CSRF_ENABLED=False) as found:
        yield found


@pytest.fixture(scope="module")
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("imports_alone")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as found:
        yield found


def _emptied(world: World) -> World:
    with world.app.app_context(), transaction() as session:
        for each in session.scalars(select(Import)):
            importing.drop(each)
    return world


@pytest.fixture
def either(both: World) -> World:
    """The company on each database, where nobody has an import yet."""
    return _emptied(both)


@pytest.fixture
def world(alone: World) -> World:
    """The company, where nobody has an import yet."""
    return _emptied(alone)


class Wizard:
    """Somebody on the way through an import."""

    def __init__(
        self,
        world: World,
        content: bytes | str,
        form: str = "customer",
        who: str = "anna",
        app: str = "followup",
    ) -> None:
        self.world, self.browser = world, world.browsers[who]
        self.root = f"/apps/{app}/forms/{form}/imports"
        text = content if isinstance(content, str) else ""
        file = None if text else (io.BytesIO(bytes(content)), "list.csv")  # type: ignore[arg-type]
        sent = {"text": text} if text else {"file": file}
        self.answer = self.browser.post(f"{self.root}/", data=sent)
        if self.answer.status_code == 303:
            self.key = self.answer.location.split("/")[-2]
            world.work()
        # What is large goes through a file that werkzeug's client leaves open: collected at any time, it would be the
        # failure of another test.
        self.answer.request.environ["wsgi.input"].close()

    def get(self, step: str) -> str:
        answer = self.browser.get(f"{self.root}/{self.key}/{step}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, step: str, **sent: Any) -> TestResponse:
        return self.browser.post(f"{self.root}/{self.key}/{step}", data=sent)

    def targets(self) -> list[str]:
        """What each column is taken for."""
        found = re.findall(r'<select class="form-select fw-target".*?</select>', self.get("columns"), re.S)
        chosen = [re.search(r'value="([#.\w]*)" selected', each) for each in found]
        return [each[1] if each else "" for each in chosen]

    def check(self, **options: str) -> str:
        """The page of the rows, once they were looked at; the columns as they were found."""
        assert self.post("columns", column=self.targets(), do="columns").status_code == 303
        wanted = {"mode": "create", "automations": "rest", **options}
        answer = self.post("options", **wanted)
        assert answer.status_code == 303, re.findall(r"alert-danger.*", answer.text)
        self.world.work()
        return self.get("rows")

    def do(self, deed: str, **sent: str) -> str:
        """The page after something was done with the rows."""
        answer = self.post("rows", do=deed, **sent)
        assert answer.status_code == 303, answer.text
        self.world.work()
        return self.get("rows")


def counts(page: str) -> dict[str, int]:
    """How many rows the page says to be in which state."""
    found = re.search(r'class="fw-counts".*?</p>', page, re.S)
    assert found, page
    return {
        name: int(count)
        for count, name in re.findall(r"<strong>(\d+)</strong> ([^<]+)", found[0])
        if int(count)
    }


def faults(page: str) -> list[tuple[str, str]]:
    """The control and the reason of each problem."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.S)[1:]
    names = [re.search(r'name="([^"]+)"', row) for row in rows]
    return [
        (name[1] if name else "", re.findall(r"<td[^>]*>([^<]*)</td>", row)[-1])
        for name, row in zip(names, rows, strict=True)
    ]


def sheet(*rows: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def xlsx(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def named(world: World, start: str, form: str = "customer") -> dict[str, dict[str, Any]]:
    """The records whose names begin so, by name."""
    with world.app.app_context():
        found = lookup.form("followup", form)
        own = table(found).c
        ids = db.session.scalars(select(own.id).where(own.name.startswith(start)).order_by(own.id)).all()
        anna = db.session.get_one(User, world.ids["anna"])
        return {
            record.values["name"]: record.values for record in (query.get(anna, found, each) for each in ids)
        }


def test_the_good_rows_of_a_bad_spreadsheet_are_imported_and_the_others_mended_in_the_page(
    either: World,
) -> None:
    rows = [["客户编号", "Name", "Grade", "手机", "Owner", "Remarks"]]
    rows += [["", f"Story {n:03}", "A, key", f"1380013{n:04}", "Bob", "x"] for n in range(100)]
    bad = {
        3: (2, "Q"),
        7: (3, "12"),
        11: (4, "Nobody"),
        13: (1, ""),
        17: (1, "Story 001"),
        19: (2, "D"),
        23: (1, "x"),
    }
    for at, (column, text) in bad.items():
        rows[at + 1][column] = text
    rows[0][3] = "Phone"
    wizard = Wizard(either, xlsx(*rows))
    assert wizard.targets() == ["number", "name", "grade", "phone", "owner", ""]

    page = wizard.check()
    assert counts(page) == {"ready": 93, "with problems": 7}
    assert {name for name, _why in faults(page)} == {
        f"v.{at + 2}.{key}"
        for at, key in {
            3: "grade",
            7: "phone",
            11: "owner",
            13: "name",
            17: "name",
            19: "grade",
            23: "name",
        }.items()
    }
    assert not named(either, "Story"), "nothing is stored before it is wished"

    page = wizard.do("run")
    assert counts(page) == {"created": 93, "with problems": 7}
    mended = {
        "v.5.grade": "A",
        "v.9.phone": "13800138000",
        "v.13.owner": "bob@example.com",
        "v.15.name": "Story 013",
    }
    page = wizard.do(
        "mend", **mended, **{"v.19.name": "Story 017", "v.21.grade": "B 普通", "v.25.name": "still-bad" * 20}
    )
    assert counts(page) == {"created": 93, "ready": 6, "with problems": 1}
    assert "still-badstill-bad" in page, "what was typed stays"
    page = wizard.do("run", **{"v.25.name": "Story 023"})
    assert counts(page) == {"created": 100}

    found = named(either, "Story")
    assert len(found) == 100
    assert len({each["number"] for each in found.values()}) == 100
    assert {each["owner"] for each in found.values()} == {either.ids["bob"]}
    assert found["Story 019"]["grade"] == "B" and found["Story 020"]["grade"] == "A"


def test_a_worker_that_dies_loses_and_doubles_no_row(either: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 7)
    monkeypatch.setattr(importing_job, "BATCH", 7)
    twice = [False, True, False, False, True]
    dying = {
        "put": iter(twice),
        "note": iter(twice[:2]),
        "keep": iter([False] * 7 + twice),
    }  # looking keeps, too
    for home, name in ((staging, "put"), (importing_job, "note"), (writing, "keep")):
        monkeypatch.setattr(home, name, _dies(getattr(home, name), dying[name]))
    wizard = Wizard.__new__(Wizard)
    wizard.world, wizard.browser, wizard.root = either, either.browsers["anna"], f"{FORMS}/customer/imports"
    text = sheet(["Name"], *([f"Killed {n:02}"] for n in range(40)))
    wizard.key = wizard.browser.post(f"{wizard.root}/", data={"text": text}).location.split("/")[-2]
    _work_on(either)
    wizard.post("columns", column=wizard.targets(), do="columns")
    assert wizard.post("options", mode="create", automations="rest").status_code == 303
    _work_on(either)
    assert counts(wizard.get("rows")) == {"ready": 40}
    wizard.post("rows", do="run")
    _work_on(either)
    assert counts(wizard.get("rows")) == {"created": 40}
    assert len(named(either, "Killed")) == 40
    assert not any(True for each in dying.values() for _left in each), "it died wherever it could"


def _dies(true: Any, when: Iterator[bool]) -> Any:
    def dying(*about: Any, **more: Any) -> Any:
        done = true(*about, **more)
        if next(when, False):
            raise Killed
        return done

    return dying


def _work_on(world: World) -> None:
    """Work as processes do that are killed and started again."""
    with world.app.app_context():
        while ids := outbox.due_ids():
            for each in ids:
                try:
                    jobs.work(each)
                except Killed:
                    with transaction() as session:  # its lease runs out
                        session.get_one(outbox.Outbox, each).lease_until = now() - timedelta(seconds=1)


def test_an_import_is_taken_back_but_for_what_somebody_changed_since(either: World) -> None:
    for name in ("Undo old", "Undo touched"):
        either.make("customer", name=name, grade="C")
    numbers = {name: values["number"] for name, values in named(either, "Undo").items()}
    text = sheet(
        ["Customer number", "Name", "Grade", "Phone"],
        [numbers["Undo old"], "Undo old", "A", "13800138001"],
        [numbers["Undo touched"], "Undo touched", "A", "13800138002"],
        ["", "Undo new", "A", "13800138003"],
        ["", "Undo new and touched", "A", "13800138004"],
    )
    wizard = Wizard(either, text)
    targets = ["number", "name", "grade", "phone"]
    assert wizard.post("columns", column=targets, do="columns").status_code == 303
    wizard.post("options", mode="both", key="number", automations="rest")
    either.work()
    assert counts(wizard.do("run")) == {"created": 2, "changed": 2}
    api, made = either.api("anna"), named(either, "Undo")
    assert made["Undo old"]["grade"] == "A"
    for name in ("Undo touched", "Undo new and touched"):
        with either.app.app_context():
            own = table(lookup.form("followup", "customer")).c
            record = db.session.execute(select(own.id, own.revision).where(own.name == name)).one()
        path = records("customer", record.id)
        changed = api(
            "PATCH",
            path,
            json={"values": {"phone": "13900139000"}},
            headers={"If-Match": f'"{record.revision}"'},
        )
        assert changed.status_code == 200, changed.text
    page = wizard.do("undo")
    assert counts(page) == {"taken back": 2, "could not be taken back": 2}
    left = named(either, "Undo")
    assert set(left) == {"Undo old", "Undo touched", "Undo new and touched"}
    assert left["Undo old"]["grade"] == "C" and "phone" not in left["Undo old"]
    assert left["Undo touched"]["grade"] == "C" and left["Undo touched"]["phone"] != "13800138002"
    assert ("", "Somebody changed this since, so it stays.") in faults(page)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_changes_nothing_when_it_is_imported(world: World, kind: str) -> None:
    if kind == "csv":
        odd = ["=1+1", "'=1+1", "-2+3", 'a "quoted", one', "+86 138 0000 0000", "1,5", "007", "2026-11-21"]
        for number, text in enumerate(odd):
            world.make("customer", name=f"Round {number}", address=text, grade="B", owner=world.ids["bob"])
    key = asked_for(world, kind=kind, all="on")
    world.work()
    wizard = Wizard(world, got(world, key))
    page = wizard.check(mode="update", key="number", blank="clear")
    assert "with problems" not in counts(page), faults(page)
    assert set(counts(wizard.do("run"))) == {"already so"}


def test_a_row_changes_the_record_that_its_key_names(world: World) -> None:
    first, second = world.make("customer", name="Key one"), world.make("customer", name="Key two")
    text = sheet(
        ["ID", "Grade"],
        [str(first), "A"],
        [f"#{second}", "A"],
        [str(second), "B"],
        ["999999", "A"],
        ["", "A"],
        ["x", "A"],
    )
    wizard = Wizard(world, text)
    assert wizard.targets() == ["#id", "grade"]
    page = wizard.check(mode="update", key="#id")
    assert counts(page) == {"ready": 2, "with problems": 4}
    assert [name for name, _why in faults(page)] == ["v.4.#id", "v.5.#id", "v.6.#id", "v.7.#id"]
    wizard.do("run")
    assert {name: values["grade"] for name, values in named(world, "Key").items()} == {
        "Key one": "A",
        "Key two": "A",
    }


def test_empty_cells_leave_or_empty_a_field_as_it_was_chosen(world: World) -> None:
    for blank, left in (("keep", "Main street 1"), ("clear", None)):
        world.make("customer", name=f"Blank {blank}", address="Main street 1")
        wizard = Wizard(world, sheet(["Name", "Address"], [f"Blank {blank}", ""]))
        wizard.check(mode="update", key="name", blank=blank)
        wizard.do("run")
        assert named(world, "Blank")[f"Blank {blank}"].get("address") == left


def test_serial_numbers_that_are_brought_along_move_the_series_on(world: World) -> None:
    world.make("customer", name="Series before")
    before = named(world, "Series")["Series before"]["number"]
    stem, count = re.fullmatch(r"(.*?)(\d+)", before).groups()  # type: ignore[union-attr]
    brought = f"{stem}{int(count) + 50:0{len(count)}}"
    wizard = Wizard(world, sheet(["number", "Name"], [brought, "Series brought"]))
    wizard.check()
    wizard.do("run")
    world.make("customer", name="Series after")
    found = named(world, "Series")
    assert found["Series brought"]["number"] == brought
    assert found["Series after"]["number"] == f"{stem}{int(count) + 51:0{len(count)}}"


def test_a_serial_number_near_the_end_of_all_counting_stops_no_later_save(either: World) -> None:
    either.make("customer", name="Counted before")
    before = named(either, "Counted")["Counted before"]["number"]
    stem, count = re.fullmatch(r"(.*?)(\d+)", before).groups()  # type: ignore[union-attr]
    wizard = Wizard(either, sheet(["number", "Name"], [f"{stem}{2**31 - 1}", "Counted far"]))
    wizard.check()
    assert counts(wizard.do("run")) == {"created": 1}
    either.make("customer", name="Counted after")
    assert named(either, "Counted")["Counted after"]["number"] == f"{stem}{int(count) + 1:0{len(count)}}"


@pytest.mark.parametrize("number", ["FU-1", ""])
def test_an_import_that_changes_records_leaves_their_serial_numbers(world: World, number: str) -> None:
    name = f"Numbered {number}."
    world.make("customer", name=name)
    before = named(world, name)[name]["number"]
    wizard = Wizard(world, sheet(["number", "Name", "Grade"], [number, name, "A"]))
    wizard.check(mode="update", key="name", blank="clear")
    assert counts(wizard.do("run")) == {"changed": 1}
    assert named(world, name)[name]["number"] == before
    assert named(world, name)[name]["grade"] == "A"


def test_pasted_rows_keep_the_empty_cell_they_begin_with_and_are_never_cut(world: World) -> None:
    wizard = Wizard(world, "\tName\tGrade\n1\tPasted\tA\n")
    assert wizard.targets() == ["", "name", "grade"]
    wizard.check()
    wizard.do("run")
    assert named(world, "Pasted")["Pasted"]["grade"] == "A"
    long = Wizard(world, "Name\n" + "x\n" * 500_000)
    assert long.answer.status_code == 422 and "as a file" in long.answer.text


def test_what_was_mended_goes_when_its_column_becomes_another(world: World) -> None:
    wizard = Wizard(world, sheet(["Name", "Grade", "Old grade"], ["Moved column", "Q", "C"]))
    assert counts(wizard.check()) == {"with problems": 1}
    assert counts(wizard.do("mend", **{"v.2.grade": "A"})) == {"ready": 1}
    wizard.post("columns", column=["name", "", "grade"], do="columns")
    wizard.post("options", mode="create", automations="rest")
    world.work()
    wizard.do("run")
    assert named(world, "Moved")["Moved column"]["grade"] == "C"


def test_undoing_does_not_say_that_records_are_gone_which_are_only_out_of_sight(world: World) -> None:
    text = sheet(["Name", "Owner"], ["Given away", "Bob"])
    wizard = Wizard(world, text, who="bob")
    wizard.check()
    assert counts(wizard.do("run")) == {"created": 1}
    with world.app.app_context(), transaction() as session:
        own = table(lookup.form("followup", "customer"))
        session.execute(
            own.update()
            .where(own.c.name == "Given away")
            .values(
                owner=world.ids["eve"],
                owner_id=world.ids["eve"],
                department_id=session.get_one(User, world.ids["eve"]).department_id,
            )
        )
    assert counts(wizard.do("undo")) == {"could not be taken back": 1}
    assert "Given away" in named(world, "Given")


def test_an_import_that_is_removed_twice_at_once_is_gone(either: World) -> None:
    wizard = Wizard(either, sheet(["Name"], ["Twice removed"]))
    with either.app.app_context(), transaction() as session:
        own = session.scalars(select(Import).where(Import.key == wizard.key)).one()
        for each in (ImportRow, Import):
            session.execute(delete(each), execution_options={"synchronize_session": False})
        importing.drop(own)
    with either.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Import)) == 0


def test_nobody_waits_for_a_spreadsheet_that_is_still_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = sources.keep

    def watched(key: str, file: Any) -> None:
        other = sqlite3.connect(str(db.engine.url.database), timeout=0)
        other.execute("BEGIN IMMEDIATE")
        other.close()
        kept(key, file)

    monkeypatch.setattr(sources, "keep", watched)
    assert Wizard(world, sheet(["Name"], ["Sent slowly"])).answer.status_code == 303


def test_line_breaks_that_nobody_touched_are_no_mending(world: World) -> None:
    wizard = Wizard(world, xlsx(["Name", "Grade", "Phone"], ["Two lines", "Q", "138\nand more"]))
    page = wizard.check()
    assert re.search(r'<textarea[^>]* name="v.2.phone"', page)
    assert '<option value="Q">Q</option>' in page
    wizard.do("mend", **{"v.2.phone": "138\r\nand more", "v.2.grade": "A"})
    with world.app.app_context():
        row = db.session.scalars(select(ImportRow).order_by(ImportRow.import_id.desc())).first()
        assert row is not None and row.fixes == {"grade": "A"}


def test_numbers_of_a_workbook_keep_their_size_where_texts_have_decimal_commas(world: World) -> None:
    rows = [["Customer", "Name", "Expected amount"], ["Nobody", "Comma", 1234.125]]
    wizard = Wizard(world, xlsx(*rows), "opportunity")
    assert wizard.targets() == ["customer", "name", "expected_amount"]
    wizard.check(commas="yes")
    with wizard.browser.get(f"{wizard.root}/{wizard.key}/failed") as answer:
        found = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert found[1][2] == "1234,125"


def test_a_column_called_id_is_no_matter_where_it_tells_no_record(world: World) -> None:
    wizard = Wizard(world, sheet(["ID", "Name"], ["A-17", "Other id"]))
    assert counts(wizard.check()) == {"ready": 1}


def test_a_quotation_mark_that_is_not_closed_swallows_no_rows(world: World) -> None:
    wizard = Wizard(world, 'Name,Grade\nFirst,A\n"Second,A\nThird,A\n')
    assert "row 3" in wizard.get("rows")


def test_references_are_found_by_title_serial_number_and_id_within_ones_rights(world: World) -> None:
    mine = world.make("customer", name="Ref North", owner=world.ids["bob"])
    world.make("customer", name="Ref of the South", owner=world.ids["eve"])
    number = named(world, "Ref")["Ref North"]["number"]
    names = ["Ref North", number, f"#{mine}", "Ref of the South"]
    text = sheet(
        ["Customer", "Name", "Cost"], *([name, f"Reffed {at}", "5"] for at, name in enumerate(names))
    )
    wizard = Wizard(world, text, "opportunity", "bob")
    assert wizard.targets() == ["customer", "name", ""], "what bob may not see cannot be chosen"
    assert 'value="cost"' not in wizard.get("columns")
    page = wizard.check()
    assert [name for name, _why in faults(page)] == ["v.5.customer"]
    wizard.do("run")
    assert {each["customer"] for each in named(world, "Reffed", "opportunity").values()} == {mine}


def test_only_who_may_write_may_import_and_nobody_sees_the_import_of_another(world: World) -> None:
    wizard = Wizard(world, sheet(["Name"], ["Private one"]))
    for who, status in (("bob", 404), ("rita", 403), ("stan", 404)):
        browser = world.browsers[who]
        assert browser.get(f"{wizard.root}/{wizard.key}/columns").status_code == status
        assert browser.post(f"{wizard.root}/{wizard.key}/rows", data={"do": "drop"}).status_code == status
        assert browser.get(f"{wizard.root}/{wizard.key}/failed").status_code == status


def test_rights_that_are_lost_meanwhile_stop_the_import(world: World) -> None:
    wizard = Wizard(world, sheet(["Name"], *([f"Lost {n}"] for n in range(3))), who="eve")
    assert counts(wizard.check()) == {"ready": 3}
    wizard.post("rows", do="run")
    try:
        with world.app.app_context(), transaction() as session:
            session.get_one(User, world.ids["eve"]).roles = [UserRole(app="followup", role="reader")]
        world.work()
    finally:
        with world.app.app_context(), transaction() as session:
            session.get_one(User, world.ids["eve"]).roles = [UserRole(app="followup", role="sales")]
    assert "may no longer" in wizard.get("rows")
    assert not named(world, "Lost")


def test_automations_start_or_rest_as_it_was_chosen(world: World) -> None:
    world.make("customer", name="Automatic")
    head = ["Customer", "Date", "What was said", "Result", "Next follow-up"]
    for choice, runs in (("rest", 0), ("run", 1)):
        with world.app.app_context():
            before = db.session.scalar(select(func.count()).select_from(Run)) or 0
        text = sheet(head, ["Automatic", f"2026-11-2{runs}", "Hello there", "interested", ""])
        wizard = Wizard(world, text, "visit")
        targets = wizard.targets()
        assert "customer" in targets, targets
        keys = ["customer", "visited_on", "content", "result", ""]
        assert wizard.post("columns", column=keys, do="columns").status_code == 303
        wizard.post("options", mode="create", automations=choice)
        world.work()
        page = wizard.do("run")
        assert counts(page) == {"created": 1}, faults(page)
        with world.app.app_context():
            after = db.session.scalar(select(func.count()).select_from(Run)) or 0
        assert (after > before) == bool(runs)


def test_a_row_that_clashes_with_what_somebody_saves_at_the_same_moment_takes_no_other_with_it(
    either: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Wizard(either, sheet(["Name"], *([f"Clash {at}"] for at in range(4))))
    found.check()
    either.make("customer", name="Clash 2", grade="A")
    looks, look = iter(range(10)), unique.taken
    monkeypatch.setattr(unique, "taken", lambda *about: [] if next(looks) < 3 else look(*about))
    page = found.do("run")
    assert counts(page) == {"created": 3, "with problems": 1} and [name for name, _why in faults(page)] == [
        "v.4.name"
    ]
    assert sorted(named(either, "Clash")) == [f"Clash {at}" for at in range(4)]


def test_rows_that_are_all_right_share_a_savepoint_and_are_not_looked_for_one_by_one(either: World) -> None:
    found = Wizard(either, sheet(["Name"], *([f"Cheap {at}"] for at in range(60))))
    found.check()
    found.post("rows", do="run")
    said: list[str] = []
    with either.app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        either.work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert counts(found.get("rows")) == {"created": 60}
    assert len([each for each in said if each.startswith("SAVEPOINT")]) < 30
    assert not [each for each in said if each.startswith("SELECT events.id") and "token" in each]


def test_an_import_that_is_stopped_keeps_what_is_done_and_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_job, "BATCH", 5)
    monkeypatch.setattr(importing_job, "IN_A_TURN", 2)
    wizard = Wizard(world, sheet(["Name"], *([f"Stopped {n:02}"] for n in range(30))))
    wizard.check()
    wizard.post("rows", do="run")
    with world.app.app_context():
        jobs.work(outbox.due_ids()[0])
    page = wizard.get("rows")
    assert "Importing: 10 of 30" in page and "<progress" in page
    page = wizard.do("stop")
    assert counts(page) == {"created": 10, "ready": 20}
    assert counts(wizard.do("run")) == {"created": 30}


BROKEN = {
    "empty": b"",
    "blank": b" \n , \n",
    "old Excel": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "no text": bytes(range(256)) * 4,
    "no zip": b"PK\x03\x04 but no zip",
    "NUL": b"Name\nA\x00B\n",
    "too wide": b",".join(b"c%d" % n for n in range(250)) + b"\n" + b"x," * 249 + b"x\n",
    "endless quote": b'Name\n"' + b"x" * 200_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_spreadsheet_is_refused_with_words(world: World, name: str) -> None:
    wizard = Wizard(world, BROKEN[name])
    if wizard.answer.status_code == 303:
        page = wizard.get("rows")
        assert "alert-danger" in page and "administrator" not in page
        wizard.post("rows", do="drop")
    else:
        assert wizard.answer.status_code == 422 and "alert-danger" in wizard.answer.text


def test_too_many_rows_and_too_large_workbooks_are_refused_before_they_fill_anything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAX_ROWS", 30)
    many = Wizard(world, sheet(["Name"], *([f"Many {n}"] for n in range(100))))
    assert "more than 30 rows" in many.get("rows")
    packed = io.BytesIO(xlsx(["Name"], ["Bomb"]))
    monkeypatch.setattr(staging, "MAX_UNPACKED", 1024 * 1024)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/media/image1.png", b"\0" * (2 * 1024 * 1024))
    bomb = Wizard(world, packed.getvalue())
    assert "too large" in bomb.get("rows")
    for each in (many, bomb):
        each.post("rows", do="drop")
    monkeypatch.setattr(sources, "MOST", 100)
    assert Wizard(world, b"x" * 200).answer.status_code == 422


def unsized(rows: int) -> bytes:
    """A workbook of so many rows of five texts, whose sheet does not say its size."""
    packed, source = io.BytesIO(), io.BytesIO(xlsx(["Name"]))
    cells = "".join(f'<c r="{c}%d" t="inlineStr"><is><t>value %d</t></is></c>' for c in "ABCDE")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if "worksheets/" not in name:
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w") as out:
            out.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            for row in range(1, rows + 1):
                out.write(f'<row r="{row}">{cells % ((row,) * 10)}</row>'.encode())
            out.write(b"</sheetData></worksheet>")
    return packed.getvalue()


def test_a_workbook_with_too_many_rows_is_refused_before_any_of_them_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAX_ROWS", 30)
    monkeypatch.setattr(staging, "put", None)
    assert "more than 30 rows" in Wizard(world, unsized(2_000)).get("rows")


@pytest.mark.full
def test_a_million_rows_are_refused_in_seconds_and_little_memory(world: World) -> None:
    content = unsized(1_000_000)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, monotonic()
    wizard = Wizard(world, content)
    assert "more than 200,000 rows" in wizard.get("rows")
    assert monotonic() - begun < 30  # six on two busy cores
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_a_text_with_too_many_rows_is_refused_before_any_of_them_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAX_ROWS", 30)
    monkeypatch.setattr(staging, "BATCH", 10)
    monkeypatch.setattr(staging, "put", None)
    many = sheet(["Name"], *([f"Many {n}"] for n in range(60)))
    assert "more than 30 rows" in Wizard(world, many).get("rows")


@pytest.mark.timeout(20)
def test_a_row_of_tags_that_never_end_is_looked_through_once(world: World) -> None:
    packed = io.BytesIO(xlsx(["Name"]))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/worksheets/sheet2.xml", b"<row>" + b"<v " * 300_000)
    assert Wizard(world, packed.getvalue()).targets() == ["name"]


def test_encodings_and_separators_are_found_and_shown(world: World) -> None:
    text = "客户名称;等级\n编码一号;B 普通\n"
    for encoding, told in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")):
        wizard = Wizard(world, text.encode(encoding))
        page = wizard.get("columns")
        assert told in page and "“;”" in page and "编码一号" in page
        wizard.post("rows", do="drop")


def test_another_encoding_is_chosen_by_a_line_that_reads_well(world: World) -> None:
    wizard = Wizard(world, "Name,Grade\nMüller Köln,A\n".encode("cp1252"))
    page = wizard.get("columns")
    assert "Windows-1252" in page and "Müller Köln" in page and 'value="gb18030"' in page
    assert wizard.post("columns", do="encoding", encoding="utf-8-sig").status_code == 409
    assert wizard.post("columns", do="encoding", encoding="rot13").status_code == 409
    for encoding, shown in (("gb18030", "M黮ler"), ("cp1252", "Müller Köln")):
        assert wizard.post("columns", do="encoding", encoding=encoding).status_code == 303
        world.work()
        assert shown in wizard.get("columns")
    assert counts(wizard.check()) == {"ready": 1}
    wizard.do("run")
    assert "Müller Köln" in named(world, "Müller")
    assert wizard.post("columns", do="encoding", encoding="gb18030").status_code == 409


def test_what_was_typed_stays_where_a_file_is_not_imported_again(world: World) -> None:
    content = sheet(["Name", "Grade"], ["Typed into", "Q"], ["Typed beside", "A"])
    wizards = [Wizard(world, content) for _number in range(2)]
    for wizard in wizards:
        wizard.check()
    wizards[0].do("run")
    assert wizards[1].post("rows", do="run", **{"v.2.grade": "B"}).status_code == 409
    assert counts(wizards[1].get("rows")) == {"ready": 2}


def test_two_presses_of_import_at_the_same_moment_begin_it_once(
    either: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = Wizard(either, sheet(["Name"], ["Pressed twice"]))
    wizard.check()
    note, answers = repeats.note, []
    again = Thread(target=lambda: answers.append(wizard.post("rows", do="run").status_code))

    def noted(own: Import) -> None:
        monkeypatch.setattr(repeats, "note", note)
        note(own)
        db.session.flush()
        again.start()
        again.join(0.3)  # it waits

    monkeypatch.setattr(repeats, "note", noted)
    answers.append(wizard.post("rows", do="run").status_code)
    again.join()
    either.work()
    assert answers == [303, 409]
    assert len(named(either, "Pressed twice")) == 1


def test_the_same_file_is_imported_again_only_knowingly(either: World) -> None:
    either.make("customer", name="Whose", grade="A")
    content = sheet(["Customer", "Name"], ["Whose", "Once only"])
    first = Wizard(either, content, "contact")
    first.check()
    first.do("run")

    # the person is warned at once, nobody else is
    second = Wizard(either, content, "contact")
    assert "You imported this file before, as “Pasted rows”" in second.get("columns")
    assert "You imported this file before" not in Wizard(either, content, "contact", who="mia").get("columns")
    page = second.check()
    assert "You imported this file before" in page
    refused = second.post("rows", do="run")
    assert refused.status_code == 409 and "Say that you want it once more" in refused.text
    assert len(named(either, "Once only", "contact")) == 1

    # what only changes records may come again, and what was taken back is not known
    first.do("undo")
    assert "You imported this file before" not in second.get("rows")
    second.do("run")
    third = Wizard(either, content, "contact")
    third.check()
    third.do("run", again="1")
    with either.app.app_context():
        own = table(lookup.form("followup", "contact")).c
        assert db.session.scalar(select(func.count()).where(own.name == "Once only")) == 2


def test_rows_are_set_back_and_dropped_a_part_at_a_time(
    either: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_job, "AT_ONCE", 3)
    wizard = Wizard(
        either, sheet(["Name", "Grade"], *[[f"Part {n}", "A"] for n in range(8)], ["Part 7", "A"])
    )
    assert counts(wizard.check()) == counts(wizard.check())
    key = wizard.key
    wizard.post("rows", do="drop")
    assert wizard.browser.get(f"{wizard.root}/{key}/rows").status_code == 404
    with either.app.app_context():
        import_id = db.session.scalars(select(Import.id).where(Import.key == key)).one()
        db.session.rollback()
        deleted: list[int] = []

        def count(_conn: Any, cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith("DELETE"):
                deleted.append(cursor.rowcount)

        event.listen(db.engine, "after_cursor_execute", count)
        try:
            either.work()
        finally:
            event.remove(db.engine, "after_cursor_execute", count)
        rows = select(func.count()).where(ImportRow.import_id == import_id)
        assert db.session.scalar(rows) == 0 and max(deleted) == 3


def test_the_titles_may_stand_in_any_row_and_columns_without_one_have_letters(world: World) -> None:
    wizard = Wizard(world, sheet(["Customer list"], [], ["Name", "Grade", ""], ["Titled", "A", "x"]))
    assert wizard.targets() == ["name", "grade", ""]
    assert "Column C" in wizard.get("columns")
    wizard.post("columns", do="head", head="0")
    assert wizard.targets() == ["", "", ""]
    wizard.post("columns", do="head", head="3")
    assert counts(wizard.check()) == {"ready": 1}


def test_rows_with_problems_can_be_taken_along(world: World) -> None:
    wizard = Wizard(world, sheet(["Name", "Grade"], ["Along", "Q"], ["=cmd()", "A"], ["=x", "Z"]))
    wizard.check()
    with wizard.browser.get(f"{wizard.root}/{wizard.key}/failed") as answer:
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Name", "Grade", "Row", "Problem"]
    assert [row[:3] for row in rows[1:]] == [["Along", "Q", "2"], ["'=x", "Z", "4"]]


def test_odd_requests_are_answered_with_words(world: World) -> None:
    wizard = Wizard(world, sheet(["Name"], ["Odd one"]))
    assert wizard.post("columns", column=["name", "name"]).status_code == 303  # of one column
    assert wizard.post("columns", column=["cost"]).status_code == 409
    assert wizard.post("columns", do="head", head="9" * 30).status_code == 409
    wizard.post("columns", column=["name"])
    checked = re.findall(r'id="([a-z-]+)" checked', wizard.get("options"))
    assert checked == ["mode-create", "blank-keep", "failing-rows"]
    for sent in ({}, {"mode": "delete"}, {"mode": "update", "key": "grade"}, {"mode": "create"}):
        assert wizard.post("options", **sent).status_code == 409
    assert wizard.post("rows", do="run").status_code in (303, 409)
    assert wizard.post("rows", do="undo").status_code == 409
    assert (
        wizard.post("rows", do="mend", **{"v.2.name": "x", "v.x.name": "y", "v.2.nothing": "z"}).status_code
        == 409
    )
    wizard.check()
    assert wizard.post("rows", do="mend", **{"v.2.name": "\x00", "v.999.name": "y"}).status_code == 303
    assert wizard.browser.get(f"{wizard.root}/{wizard.key}/rows?after=x").status_code == 200
    assert wizard.browser.get(f"{wizard.root}/nothing/rows").status_code == 404


def test_an_import_is_forgotten_a_day_after_its_last_step(world: World) -> None:
    wizard = Wizard(world, sheet(["Name"], ["Forgotten"]))
    wizard.check()
    wizard.do("run")
    with time_machine.travel(now() + timedelta(days=1, minutes=1), tick=False):
        world.work()
        with world.app.app_context():
            assert db.session.scalars(select(Import).where(Import.key == wizard.key)).first() is None
            own = (
                select(func.count()).select_from(ImportRow).where(~ImportRow.import_id.in_(select(Import.id)))
            )
            assert db.session.scalar(own) == 0
    assert "Forgotten" in named(world, "Forgotten")


def test_a_file_that_a_crash_left_goes_by_and_by_and_no_other(world: World) -> None:
    wizard = Wizard(world, sheet(["Name"], ["Kept file"]))
    with world.app.app_context():
        old, new, own = (sources.place(key) for key in ("0" * 32, "1" * 32, wizard.key))
        for path in (old, new, own):
            path.write_bytes(b"x")
        for path in (old, own):
            os.utime(path, (0, 0))
        another = importing.get(*_of_anna(world), wizard.key)
        outbox.revive(db.session(), importing.END, another.id, due_at=now())
        db.session.commit()
        with transaction() as session:
            session.get_one(Import, another.id).state = "checking"  # it is at work: nobody forgets it
        jobs.work(
            db.session.scalars(
                select(outbox.Outbox.id).where(
                    outbox.Outbox.kind == importing.END, outbox.Outbox.ref_id == another.id
                )
            ).one()
        )
        assert [path.exists() for path in (old, new, own)] == [False, True, True]


def _of_anna(world: World) -> tuple[User, Any]:
    return db.session.get_one(User, world.ids["anna"]), lookup.form("followup", "customer")
