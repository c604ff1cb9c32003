"""Files made of lists: what is in them, who gets them, and that no crash repeats or loses a row."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import delete, select

from runtime import jobs, outbox
from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import Definition
from runtime.times import now
from runtime.transfer import exporting, sheets
from runtime.transfer.models import Export
from tests.support.world import World, world_on

CUSTOMERS = "/apps/followup/forms/customer"
EXPORTS = f"{CUSTOMERS}/exports"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on(
        request.param, request, tmp_path_factory.mktemp("exports"), WTF_CSRF_ENABLED=False
    ) as found:
        yield found


@pytest.fixture
def world(shared: World) -> World:
    """The company, where nobody has a file yet."""
    with shared.app.app_context(), transaction() as session:
        for export in session.scalars(select(Export)):
            exporting.drop(export)
    return shared


def asked_for(world: World, who: str = "anna", form: str = CUSTOMERS, **asked: str) -> str:
    """The key of the file that somebody asked for."""
    answer = world.browsers[who].post(f"{form}/exports", data=asked)
    assert answer.status_code == 303, answer.text
    found = re.findall(r'id="export-(\w+)"', world.browsers[who].get(f"{form}/exports").text)
    return str(found[0])


def got(world: World, key: str, who: str = "anna", form: str = CUSTOMERS) -> bytes:
    with world.browsers[who].get(f"{form}/exports/{key}") as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "private, no-store"
        return answer.data


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def exported(world: World, who: str = "anna", form: str = CUSTOMERS, **asked: str) -> list[dict[str, str]]:
    """The rows that somebody gets as CSV."""
    key = asked_for(world, who, form, kind="csv", **asked)
    world.work()
    return rows_of(got(world, key, who, form))


def grade(value: str) -> str:
    return json.dumps({"required": ["grade"], "properties": {"grade": {"const": value}}})


def test_a_file_holds_the_records_of_the_list_as_it_is_filtered_and_sorted(world: World) -> None:
    for name, letter in (("Zeta Export", "B"), ("Alpha Export", "B"), ("Beta Export", "A")):
        world.make("customer", name=name, grade=letter)
    found = exported(world, filter=grade("B"), sort="-name", q="export", cols="name,grade")
    assert found == [
        {"Name": "Zeta Export", "Grade": "B, regular"},
        {"Name": "Alpha Export", "Grade": "B, regular"},
    ]


def test_every_field_is_in_it_when_that_is_wished(world: World) -> None:
    few, all_of_it = exported(world, cols="name"), exported(world, cols="name", all="on")
    assert list(few[0]) == ["Name"]
    assert {"Name", "Phone", "Grade", "Owner"} <= set(all_of_it[0])


def test_nobody_gets_records_or_fields_that_they_may_not_see(world: World) -> None:
    world.make("customer", name="Canary of the South", owner=world.ids["eve"])
    world.make(
        "opportunity",
        name="Big",
        stage="contact",
        customer=world.make("customer", name="Costs Ltd"),
        cost=77,
        owner=world.ids["bob"],
    )
    assert "Canary of the South" not in {row["Name"] for row in exported(world, "bob", all="on")}
    opportunities = "/apps/followup/forms/opportunity"
    told = exported(world, "bob", opportunities, all="on", cols="name,cost")
    assert told and "Expected cost" not in told[0]
    assert "Expected cost" in exported(world, "anna", opportunities, all="on")[0]


CELLS = {  # what was typed, and its cell in a CSV
    "=1+1": "'=1+1",
    "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0",
    "-2+3": "'-2+3",
    "@SUM(1)": "'@SUM(1)",
    "＝1+1": "'＝1+1",
    "+86 138 0000 0000": "+86 138 0000 0000",
    "-5": "-5",
    'a "quoted", one': 'a "quoted", one',
}


def test_no_cell_is_a_formula(world: World) -> None:
    for number, typed in enumerate(CELLS):
        world.make("customer", name=f"Formula {number}", address=typed)
    asked = {"cols": "name,address", "q": "Formula", "sort": "name"}
    key = asked_for(world, kind="xlsx", **asked)
    world.work()
    sheet = load_workbook(io.BytesIO(got(world, key))).active
    assert sheet is not None
    found = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert [each.value for each in found] == list(CELLS) and {each.data_type for each in found} == {"s"}
    assert [row["Address"] for row in exported(world, **asked)] == list(CELLS.values())


def test_a_workbook_holds_numbers_dates_and_moments_as_such(world: World) -> None:
    customer = world.make("customer", name="Typed Ltd")
    world.make(
        "opportunity",
        name="Typed",
        stage="contact",
        customer=customer,
        expected_amount=Decimal("1250.5"),
        close_on="2026-12-24",
    )
    form = "/apps/followup/forms/opportunity"
    key = asked_for(world, form=form, kind="xlsx", cols="name,expected_amount,close_on,customer", q="Typed")
    world.work()
    sheet = load_workbook(io.BytesIO(got(world, key, form=form))).active
    assert sheet is not None
    found = tuple(cell.value for cell in next(iter(sheet.iter_rows(min_row=2))))
    assert found == ("Typed", 1250.5, datetime(2026, 12, 24), "Typed Ltd")


def test_a_file_is_its_makers_alone(world: World) -> None:
    key = asked_for(world, "bob", kind="csv")
    world.work()
    for who in ("anna", "mia", "rita"):
        assert world.browsers[who].get(f"{EXPORTS}/{key}").status_code == 404
        assert world.browsers[who].post(f"{EXPORTS}/{key}").status_code == 404
    assert got(world, key, "bob")


def test_what_is_not_finished_or_was_broken_off_cannot_be_got(world: World) -> None:
    key = asked_for(world, kind="csv")
    assert world.browsers["anna"].get(f"{EXPORTS}/{key}").status_code == 404
    assert world.browsers["anna"].post(f"{EXPORTS}/{key}").status_code == 303
    world.work()
    assert world.browsers["anna"].get(f"{EXPORTS}/{key}").status_code == 404
    assert not list(files(world, key))


def files(world: World, key: str) -> Iterator[Path]:
    with world.app.app_context():
        return sheets.place(key, "part").parent.glob(f"{key}.*")


def test_a_worker_that_is_killed_at_any_point_leaves_no_row_out_and_none_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        world.make("customer", name=f"Killed {number:02}")
    monkeypatch.setattr(exporting, "ROWS", 5)
    for kind in sheets.KINDS:
        key = asked_for(world, kind=kind, q="Killed", sort="name", cols="name")
        died = 0
        while True:
            with world.app.app_context():
                done = db.session.scalars(select(Export).where(Export.key == key)).one()
                if done.state == "done":
                    break
                _die_at(monkeypatch, died % 3)
                _turn(done.id)
            died += 1
            assert died < 60
        content = got(world, key)
        assert names_in(kind, content) == [f"Killed {number:02}" for number in range(12)]


class Killed(BaseException):
    """The process is gone."""


def _die_at(monkeypatch: pytest.MonkeyPatch, point: int) -> None:
    """Have the next commit fail after the file was written, or the file be cut in the middle; or let it be."""
    monkeypatch.undo()
    monkeypatch.setattr(exporting, "ROWS", 5)
    monkeypatch.setattr(exporting, "IN_A_TURN", 1)
    whole = sheets.add

    def half(key: str, size: int, content: bytes) -> int:
        whole(key, size, content[: len(content) // 2])
        raise Killed

    def uncommitted(key: str, size: int, content: bytes) -> int:
        whole(key, size, content)
        raise Killed

    if point:
        monkeypatch.setattr(sheets, "add", half if point == 1 else uncommitted)


def _turn(export_id: int) -> None:
    own = (outbox.Outbox.kind == exporting.KIND, outbox.Outbox.ref_id == export_id)
    row_id = db.session.scalars(select(outbox.Outbox.id).where(*own)).one()
    try:
        jobs.work(row_id)
    except Killed:
        with transaction() as session:  # its lease runs out
            session.get_one(outbox.Outbox, row_id).lease_until = now() - timedelta(seconds=1)


def names_in(kind: str, content: bytes) -> list[Any]:
    if kind == "csv":
        return [row["Name"] for row in rows_of(content)]
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [row[0].value for row in sheet.iter_rows(min_row=2)]


def test_what_was_read_and_is_lost_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = asked_for(world, kind="csv", cols="name")
    _some(world, monkeypatch, key)
    with world.app.app_context():
        sheets.remove(key)
    world.work()
    every = exported(world, cols="name")
    assert rows_of(got(world, key)) == every


def _some(world: World, monkeypatch: pytest.MonkeyPatch, key: str) -> int:
    """Read the first two records of a file."""
    monkeypatch.setattr(exporting, "ROWS", 2)
    monkeypatch.setattr(exporting, "IN_A_TURN", 1)
    with world.app.app_context():
        export_id = db.session.scalars(select(Export.id).where(Export.key == key)).one()
        _turn(export_id)
    return int(export_id)


def state_of(world: World, export_id: int) -> str:
    with world.app.app_context():
        return db.session.get_one(Export, export_id).state


def test_who_may_read_less_meanwhile_gets_no_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = asked_for(world, "mia", kind="csv", cols="name")
    world.work()
    begun = _some(world, monkeypatch, asked_for(world, "mia", kind="csv", cols="name"))
    _give(world, "mia", "sales")
    try:
        world.work()
        assert state_of(world, begun) == "failed"
        assert world.browsers["mia"].get(f"{EXPORTS}/{ready}").status_code == 403
        assert "You may no longer see all" in world.browsers["mia"].get(EXPORTS).text
    finally:
        _give(world, "mia", "manager")


def _give(world: World, who: str, role: str) -> None:
    with world.app.app_context(), transaction() as session:
        session.get_one(User, world.ids[who]).roles = [UserRole(app="followup", role=role)]


def test_a_file_begins_anew_when_texts_got_the_keys_of_their_order_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = exported(world, sort="name", cols="name")
    _spelled_to(world, 0)
    try:
        key = asked_for(world, kind="csv", sort="name", cols="name")
        begun = _some(world, monkeypatch, key)
    finally:
        _spelled_to(world, None)
    world.work()
    assert state_of(world, begun) == "done"
    assert rows_of(got(world, key)) == every


def _spelled_to(world: World, record_id: int | None) -> None:
    with world.app.app_context(), transaction() as session:
        session.get_one(Definition, lookup.form("followup", "customer").definition_id).spelled_to = record_id


def test_a_workbook_that_was_written_when_the_worker_died_is_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = asked_for(world, kind="xlsx", cols="name")
    whole = sheets.finish

    def killed(*about: Any) -> int:
        whole(*about)
        raise Killed

    monkeypatch.setattr(sheets, "finish", killed)
    with world.app.app_context():
        export_id = db.session.scalars(select(Export.id).where(Export.key == key)).one()
        _turn(export_id)
    monkeypatch.undo()
    world.work()
    assert names_in("xlsx", got(world, key)) == [row["Name"] for row in exported(world, cols="name")]


def test_a_workbook_is_written_without_a_transaction_and_goes_when_nobody_waits_for_it_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = asked_for(world, kind="xlsx", cols="name")
    whole, open_meanwhile = sheets.finish, []

    def forgotten(*told: Any) -> int:
        open_meanwhile.append(db.session().in_transaction())
        size = whole(*told)
        with transaction() as session:
            session.execute(delete(Export).where(Export.key == key))
        return size

    monkeypatch.setattr(sheets, "finish", forgotten)
    world.work()

    assert open_meanwhile == [False]
    assert list(files(world, key)) == []


def test_a_day_before_excel_knows_any_is_a_text() -> None:
    rows = [["1850-01-01"], ["2026-12-24"]]
    out = io.BytesIO()
    columns = [["day", "Day", "date"]]
    sheets._workbook(out, columns, iter(rows))
    sheet = load_workbook(out).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["1850-01-01", datetime(2026, 12, 24)]


def test_a_file_goes_after_a_day(world: World) -> None:
    key = asked_for(world, kind="csv")
    world.work()
    with time_machine.travel(now() + timedelta(days=1, minutes=1), tick=False):
        world.work()
    assert world.browsers["anna"].get(f"{EXPORTS}/{key}").status_code == 404
    assert not list(files(world, key))


def test_one_person_keeps_a_few_files_of_a_list(world: World) -> None:
    for _each in range(exporting.MOST + 2):
        world.browsers["anna"].post(EXPORTS, data={"kind": "csv"})
    text = world.browsers["anna"].get(EXPORTS).text
    assert text.count('id="export-') == exporting.MOST
    assert "Delete one first" in text


def test_odd_wishes_are_the_list_as_it_is(world: World) -> None:
    odd = {
        "kind": "exe",
        "filter": "{",
        "sort": "nothing",
        "cols": "salary,,name",
        "q": "\x00" * 9,
        "view": "x",
    }
    assert world.browsers["anna"].post(EXPORTS, data=odd).status_code == 303
    world.work()
    assert "Download" in world.browsers["anna"].get(EXPORTS).text
    assert world.browsers["stan"].post(EXPORTS).status_code in (403, 404)
