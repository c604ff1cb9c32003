"""The pages of an automation: switching it, its runs, its problems at their places, and what people send."""

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from builder import definitions, drafts
from builder.commands import Target
from builder.workspaces import draft_of
from runtime.automations.models import Pause, Run
from runtime.db import db, transaction
from runtime.definitions import lookup
from tests.support.pages import reviewed
from tests.support.world import World, world_on

BASE = "/apps/followup/automations"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("automations")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


def get(world: World, key: str, rest: str = "steps", who: str = "anna") -> str:
    answer = world.browsers[who].get(f"{BASE}/{key}/design/{rest}")
    assert answer.status_code == 200, answer.text[:500]
    return plain(answer.text)


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def send(world: World, key: str, place: str, who: str = "anna", **data: Any) -> TestResponse:
    return world.browsers[who].post(f"{BASE}/{key}/design/{place}", data={"tab": "steps", **data})


def switch_on(world: World, key: str, marks: dict[str, str] | None = None) -> TestResponse:
    """Publish and switch on what is on the page, or what was when it had these marks."""
    return send(world, key, "switch", on="1", publish="1", **(marks or asked(world, key)))


def asked(world: World, key: str) -> dict[str, str]:
    """The marks of what the page shows that asks."""
    return reviewed(world.browsers["anna"].get(f"{BASE}/{key}/design/steps?ask=on").text)


def command(world: World, key: str, name: str, **args: Any) -> TestResponse:
    page = world.browsers["anna"].get(f"{BASE}/{key}/design/steps").text
    rev = re.search(r'data-revision="(\d+)"', page)
    assert rev
    return send(world, key, "commands", rev=rev[1], do=json.dumps({"name": name, "args": args}))


def made(world: World, key: str, **changes: Any) -> None:
    """A new automation on customers, as the overview makes it."""
    with world.app.app_context(), transaction():
        document = definitions.empty("followup", "automation", key, key.capitalize(), "en")
        document["trigger"]["form"] = "customer"
        definitions.create(None, "followup", "automation", key, {**document, **changes})  # type: ignore[arg-type]


NUMBERS = count()
TOUCH = {
    "type": "update_records",
    "key": "touch",
    "form": "customer",
    "match": {"id": "record.id"},
    "set": {"name": '"Touched"'},
    "triggers": False,
}


def runs(world: World, key: str) -> list[Run]:
    with world.app.app_context():
        found = drafts.find("followup", "automation", key)
        assert found
        return list(db.session.scalars(select(Run).where(Run.automation_id == found.id)))


def test_a_new_automation_is_off_says_how_often_it_would_have_run_and_is_published_when_it_is_switched_on(
    world: World,
) -> None:
    made(world, "fresh", actions=[TOUCH])
    customers(world, 2)
    before = would_have_run(world, "fresh")
    customers(world, 3)

    assert "Off New automations are off" in get(world, "fresh") or "Never published" in get(world, "fresh")
    assert would_have_run(world, "fresh") == before + 3 >= 5
    assert switch_on(world, "fresh").status_code == 303
    assert "On Version 1 runs." in get(world, "fresh")
    world.api("bob").made("customer", name="After it")
    world.work()
    assert [run.state for run in runs(world, "fresh")] == ["done"]
    send(world, "fresh", "switch", on="0")


def customers(world: World, number: int) -> None:
    for _each in range(number):
        world.api("bob").made("customer", name=f"Last week {next(NUMBERS)}")


def would_have_run(world: World, key: str) -> int:
    said = re.search(r"It would have run (\d+) times last week\.", get(world, key, "steps?ask=on"))
    assert said
    return int(said[1])


def test_only_what_was_looked_at_is_published_by_switching_on(world: World) -> None:
    made(world, "seen", actions=[TOUCH])
    marks = asked(world, "seen")
    command(world, "seen", "automation.set", path=["title"], value="Not seen")

    switch_on(world, "seen", marks)
    assert "so nothing was published" in get(world, "seen")
    assert "Never published" in get(world, "seen")
    switch_on(world, "seen")
    assert "On Version 1 runs." in get(world, "seen")
    send(world, "seen", "switch", on="0")


def test_switching_off_and_on_makes_no_version_and_says_who_did_it(world: World) -> None:
    send(world, "touch_customer", "switch", on="0", who="dora")
    assert "Switched off by Dora" in get(world, "touch_customer")
    with world.app.app_context():
        (found,) = (each for each in lookup.automations("followup") if each.key == "touch_customer")
        assert (found.number, db.session.get(Pause, found.definition_id) is not None) == (1, True)

    send(world, "touch_customer", "switch", on="1")
    assert "On Version 1 runs." in get(world, "touch_customer")


def test_what_cannot_be_published_is_not_switched_on_and_says_why(world: World) -> None:
    made(
        world,
        "wrong",
        actions=[{"type": "notify", "key": "tell", "message": "nobody", "to": [{"starter": True}]}],
    )

    answer = switch_on(world, "wrong")

    assert answer.status_code == 303
    assert "There is no message “nobody” in this app." in get(world, "wrong")
    assert "Off" in get(world, "wrong")


def test_a_problem_stands_at_its_card(world: World) -> None:
    made(world, "faulty", actions=[TOUCH, {**TOUCH, "key": "lost", "set": {"gone": "1"}}])

    page = world.browsers["anna"].get(f"{BASE}/faulty/design/steps").text

    cards = page.split('<li class="auto-card')
    assert ["There is no field “gone” here." in unescape(card) for card in cards] == [
        False,
        False,
        False,
        False,
        True,
    ]


@pytest.fixture(scope="module")
def failing(world: World) -> int:
    """The customer for whom the automation "failing" ran once, and failed."""
    made(
        world,
        "failing",
        actions=[{**TOUCH, "match": {"name": '"Nobody at all"'}, "set": {"name": '"Found at last"'}}],
    )
    switch_on(world, "failing")
    customer = world.api("bob").made("customer", name="Will fail")
    world.work()
    send(world, "failing", "switch", on="0")
    return customer


def test_a_failed_run_shows_why_and_can_be_tried_again(world: World, failing: int) -> None:
    (run,) = runs(world, "failing")
    page = get(world, "failing", "runs")
    assert run.state == "failed" and "matches." in page and "Will fail" in page

    world.api("bob").made("customer", name="Nobody at all")
    assert send(world, "failing", f"runs/{run.id}/again").status_code == 303
    world.work()
    states = {each.record_id: each.state for each in runs(world, "failing")}
    assert states[failing] == "done"
    assert send(world, "failing", f"runs/{run.id}/again").status_code == 404


def test_the_runs_of_records_that_a_person_may_not_read_do_not_name_them(world: World, failing: int) -> None:
    page = get(world, "failing", "runs", who="dora")

    assert failing and "Will fail" not in page and "not for you to see" in page


def test_designers_choose_among_the_records_that_they_may_read(world: World, failing: int) -> None:
    assert "There is no record yet that you may read." in get(world, "failing", "test", who="dora")
    answer = send(world, "failing", "dry-run", who="dora", record="1", how="created")

    assert answer.status_code == 422
    assert "Choose a record." in plain(answer.text)


@pytest.mark.parametrize(
    "data",
    [
        {"record": "999999", "how": "created"},
        {"record": "x", "how": "created"},
        {"record": "٣", "how": "created"},
        {"record": "9" * 30, "how": "created"},
    ],
)
def test_a_dry_run_with_a_record_that_is_none_says_so(world: World, data: dict[str, str]) -> None:
    answer = send(world, "make_reminder", "dry-run", **data)

    assert answer.status_code == 422, answer.text[:300]
    assert "Choose a record." in plain(answer.text)


def test_a_dry_run_of_odd_ways_and_values_is_refused(world: World, failing: int) -> None:
    own = {"record": str(failing)}

    assert send(world, "failing", "dry-run", how="exploded", **own).status_code == 404
    assert send(world, "failing", "dry-run", how="updated", field="nothing", **own).status_code == 404
    answer = send(world, "failing", "dry-run", how="updated", field="name", before="\x00", **own)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("action.add", {"type": "rm -rf"}),
        ("action.move", {"action": "touch", "by": 10**9}),
        ("action.set", {"action": "touch", "path": ["set"], "value": "<script>"}),
        ("action.set", {"action": "touch", "path": [], "value": 1}),
        ("action.value", {"action": "touch", "part": "set", "field": "name", "formula": "(" * 3000}),
        ("trigger.set", {"path": ["on"], "value": ["exploded"]}),
        ("automation.set", {"path": ["key"], "value": "other"}),
        ("automation.set", {"path": ["title"], "value": ""}),
        ("automation.when", {"when": {"pattern": "(a+)+"}}),
        ("automation.trigger", {"type": "__class__"}),
    ],
)
def test_commands_that_make_no_sense_leave_the_draft_as_it_is(
    world: World, name: str, args: dict[str, Any]
) -> None:
    key = f"senseless_{next(NUMBERS)}"
    made(world, key, actions=[TOUCH])

    def draft() -> Any:
        with world.app.app_context():
            return drafts.read_draft("followup", "automation", key).document

    before = draft()

    answer = command(world, key, name, **args)

    assert answer.status_code == 303
    assert draft() == before
    assert "alert-danger" in world.browsers["anna"].get(answer.location).text


def test_what_people_type_is_text_on_every_card(world: World) -> None:
    evil = "<img src=x onerror=alert(1)>"
    made(world, "evil", actions=[{**TOUCH, "set": {"name": f'"{evil}"'}}], title=evil)

    for rest in ("steps", "steps?sel=action/touch", "test", "runs", "steps?sel=<script>", "test?find=<b>"):
        page = world.browsers["anna"].get(f"{BASE}/evil/design/{rest}").text
        assert evil not in page and "<script>" not in page.replace("<script src", "")


def test_everything_works_by_plain_forms(world: World) -> None:
    made(world, "by_hand")
    for name, args, more in (
        ("action.add", {"type": "create_record"}, {}),
        ("action.set", {"action": "create_record", "path": ["form"], "value": "contact"}, {}),
        ("action.value", {"action": "create_record", "part": "set"}, {"arg.field": "customer"}),
        (
            "action.value",
            {"action": "create_record", "part": "set", "field": "customer"},
            {"arg.source": "record.id"},
        ),
        ("automation.trigger", {}, {"arg.type": "date_reached"}),
    ):
        page = world.browsers["anna"].get(f"{BASE}/by_hand/design/steps").text
        rev = re.search(r'data-revision="(\d+)"', page)
        assert rev
        answer = send(
            world, "by_hand", "commands", rev=rev[1], do=json.dumps({"name": name, "args": args}), **more
        )
        assert answer.status_code == 303
        assert "alert-danger" not in world.browsers["anna"].get(answer.location).text

    with world.app.app_context():
        document = drafts.read_draft("followup", "automation", "by_hand").document
    assert document["trigger"]["type"] == "date_reached"
    assert document["actions"][0]["set"] == {"customer": "record.id"}


MAKE_NOTE = {
    "type": "create_record",
    "key": "make",
    "form": "reminder",
    "set": {
        "customer": "record.id",
        "owner": "record.owner",
        "due_on": "TODAY()",
        "state": '"open"',
        "text": '"Call"',
    },
}


def fixed(world: World, key: str, field: str, *typed: str, who: str = "anna", **more: str) -> TestResponse:
    """Enter a fixed value in the control of a card, as its form posts it."""
    page = world.browsers[who].get(f"{BASE}/{key}/design/steps?sel=action/make").text
    rev = re.search(r'data-revision="(\d+)"', page)
    assert rev
    send_ = {"name": "action.value", "args": {"action": "make", "part": "set", "field": field}}
    read = {"as": "raw", "into": "constant"}
    own = {"do": json.dumps(send_), "read": json.dumps(read), "at": f"a-make-set-{field}-raw", "rev": rev[1]}
    posted = {**own, "sel": "action/make", "in.value": list(typed), **more}
    return send(world, key, "properties", who=who, **posted)


def test_a_fixed_person_record_and_date_are_told_by_name_and_written_by_a_run(world: World) -> None:
    customer = world.make("customer", name="Fixed & Sons")
    made(world, "fixed", run_as="service", actions=[MAKE_NOTE])

    # Without JavaScript a picker's hidden input posts what stood there, and then its list what was picked.
    for field, *typed in (
        ("customer", "", str(customer)),
        ("owner", "", str(world.ids["rita"])),
        ("due_on", "2026-12-24"),
    ):
        assert fixed(world, "fixed", field, *typed).status_code == 303

    page = get(world, "fixed", "steps?sel=action/make")
    assert "Customer: Fixed & Sons" in page and "Owner: Rita" in page and "Due on: Dec 24, 2026" in page
    switch_on(world, "fixed")
    world.api("bob").made("customer", name="Starts it")
    world.work()
    send(world, "fixed", "switch", on="0")
    assert [run.state for run in runs(world, "fixed")] == ["done"]
    (record, *_rest) = world.api("anna")("GET", "/apps/followup/forms/reminder/records?sort=-id").json[
        "items"
    ]
    stored = record["values"]
    assert (stored["customer"], stored["owner"], stored["due_on"]) == (
        customer,
        world.ids["rita"],
        "2026-12-24",
    )


def test_a_fixed_value_that_cannot_be_read_stays_where_it_was_typed_with_the_reason(world: World) -> None:
    before = [{**MAKE_NOTE, "set": {**MAKE_NOTE["set"], "due_on": '"2026-12-24"'}}]
    made(world, "mistyped", actions=before)

    answer = fixed(world, "mistyped", "due_on", "2026-02-30")

    assert answer.status_code == 422
    control = answer.text.split('id="a-make-set-due_on-raw"')[1].split(">")[0]
    assert 'value="2026-02-30"' in control and 'aria-invalid="true"' in control
    with world.app.app_context():
        document = drafts.read_draft("followup", "automation", "mistyped").document
    assert document["actions"] == before


def test_whoever_may_not_read_a_fixed_record_never_learns_what_it_is_called(world: World) -> None:
    secret = world.make("customer", name="Zilpzalp secret")
    made(world, "discreet", actions=[{**MAKE_NOTE, "set": {**MAKE_NOTE["set"], "customer": secret}}])

    for rest in ("steps", "steps?sel=action/make", "test", "publish"):
        page = world.browsers["dora"].get(f"{BASE}/discreet/design/{rest}")
        assert page.status_code == 200 and "Zilpzalp" not in page.text
    assert "Customer: (not available)" in get(world, "discreet", "steps", who="dora")
    offered = "/apps/followup/design/options/reference?form=customer&q=zilp"
    assert "Zilpzalp" in world.browsers["anna"].get(offered).text
    assert "Nothing found." in world.browsers["dora"].get(offered).text
    assert world.browsers["bob"].get(offered).status_code == 404


def test_without_javascript_a_search_narrows_what_a_fixed_record_is_picked_from(world: World) -> None:
    for number in range(60):
        world.make("customer", name=f"Aaron {number}")
    wanted = world.make("customer", name="Zebra works")
    blank = {**MAKE_NOTE, "set": {**MAKE_NOTE["set"], "customer": '""'}}
    made(world, "searched", actions=[blank])
    id = "a-make-set-customer-raw"
    assert "Zebra works" not in get(world, "searched", "steps?sel=action/make")

    answer = fixed(world, "searched", "customer", "", _do=f"search:{id}", **{f"_find.{id}": "zebra"})

    assert answer.status_code == 200
    assert f'<option value="{wanted}">Zebra works</option>' in answer.text
    with world.app.app_context():
        assert drafts.read_draft("followup", "automation", "searched").document["actions"] == [blank]


def test_people_in_a_condition_are_picked_one_by_one(world: World) -> None:
    made(world, "choosy", actions=[MAKE_NOTE])
    bob, mia = world.ids["bob"], world.ids["mia"]
    do = json.dumps({"name": "automation.when", "args": {}})
    own = {"do": do, "into": "when", "sight": "event:customer", "place": "when", "sel": "when", "rev": "1"}
    line = {"c.mode": "all", "c.0.was": "record.owner", "c.0.path": "record.owner", "c.0.op": "one_of"}
    # Without JavaScript the hidden input posts what stood there, and then the list what was picked.
    people = {"c.0.value.0": [str(mia), str(bob)], "c.0.value.1": ["", str(mia)], "c.0.value.2": ["", ""]}

    def post(**more: str) -> TestResponse:
        address = f"{BASE}/choosy/design/condition"
        return world.browsers["anna"].post(address, data={"tab": "steps", **own, **line, **people, **more})

    assert post().status_code == 303

    with world.app.app_context():
        document = drafts.read_draft("followup", "automation", "choosy").document
    assert document["when"]["properties"]["record"]["properties"]["owner"]["enum"] == [bob, mia]
    page = world.browsers["anna"].get(f"{BASE}/choosy/design/steps?sel=when").text
    assert [f'id="when-c.0-v{n}" type="text" role="combobox"' in page for n in range(4)] == [True] * 3 + [
        False
    ]
    found = post(**{"_do": "search:when-c.0-v2", "_find.when-c.0-v2": "rit"})
    assert found.status_code == 200
    offered = found.text.split('name="c.0.value.2" aria-label')[1].split("</select>")[0]
    assert re.findall(r">(\w+)</option>", offered) == ["Rita"]


def test_a_condition_can_say_what_may_not_hold(world: World) -> None:
    made(world, "without", actions=[MAKE_NOTE])
    do = json.dumps({"name": "automation.when", "args": {}})
    own = {"do": do, "into": "when", "sight": "event:customer", "place": "when", "sel": "when", "rev": "1"}
    line = {"c.0.was": "record.state", "c.0.path": "record.state", "c.0.op": "equals", "c.0.value": "lost"}
    address = f"{BASE}/without/design/condition"

    answer = world.browsers["anna"].post(address, data={"tab": "steps", **own, "c.mode": "none", **line})

    assert answer.status_code == 303
    page = world.browsers["anna"].get(f"{BASE}/without/design/steps?sel=when").text
    assert '<option value="none" selected>none of these holds</option>' in page
    assert "not (State is Lost)" in plain(page)


def test_two_who_take_out_recipients_at_once_take_out_the_ones_they_mean(world: World) -> None:
    for who in ("role:sales", "role:manager", "role:reader"):
        command(world, "remind_ahead", "action.recipient", action="tell", who=who)
    page = world.browsers["anna"].get(f"{BASE}/remind_ahead/design/steps?sel=action/tell").text
    rev = re.search(r'data-revision="(\d+)"', page)
    taken = [unescape(each) for each in re.findall(r'name="do" value="([^"]*)"', page) if "remove" in each]
    assert rev
    for who, role in (("anna", "role:sales"), ("dora", "role:manager")):
        (do,) = (each for each in taken if role in each)
        answer = send(world, "remind_ahead", "commands", who, rev=rev[1], do=do)
        assert answer.status_code == 303
    with world.app.app_context():
        (action,) = draft_of("followup", Target("automation", "remind_ahead")).document["actions"]
    assert [each for each in action["to"] if "role" in each] == [{"role": "reader"}]
