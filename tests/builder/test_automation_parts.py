"""What comes before an action in the designer: a condition and a wait. Commands, checks, words, pages, dry runs."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from builder import definitions
from builder.change_words import lines
from builder.checks import CHECKS
from builder.where_used import of_field
from runtime.db import transaction
from tests.builder.commands.support import Desk
from tests.builder.factory import automation, context, field, form, places
from tests.support.world import World, world_on

BASE = "/apps/followup/automations"
IF_NAMED = {
    "required": ["record"],
    "properties": {"record": {"required": ["name"], "properties": {"name": {"const": "Ada"}}}},
}
TOUCH = {
    "type": "update_records",
    "key": "touch",
    "form": "customer",
    "match": {"id": "record.id"},
    "set": {"name": '"Touched"'},
    "triggers": False,
    "when": IF_NAMED,
    "wait": {"offset": "2d", "at": "09:00"},
}
STOP = {"type": "stop", "key": "end", "reason": "That is all."}
ORDER = form("order", {"name": field("text"), "due": field("date"), "size": field("number")}, ("name",))
WAITS = {"type": "stop", "when": IF_NAMED, "wait": {"until": "due", "at": "09:00"}}


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("automation-parts")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def key(world: World) -> str:
    """An automation on customers that waits, asks and stops."""
    with world.app.app_context(), transaction():
        document = definitions.empty("followup", "automation", "parts", "Parts", "en")
        document["trigger"] = {"type": "record_saved", "form": "customer", "on": ["created"]}
        definitions.create(None, "followup", "automation", "parts", {**document, "actions": [TOUCH, STOP]})
    return "parts"


def page(world: World, key: str, rest: str = "steps", who: str = "anna") -> str:
    answer = world.browsers[who].get(f"{BASE}/{key}/design/{rest}")
    assert answer.status_code == 200
    return answer.text


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def command(world: World, key: str, name: str, **args: Any) -> TestResponse:
    rev = re.search(r'data-revision="(\d+)"', page(world, key))
    assert rev
    data = {"tab": "steps", "rev": rev[1], "do": json.dumps({"name": name, "args": args})}
    return world.browsers["anna"].post(f"{BASE}/{key}/design/commands", data=data)


def test_the_cards_say_what_comes_before_an_action_and_have_its_controls(world: World, key: str) -> None:
    closed = plain(page(world, key))
    assert "Wait 2 days, at 09:00" in closed
    assert "Only if: Name is Ada" in closed
    opened = page(world, key, "steps?sel=action/touch")
    assert 'id="cond-when-touch"' in opened and 'id="a-touch-wait-offset"' in opened
    begun = page(world, key, "steps?sel=action/end/when")
    assert 'id="cond-when-end"' in begun


def test_a_dry_run_shows_when_it_would_wait_until_and_what_it_would_not_do(world: World, key: str) -> None:
    ada, ben = (world.api("bob").made("customer", name=name) for name in ("Ada", "Ben"))
    tried = {who: world.browsers["anna"].post(f"{BASE}/{key}/design/dry-run", data={"record": who, "how": "created"})
             for who in (ada, ben)}  # fmt: skip
    assert "Touched" in tried[ada].text and "That is all." in tried[ada].text
    assert re.search(r"Wait 2 days, at 09:00 \(.+\)", plain(tried[ada].text))
    assert "Not done: its condition does not hold." in tried[ben].text
    assert "Touched" not in plain(tried[ben].text).partition("THEN 1")[2].partition("THEN 2")[2]


def test_the_log_says_what_each_action_did_and_why_one_was_left_out(world: World, key: str) -> None:
    command(world, key, "action.wait", action="touch", remove=True)
    marks = dict(re.findall(r'name="(seen\.[^"]+)" value="([^"]+)"', page(world, key, "steps?ask=on")))
    world.browsers["anna"].post(f"{BASE}/{key}/design/switch", data={"on": "1", "publish": "1", **marks})
    world.api("bob").made("customer", name="Cleo")
    world.work()
    log = plain(page(world, key, "runs"))
    assert "not done. Only if: Name is Ada" in log
    assert "2. Stop here: “That is all.”: the run ends here" in log
    world.browsers["anna"].post(f"{BASE}/{key}/design/switch", data={"on": "0"})


def test_waits_are_set_by_number_and_unit_and_never_before_now() -> None:
    desk = Desk(ORDER, automation("a", "order", {"type": "stop", "key": "end"}))

    def wait() -> Any:
        return desk.get("automation", "a")["actions"][0].get("wait")

    desk.do("automation", "a", "action.wait", {"action": "end"})
    assert wait() == {"offset": "1d"}
    desk.do("automation", "a", "action.wait", {"action": "end", "number": "3", "unit": "h", "side": "before"})
    assert wait() == {"offset": "3h"}
    desk.do("automation", "a", "action.wait", {"action": "end", "path": ["until"], "value": "due"})
    desk.do("automation", "a", "action.wait", {"action": "end", "number": "3", "unit": "d", "side": "before"})
    desk.do("automation", "a", "action.wait", {"action": "end", "path": ["at"], "value": "09:00"})
    assert wait() == {"offset": "-3d", "until": "due", "at": "09:00"}
    desk.do("automation", "a", "action.when", {"action": "end", "when": IF_NAMED})
    assert desk.get("automation", "a")["actions"][0]["when"] == IF_NAMED


def checked(action: dict[str, Any]) -> set[tuple[str, str]]:
    document = automation("a", "order", action)
    known = context(ORDER, document)
    return places([problem for check in CHECKS.values() if "automation" in check.kinds
                   for problem in check.check(document, known)])  # fmt: skip


def test_checks_look_at_what_comes_before_an_action() -> None:
    gone = {"required": ["record"], "properties": {"record": {"required": ["gone"]}}}
    assert checked({**WAITS, "when": IF_NAMED}) == set()
    assert ("actions/0/wait/until", "unknown_field") in checked({**WAITS, "wait": {"until": "gone"}})
    assert ("actions/0/wait/until", "not_a_date") in checked({**WAITS, "wait": {"until": "size"}})
    assert ("actions/0/wait", "at_missing") in checked({**WAITS, "wait": {"until": "due"}})
    assert any(path.startswith("actions/0/when") for path, _code in checked({**WAITS, "when": gone}))


def test_a_new_key_is_written_into_waits_and_conditions_and_they_count_as_uses() -> None:
    document = automation("a", "order", WAITS)
    for key in ("due", "name"):
        assert [use.path for use in of_field(context(ORDER, document), "order", key, str)][-1] == (
            "actions",
            0,
        )
    desk = Desk(ORDER, document)
    desk.order("field.rename", field="due", key="until")
    desk.order("field.rename", field="name", key="called")
    (action,) = desk.get("automation", "a")["actions"]
    assert action["wait"]["until"] == "until"
    assert action["when"]["properties"]["record"]["required"] == ["called"]


def test_actions_on_the_record_itself_are_checked_for_loops_and_for_fields_that_are_there() -> None:
    own = form("order", {"name": field("text"), "owner": field("member")}, ("name",))
    give: dict[str, Any] = {"type": "assign", "field": "owner", "to": [{"starter": True}]}

    def found(action: dict[str, Any], **trigger: Any) -> set[str]:
        document = automation("a", "order", action)
        document["trigger"] |= trigger
        known = context(own, document)
        return {problem.code for check in CHECKS.values() if "automation" in check.kinds
                for problem in check.check(document, known)}  # fmt: skip

    assert found(give) == {"loop"}
    assert found(give, on=["created"]) == set()
    assert found({**give, "field": "gone"}, on=["created"]) == {"unknown_field"}
    assert found({**give, "field": "name"}, on=["created"]) == {"not_a_member"}
    desk = Desk(own, automation("a", "order", give))
    desk.order("field.rename", field="owner", key="whose")
    assert desk.get("automation", "a")["actions"][0]["field"] == "whose"


def test_a_wait_and_an_address_have_names_of_their_own_among_the_changes() -> None:
    def changed(**options: Any) -> set[str]:
        before, after = (
            automation("a", "order", {"type": "stop", "key": "end", **each}) for each in ({}, options)
        )
        return {line.sentence.rpartition(" › ")[2] for line in lines("automation", before, after, str)}

    assert changed(wait={"offset": "2d"}) == {"the wait"}
    assert changed(when=IF_NAMED) == {"the condition"}
    assert changed(url="https://hooks.example.com/") == {"the address"}
