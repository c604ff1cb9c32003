"""Rules in the designer: written in rows, told in sentences; what cannot be is refused in words."""

import json
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from runtime.db import db, transaction
from runtime.definitions.models import Draft
from tests.builder.rules.support import command, condition, draft, page, rules
from tests.support.world import World


def test_every_rule_reads_as_a_sentence(world: World) -> None:
    text = page(world, sel="rule/ask_reason")
    assert "Show Why they refused; Require Why they refused when Result is Refused." in text


def test_a_rule_that_is_added_shows_its_field_when_the_condition_holds(world: World) -> None:
    # when
    condition(
        world,
        "rule.add",
        {"field": "prepare", "effect": "lock"},
        c__0__path="grade",
        c__0__op="equals",
        c__0__value="A",
    )

    # then
    rule = rules(world)["lock_prepare"]
    assert rule["then"] == {"lock": ["prepare"]}
    assert rule["when"] == {"required": ["grade"], "properties": {"grade": {"type": "string", "const": "A"}}}


def test_a_line_without_a_value_stays_on_the_page_and_stores_nothing(world: World) -> None:
    # given
    before = draft(world)

    # when
    answer = condition(
        world,
        "rule.when",
        {"rule": "ask_reason"},
        place="rule-ask_reason",
        sel="rule/ask_reason",
        c__0__path="grade",
        c__0__op="equals",
    )

    # then
    assert "Not saved yet" in answer.text
    assert "Choose a value." in answer.text
    assert draft(world) == before


def test_a_condition_may_be_taken_away_so_that_a_rule_always_applies(world: World) -> None:
    condition(
        world, "rule.when", {"rule": "ask_reason"}, act="remove:0", c__0__path="grade", c__0__op="is_empty"
    )
    assert rules(world)["ask_reason"]["when"] == {}


def test_one_line_can_be_added_while_another_is_changed(world: World) -> None:
    # when
    answer = condition(
        world, "rule.when", {"rule": "ask_reason"}, place="rule-ask_reason", sel="rule/ask_reason", act="add",
        c__0__path="remind", c__0__op="is_yes",
    )  # fmt: skip

    # then
    assert rules(world)["ask_reason"]["when"]["properties"] == {"remind": {"type": "boolean", "const": True}}
    assert 'name="c.1.path"' in answer.text


@pytest.mark.parametrize(
    ("name", "args", "sentence"),
    [
        ("rule.when", {"rule": "gone", "when": {}}, "There is no such rule any more."),
        ("rule.when", {"rule": "ask_reason", "when": {"required": ["gone"]}}, "There is no “gone”"),
        ("rule.when", {"rule": "ask_reason", "when": {"properties": {"grade": {"minimum": 3}}}}, "does not fit"),
        ("rule.when", {"rule": "ask_reason", "when": {"properties": {"remind": {"const": 3}}}}, "cannot be compared"),
        ("rule.when", {"rule": "ask_reason", "when": {"pattern": "(a+)+$"}}, "do not know the keyword"),
        ("rule.when", {"rule": "ask_reason", "when": 3}, "unfit"),
        ("rule.add", {"field": "gone", "effect": "show", "when": {}}, "There is no such field."),
        ("rule.add", {"field": "reason", "effect": "explode", "when": {}}, "unfit"),
        ("rule.add", {"field": "reason", "effect": "set", "when": {}, "value": "1 +"}, "stops too early"),
        ("rule.effect", {"rule": "ask_stage", "effect": "show", "field": "deal_stage", "off": True}, "Delete the rule"),
        ("rule.set", {"rule": "ask_stage", "field": "reason", "value": "TODAY()"}, "but a text is needed"),
        ("rule.set", {"rule": "ask_stage", "field": "reason", "value": "gone"}, "There is no field “gone”"),
        ("rule.hidden_value", {"rule": "ask_stage", "value": "burn"}, "unfit"),
        ("rule.delete", {"rule": "gone"}, "There is no such rule any more."),
        ("check.set", {"check": "gone", "part": "at", "value": "reason"}, "There is no such check any more."),
        ("check.set", {"check": "visit_past", "part": "formula", "value": "1 + 1"}, "but yes or no is needed"),
        ("check.set", {"check": "visit_past", "part": "level", "value": "mild"}, "an error or a warning"),
        ("check.add", {"formula": "true", "at": "gone", "message": "x"}, "There is no such field."),
        ("check.add", {"formula": "true", "at": "reason", "message": " "}, "Write the message"),
        ("reference.offer", {"field": "reason", "offer": {}}, "Only a reference"),
        ("reference.offer", {"field": "deal", "offer": {"required": ["gone"]}}, "There is no “gone”"),
        ("reference.fill", {"field": "customer", "target": "reason", "source": "last_visit_on"}, "different kinds"),
        ("reference.fill", {"field": "customer", "target": "number", "source": "name"}, "computes its value"),
        ("reference.fill", {"field": "customer", "target": "gone", "source": "name"}, "There is no such field."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_the_draft_stays(
    world: World, name: str, args: Any, sentence: str
) -> None:
    # given
    before = draft(world)

    # when
    answer = command(world, name, args)

    # then
    assert sentence in unescape(answer.text)
    assert draft(world) == before


def test_a_condition_that_is_nested_too_deep_is_refused(world: World) -> None:
    # given
    deep: Any = {"required": ["remind"]}
    for _level in range(25):
        deep = {"not": deep}

    # when
    answer = command(world, "rule.when", {"rule": "ask_reason", "when": deep})

    # then
    assert "levels deep at most" in answer.text


def test_a_stale_line_does_not_stand_in_the_way_of_mending_another(world: World) -> None:
    # given
    command(world, "field.delete", {"field": "grade"})
    stale = {"required": ["grade"]}
    with world.app.app_context(), transaction():
        found = next(
            d
            for d in db.session.scalars(select(Draft))
            if "ask_reason" in json.dumps(d.document, default=str)
        )
        document = json.loads(json.dumps(found.document, default=float))
        document["fw"]["rules"][1]["when"] = {"allOf": [stale, {"required": ["remind"]}]}
        found.document, found.revision = document, found.revision + 1

    # when
    command(world, "rule.when", {"rule": "ask_reason", "when": {"allOf": [stale, {"required": ["result"]}]}})

    # then
    assert rules(world)["ask_reason"]["when"] == {"allOf": [stale, {"required": ["result"]}]}
    assert "cannot be shown as rows" in page(world, sel="rule/ask_reason")


def test_a_rule_is_copied_changed_and_deleted(world: World) -> None:
    command(world, "rule.copy", {"rule": "ask_stage"})
    command(world, "rule.effect", {"rule": "ask_stage_2", "effect": "require", "field": "deal_stage"})
    command(
        world, "rule.effect", {"rule": "ask_stage_2", "effect": "show", "field": "deal_stage", "off": True}
    )
    command(world, "rule.hidden_value", {"rule": "ask_stage_2"}, **{"arg.value": "keep"})
    found = rules(world)["ask_stage_2"]
    assert found["then"] == {"require": ["deal_stage"]}
    assert found["hidden_value"] == "keep"
    command(world, "rule.hidden_value", {"rule": "ask_stage_2", "value": "clear"})
    assert "hidden_value" not in rules(world)["ask_stage_2"]
    command(world, "rule.delete", {"rule": "ask_stage_2"})
    assert "ask_stage_2" not in rules(world)


@pytest.mark.parametrize(
    ("kind", "operator", "typed", "stored", "sentence"),
    [
        (
            "multi_choice",
            "has_any_of",
            ["option_1", "option_2"],
            {"enum": ["option_1", "option_2"]},
            "has Option 1",
        ),
        ("tree_choice", "is_or_below", "option_2", {"const": "option_2"}, "is Option 2 or lies below it"),
        ("region", "is_or_below", "浙江 / 杭州", {"const": "330100"}, "is 浙江省 / 杭州市 or lies below it"),
    ],
)
def test_what_a_list_holds_is_asked_in_rows_and_told_in_words(
    world: World, kind: str, operator: str, typed: Any, stored: Any, sentence: str
) -> None:
    # given
    command(world, "field.add", {"type": kind, "title": "Ways"}, tab="canvas")

    # when
    added = {"field": "prepare", "effect": "lock"}
    condition(world, "rule.add", added, c__0__path="ways", c__0__op=operator, c__0__value=typed)

    # then
    when = rules(world)["lock_prepare"]["when"]
    assert when["properties"]["ways"] == {"type": "array", "contains": stored}
    text = page(world, sel="rule/lock_prepare")
    assert f"Ways {sentence}" in text
    assert "cannot be shown as rows" not in text


def test_a_time_and_a_percentage_are_compared_as_people_write_them(world: World) -> None:
    # given
    for kind, title in (("time", "Starts"), ("percent", "Share")):
        command(world, "field.add", {"type": kind, "title": title}, tab="canvas")

    # when
    condition(
        world, "rule.add", {"field": "prepare", "effect": "lock"},
        c__0__path="starts", c__0__op="after", c__0__value="6:30 pm",
        c__1__path="share", c__1__op="at_least", c__1__value="12.5%",
    )  # fmt: skip

    # then
    starts, share = rules(world)["lock_prepare"]["when"]["allOf"]
    assert starts["properties"]["starts"]["formatMinimum"] == "18:30"
    assert str(share["properties"]["share"]["minimum"]) == "0.125"
    text = page(world, sel="rule/lock_prepare")
    assert "Share is at least 12.5%" in text
