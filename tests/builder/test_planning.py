"""Publishing at a later moment: what was looked at or nothing, once, and whoever shall know of it is told."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from builder import announcing, drafts, planning, uninstalling
from builder.models_announced import Announcement
from builder.models_planned import PlannedPublish
from runtime import batches, jobs
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import Draft
from runtime.notifications.models import Delivery, Notice
from runtime.outbox import Outbox
from runtime.times import now
from tests.support.pages import reviewed
from tests.support.world import World, world_on

CUSTOMER = "/apps/followup/forms/customer/design"
both = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on(getattr(request, "param", "sqlite"), request, tmp_path) as found:
        yield found


def post(world: World, path: str, seen: str, **form: Any) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', seen)
    assert token
    answer = world.browsers["dora"].post(path, data={"csrf_token": token[1], **form}, follow_redirects=True)
    return answer.text


def page(world: World) -> str:
    return world.browsers["dora"].get(f"{CUSTOMER}/publish").text


def rename(world: World, text: str) -> None:
    """Change the draft."""
    seen = world.browsers["dora"].get(f"{CUSTOMER}/").text
    revision = re.search(r'data-revision="(\d+)"', seen)
    assert revision
    change = {"name": "form.set", "args": {"path": ["title"], "value": {"en": text, "zh": text}}}
    post(world, f"{CUSTOMER}/commands", seen, rev=revision[1], do=json.dumps(change))


def plan(world: World, ahead: timedelta = timedelta(hours=1), **more: str) -> str:
    """Plan to publish what the page shows."""
    seen = page(world)
    zone = re.search(r"Later means \(([^)]+)\)", seen)
    assert zone
    at = (now() + ahead).astimezone(ZoneInfo(zone[1])).strftime("%Y-%m-%dT%H:%M")
    given = {"part": "form/customer", "when": "later", "at": at, "note": "Look", **reviewed(seen), **more}
    return post(world, f"{CUSTOMER}/publish", seen, **given)


def due() -> list[int]:
    """Let the moment come: what a worker may claim."""
    with transaction() as session:
        session.execute(update(Outbox).where(Outbox.kind == "planned_publish").values(due_at=now()))
        own = select(Outbox.id).where(Outbox.kind == "planned_publish", Outbox.state == "pending")
        return list(session.scalars(own))


def fall_due(world: World) -> None:
    """Let the moment come, and the worker have its turn."""
    with world.app.app_context():
        for lease in filter(None, map(jobs.claim, due())):
            planning.work(lease)
        db.session.remove()


def version(world: World) -> int:
    with world.app.app_context():
        return lookup.form("followup", "customer").number


def plans(world: World) -> list[tuple[str, str]]:
    with world.app.app_context():
        return [(each.state, each.reason) for each in db.session.scalars(select(PlannedPublish))]


@both
def test_what_was_looked_at_is_published_at_its_moment_and_once(world: World) -> None:
    rename(world, "Client")
    before = version(world)
    assert "It will be published" in plan(world)
    assert (version(world), plans(world)) == (before, [("waiting", "")])
    fall_due(world)
    fall_due(world)
    assert (version(world), plans(world)) == (before + 1, [("done", "")])


def test_a_draft_that_changed_meanwhile_is_not_published_and_its_planner_is_told(world: World) -> None:
    rename(world, "Client")
    before = version(world)
    plan(world)
    rename(world, "Buyer")
    fall_due(world)
    [(state, reason)] = plans(world)
    assert (version(world), state) == (before, "failed") and "changed" in reason
    assert "Not published" in page(world)
    with world.app.app_context():
        told = db.session.scalars(select(Notice).where(Notice.user_id == world.ids["dora"])).all()
        assert [each.subject for each in told] == ["A planned publish did not happen"]


def test_a_plan_is_cancelled_and_stays_so(world: World) -> None:
    rename(world, "Client")
    before = version(world)
    plan(world)
    place = re.search(r'action="([^"]+/planned/\d+/cancel)"', page(world))
    assert place
    assert "It will not be published then" in post(world, place[1], page(world))
    fall_due(world)
    assert (version(world), plans(world)) == (before, [("cancelled", "")])


def test_a_moment_that_is_none_is_refused_where_it_was_typed_and_nothing_typed_is_lost(world: World) -> None:
    rename(world, "Client")
    for at in ("", "soon", "2001-01-01T09:00", "2999-01-01T09:00", "0001-01-01T00:00", "9999-12-31T23:59"):
        answer = plan(world, at=at, told="Have a look")
        assert 'value="later" checked' in answer and 'value="Look"' in answer, at
        assert 'aria-describedby="at-error"' in answer and 'value="Have a look"' in answer, at
    assert plans(world) == []


def test_whoever_types_a_moment_and_leaves_now_chosen_is_asked(world: World) -> None:
    rename(world, "Client")
    before = version(world)
    answer = plan(world, when="now")
    assert 'aria-describedby="at-error"' in answer and (version(world), plans(world)) == (before, [])


def test_what_is_planned_already_is_not_planned_twice(world: World) -> None:
    rename(world, "Client")
    plan(world)
    assert "planned for" in plan(world)
    assert len(plans(world)) == 1


def test_a_draft_that_was_deleted_and_made_again_is_another_one(world: World) -> None:
    rename(world, "Client")
    plan(world)
    with world.app.app_context(), transaction() as session:
        definition = drafts.find("followup", "form", "customer")
        assert definition is not None
        draft = session.get_one(Draft, definition.id)
        draft.document = {
            **draft.document,
            "title": {"en": "Buyer", "zh": "Buyer"},
        }  # with its old revision
    before = version(world)
    fall_due(world)
    assert (version(world), [state for state, _reason in plans(world)]) == (before, ["failed"])


def test_what_the_server_failed_at_is_told_in_words_for_people(world: World) -> None:
    rename(world, "Client")
    plan(world)
    with world.app.app_context(), transaction() as session:
        [planned] = session.scalars(select(PlannedPublish))
        jobs.ON_DEAD["planned_publish"](session, planned.id, "OperationalError: [SQL: SELECT 1]")
    [(state, reason)] = plans(world)
    assert state == "failed" and "SQL" not in reason and "administrator" in reason


def test_everybody_with_a_role_is_told_once_with_what_is_published(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename(world, "Client")
    before = version(world)
    plan(world, notify="app", told="*Look*")
    publish: Callable[..., Any] = announcing.publish_and_tell

    def killed(*given: Any, **named: Any) -> None:
        publish(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(announcing, "publish_and_tell", killed)
    with pytest.raises(KeyboardInterrupt):
        fall_due(world)
    monkeypatch.undo()
    with world.app.app_context():
        db.session.rollback()
        assert (lookup.form("followup", "customer").number, db.session.scalars(select(Delivery)).all()) == (
            before,
            [],
        )
        with transaction() as session:
            session.execute(update(Outbox).values(state="pending", lease_until=None))
    fall_due(world)
    world.work()
    with world.app.app_context():
        told = db.session.scalars(select(Notice)).all()
        assert {each.body for each in told} == {"\\*Look\\*"}
        assert world.ids["bob"] in [each.user_id for each in told] and world.ids["eve"] is not None
        assert len(told) == len({each.user_id for each in told})
    assert version(world) == before + 1


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_worker_that_dies_in_the_middle_leaves_the_whole_to_another_and_both_publish_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename(world, "Client")
    before = version(world)
    plan(world, notify="app")
    publish, reached, dead = announcing.publish_and_tell, Event(), Event()

    def held(*given: Any, **named: Any) -> Any:
        versions = publish(*given, **named)
        reached.set()
        assert dead.wait(60)
        return versions

    def first(outbox_id: int) -> None:
        with world.app.app_context(), suppress(OperationalError):
            lease = jobs.claim(outbox_id)
            assert lease is not None
            planning.work(lease)

    monkeypatch.setattr(announcing, "publish_and_tell", held)
    monkeypatch.setattr(jobs, "LEASE", timedelta(0))  # over at once
    with world.app.app_context():
        [outbox_id] = due()
        worker = Thread(target=first, args=(outbox_id,))
        worker.start()
        assert reached.wait(60)
        assert jobs.claim(outbox_id) is None  # it is at work, however late
        with transaction() as session:
            idle = "state = 'idle in transaction' AND datname = current_database()"
            session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {idle}"))
        dead.set()
        worker.join()
        lease = jobs.claim(outbox_id)
        assert lease is not None
        planning.work(lease)
        world.work()
        told = [each.user_id for each in db.session.scalars(select(Notice))]
        assert told and len(told) == len(set(told))
        db.session.remove()
    assert (version(world), plans(world)) == (before + 1, [("done", "")])


def test_the_names_of_what_changed_are_told_to_designers_alone(world: World) -> None:
    rename(world, "Secret")
    seen = page(world)
    given = {"part": "form/customer", "when": "now", "notify": "app", **reviewed(seen)}
    note = "Renamed to Secret"
    post(world, f"{CUSTOMER}/publish", seen, note=note, **given)
    seen = page(world)
    post(world, f"{CUSTOMER}/publish", seen, note=note, **{**given, **reviewed(seen)})  # there is nothing new
    world.work()
    with world.app.app_context():
        told = db.session.scalars(select(Notice)).all()
        assert {each.body for each in told} == {"A new version is in use\\."}
        assert len(told) == len({each.user_id for each in told})


@both
def test_publishing_tells_nobody_itself_and_a_job_that_dies_tells_everybody_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename(world, "Client")
    seen = page(world)
    given = {"part": "form/customer", "when": "now", "notify": "app", **reviewed(seen)}
    post(world, f"{CUSTOMER}/publish", seen, **given)
    assert readers(world) == []
    monkeypatch.setattr(batches, "LONGEST", 0.0)  # one person in a batch
    true, tried = announcing._content, iter(range(100))

    def killed(*told: Any) -> Any:
        if next(tried) in (0, 2):
            raise KeyboardInterrupt
        return true(*told)

    monkeypatch.setattr(announcing, "_content", killed)
    for _death in range(2):
        with pytest.raises(KeyboardInterrupt):
            world.work()
        with world.app.app_context(), transaction() as session:  # its lease runs out
            session.rollback()
            session.execute(update(Outbox).where(Outbox.state == "leased").values(lease_until=now()))
    assert len(readers(world)) == 1

    world.work()

    holders = {"bob", "mia", "rita", "eve", "max"}
    assert readers(world) == sorted(world.ids[name] for name in holders)
    with world.app.app_context(), transaction() as session:  # the job comes once more
        assert session.scalars(select(Announcement)).all() == []
        session.execute(update(Outbox).where(Outbox.kind == announcing.KIND).values(state="pending"))
    world.work()
    assert len(readers(world)) == len(holders)


def test_of_an_app_that_was_uninstalled_meanwhile_nobody_is_told_any_more(world: World) -> None:
    rename(world, "Client")
    seen = page(world)
    post(world, f"{CUSTOMER}/publish", seen, part="form/customer", when="now", notify="app", **reviewed(seen))
    with world.app.app_context(), transaction() as session:
        uninstalling.uninstall(session.get_one(User, world.ids["anna"]), "followup", "x", ["x"])

    world.work()

    with world.app.app_context():
        states = db.session.scalars(select(Outbox.state).where(Outbox.kind == announcing.KIND)).all()
    assert (readers(world), states) == ([], ["done"])


def readers(world: World) -> list[int]:
    """Who found something in the inbox."""
    with world.app.app_context():
        return sorted(each.user_id for each in db.session.scalars(select(Notice)))


def test_the_note_begins_with_what_changes(world: World) -> None:
    rename(world, "Client")
    assert re.search(r'id="note" name="note" value="[^"]+title', page(world))
