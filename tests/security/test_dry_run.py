"""Whoever designs an automation learns nothing by trying it that is hidden from him elsewhere."""

import re
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from builder import drafts
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from runtime.times import today
from tests.builder.factory import automation, rule
from tests.security.hospital import APP, CANARY, app_package, key, make, open_hospital, secrets
from tests.support.world import World

TRY = f"/apps/{APP}/automations/try/design/dry-run"
NUMBER, TEXT = 73197319, f"{CANARY} text"
WHO = {"name": "record.name"}
MATCHED: dict[str, Any] = {"type": "update_records", "form": "patient", "many": "all", "triggers": False}


def when(path: str, **says: Any) -> dict[str, Any]:
    """A condition on a value of the record, or of what it was before."""
    part, name = path.split(".")
    return {"required": [part], "properties": {part: {"required": [name], "properties": {name: says}}}}


def created(form: str = "patient", **values: str) -> dict[str, Any]:
    return {"type": "create_record", "form": form, "set": values}


NOTE = created("ward", floor='"There"')
QUESTIONS: dict[str, dict[str, Any]] = {
    "a condition": {"when": when(f"record.{key('number')}", const=NUMBER)},
    "a condition that it is empty": {"when": {"not": when(f"record.{key('text')}")}},
    "a condition on a look-up": {"when": when("record.looked_up", const=CANARY)},
    "what it was before": {"when": when(f"before.{key('number')}", const=NUMBER)},
    "the field that changed": {"trigger": {"fields": [key("number")]}},
    "a copy": {"actions": [created("ward", floor=f"record.{key('text')}")]},
    "a copy of what it was before": {"actions": [created("ward", floor=f"before.{key('text')}")]},
    "a formula": {"actions": [created("ward", floor=f'IF(record.{key("number")} > 5, "more", "less")')]},
    "a search by a value": {
        "actions": [{**MATCHED, "match": {key("text"): f'"{TEXT}"'}, "set": {"name": '"X"'}, "none": "skip"}]
    },
    "a search by what it holds": {
        "actions": [{**MATCHED, "match": {"name": f"record.{key('text')}"}, "set": WHO, "none": "fail"}]
    },
    "a search that makes what it does not find": {
        "actions": [
            {
                "type": "upsert_record",
                "form": "ward",
                "match": {"geheim": f'"{CANARY}"'},
                "set": {"floor": '"There"'},
                "many": "all",
            }
        ]
    },
    "a message to a person": {
        "actions": [{"type": "notify", "message": "told", "to": [{"field": key("member")}]}]
    },
    "a message to oneself": {"actions": [{"type": "notify", "message": "told", "to": [{"role": "reader"}]}]},
    "a condition on the owner": {"when": when("record.owner_id")},
    "a condition on the owner's department": {"when": when("record.department_id")},
    "a copy of the owner": {"actions": [created("ward", floor='IF(ISBLANK(record.owner_id), "-", "x")')]},
    "who it would be done as": {
        "run_as": "owner",
        "actions": [created("ward", floor='IF(ISBLANK(user.id), "-", "x")')],
    },
    "a message to the owner": {
        "actions": [{"type": "notify", "message": "told", "to": [{"field": "owner_id"}]}]
    },
    "what comes after it": {"actions": [{**MATCHED, "match": {"id": "record.id"}, "set": {"name": '"Y"'}}]},
}


@pytest.fixture(scope="module")
def ids(world: World) -> dict[str, int]:
    found = open_hospital(world)
    with world.app.app_context(), transaction() as session:
        session.execute(update(User).where(User.id == world.ids["eve"]).values(is_designer=True))
    return found


@pytest.fixture(scope="module")
def record(world: World, ids: dict[str, int]) -> int:
    return make(
        world, "patient", name="Asked about", ward=ids["ward:1"], **{key("text"): "x", key("money"): 5}
    )


def change(world: World, record_id: int, **values: Any) -> None:
    with world.app.app_context(), transaction():
        actor = store.Actor(user=None, origin="sample", trusted=True)
        store.save(actor, lookup.form(APP, "patient"), values, record_id=record_id)


def alike(page: str) -> str:
    """The page without its tokens and the revision of the record."""
    return re.sub(r'"[\w-]+\.[\w-]+\.[\w-]+"|name="_(once|rev)" value="[^"]*"', "", page)


def answer(world: World, record: int, who: str, how: str) -> str:
    sent = {"tab": "test", "record": str(record), "how": how}
    page = world.browsers[who].post(TRY, data=sent)
    assert page.status_code == 200, page.text[:2000]
    return page.text.split('id="test-result"')[1]


def asked(world: World, question: str) -> None:
    own = dict(QUESTIONS[question])
    document = automation("try", "patient", *own.pop("actions", [NOTE]), run_as="service")
    document["trigger"] = {**document["trigger"], "on": ["created", "updated"], **own.pop("trigger", {})}
    with world.app.app_context(), transaction():
        drafts.save_draft(None, APP, "automation", "try", {**document, **own})


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_dry_run_answers_the_same_whatever_the_hidden_values_are(
    world: World, ids: dict[str, int], record: int, question: str
) -> None:
    asked(world, question)
    answers = []
    for values in (secrets(ids), {**dict.fromkeys(secrets(ids)), key("text"): "x", key("money"): 5}):
        change(world, record, **{**values, key("email"): None})
        answers.append([answer(world, record, "eve", how) for how in ("created", "updated")])

    assert answers[0] == answers[1]
    for page in answers[0]:
        assert CANARY.lower() not in page.lower() and str(NUMBER) not in page
        assert "Tried with your own rights" in page


def test_an_administrator_sees_what_a_run_would_really_do(
    world: World, ids: dict[str, int], record: int
) -> None:
    change(world, record, **{**secrets(ids), key("email"): None})
    asked(world, "a copy")

    page = answer(world, record, "anna", "created")

    assert TEXT in page and "Tried with your own rights" not in page


def would_have_run(world: World, who: str, document: dict[str, Any]) -> int:
    with world.app.app_context(), transaction():
        drafts.save_draft(None, APP, "automation", "try", document)
    page = world.browsers[who].get(f"/apps/{APP}/automations/try/design/steps?ask=on").text
    said = re.search(r"It would have run (\d+) times? last week\.", page)
    assert said, page[:3000]
    assert ("Counted by what you may see" in page) is (who != "anna")
    return int(said[1])


@pytest.mark.parametrize("planned", [False, True])
def test_how_often_it_would_have_run_tells_nothing_of_hidden_values(
    world: World, ids: dict[str, int], record: int, planned: bool
) -> None:
    found = world.api("rita")("GET", f"/apps/{APP}/forms/patient/records/{record}")
    own = {key("number"): NUMBER + planned, key("date"): "2026-01-01", key("member"): ids["member:max"]}
    head = {"If-Match": found.headers["ETag"]}
    address = f"/apps/{APP}/forms/patient/records/{record}"
    assert world.api("rita")("PATCH", address, json={"values": own}, headers=head).status_code == 200
    document = automation("try", "patient", NOTE)
    if planned:
        days = (today("Asia/Shanghai") - date(2026, 1, 1)).days - 1
        trigger = {"type": "date_reached", "form": "patient", "field": key("date"), "offsets": [f"+{days}d"]}
        document["trigger"] = {**trigger, "at": "09:00"}
    numbers = [when(f"record.{key('number')}", const=NUMBER + n) for n in (planned, 7)]
    questions = [{**document, "when": each} for each in (*numbers, when("record.owner_id"))]

    assert [would_have_run(world, "anna", each) > 0 for each in questions] == [True, False, True]
    assert [would_have_run(world, "eve", each) for each in questions] == [0, 0, 0]
    everything = would_have_run(world, "eve", document)
    assert everything == 0 if planned else everything > 0


@pytest.mark.parametrize("tab", ["rules?", "preview/frame?"])
def test_trying_the_rules_of_a_form_tells_nothing_of_hidden_values(
    world: World, ids: dict[str, int], record: int, tab: str
) -> None:
    address = f"/apps/{APP}/forms/patient/design/{tab}record={record}"
    pages = []
    for number in (NUMBER, None):
        change(world, record, **{key("number"): number})
        pages.append([world.browsers[who].get(address).text for who in ("eve", "anna")])

    eves, annas = zip(*[[alike(page) for page in both] for both in pages], strict=True)
    assert eves[0] == eves[1]
    assert annas[0] != annas[1], "an administrator sees what the rule really does"
    assert str(NUMBER) not in eves[0]


def test_trying_a_rule_on_the_owner_tells_nothing_of_a_hidden_owner_field(
    world: World, ids: dict[str, int], record: int
) -> None:
    draft = deepcopy(
        next(each for each in app_package()["definitions"]["forms"] if each["$id"].endswith(":patient"))
    )
    draft["fw"]["rules"].append(rule("owned", {"required": ["owner_id"]}, lock=["copied"]))
    with world.app.app_context(), transaction():
        drafts.save_draft(None, APP, "form", "patient", draft)
    pages = []
    for owner in (ids["member:max"], None):
        change(world, record, **{key("member"): owner})
        address = f"/apps/{APP}/forms/patient/design/rules?record={record}"
        pages.append([alike(world.browsers[who].get(address).text) for who in ("eve", "anna")])

    eves, annas = zip(*pages, strict=True)
    assert eves[0] == eves[1]
    assert annas[0] != annas[1]


FRAME = f"/apps/{APP}/forms/patient/design/preview/frame"
IN_A_PREVIEW = (
    "a condition",
    "a copy",
    "a copy of what it was before",
    "a search by a value",
    "a message to a person",
    "a condition on the owner",
)


@pytest.mark.parametrize("question", IN_A_PREVIEW)
def test_saving_in_the_preview_tells_nothing_of_hidden_values(
    world: World, ids: dict[str, int], record: int, question: str
) -> None:
    asked(world, question)
    pages = []
    for values in (secrets(ids), {**dict.fromkeys(secrets(ids)), key("text"): "x", key("money"): 5}):
        change(world, record, **{**values, key("email"): None})
        sent = {"name": "Asked in the preview", "ward": str(ids["ward:1"]), "_once": "x"}
        answers = (world.browsers[who].post(f"{FRAME}?record={record}", data=sent) for who in ("eve", "anna"))
        pages.append([alike(answer.text) for answer in answers])

    eves, annas = zip(*pages, strict=True)
    assert "What would follow" in eves[0], eves[0][:3000]
    assert eves[0] == eves[1]
    assert TEXT not in eves[0]
    assert annas[0] != annas[1], "an administrator sees what really would follow"


def test_a_draft_that_gives_rights_is_tried_by_administrators_only(
    world: World, ids: dict[str, int], record: int
) -> None:
    asked(world, "a copy")
    with world.app.app_context():
        draft = deepcopy(next(each.document for each in lookup.forms(APP) if each.key == "patient"))
    draft["properties"][key("text")]["fw"].pop("access")
    with world.app.app_context(), transaction():
        drafts.save_draft(None, APP, "form", "patient", draft)
    sent = {"name": "Asked in the preview", "ward": str(ids["ward:1"]), "_once": "x"}

    eves, annas = (
        world.browsers[who].post(f"{FRAME}?record={record}", data=sent).text for who in ("eve", "anna")
    )

    assert "an administrator can try it" in eves and TEXT not in eves
    assert "an administrator can try it" not in annas


def test_a_look_up_of_a_draft_shows_nothing_that_is_hidden_where_it_stands(
    world: World, ids: dict[str, int], record: int
) -> None:
    with world.app.app_context():
        draft = deepcopy(next(each.document for each in lookup.forms(APP) if each.key == "patient"))
    peep = {"type": "lookup", "title": "Peep", "through": "ward", "field": "geheim", "result": "text"}
    draft["properties"]["peep"] = {"fw": peep}
    with world.app.app_context(), transaction():
        drafts.save_draft(None, APP, "form", "patient", draft)
    picked = {"ward": str(ids["ward:0"]), "_once": "x"}

    eves, annas = (world.browsers[who].post(f"{FRAME}/eval", data=picked).text for who in ("eve", "anna"))

    for shown, sees in ((eves, False), (annas, True)):
        parts = dict(re.findall(r'data-field="(\w+)"(.*?)(?=data-field=|\Z)', shown, re.S))
        assert {"peep": CANARY in parts.get("peep", ""), "copied": CANARY in parts["copied"]} == {
            "peep": sees,
            "copied": sees,
        }


def keep_drafted(world: World, form: str, fields: dict[str, Any], *rules: Any) -> None:
    """Let the draft of a form be what is in force with these fields and rules."""
    with world.app.app_context():
        draft = deepcopy(next(each.document for each in lookup.forms(APP) if each.key == form))
    draft["properties"].update({name: {"fw": own} for name, own in fields.items()})
    draft["fw"]["rules"] = [*draft["fw"].get("rules", ()), *rules]
    with world.app.app_context(), transaction():
        drafts.save_draft(None, APP, "form", form, draft)


PEEP = {"type": "lookup", "title": "Peep", "through": "ward", "field": "geheim", "result": "text"}
ECHO = {"type": "formula", "title": "Echo", "formula": 'peep & "?"', "result": "text"}
IS_CANARY = {"required": ["geheim"], "properties": {"geheim": {"const": CANARY}}}


def beds(offer: Any) -> dict[str, Any]:
    return {"bed": {"type": "reference", "title": "Bed", "form": "ward", "offer": offer}}


@pytest.mark.parametrize("way", ["/eval", ""])
def test_what_a_draft_makes_of_hidden_values_of_other_records_is_made_of_nothing(
    world: World, ids: dict[str, int], way: str
) -> None:
    ward = make(world, "ward", floor="Asked about")
    told = rule("told", when("record.peep", const=CANARY), hide=["urgent"])
    keep_drafted(world, "patient", {"peep": PEEP, "echo": ECHO, **beds(IS_CANARY)}, told)
    pages = []
    for geheim in (CANARY, None):
        with world.app.app_context(), transaction():
            actor = store.Actor(user=None, origin="sample", trusted=True)
            store.save(actor, lookup.form(APP, "ward"), {"geheim": geheim}, record_id=ward)
        sent = {"name": "Asked", "ward": str(ward), "bed": str(ward), "_once": "x"}
        answers = (world.browsers[who].post(f"{FRAME}{way}", data=sent) for who in ("eve", "anna"))
        pages.append([alike(answer.text) for answer in answers])

    eves, annas = zip(*pages, strict=True)
    assert eves[0] == eves[1] and f"{CANARY}?" not in eves[0]
    assert annas[0] != annas[1] and f"{CANARY}?" in annas[0]


@pytest.mark.parametrize("asked", [IS_CANARY, {"not": IS_CANARY}, {"properties": {"record": IS_CANARY}}])
def test_a_picker_of_a_draft_offers_nothing_by_hidden_values(
    world: World, ids: dict[str, int], asked: Any
) -> None:
    keep_drafted(world, "patient", beds(asked))
    own = f"{FRAME}/options/bed"
    eves, annas = (world.browsers[who].get(own).text for who in ("eve", "anna"))

    assert "data-id" not in eves and f"#{ids['ward:0']}" not in eves, eves
    assert eves != annas


def test_a_draft_that_counts_in_its_own_way_is_tried_by_administrators_only(
    world: World, ids: dict[str, int]
) -> None:
    count = {"type": "roll_up", "title": "Count", "form": "patient", "reference": "ward", "function": "count"}
    asks = {"required": [key("number")], "properties": {key("number"): {"const": NUMBER}}}
    keep_drafted(world, "ward", {"count": {**count, "when": asks}})
    frame = FRAME.replace("patient", "ward")
    sent = {"floor": "Asked", "_once": "x"}
    eves, annas = (
        world.browsers[who].post(f"{frame}?record={ids['ward:0']}", data=sent).text for who in ("eve", "anna")
    )

    assert "counts records in another way" in eves and "counts records in another way" not in annas
