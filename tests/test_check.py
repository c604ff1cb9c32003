"""`formwright check` sees damage in the real database: exit 1, and the broken rule by name in its JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from builder import cli
from runtime.check import INVARIANTS
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.times import today
from tests.conftest import _app_for
from tests.support.world import World, world_on

# Of each rule the statements that break it; {customer} and {visit} are the tables of these forms.
LAST = "SELECT max(id) FROM"
DAMAGE = [
    (
        "current_version_is_its_own",
        "UPDATE definitions SET current_version_id ="
        " (SELECT max(id) FROM versions WHERE definition_id <> definitions.id)"
        " WHERE kind = 'message' AND key = 'visit_due'",
    ),
    (
        "current_version_is_its_own",  # one that no reader can make sense of
        "UPDATE definitions SET current_version_id = (SELECT max(v.id) FROM versions v JOIN definitions d"
        " ON d.id = v.definition_id WHERE d.kind = 'message') WHERE kind = 'form' AND key = 'visit'",
    ),
    ("every_form_has_its_table", "ALTER TABLE {customer} RENAME TO elsewhere"),
    ("every_form_has_its_table", "ALTER TABLE {customer} RENAME COLUMN address TO elsewhere"),
    ("every_record_has_its_history", f"DELETE FROM events WHERE id = ({LAST} events)"),
    ("every_record_has_its_history", "UPDATE {visit} SET revision = revision + 1"),
    ("a_deleted_record_is_gone", f"UPDATE events SET kind = 'deleted' WHERE id = ({LAST} events)"),
    ("texts_have_the_keys_of_their_order", "UPDATE {customer} SET _name = 'elsewhere'"),
    (
        "a_running_run_is_still_to_be_worked_on",
        f"UPDATE runs SET state = 'running' WHERE id = ({LAST} runs)",
    ),
    ("a_done_run_did_all_its_steps", f"UPDATE steps SET state = 'failed' WHERE id = ({LAST} steps)"),
    ("a_planned_timer_will_fire", "DELETE FROM outbox WHERE kind = 'timer' AND state = 'pending'"),
    ("a_planned_timer_will_fire", "UPDATE timers SET state = 'cancelled' WHERE state = 'planned'"),
    (
        "an_open_delivery_will_be_tried",
        "UPDATE deliveries SET state = 'pending' WHERE channel = 'email'",
    ),
    (
        "a_pending_request_will_be_sent",
        "INSERT INTO webhook_calls (step_id, run_id, key, url, body, state, reason, attempts, created_at) "
        "SELECT id, run_id, 'k', 'u', 'b', 'pending', '', 0, CURRENT_TIMESTAMP FROM steps LIMIT 1",
    ),
    (
        "waiting_work_is_known_to_this_release",
        "UPDATE outbox SET kind = 'of_next_year' WHERE kind = 'timer' AND state = 'pending'",
    ),
    ("an_inbox_delivery_is_one_notice", f"DELETE FROM notices WHERE id = ({LAST} notices)"),
]


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Records with a history, runs, steps, timers, deliveries and notices."""
    with world_on(request.param, request, tmp_path) as found:
        found.follow_up("bob", found.make("customer", name="Acme"), today("Asia/Shanghai"))
        yield found


def checked(world: World) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of the command, as a process of its own would give them."""
    made: list[Flask] = []

    def make() -> Flask:
        made.append(_app_for(world.app.config["SQLALCHEMY_DATABASE_URI"]))
        return made[-1]

    done = CliRunner().invoke(cli.formwright, ["check"], obj=make, catch_exceptions=False)
    with made[0].app_context():
        db.engine.dispose()
    return done.exit_code, json.loads(done.stdout)


def damage(world: World, statement: str) -> None:
    with world.app.app_context():
        names = {key: lookup.form("followup", key).table_name for key in ("customer", "visit")}
        with transaction() as session:
            changed: Any = session.execute(text(statement.format(**names)))
        assert statement.startswith("ALTER") or changed.rowcount > 0, "there was something to damage"


@pytest.mark.slow
@pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize(("rule", "statement"), DAMAGE, ids=[rule for rule, _statement in DAMAGE])
def test_what_is_damaged_is_told_by_its_rule(world: World, rule: str, statement: str) -> None:
    damage(world, statement)

    code, told = checked(world)

    assert (code, told["ok"]) == (1, False)
    assert rule in {each["rule"] for each in told["violations"]}


@pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
def test_what_is_whole_is_told_to_be_well(world: World) -> None:
    assert checked(world) == (0, {"ok": True, "violations": []})


def test_each_rule_is_broken_once() -> None:
    # This app has no such fields: tests/builder/test_roll_ups.py, tests/records/test_several_references.py; and nothing
    # in the trash: tests/records/test_restoring.py. Searches: tests/records/test_search_index.py. Files:
    # tests/files/test_strays.py.
    elsewhere = {"a_roll_up_is_what_it_counts", "a_list_of_records_is_linked"}
    elsewhere |= {
        "a_search_finds_every_record",
        "the_index_of_a_search_is_being_made",
        "what_is_in_the_trash_is_gone",
        "what_is_in_the_trash_will_go",
        "every_file_is_known",
    }
    assert {rule for rule, _statement in DAMAGE} | elsewhere == {rule.__name__ for rule in INVARIANTS}
