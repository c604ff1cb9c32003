"""All rows of a spreadsheet or none, and a spreadsheet that comes again for the rows that were refused."""

import pytest
from sqlalchemy import select, update

from runtime import jobs, outbox
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import deletion, store
from runtime.records.tables import table
from runtime.transfer import importing, importing_job
from runtime.transfer.models import Import, ImportedFile
from tests.support.world import World
from tests.transfer.test_imports import Wizard, alone, both, counts, either, named, sheet, world  # noqa: F401  (fixtures)


def test_of_all_rows_or_none_none_is_imported_before_all_are_right(world: World) -> None:  # noqa: F811
    found = Wizard(world, sheet(["Name", "Grade"], ["Whole 1", "A"], ["Whole 2", "Q"]))
    page = found.check(failing="whole")
    assert counts(page) == {"ready": 1, "with problems": 1}
    assert 'value="run"' not in page and "Mend those with problems first" in page
    refused = found.post("rows", do="run")
    assert refused.status_code == 409 and not named(world, "Whole")
    page = found.do("mend", **{"v.3.grade": "B"})
    assert 'value="run"' in page
    assert counts(found.do("run")) == {"created": 2}


def test_of_all_rows_or_none_a_row_that_is_refused_late_takes_the_others_back(
    either: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing_job, "BATCH", 2)
    found = Wizard(either, sheet(["Name"], *([f"Late {at}"] for at in range(6))))
    found.check(failing="whole")
    either.make("customer", name="Late 4", grade="A")
    page = found.do("run")
    assert counts(page) == {"taken back": 4, "ready": 1, "with problems": 1}
    assert "Row 6 could not be imported, so none is." in page
    assert list(named(either, "Late")) == ["Late 4"]


def test_stopping_an_import_of_all_rows_or_none_takes_back_what_is_done(
    world: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Wizard(world, sheet(["Name"], *([f"Halfway {at}"] for at in range(4))))
    found.check(failing="whole")
    found.post("rows", do="run")
    with monkeypatch.context() as slow:
        slow.setattr(importing_job, "BATCH", 2)
        slow.setattr(importing_job, "IN_A_TURN", 1)
        _turn(world)
    assert len(named(world, "Halfway")) == 2
    page = found.do("stop")
    assert counts(page) == {"taken back": 2, "ready": 2} and not named(world, "Halfway")


@pytest.mark.parametrize("deed", ["stop", "drop"])
def test_nothing_leaves_half_of_an_import_of_all_rows_or_none(
    world: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    deed: str,
) -> None:
    found = Wizard(world, sheet(["Name"], *([f"Pressed {deed} {at}"] for at in range(4))))
    found.check(failing="whole")
    found.post("rows", do="run")
    with monkeypatch.context() as slow:
        slow.setattr(importing_job, "BATCH", 2)
        slow.setattr(importing_job, "IN_A_TURN", 1)
        _turn(world)
    assert found.post("rows", do="stop").status_code == 303
    assert 'value="stop"' not in found.get("rows")
    assert found.post("rows", do=deed).status_code == 409
    world.work()
    assert counts(found.get("rows")) == {"taken back": 2, "ready": 2}
    assert not named(world, f"Pressed {deed}")


def test_all_rows_or_none_is_for_those_who_may_take_rows_back(world: World) -> None:  # noqa: F811
    found = Wizard(world, sheet(["Name"], ["Typed"]), who="bob")
    found.post("columns", column=found.targets(), do="columns")
    for mode, key in (("create", ""), ("both", "name")):
        refused = found.post("options", mode=mode, key=key, automations="rest", failing="whole")
        assert refused.status_code == 409 and "for those who may delete records here" in refused.text
    assert counts(found.check()) == {"ready": 1}


def test_what_was_mended_stays_where_nothing_was_written_before_it_was_broken_off(
    world: World,  # noqa: F811
) -> None:
    found = Wizard(world, sheet(["Name", "Grade"], ["Early 1", "Q"], ["Early 2", "A"]))
    found.check(failing="whole")
    found.do("mend", **{"v.2.grade": "B"})
    found.post("rows", do="run")
    page = found.do("stop")
    assert counts(page) == {"ready": 2} and 'value="run"' in page and not named(world, "Early")
    assert counts(found.do("run")) == {"created": 2}, "and the file was not imported before"


def test_what_was_mended_stays_where_the_first_row_is_refused(
    world: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing_job, "BATCH", 1)
    found = Wizard(world, sheet(["Name"], ["First 1"], ["First 2"]))
    found.check(failing="whole")
    world.make("customer", name="First 1", grade="A")
    page = found.do("run")
    assert "Row 2 could not be imported, so none is." in page
    assert counts(page) == {"ready": 1, "with problems": 1} and 'value="mend"' in page
    found.do("mend", **{"v.2.name": "First 3"})
    assert counts(found.do("run")) == {"created": 2}


def test_half_of_all_rows_or_none_is_not_removed(
    world: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Wizard(world, sheet(["Name"], *([f"Dead {at}"] for at in range(4))))
    found.check(failing="whole")
    found.post("rows", do="run")
    with monkeypatch.context() as slow:
        slow.setattr(importing_job, "BATCH", 2)
        slow.setattr(importing_job, "IN_A_TURN", 1)
        _turn(world)
    with world.app.app_context(), transaction() as session:
        own = session.scalars(select(Import).where(Import.key == found.key)).one()
        importing.given_up(session, own.id, "its worker died again and again")
    refused = found.post("rows", do="drop")
    assert refused.status_code == 409 and "Only some of its rows became records" in refused.text
    assert counts(found.do("undo")) == {"taken back": 2, "ready": 2}
    assert found.post("rows", do="drop").status_code == 303


def _turn(own: World) -> None:
    with own.app.app_context():
        jobs.work(outbox.due_ids()[0])


def test_a_file_that_comes_again_makes_only_the_records_that_it_did_not_make(either: World) -> None:  # noqa: F811
    content = sheet(["Name", "Phone"], *([f"Again {at}", "12" if at == 1 else ""] for at in range(3)))
    first = Wizard(either, content)
    first.check()
    assert counts(first.do("run")) == {"created": 2, "with problems": 1}
    _deleted(either, "Again 2")

    second = Wizard(either, content)
    second.post("columns", column=second.targets(), do="columns")
    assert "only the rows that did not become records then" in second.get("options")
    page = second.check(repeated="rest")
    assert counts(page) == {"already so": 2, "with problems": 1}
    assert "once more" not in page, "nothing would be twice"
    page = second.do("mend", **{"v.3.phone": "13800138000"})
    assert counts(second.do("run")) == {"already so": 2, "created": 1}
    assert sorted(named(either, "Again")) == ["Again 0", "Again 1"], "who deleted one does not get it back"


def test_what_became_a_record_since_the_check_is_not_made_again(
    world: World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = sheet(["Name"], *([f"Since {at}"] for at in range(4)))
    first = Wizard(world, content)
    first.check()
    first.post("rows", do="run")
    with monkeypatch.context() as slow:
        slow.setattr(importing_job, "BATCH", 2)
        slow.setattr(importing_job, "IN_A_TURN", 1)
        _turn(world)
    first.do("stop")
    second = Wizard(world, content)
    assert counts(second.check(repeated="rest")) == {"already so": 2, "ready": 2}
    assert counts(first.do("run")) == {"created": 4}
    assert counts(second.do("run")) == {"already so": 4}
    assert len(named(world, "Since")) == 4


def test_a_file_that_comes_again_to_change_records_changes_those_that_it_made(world: World) -> None:  # noqa: F811
    content = sheet(["Name", "Grade"], ["Anew", "A"])
    first = Wizard(world, content)
    first.check()
    first.do("run")
    again = Wizard(world, content)
    assert counts(again.check(mode="update", key="name", repeated="rest")) == {"ready": 1}


def _deleted(own: World, name: str) -> None:
    """Somebody deletes a record meanwhile."""
    with own.app.app_context(), transaction() as session:
        form = lookup.form("followup", "customer")
        there = table(form).c
        record_id = session.scalar(select(there.id).where(there.name == name))
        actor = store.Actor(user=None, origin="sample", trusted=True)
        deletion.delete(actor, form, record_id)


def test_an_import_of_an_earlier_release_is_not_known_by_its_rows_and_so_asked_about(
    world: World,  # noqa: F811
) -> None:
    world.make("customer", name="Nest", grade="A")
    content = sheet(["Customer", "Name"], ["Nest", "Early bird"])
    first = Wizard(world, content, "contact")
    first.check()
    first.do("run")
    with world.app.app_context(), transaction() as session:  # its rows had tokens of another kind
        session.execute(update(ImportedFile).values(import_id=ImportedFile.import_id + 1_000_000))
    page = Wizard(world, content, "contact").check(repeated="rest")
    assert "Import it once more" in page
