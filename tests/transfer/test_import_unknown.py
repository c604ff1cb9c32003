"""Rows that refer to other rows of the same file, or to records that nobody has made yet."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from runtime import jobs, outbox
from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict
from runtime.records import query
from runtime.records.tables import table
from runtime.transfer import importing, importing_job, writing
from runtime.transfer.planning import Desk, Plan
from tests.builder.factory import app, field, form, package
from tests.support.world import World, world_on
from tests.transfer.test_imports import Wizard, counts, faults, sheet

UNIT = form(
    "unit",
    {"name": field("text", title="Name"), "within": field("reference", form="unit", title="Within")},
    ("name",),
    title_field="name",
)
MAKER = form("maker", {"name": field("text", {"minLength": 2}, title="Name")}, ("name",), title_field="name")
THING = form(
    "thing",
    {"name": field("text", title="Name"), "maker": field("reference", form="maker", title="Maker")},
    ("name", "maker"),
    title_field="name",
)
CLERK = {"form": "thing", "actions": ["create", "read", "update", "delete"], "scope": "all"}
READER = {"form": "maker", "actions": ["read"], "scope": "all"}
APP = app(roles=[{"key": "clerk", "title": "Clerk", "grants": [CLERK, READER]}])


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.full)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("import_unknown")
    with (
        world_on(request.param, request, home, WTF_CSRF_ENABLED=False) as found,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(importing, "MOST", 100)  # the tests of this file together
        found.install(package(UNIT, MAKER, THING, app=APP))
        with found.app.app_context(), transaction() as session:
            session.add(UserRole(user_id=found.ids["bob"], app="shop", role="clerk"))
        yield found


def values(world: World, key: str, start: str) -> dict[str, dict[str, Any]]:
    """The records whose names begin so, by name; what they refer to by name, too."""
    with world.app.app_context():
        anna, found = db.session.get_one(User, world.ids["anna"]), lookup.form("shop", key)
        own = table(found).c
        ids = db.session.scalars(select(own.id).where(own.name.startswith(start))).all()
        return {each.values["name"]: each.values for each in (query.get(anna, found, one) for one in ids)}


def names(world: World, key: str) -> list[str]:
    with world.app.app_context():
        own = table(lookup.form("shop", key)).c
        return sorted(db.session.scalars(select(own.name)).all())


def parents(world: World, start: str) -> dict[str, str]:
    """The name of what each unit is within, "" for none."""
    found = values(world, "unit", start)
    with world.app.app_context():
        own = table(lookup.form("shop", "unit")).c
        known = {row.id: row.name for row in db.session.execute(select(own.id, own.name))}
    return {name: known.get(each.get("within"), "") for name, each in found.items()}


def test_rows_may_refer_to_rows_that_stand_anywhere_in_the_file_and_all_is_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_job, "BATCH", 3)
    tree = {f"Tree {at}": f"Tree {at // 2}" if at > 1 else "" for at in range(1, 13)}
    rows = [[name, parent] for name, parent in tree.items()]
    random.Random(4).shuffle(rows)
    found = Wizard(world, sheet(["Name", "Within"], *rows), "unit", app="shop")
    assert counts(found.check()) == {"ready": 12}
    assert counts(found.do("run")) == {"created": 12}
    assert parents(world, "Tree") == tree
    assert counts(found.do("undo"))["taken back"] == 12
    assert parents(world, "Tree") == {}


@pytest.mark.parametrize("turned, passes, made", [(False, 1, 12), (True, 4, 4)])
def test_a_chain_of_rows_is_written_in_one_pass_and_turned_round_it_has_an_end(
    world: World, monkeypatch: pytest.MonkeyPatch, turned: bool, passes: int, made: int
) -> None:
    done: list[None] = []
    go_on = importing_job._go_on
    monkeypatch.setattr(importing_job, "_go_on", lambda lease: done.append(go_on(lease)))
    monkeypatch.setattr(importing_job, "BATCH", 5)
    monkeypatch.setattr(importing_job, "MOST_PASSES", 3)
    name = f"Turned {turned}"
    rows = [[f"{name} {at}", f"{name} {at - 1}" if at else ""] for at in range(12)]
    found = Wizard(
        world, sheet(["Name", "Within"], *(reversed(rows) if turned else rows)), "unit", app="shop"
    )
    assert counts(found.check()) == {"ready": 12}
    assert counts(found.do("run")).get("created") == made
    assert len(done) == passes
    assert counts(found.do("undo"))["taken back"] == made, "the last of the chain first"


def test_a_row_does_not_refer_to_one_that_was_refused_along_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = writing._saved

    def refused(desk: Desk, plan: Plan) -> writing.Outcome:
        found = saved(desk, plan)
        if plan.number == 3:
            raise Conflict("Somebody was quicker.")
        return found

    rows = [["Anew 1", ""], ["Anew 2", "Anew 1"], ["Anew 3", "Anew 2"], ["Anew 4", "Anew 1"]]
    found = Wizard(world, sheet(["Name", "Within"], *rows), "unit", app="shop")
    found.check()
    monkeypatch.setattr(writing, "_saved", refused)
    page = found.do("run")
    assert counts(page) == {"created": 2, "with problems": 2}
    assert parents(world, "Anew") == {"Anew 1": "", "Anew 4": "Anew 1"}


def test_names_in_other_letters_are_other_names_from_the_check_on(world: World) -> None:
    rows = [["Upper", ""], ["Upper 1", "Upper"], ["Upper 2", "upper"]]
    found = Wizard(world, sheet(["Name", "Within"], *rows), "unit", app="shop")
    page = found.check(failing="whole")
    assert counts(page) == {"ready": 2, "with problems": 1}
    assert [name for name, _why in faults(page)] == ["v.4.within"]
    found.do("mend", **{"v.4.within": "Upper"})
    assert counts(found.do("run")) == {"created": 3}
    again = Wizard(
        world, sheet(["Name", "Within"], ["Upper 3", "Upper"], ["Upper 4", "uPPer"]), "unit", app="shop"
    )
    assert counts(again.check()) == {"ready": 1, "with problems": 1}, "beside a stored one, too"


def test_a_row_that_refers_to_nothing_and_a_circle_are_problems_of_their_rows(world: World) -> None:
    rows = [["Loop 1", "Loop 2"], ["Loop 2", "Loop 1"], ["Loop 3", "Nowhere"], ["Loop 4", "Loop 5"]]
    found = Wizard(world, sheet(["Name", "Within"], *rows, ["Loop 5", ""]), "unit", app="shop")
    page = found.check()
    assert counts(page) == {"ready": 4, "with problems": 1}
    assert faults(page) == [("v.4.within", "Within: nothing that you may choose is called “Nowhere”.")]
    page = found.do("run")
    assert counts(page) == {"created": 2, "with problems": 3}
    page = found.do("mend", **{"v.2.within": "", "v.3.within": "Loop 1", "v.4.within": "Loop 5"})
    assert counts(page)["ready"] == 3, "the row that waits for a mended one is looked at with it"
    assert counts(found.do("run")) == {"created": 5}
    assert parents(world, "Loop")["Loop 2"] == "Loop 1"


def test_an_import_that_was_stopped_at_its_last_look_waits_anew_for_what_was_mended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Wizard(
        world, sheet(["Name", "Within"], ["Stop 1", "Stop 2"], ["Stop 2", "Nobody"]), "unit", app="shop"
    )
    found.check()
    found.post("rows", do="run")
    with monkeypatch.context() as slow:
        slow.setattr(importing_job, "IN_A_TURN", 2)
        with world.app.app_context():
            jobs.work(outbox.due_ids()[0])
    assert counts(found.do("stop")) == {"ready": 1, "with problems": 1}
    found.do("mend", **{"v.3.within": ""})
    assert counts(found.do("run")) == {"created": 2}


def test_a_name_that_no_record_has_is_a_problem_or_becomes_a_record_as_it_was_chosen(world: World) -> None:
    rows = [["Made 1", "Acme"], ["Made 2", "Acme"], ["Made 3", "x"], ["Made 4", "Zeta"]]
    content = sheet(["Name", "Maker"], *rows)
    found = Wizard(world, content, "thing", app="shop")
    assert counts(found.check(unknown="error")) == {"with problems": 4}
    page = found.check(unknown="create")
    assert counts(page) == {"ready": 3, "with problems": 1}
    assert [name for name, _why in faults(page)] == ["v.4.maker"] and "cannot be made" in page
    assert names(world, "maker") == [], "nothing is stored before it is wished"
    page = found.do("run")
    assert counts(page) == {"created": 3, "with problems": 1}
    assert names(world, "maker") == ["Acme", "Zeta"], "each is made once"
    made = values(world, "thing", "Made")
    assert made["Made 1"]["maker"] == made["Made 2"]["maker"] != made["Made 4"]["maker"]
    assert counts(found.do("undo")) == {"taken back": 3, "with problems": 1}
    assert names(world, "maker") == [], "and goes with the last row that refers to it"


def test_who_may_not_make_such_records_is_not_offered_it(world: World) -> None:
    found = Wizard(world, sheet(["Name", "Maker"], ["Refused", "Unheard of"]), "thing", "bob", app="shop")
    found.post("columns", column=found.targets(), do="columns")
    assert "becomes a new record of this name" not in found.get("options")
    page = found.check(unknown="create")
    assert counts(page) == {"with problems": 1} and names(world, "maker") == []
