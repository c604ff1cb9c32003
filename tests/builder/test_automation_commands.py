"""What the designer does to an automation, command by command."""

import json
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask

from builder import diff
from builder.commands import COMMANDS, Done, Target, Workspace, run
from runtime.definitions import schemas
from runtime.definitions.documents import key_of
from runtime.errors import Invalid
from tests.support.world import STARTER

AHEAD, MAKE = Target("automation", "remind_ahead"), Target("automation", "make_reminder")


@pytest.fixture(autouse=True)
def app_context(app: Flask) -> Flask:
    """Sentences are worded in a language."""
    return app


@pytest.fixture
def work() -> Workspace:
    definitions = json.loads(STARTER.read_text("utf-8"))["definitions"]
    known = {Target("app", "followup"): definitions["app"]}
    for kind in ("form", "automation", "message"):
        known |= {Target(kind, key_of(kind, each)): each for each in definitions[f"{kind}s"]}
    return Workspace("followup", known, known)


def do(work: Workspace, target: Target, name: str, **arguments: Any) -> Done:
    return run(work, target, name, arguments)


def action(work: Workspace, target: Target, index: int = 0) -> dict[str, Any]:
    return work.read(target)["actions"][index]


def refused(work: Workspace, target: Target, name: str, **arguments: Any) -> str:
    """The code with which a command is refused."""
    with pytest.raises(Invalid) as caught:
        do(work, target, name, **arguments)
    return caught.value.problems[0].code


# ---- what starts it


def test_another_kind_of_trigger_keeps_the_form_and_has_what_it_needs(work: Workspace) -> None:
    do(work, AHEAD, "automation.trigger", type="record_saved")
    do(work, MAKE, "automation.trigger", type="date_reached")

    saved, reached = work.read(AHEAD)["trigger"], work.read(MAKE)["trigger"]
    assert saved == {"type": "record_saved", "form": "reminder", "on": ["created", "updated"]}
    assert (reached["form"], reached["offsets"], reached["at"]) == ("visit", ["0d"], "09:00")
    assert schemas.validate("automation", work.read(AHEAD)) == []


def test_another_form_of_the_trigger_forgets_the_fields_of_the_old_one(work: Workspace) -> None:
    do(work, MAKE, "trigger.set", path=["form"], value="customer")

    assert work.read(MAKE)["trigger"] == {
        "type": "record_saved",
        "form": "customer",
        "on": ["created", "updated"],
    }


def test_an_option_inside_an_option_comes_and_goes_with_what_is_around_it(work: Workspace) -> None:
    do(work, AHEAD, "trigger.set", path=["late", "past"], value="send")
    do(work, AHEAD, "trigger.set", path=["late", "send_within"], remove=True)
    assert work.read(AHEAD)["trigger"]["late"] == {"past": "send"}

    do(work, AHEAD, "trigger.set", path=["late", "past"], remove=True)
    assert "late" not in work.read(AHEAD)["trigger"]


@pytest.mark.parametrize(
    ("number", "unit", "side", "offset"),
    [("2", "d", "before", "-2d"), ("04", "h", "after", "+4h"), ("0", "w", "before", "0w")],
)
def test_a_moment_is_a_number_a_unit_and_a_side(
    work: Workspace, number: str, unit: str, side: str, offset: str
) -> None:
    do(work, AHEAD, "trigger.moment", number=number, unit=unit, side=side)
    do(work, AHEAD, "trigger.moment", number=number, unit=unit, side=side)

    assert work.read(AHEAD)["trigger"]["offsets"] == ["-3d", "-1d", "0d", offset]


@pytest.mark.parametrize("number", ["", "-1", "1000", "١", "1.5", "x" * 50])
def test_a_moment_that_is_no_number_is_refused(work: Workspace, number: str) -> None:
    assert refused(work, AHEAD, "trigger.moment", number=number, unit="d", side="before") == "number"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["at"], "25:00"),
        (["nothing"], "x"),
        (["type"], "record_saved"),
        (["offsets"], ["soon"]),
        (["late", "past"], "perhaps"),
        (["late", "other"], "x"),
        (["form", "inside"], "x"),
        (["offsets", 9], "-1d"),
    ],
)
def test_a_value_that_does_not_fit_its_option_is_refused(
    work: Workspace, path: list[Any], value: Any
) -> None:
    assert refused(work, AHEAD, "trigger.set", path=path, value=value) in ("unfit", "unknown")


# ---- what must hold


def test_a_condition_that_always_holds_is_none(work: Workspace) -> None:
    do(work, AHEAD, "automation.when", when={})
    assert "when" not in work.read(AHEAD)

    when = {"required": ["record"], "properties": {"record": {"required": ["state"]}}}
    do(work, AHEAD, "automation.when", when=when)
    assert work.read(AHEAD)["when"] == when


def test_a_condition_that_cannot_be_read_is_refused(work: Workspace) -> None:
    assert refused(work, AHEAD, "automation.when", when={"$ref": "#"}) == "condition"


# ---- what it does


@pytest.mark.parametrize("kind", ["create_record", "update_records", "upsert_record", "notify"])
def test_a_new_action_has_a_key_of_its_own_and_all_that_is_required(work: Workspace, kind: str) -> None:
    first = do(work, AHEAD, "action.add", type=kind, after="tell")
    second = do(work, AHEAD, "action.add", type=kind)

    keys = [each["key"] for each in work.read(AHEAD)["actions"]]
    assert keys == ["tell", kind, f"{kind}_2"]
    assert (first.select, second.select) == (f"action/{kind}", f"action/{kind}_2")


def test_the_only_message_about_the_form_is_chosen_for_a_new_action(work: Workspace) -> None:
    do(work, AHEAD, "action.add", type="notify")

    assert action(work, AHEAD, 1) == {
        "type": "notify",
        "key": "notify",
        "message": "visit_due",
        "to": [],
    }


def test_actions_move_stop_at_the_ends_copy_and_go(work: Workspace) -> None:
    do(work, AHEAD, "action.add", type="create_record")
    do(work, AHEAD, "action.move", action="create_record", by=-1)
    assert [each["key"] for each in work.read(AHEAD)["actions"]] == ["create_record", "tell"]
    do(work, AHEAD, "action.move", action="create_record", by=-1)
    do(work, AHEAD, "action.copy", action="tell")
    assert [each["key"] for each in work.read(AHEAD)["actions"]] == ["create_record", "tell", "tell_2"]
    assert do(work, AHEAD, "action.delete", action="tell").select == "action/tell_2"
    assert action(work, AHEAD, 1) == {**work.in_force[AHEAD]["actions"][0], "key": "tell_2"}


def test_an_action_without_a_key_is_named_by_its_place_and_gets_one(work: Workspace) -> None:
    del work.open(MAKE)["actions"][0]["key"]

    done = do(work, MAKE, "action.set", action="0", path=["none"], value="skip")

    assert (action(work, MAKE)["key"], action(work, MAKE)["none"]) == ("upsert_record", "skip")
    assert done.select == "action/upsert_record"


def test_another_form_of_an_action_empties_what_named_the_fields_of_the_old_one(work: Workspace) -> None:
    do(work, MAKE, "action.set", action="plan", path=["form"], value="customer")

    assert (action(work, MAKE)["set"], action(work, MAKE)["match"]) == ({}, {})


@pytest.mark.parametrize("name", ["action.set", "action.move", "action.copy", "action.delete"])
def test_an_action_that_there_is_not_is_refused(work: Workspace, name: str) -> None:
    more = {"action.set": {"path": ["form"], "value": "x"}, "action.move": {"by": 1}}.get(name, {})

    assert refused(work, AHEAD, name, action="nobody", **more) == "unknown"


def test_fifty_actions_are_enough(work: Workspace) -> None:
    for _number in range(49):
        do(work, AHEAD, "action.copy", action="tell")

    assert refused(work, AHEAD, "action.copy", action="tell") == "too_many"
    assert refused(work, AHEAD, "action.add", type="notify") == "too_many"


# ---- where values come from


def test_a_field_that_is_added_is_filled_from_what_fits_best(work: Workspace) -> None:
    do(work, MAKE, "action.add", type="create_record")
    do(work, MAKE, "action.set", action="create_record", path=["form"], value="reminder")
    for key in ("visit", "customer", "due_on", "owner", "state"):
        do(work, MAKE, "action.value", action="create_record", part="set", field=key)

    assert action(work, MAKE, 1)["set"] == {
        "visit": "record.id",
        "customer": "record.customer",
        "due_on": "record.visited_on",
        "owner": "record.owner",
        "state": action(work, MAKE, 1)["set"]["state"],
    }


def test_only_a_source_of_the_same_kind_is_taken(work: Workspace) -> None:
    own = {"action": "plan", "part": "set", "field": "customer"}
    do(work, MAKE, "action.value", **own, source="record.customer")

    for source in ("record.id", "record.visited_on", "user.id", "record.nothing", "before"):
        assert refused(work, MAKE, "action.value", **own, source=source) == "wrong_type"


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("due_on", "2026-12-24", '"2026-12-24"'),
        ("due_on", "2026年12月24日", '"2026-12-24"'),
        ("customer", "12", 12),
        ("owner", "７", 7),
        ("owner", "", '""'),
    ],
)
def test_every_kind_of_field_takes_a_fixed_value(
    work: Workspace, field: str, typed: str, stored: Any
) -> None:
    own = {"action": "plan", "part": "set", "field": field}
    do(work, MAKE, "action.value", **own, source="=constant")
    assert action(work, MAKE)["set"][field] == '""', "nothing is likelier than anything else"

    do(work, MAKE, "action.value", **own, constant=[typed])

    assert action(work, MAKE)["set"][field] == stored
    do(work, MAKE, "action.value", **own, source="=constant")
    assert action(work, MAKE)["set"][field] == stored


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("due_on", "2026-02-30", "date"),
        ("due_on", "record.next_on", "date"),
        ("customer", "Acme", "reference"),
        ("customer", "0", "reference"),
        ("owner", "9" * 30, "member"),
        ("text", "x" * 2000, "maxLength"),
        ("gone", "1", "unknown"),
    ],
)
def test_a_fixed_value_that_its_field_does_not_take_is_refused(
    work: Workspace, field: str, typed: str, code: str
) -> None:
    own = {"action": "plan", "part": "set", "field": field}
    before = action(work, MAKE)["set"]

    assert refused(work, MAKE, "action.value", **own, constant=[typed]) == code
    assert action(work, MAKE)["set"] == before


def test_a_fixed_moment_is_meant_in_the_zone_of_the_app(work: Workspace) -> None:
    form = work.open(Target("form", "reminder"))
    form["properties"]["at"] = {"type": "string", "fw": {"type": "datetime"}}

    do(work, MAKE, "action.value", action="plan", part="set", field="at", constant=["2026-12-24T09:00"])

    assert action(work, MAKE)["set"]["at"] == '"2026-12-24T01:00:00Z"'


def test_a_fixed_list_of_choices_is_what_the_ticked_boxes_say(work: Workspace) -> None:
    form = work.open(Target("form", "reminder"))
    form["properties"]["by"] = {"type": "array", "enum": ["mail", "phone"], "fw": {"type": "multi_choice"}}
    own = {"action": "plan", "part": "set", "field": "by"}
    do(work, MAKE, "action.value", **own, source="=constant")
    assert action(work, MAKE)["set"]["by"] == '""'

    do(work, MAKE, "action.value", **own, constant=["", "phone", "mail"])
    assert action(work, MAKE)["set"]["by"] == ["mail", "phone"]
    assert refused(work, MAKE, "action.value", **own, constant=["", "fax"]) == "enum"


def test_a_certain_record_can_be_the_one_that_is_changed(work: Workspace) -> None:
    do(work, MAKE, "action.value", action="plan", part="match", field="id", constant=["12"])

    assert action(work, MAKE)["match"]["id"] == 12


def test_a_fixed_value_is_read_as_its_field_reads_it(work: Workspace) -> None:
    own = {"action": "plan", "part": "set"}
    do(work, MAKE, "action.value", **own, field="state", source="=constant")
    assert action(work, MAKE)["set"]["state"] == '"open"'
    do(work, MAKE, "action.value", **own, field="state", constant=["done"])
    assert action(work, MAKE)["set"]["state"] == '"done"'
    do(work, MAKE, "action.value", **own, field="text", constant=['He said "no"'])
    assert action(work, MAKE)["set"]["text"] == '"He said ""no"""'
    assert refused(work, MAKE, "action.value", **own, field="state", constant=["lost"]) == "enum"


def test_a_formula_must_be_one(work: Workspace) -> None:
    own = {"action": "plan", "part": "set", "field": "due_on"}
    do(work, MAKE, "action.value", **own, formula=" record.next_on + 1 ")
    assert action(work, MAKE)["set"]["due_on"] == "record.next_on + 1"
    assert refused(work, MAKE, "action.value", **own, formula="1 +") == "formula"
    assert refused(work, MAKE, "action.value", action="plan", part="set", field="") == "unknown"


def test_asking_for_the_formula_of_a_value_changes_nothing(work: Workspace) -> None:
    before = deepcopy(work.read(MAKE))

    done = do(work, MAKE, "action.value", action="plan", part="set", field="due_on", source="=formula")

    assert done.select == "action/plan/set/due_on"
    assert diff.changes(before, work.read(MAKE)) == []


# ---- who gets a message


def test_recipients_come_as_copies_and_go(work: Workspace) -> None:
    do(work, AHEAD, "action.recipient", action="tell", who="manager_of:starter")
    do(work, AHEAD, "action.recipient", action="tell", who="starter")
    do(work, AHEAD, "action.recipient", action="tell", address="Ann@Example.com")
    do(work, AHEAD, "action.recipient", action="tell", who="starter")
    do(work, AHEAD, "recipient.set", action="tell", who="starter", part="cc")
    do(work, AHEAD, "action.recipient", action="tell", who="starter")
    do(work, AHEAD, "recipient.set", action="tell", who="manager_of:owner", part="to")
    do(work, AHEAD, "recipient.set", action="tell", who="field:owner", remove=True)

    assert action(work, AHEAD)["to"] == [
        {"manager_of": "owner"},
        {"manager_of": "starter"},
        {"starter": True, "as": "cc"},
        {"user": "Ann@Example.com"},
    ]


def test_recipients_are_not_reached_by_their_place(work: Workspace) -> None:
    place = {"action": "tell", "path": ["to", 0], "remove": True}
    assert refused(work, AHEAD, "action.set", **place) == "unknown"
    assert refused(work, AHEAD, "recipient.set", action="tell", who="role:sales", remove=True) == "unknown"


def test_a_recipient_of_no_known_kind_can_be_taken_out(work: Workspace) -> None:
    do(work, AHEAD, "action.set", action="tell", path=["to"], value=[{"filed": "owner"}, {"starter": True}])
    do(work, AHEAD, "recipient.set", action="tell", who='{"filed":"owner"}', remove=True)

    assert action(work, AHEAD)["to"] == [{"starter": True}]


@pytest.mark.parametrize("who", ["", "nobody", "role:", "starter:x", "everybody:all", ":"])
def test_a_recipient_that_is_nobody_is_refused(work: Workspace, who: str) -> None:
    assert refused(work, AHEAD, "action.recipient", action="tell", who=who) == "unknown"
    assert refused(work, MAKE, "action.recipient", action="plan", who="starter") == "unknown"


# ---- all of them


def test_every_command_on_automations_is_closed_and_says_what_it_touches(work: Workspace) -> None:
    own = [each for each in COMMANDS.values() if tuple(each.kinds) == ("automation",)]

    assert len(own) == 15, [each.name for each in own]
    for command in own:
        assert command.arguments["additionalProperties"] is False
        assert type(command).__doc__


def test_what_a_command_did_can_be_taken_back(work: Workspace) -> None:
    before = work.in_force[MAKE]
    do(work, MAKE, "action.add", type="notify")
    do(work, MAKE, "action.move", action="notify", by=-1)
    do(work, MAKE, "action.value", action="plan", part="set", field="state", remove=True)
    do(work, MAKE, "automation.set", path=["run_as"], value="service")
    do(work, MAKE, "automation.set", path=["title"], value={"en": "Other"})

    changes = diff.changes(before, work.read(MAKE))

    assert diff.take_back(work.read(MAKE), changes) == before
