"""Sending a form in its preview: everything that would follow is told, and nothing of it stays."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text
from werkzeug.test import TestResponse

from builder import definitions, drafts, publish
from runtime.access import EVERY_FIELD
from runtime.automations import pauses
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import store
from runtime.records.store import Actor
from tests.builder.factory import automation, field, form, message, package
from tests.support.mail import MailSink
from tests.support.world import World, world_on

DAY = date(2026, 11, 20)
VISIT = "/apps/followup/forms/visit/design/preview/frame"
SENT = {
    "visited_on": "2026-11-18",
    "content": "They want ten.",
    "result": "interested",
    "remind": "yes",
    "next_on": "2027-11-23",
    "prepare": "The demonstration",
    "_once": "x",
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, mails: MailSink
) -> Iterator[World]:
    home = tmp_path_factory.mktemp("dry-save") / request.param
    with world_on(request.param, request, home, WTF_CSRF_ENABLED=False) as opened:
        opened.app.config["SETTINGS"] = replace(opened.app.config["SETTINGS"], smtp_url=mails.url)
        yield opened


@pytest.fixture(scope="module")
def mails() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def customer(world: World) -> int:
    return world.api("bob").made("customer", name="Carrier")


def send(world: World, path: str = VISIT, who: str = "anna", **form_: Any) -> TestResponse:
    """Send the form in the preview, and see that nothing of it stays."""
    world.work()  # whatever else waits
    before = world.everything()
    answer = world.browsers[who].post(path, data=form_)
    world.work()
    assert world.everything() == before
    return answer


def keep(world: World, kind: str, key: str, document: Any, app: str = "followup") -> None:
    with world.app.app_context(), transaction():
        drafts.save_draft(None, app, kind, key, document)


def forget(world: World, kind: str, key: str) -> None:
    """Let the draft be as what is in force."""
    with world.app.app_context():
        document = publish.documents_in_force("followup")[kind, key]
    keep(world, kind, key, document)


def drafted(world: World, key: str = "visit") -> Any:
    """The document of a form in force, to change."""
    with world.app.app_context():
        return deepcopy(publish.documents_in_force("followup")["form", key])


def test_a_new_record_tells_what_its_automations_would_do(world: World, customer: int) -> None:
    page = send(world, **SENT, customer=str(customer)).text

    assert "This would be saved" in page and "They want ten." in page
    assert "This would follow: 1 new record of Reminder, 1 changed record of Customer." in page
    assert "RM-" in page and "FU-" in page, "the numbers that they would have"
    assert "It would plan:" in page


def test_a_change_of_a_record_is_told_with_what_was_before(world: World, customer: int) -> None:
    visit = world.follow_up("bob", customer, DAY)
    page = send(world, f"{VISIT}?record={visit}", **{**SENT, "remind": "no"}, customer=str(customer)).text

    assert "changed record" in page and "Cancelled" in page


def test_messages_are_told_with_their_subject_and_not_sent(
    world: World, customer: int, mails: MailSink
) -> None:
    hello = {**message("hello", "x", "visit"), "subject": _both("Hello!"), "body": _both("{{ link }}")}
    keep(world, "message", "hello", hello)
    to = {"type": "notify", "message": "hello", "to": [{"starter": True}], "channels": ["inbox", "email"]}
    own = automation("greet", "visit", to)
    own["trigger"]["on"] = ["created"]
    keep(world, "automation", "greet", own)
    sent = len(mails.mails)

    page = send(world, **SENT, customer=str(customer)).text

    assert "1 message" in page and "Hello!" in page and "Anna" in page
    assert "(not published)" in page
    assert len(mails.mails) == sent
    drop(world, "automation", "greet")
    drop(world, "message", "hello")


def _both(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


def drop(world: World, kind: str, key: str) -> None:
    with world.app.app_context(), transaction():
        definitions.retire(None, "followup", kind, key)


def test_an_automation_that_is_switched_off_is_named_and_not_tried(world: World, customer: int) -> None:
    with world.app.app_context(), transaction() as session:
        made = next(each for each in lookup.automations("followup") if each.key == "make_reminder")
        pauses.switch_off(session, made.definition_id)

    page = send(world, **SENT, customer=str(customer)).text

    assert "Switched off, so not tried: Make the reminder" in page
    assert "new record" not in page
    with world.app.app_context(), transaction() as session:
        pauses.switch_on(session, made.definition_id)


def test_a_form_that_was_never_published_and_its_drafts_are_tried_and_leave_no_table(world: World) -> None:
    own = form(
        "trial", {"name": field("text", title="Name"), "n": field("serial", title="N", pattern="T-{n:3}")}
    )
    own = {**own, "$id": "urn:formwright:followup:trial", "title": _both("Trial")}
    keep(world, "form", "trial", own)
    copy = {"type": "create_record", "key": "copy", "form": "trial", "set": {"name": '"of " & record.name'}}
    rule = {**automation("copy_it", "trial", {**copy, "triggers": False}), "title": _both("Copy it")}
    rule["trigger"]["on"] = ["created"]
    keep(world, "automation", "copy_it", rule)

    page = send(world, "/apps/followup/forms/trial/design/preview/frame", name="Bolt").text

    assert "1 new record of Trial" in page and "of Bolt" in page and "T-002" in page
    with world.app.app_context():
        assert "followup_trial" not in inspect(db.engine).get_table_names()
        assert lookup.form_if_any("followup", "trial") is None
    drop(world, "automation", "copy_it")
    drop(world, "form", "trial")


def test_what_refers_to_several_records_is_rehearsed_with_its_links(world: World) -> None:
    also = field("references", title="Also", form="thing")
    world.install(package(form("thing", {"name": field("text", title="Name"), "also": also})))
    with world.app.app_context(), transaction():
        thing, actor = lookup.form("shop", "thing"), Actor(None, "sample", trusted=True)
        first, second, third = (
            store.save(actor, thing, {"name": name}).id for name in ("Bolt", "Washer", "Nut")
        )
        store.save(actor, thing, {"also": [second]}, record_id=first)
    frame = "/apps/shop/forms/thing/design/preview/frame"

    for asked in ("", f"?record={first}"):
        answer = send(world, frame + asked, name="Screw", also=[str(second), str(third)])
        assert "Nothing else would follow." in answer.text, answer.text
    assert "Nut" in world.browsers["anna"].get(f"{frame}?record=sample").text


def test_a_field_that_is_only_in_the_draft_can_be_read_by_a_draft(world: World, customer: int) -> None:
    draft = drafted(world)
    draft["properties"]["mood"] = field("text", title=_both("Mood"))
    keep(world, "form", "visit", draft)
    set_ = {"type": "update_records", "key": "x", "form": "visit", "match": {"id": "record.id"}}
    rule = automation(
        "moody", "visit", {**set_, "set": {"content": 'record.mood & " weather"'}, "triggers": False}
    )
    rule["trigger"]["on"] = ["created"]
    keep(world, "automation", "moody", rule)

    page = send(world, **{**SENT, "remind": "no", "mood": "Sunny"}, customer=str(customer)).text

    assert "1 changed record of Follow-up" in page and "Sunny weather" in page
    drop(world, "automation", "moody")
    forget(world, "form", "visit")


def test_what_fails_is_told_and_counts_as_nothing(world: World, customer: int) -> None:
    wrong = {"type": "create_record", "key": "x", "form": "reminder", "set": {"due_on": "record.visited_on"}}
    rule = automation("failing", "visit", wrong)
    rule["trigger"]["on"] = ["created"]
    keep(world, "automation", "failing", rule)

    page = send(world, **{**SENT, "remind": "no"}, customer=str(customer)).text

    assert "It would fail here" in page and "This would follow: 1 changed record of Customer." in page
    drop(world, "automation", "failing")


def test_a_draft_with_mistakes_is_left_out_and_named(world: World, customer: int) -> None:
    keep(
        world,
        "automation",
        "broken",
        automation("broken", "visit", {"type": "notify", "message": "none", "to": [{"starter": True}]}),
    )

    page = send(world, **SENT, customer=str(customer)).text

    assert "/automations/broken/design/problems" in page
    assert "1 new record" in page
    drop(world, "automation", "broken")


def test_with_mistakes_of_its_own_the_draft_is_only_judged(world: World, customer: int) -> None:
    draft = drafted(world)
    draft["properties"]["sum"] = field("formula", title=_both("Sum"), formula="nothing + 1", result="number")
    draft["fw"]["rules"][0]["when"] = {"required": ["gone"]}
    keep(world, "form", "visit", draft)

    answer = send(world, **SENT, customer=str(customer))

    assert answer.status_code == 200 and "They want ten." in answer.text
    assert "What would follow is told once the mistakes of the draft are mended." in answer.text
    assert "new record" not in answer.text and "/design/problems" not in answer.text
    forget(world, "form", "visit")


@pytest.fixture
def others(world: World) -> Iterator[Connection]:
    """A transaction of somebody else, on PostgreSQL."""
    with world.app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite has one lock for everything")
        with db.engine.connect() as connection:
            yield connection


def test_a_new_column_does_not_wait_for_long(world: World, customer: int, others: Connection) -> None:
    draft = drafted(world)
    draft["properties"]["mood"] = field("text", title=_both("Mood"))
    keep(world, "form", "visit", draft)
    others.execute(text("LOCK TABLE followup_visit IN ACCESS SHARE MODE"))  # as any reader does

    page = send(world, **{**SENT, "mood": "Sunny"}, customer=str(customer)).text

    assert "Please try again in a moment" in page and "Sunny" in page
    others.rollback()
    assert "new record of Reminder" in send(world, **SENT, customer=str(customer)).text
    forget(world, "form", "visit")


def test_a_new_reference_locks_nothing_that_it_refers_to(
    world: World, customer: int, others: Connection
) -> None:
    draft = drafted(world)
    draft["properties"]["guide"] = field("member", title=_both("Guide"))
    keep(world, "form", "visit", draft)
    others.execute(text("LOCK TABLE users IN ROW EXCLUSIVE MODE"))  # as any writer does

    page = send(world, **SENT, guide=str(world.ids["bob"]), customer=str(customer)).text

    assert "new record of Reminder" in page
    others.rollback()
    forget(world, "form", "visit")


def test_a_value_that_another_record_has_is_told_at_its_field(world: World) -> None:
    world.make("customer", name="Unique Ltd", phone="13800138077")
    frame = "/apps/followup/forms/customer/design/preview/frame"

    answer = send(
        world, frame, name="Unique Ltd", phone="13800138077", owner=str(world.ids["bob"]), _once="x"
    )

    assert answer.status_code == 422 and "data-summary" in answer.text


def test_as_a_role_that_may_not_add_records_nothing_would_be_stored(world: World) -> None:
    frame = "/apps/followup/forms/customer/design/preview/frame"
    page = send(world, f"{frame}?role=reader", name="As a reader").text
    assert "People with this role may not save this" in page


def test_as_a_role_that_may_it_is_tried_with_the_rights_of_that_role(world: World, customer: int) -> None:
    nobodys = world.make("customer", name=f"Nobody's {customer}")
    page = send(world, f"{VISIT}?role=sales", **SENT, customer=str(nobodys)).text
    assert "This would follow: 1 new record of Reminder" in page


def test_what_follows_is_told_in_the_language_of_the_preview(world: World, customer: int) -> None:
    page = send(world, f"{VISIT}?lang=zh", **SENT, customer=str(customer)).text
    assert "自动生成跟进提醒" in page


def test_rights_are_lent_in_a_rehearsal_only(world: World) -> None:
    with world.app.app_context(), transaction(), pytest.raises(RuntimeError):
        store.save(Actor(None, "page", tried=EVERY_FIELD), lookup.form("followup", "customer"), {"name": "x"})
