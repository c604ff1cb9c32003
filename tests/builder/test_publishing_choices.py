"""What becomes of stored records and waiting timers when a form is published, as the person chose."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from builder import amending, drafts, publish
from builder.models_amendments import Amendment
from runtime import batches, documents, jobs, outbox
from runtime.accounts.models import User
from runtime.automations.models import Timer
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.outbox import Outbox
from runtime.records.models import Event
from runtime.times import today
from tests.support.pages import reviewed
from tests.support.world import World, records, world_on

pytestmark = pytest.mark.slow

VISIT = "/apps/followup/forms/visit/design"
CUSTOMER = "/apps/followup/forms/customer/design"
both = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
Document = dict[str, Any]
_numbers = count()


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on(getattr(request, "param", "sqlite"), request, tmp_path) as found:
        yield found


def changed(world: World, key: str, change: Callable[[Document], None], kind: str = "form") -> None:
    """Change the draft of a definition; its first one is what is in force."""
    with world.app.app_context(), transaction():
        document = documents.loads(documents.dumps(publish.documents_in_force("followup")[kind, key]))
        change(document)
        drafts.save_draft(None, "followup", kind, key, document)


def post(world: World, path: str, who: str = "dora", **form: Any) -> TestResponse:
    browser = world.browsers[who]
    page = browser.get(f"{VISIT}/publish").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return browser.post(path, data={"csrf_token": token[1], **reviewed(page), **form})


def published(world: World, *parts: str, base: str = CUSTOMER, **answers: str) -> TestResponse:
    """Publish these drafts; an answer is named `fill/address`, of the form of the page."""
    named = {f"{parts[0]}:{name}": answer for name, answer in answers.items()}
    return post(world, f"{base}/publish", part=list(parts), note="", **named)


def values(world: World, form: str, record_id: int) -> Document:
    found: Document = world.api("anna")("GET", records(form, record_id)).json["values"]
    return found


def version(world: World, form: str) -> int:
    with world.app.app_context():
        return lookup.form("followup", form).number


def amendments(world: World) -> list[Amendment]:
    with world.app.app_context():
        return list(db.session.scalars(select(Amendment).order_by(Amendment.id)))


def require(*keys: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["required"] = [*document["required"], *keys]

    return change


def without_paused(document: Document) -> None:
    document["properties"]["state"]["enum"].remove("paused")


def stricter(document: Document) -> None:
    without_paused(document)
    require("address")(document)


def with_region(document: Document) -> None:
    document["properties"]["region"] = {
        "type": "string",
        "maxLength": 20,
        "fw": {"type": "text", "title": {"en": "Region", "zh": "地区"}},
    }
    document["required"] = [*document["required"], "region"]


def customer(world: World, **rest: Any) -> int:
    return world.make("customer", name=f"Acme {next(_numbers)} Ltd", **rest)


@both
def test_what_is_empty_in_a_field_that_becomes_required_is_filled(world: World) -> None:
    empty, full = customer(world), customer(world, address="Old Road 2")
    changed(world, "customer", require("address"))
    page = world.browsers["dora"].get(f"{CUSTOMER}/publish").text
    assert "Address becomes required" in page and "Fill these records with" in page
    assert published(world, "form/customer", **{"fill/address": " Main Street 1 "}).status_code == 303
    assert "address" not in values(world, "customer", empty)
    world.work()
    assert values(world, "customer", empty)["address"] == "Main Street 1"
    assert values(world, "customer", full)["address"] == "Old Road 2"
    [done] = amendments(world)
    assert (done.state, done.failed) == ("done", 0)
    assert "Records changed with it" in world.browsers["dora"].get(f"{CUSTOMER}/versions").text


def test_the_history_says_who_filled_a_field_by_publishing(world: World) -> None:
    empty = customer(world)
    changed(world, "customer", require("address"))
    published(world, "form/customer", **{"fill/address": "Main Street 1"})
    world.work()
    page = world.browsers["anna"].get(f"/apps/followup/forms/customer/{empty}/").text
    assert "Dora published the form anew and changed stored values with it." in page


@both
def test_records_that_hold_an_option_that_goes_get_another_one(world: World) -> None:
    paused, lost = customer(world, state="paused"), customer(world, state="lost")
    changed(world, "customer", without_paused)
    page = world.browsers["dora"].get(f"{CUSTOMER}/publish").text
    assert "State loses the choice Paused" in page
    assert published(world, "form/customer", **{"map/state/paused": "active"}).status_code == 303
    world.work()
    assert values(world, "customer", paused)["state"] == "active"
    assert values(world, "customer", lost)["state"] == "lost"


def test_without_an_answer_stored_records_stay_as_they_are(world: World) -> None:
    paused = customer(world, state="paused")
    changed(world, "customer", stricter)
    answers = {"map/state/paused": "", "fill/address": "  "}
    assert published(world, "form/customer", **answers).status_code == 303
    world.work()
    assert values(world, "customer", paused)["state"] == "paused"
    assert amendments(world) == []


@pytest.mark.parametrize(
    ("name", "answer", "told"),
    [
        ("fill/address", "x" * 201, "200"),
        ("fill/address", "nul\x00", "characters"),
        ("fill/industry", "spaceships", "Choose one of the offered values for Industry."),
        ("fill/email", "nobody", "e-mail address"),
        ("fill/owner", "999999", "Owner"),
        ("map/state/paused", "dead", "Choose one of the offered values for State."),
        ("map/state/paused", "paused", "Choose one of the offered values for State."),
    ],
)
def test_an_answer_that_cannot_be_is_told_in_place_and_nothing_is_published(
    world: World, name: str, answer: str, told: str
) -> None:
    customer(world, state="paused")

    def change(document: Document) -> None:
        without_paused(document)
        require("address", "industry", "email", "owner")(document)

    changed(world, "customer", change)
    before = world.stored()
    answers = {"fill/email": "a@example.com", name: answer}
    answer_page = published(world, "form/customer", **answers)
    assert answer_page.status_code == 422
    wrong = answer_page.text.split("fw-error")[1]
    assert told in wrong
    if name != "fill/email":
        assert "a@example.com" in answer_page.text
    assert (world.stored(), version(world, "customer"), amendments(world)) == (before, 1, [])


def test_one_of_many_records_fills_a_reference_when_whoever_publishes_may_see_it(world: World) -> None:
    for number in range(210):
        world.make("customer", name=f"Aaron {number:03}")
    last, plain = world.make("customer", name="Zebra works"), customer(world)
    pick = {"type": "integer", "fw": {"type": "reference", "form": "customer", "title": "Parent"}}
    changed(world, "customer", lambda form: (form["properties"].update(parent=pick), require("parent")(form)))
    answer = {"fill/parent": str(last)}
    searched = {"_do": "search:form/customer:fill/parent", "_find.form/customer:fill/parent": "zebra"}

    refused = published(world, "form/customer", **answer)
    assert refused.status_code == 422 and "Zebra" not in refused.text, "Dora may not read customers"
    page = post(world, f"{CUSTOMER}/publish", who="anna", part=["form/customer"], note="Mine", **searched)
    assert page.status_code == 200 and f'<option value="{last}">Zebra works' in page.text
    assert 'value="Mine"' in page.text and version(world, "customer") == 1
    own = {f"form/customer:{name}": ["", text] for name, text in answer.items()}
    assert post(world, f"{CUSTOMER}/publish", who="anna", part=["form/customer"], **own).status_code == 303
    world.work()
    assert values(world, "customer", plain)["parent"] == last


def test_a_field_that_stays_empty_does_not_keep_another_from_being_filled(world: World) -> None:
    empty = customer(world, state="paused")
    changed(world, "customer", require("address", "industry"))
    published(world, "form/customer", **{"fill/address": "Main Street 1"})
    world.work()
    assert values(world, "customer", empty)["address"] == "Main Street 1"


def test_everything_chosen_for_a_record_is_one_change_of_it(world: World) -> None:
    one = customer(world, state="paused")
    changed(world, "customer", stricter)
    answers = {"map/state/paused": "lost", "fill/address": "Main Street 1"}
    published(world, "form/customer", **answers)
    world.work()
    with world.app.app_context():
        events = db.session.scalars(
            select(Event).where(Event.record_id == one, Event.origin == "publish")
        ).all()
    assert [sorted(event.changed) for event in events] == [["address", "state"]]


def test_one_value_is_not_offered_where_it_may_not_repeat(world: World) -> None:
    customer(world), customer(world)

    def change(document: Document) -> None:
        require("address")(document)
        document["fw"]["unique"] = [*document["fw"].get("unique", []), ["address"]]

    changed(world, "customer", change)
    page = world.browsers["dora"].get(f"{CUSTOMER}/publish").text
    assert "Address becomes required" in page
    assert "fill/address" not in page


@both
def test_a_job_that_was_killed_goes_on_after_its_last_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [customer(world) for _number in range(7)]
    changed(world, "customer", require("address"))
    published(world, "form/customer", **{"fill/address": "Main Street 1"})
    monkeypatch.setattr(batches, "SIZE", 2)
    monkeypatch.setattr(batches, "IN_A_TURN", 2)
    with world.app.app_context():
        lease = next(lease for each in outbox.due_ids() if (lease := jobs.claim(each)))
        with transaction() as session:  # the first batch is committed, then the worker dies
            amending._batch(session, session.get_one(Amendment, lease.ref_id))
        with transaction() as session:
            lease.put_back(session, "killed", longest=0)
    world.work()
    assert {values(world, "customer", each)["address"] for each in made} == {"Main Street 1"}
    with world.app.app_context():
        written = db.session.scalars(select(Event.record_id).where(Event.origin == "publish")).all()
    assert len(written) == len(set(written)) == amendments(world)[0].written


@both
def test_undoing_a_publish_takes_back_what_it_changed(world: World) -> None:
    paused, lost = customer(world, state="paused"), customer(world, state="lost", address="Old Road 2")
    changed(world, "customer", stricter)
    published(world, "form/customer", **{"map/state/paused": "lost", "fill/address": "Main Street 1"})
    world.work()
    assert post(world, f"{CUSTOMER}/versions/undo").status_code == 303
    world.work()
    assert version(world, "customer") == 3
    assert values(world, "customer", paused)["state"] == "paused"
    assert "address" not in values(world, "customer", paused)
    assert values(world, "customer", lost)["address"] == "Old Road 2"
    page = world.browsers["anna"].get(f"/apps/followup/forms/customer/{paused}/").text
    assert "Dora took back a publish, and with it what it had changed." in page


def test_undoing_before_the_job_ran_changes_nothing(world: World) -> None:
    empty = customer(world)
    changed(world, "customer", require("address"))
    published(world, "form/customer", **{"fill/address": "Main Street 1"})
    post(world, f"{CUSTOMER}/versions/undo")
    world.work()
    assert "address" not in values(world, "customer", empty)
    assert [(done.state, done.written) for done in amendments(world)] == [("done", 0), ("done", 0)]


@both
def test_a_new_field_whose_publish_was_undone_is_empty_when_it_is_published_again(world: World) -> None:
    one = customer(world)
    changed(world, "customer", with_region)
    published(world, "form/customer", **{"fill/region": "Nroth"})
    world.work()
    assert values(world, "customer", one)["region"] == "Nroth"
    post(world, f"{CUSTOMER}/versions/undo")
    published(world, "form/customer", **{"fill/region": "North"})
    world.work()
    assert values(world, "customer", one)["region"] == "North"


def test_what_somebody_wrote_since_keeps_the_publish_from_being_undone(world: World) -> None:
    one = customer(world)
    changed(world, "customer", require("address"))
    published(world, "form/customer", **{"fill/address": "Main Street 1"})
    world.work()
    world.make("customer", name="Another Ltd", address="High Street 3")
    post(world, f"{CUSTOMER}/versions/undo")
    assert version(world, "customer") == 2
    assert values(world, "customer", one)["address"] == "Main Street 1"


def test_an_undone_publish_is_not_done_again_by_undoing_that(world: World) -> None:
    customer(world)
    changed(world, "customer", require("address"))
    published(world, "form/customer", **{"fill/address": "Main Street 1"})
    for _time in range(2):
        post(world, f"{CUSTOMER}/versions/undo")
    assert version(world, "customer") == 3


@pytest.mark.parametrize(("answer", "planned"), [("", "rule changed"), ("keep", "")])
def test_waiting_reminders_are_planned_anew_or_go_out_as_planned(
    world: World, answer: str, planned: str
) -> None:
    world.follow_up("bob", customer(world), today("Asia/Shanghai") + timedelta(days=2))

    def at_ten(document: Document) -> None:
        document["trigger"]["at"] = "10:00"

    changed(world, "remind_ahead", at_ten, kind="automation")
    base = "/apps/followup/automations/remind_ahead/design"
    page = world.browsers["dora"].get(f"{base}/publish").text
    assert "Reminders are waiting" in page and "Let them go out as they were planned" in page
    answered = published(world, "automation/remind_ahead", base=base, timers=answer)
    assert answered.status_code == 303
    with world.app.app_context():
        reasons = {timer.reason for timer in db.session.scalars(select(Timer)) if timer.state == "cancelled"}
        assert reasons == ({planned} if planned else set())


REMIND = "/apps/followup/automations/remind_ahead/design"


def earlier(document: Document) -> None:
    document["trigger"]["at"] = "08:30"


def waiting(world: World) -> list[Timer]:
    with world.app.app_context():
        return list(db.session.scalars(select(Timer).where(Timer.state == "planned").order_by(Timer.id)))


def timeline(world: World) -> str:
    [reminder] = world.api("bob")("GET", records("reminder")).json["items"]
    page: str = world.browsers["bob"].get(f"/apps/followup/forms/reminder/{reminder['id']}/").text
    return page


@both
def test_waiting_reminders_can_be_cancelled_and_stay_so_when_their_record_changes(world: World) -> None:
    world.follow_up("bob", customer(world), today("Asia/Shanghai") + timedelta(days=2))
    number = len(waiting(world))
    changed(world, "remind_ahead", earlier, kind="automation")
    page = world.browsers["dora"].get(f"{REMIND}/publish").text
    assert f"Reminders are waiting</strong>: {number}" in page and "Cancel them" in page and number > 1

    published(world, "automation/remind_ahead", base=REMIND, timers="cancel")

    assert waiting(world) == []
    assert "whoever published the automation cancelled what was waiting" in timeline(world)
    [reminder] = world.api("bob")("GET", records("reminder")).json["items"]
    own, head = records("reminder", reminder["id"]), {"If-Match": f'"{reminder["revision"]}"'}
    said = world.api("bob")("PATCH", own, json={"values": {"text": "Bring slides"}}, headers=head)
    assert said.status_code == 200, said.text
    assert waiting(world) == []
    later = {"due_on": (today("Asia/Shanghai") + timedelta(days=9)).isoformat()}
    head = {"If-Match": f'"{said.json["revision"]}"'}
    assert world.api("bob")("PATCH", own, json={"values": later}, headers=head).status_code == 200
    assert len(waiting(world)) == number, "another date is planned as ever"


def test_undoing_the_publish_brings_cancelled_reminders_back(world: World) -> None:
    world.follow_up("bob", customer(world), today("Asia/Shanghai") + timedelta(days=2))
    before = [(timer.offset, timer.due_at) for timer in waiting(world)]
    changed(world, "remind_ahead", earlier, kind="automation")
    published(world, "automation/remind_ahead", base=REMIND, timers="cancel")

    post(world, f"{REMIND}/versions/undo")

    assert [(timer.offset, timer.due_at) for timer in waiting(world)] == before
    with world.app.app_context():
        due = {row.ref_id for row in db.session.scalars(select(Outbox).where(Outbox.kind == "timer"))}
    assert {timer.id for timer in waiting(world)} <= due


def test_a_publish_that_breaks_off_cancels_no_reminder(world: World) -> None:
    world.follow_up("bob", customer(world), today("Asia/Shanghai") + timedelta(days=2))
    before = [timer.id for timer in waiting(world)]
    changed(world, "remind_ahead", earlier, kind="automation")
    name = ("automation", "remind_ahead")
    with world.app.app_context(), pytest.raises(KeyboardInterrupt), transaction() as session:
        dora = session.get_one(User, world.ids["dora"])
        publish.publish_together(dora, "followup", [name], answers={name: amending.Answers(timers="cancel")})
        raise KeyboardInterrupt

    assert [timer.id for timer in waiting(world)] == before


def test_what_was_chosen_for_an_automation_counts_before_what_was_chosen_for_its_app(world: World) -> None:
    world.follow_up("bob", customer(world), today("Asia/Shanghai") + timedelta(days=2))
    before = [timer.id for timer in waiting(world)]
    changed(world, "remind_ahead", earlier, kind="automation")
    changed(world, "followup", lambda app: app.update(zone="Europe/Berlin"), kind="app")
    parts = {"app/followup:timers": "cancel", "automation/remind_ahead:timers": "keep"}

    post(world, f"{REMIND}/publish", part=["automation/remind_ahead", "app/followup"], **parts)

    assert [timer.id for timer in waiting(world)] == before


def test_an_answer_about_timers_that_there_is_not_is_refused(world: World) -> None:
    world.follow_up("bob", customer(world), today("Asia/Shanghai") + timedelta(days=2))
    changed(world, "remind_ahead", lambda document: document.update(title="Later"), kind="automation")
    base = "/apps/followup/automations/remind_ahead/design"
    answered = published(world, "automation/remind_ahead", base=base, timers="burn")
    assert answered.status_code == 422
    assert "Choose one of the offered answers." in answered.text


def test_a_document_that_is_left_out_stays_as_it_was(world: World) -> None:
    changed(world, "customer", require("address"))
    changed(world, "visit", require("phone"))
    assert published(world, "form/visit").status_code == 303
    assert (version(world, "visit"), version(world, "customer")) == (2, 1)


def test_after_publishing_the_address_of_the_form_can_be_copied(world: World) -> None:
    changed(world, "customer", require("address"))
    published(world, "form/customer")
    page = world.browsers["dora"].get(f"{CUSTOMER}/versions").text
    assert re.search(r'<input[^>]*value="http[^"]*/apps/followup/forms/customer/new"[^>]*readonly', page)


@both
def test_empty_fields_of_several_levels_or_values_are_filled_with_all_that_was_answered(world: World) -> None:
    empty = customer(world)
    area = {"type": "array", "fw": {"type": "region", "title": "Area"}}
    tags = {
        "type": "array",
        "enum": ["a", "b", "c"],
        "minItems": 2,
        "fw": {"type": "multi_choice", "title": "Tags"},
    }

    def change(document: Document) -> None:
        document["properties"].update(area=area, tags=tags)
        require("area", "tags")(document)

    changed(world, "customer", change)
    name, answers = "form/customer:fill/", {"area": ["330000", ""], "tags": ["", "a", "c"]}
    named = {f"{name}{key}": answer for key, answer in answers.items()}
    asked = {"part": ["form/customer"], "note": "", **named}
    page = post(world, f"{CUSTOMER}/publish", **asked, _do=f"search:{name}area").text
    assert '<option value="330000" selected>' in page and '<option value="330100">' in page
    assert f'<button class="btn" name="_do" value="search:{name}area">' in page.split("<noscript>")[0]
    assert post(world, f"{CUSTOMER}/publish", **asked).status_code == 303
    world.work()
    found = values(world, "customer", empty)
    assert (found["area"], found["tags"]) == (["330000"], ["a", "c"])
