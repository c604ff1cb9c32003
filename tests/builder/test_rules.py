"""Rules and checks in the designer: written in rows, told in sentences, tried with a record."""

import json
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from runtime.db import db, transaction
from runtime.definitions.models import Definition, Draft, Version
from tests.support.world import World, world_on

VISIT = "/apps/followup/forms/visit/design"


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("rules")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


@pytest.fixture
def world(shared: World) -> World:
    """The world with its drafts as they were installed."""
    with shared.app.app_context(), transaction():
        for draft in db.session.scalars(select(Draft)):
            definition = db.session.get_one(Definition, draft.definition_id)
            draft.document = db.session.get_one(Version, definition.current_version_id).document
    return shared


def draft(world: World, key: str = "visit") -> Any:
    """The draft of a form, by its own designer page first, which makes one."""
    assert world.browsers["dora"].get(f"/apps/followup/forms/{key}/design/rules").status_code == 200
    with world.app.app_context():
        own = select(Draft.document).join(Definition, Definition.id == Draft.definition_id)
        return db.session.scalar(own.where(Definition.key == key))


def rules(world: World) -> dict[str, Any]:
    return {rule["key"]: rule for rule in draft(world)["fw"]["rules"]}


def command(world: World, name: str, args: Any, *, tab: str = "rules", **controls: str) -> TestResponse:
    """Post a command as the page's forms do."""
    data = {"do": json.dumps({"name": name, "args": args}), "tab": tab, "rev": "9999", **controls}
    return world.browsers["dora"].post(f"{VISIT}/commands", data=data, follow_redirects=True)


def condition(
    world: World, name: str, args: Any, *, into: str = "when", sight: str = "own:visit", **controls: Any
) -> TestResponse:
    """Post the lines of a condition as its editor does."""
    data = {
        "do": json.dumps({"name": name, "args": args}),
        "into": into,
        "sight": sight,
        "place": "here",
        "tab": "rules",
        "rev": "9999",
        "c.mode": "all",
        **{name.replace("__", "."): value for name, value in controls.items()},
    }
    return world.browsers["dora"].post(f"{VISIT}/condition", data=data, follow_redirects=True)


def formula(world: World, name: str, args: Any, text: str, **controls: str) -> TestResponse:
    """Post a formula as its editor does."""
    data = {
        "do": json.dumps({"name": name, "args": args}),
        "scope": "form:visit",
        "text": text,
        "place": "here",
        "tab": "rules",
        "rev": "9999",
        **controls,
    }
    return world.browsers["dora"].post(f"{VISIT}/formula", data=data, follow_redirects=True)


def page(world: World, who: str = "dora", **query: str) -> str:
    answer = world.browsers[who].get(f"{VISIT}/rules", query_string=query)
    assert answer.status_code == 200
    return unescape(answer.text)


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
        found.document = document

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


def test_a_rule_sets_a_value_by_a_formula_written_with_titles(world: World) -> None:
    # when
    formula(
        world,
        "rule.set",
        {"rule": "ask_next", "field": "next_on"},
        "=Followed up on + 7",
        wanted="date",
        shows="next_on",
    )

    # then
    assert rules(world)["ask_next"]["then"]["set"] == {"next_on": "visited_on + 7"}


def test_a_formula_with_a_fault_stays_on_the_page_with_the_way_to_mend_it(world: World) -> None:
    # given
    command(world, "rule.set", {"rule": "ask_next", "field": "reason", "value": '"x"'})
    before = draft(world)

    # when
    answer = formula(
        world, "rule.set", {"rule": "ask_next", "field": "reason"}, 'IF(remind, "a", "b"',
        place="set-ask_next-reason", sel="rule/ask_next",
    )  # fmt: skip

    # then
    text = unescape(answer.text)
    assert "Add ) at the end." in text
    assert 'IF(remind, "a", "b"' in text
    assert draft(world) == before


def test_rules_that_show_one_field_stand_in_one_box(world: World) -> None:
    # given
    condition(world, "rule.add", {"field": "reason", "effect": "show"}, c__0__path="remind", c__0__op="is_no")

    # when
    text = page(world, sel="rule/ask_reason")

    # then
    assert 'id="box-ask_reason"' in text
    assert 'id="box-show_reason"' in text
    assert "Shown when any of these rules applies" in text


def test_rules_are_tried_with_a_record_and_nothing_is_stored(world: World) -> None:
    # given
    customer = world.make("customer", name="Acme")
    visit = world.make("visit", customer=customer, content="They want more.", result="interested")
    page(world)
    before = world.stored()

    # when
    text = page(world, "anna", sel="rule/ask_reason", record=str(visit))

    # then
    assert "does not apply (Result is Interested)" in text
    assert "Hidden: it is shown only when Result is Refused; here Result is Interested." in text
    assert world.stored() == before


def test_rules_reading_a_field_are_found(world: World) -> None:
    text = page(world, reads="remind")
    assert 'id="rule-ask_next"' in text
    assert 'id="rule-ask_reason"' not in text


def test_a_check_is_added_with_its_message_and_changed(world: World) -> None:
    # when
    formula(
        world, "check.add", {}, "NOT(ISBLANK(content))",
        into="formula", wanted="bool", **{"arg.at": "content", "arg.message": "Say more.", "arg.level": "warning"},
    )  # fmt: skip
    command(
        world,
        "check.set",
        {"check": "check_content", "part": "message", "locale": "zh", "value": "请多写一些。"},
    )

    # then
    found = next(check for check in draft(world)["fw"]["checks"] if check["key"] == "check_content")
    assert found == {
        "key": "check_content",
        "formula": "NOT(ISBLANK(content))",
        "level": "warning",
        "at": "content",
        "message": {"en": "Say more.", "zh": "请多写一些。"},
    }
    command(world, "check.set", {"check": "check_content", "part": "level"}, **{"arg.value": "error"})
    command(world, "check.delete", {"check": "next_future"})
    assert "level" not in draft(world)["fw"]["checks"][-1]
    assert len(draft(world)["fw"]["checks"]) == 2


def test_a_check_without_a_message_keeps_what_was_entered(world: World) -> None:
    answer = formula(
        world, "check.add", {}, "NOT(ISBLANK(content))", place="new-check",
        into="formula", wanted="bool", **{"arg.at": "content", "arg.message": ""},
    )  # fmt: skip
    assert "Write the message that people read." in answer.text
    assert "NOT(ISBLANK(content))" in answer.text


def test_a_reference_offers_what_fits_the_record_and_fills_fields(world: World) -> None:
    # when
    condition(
        world, "reference.offer", {"field": "deal"}, into="offer", sight="offer:visit:opportunity",
        c__0__path="owner", c__0__op="equals", c__0__fact="record.owner",
    )  # fmt: skip
    command(world, "reference.fill", {"field": "deal", "target": "deal_stage", "source": "stage"})

    # then
    deal = draft(world)["properties"]["deal"]["fw"]
    assert deal["offer"]["properties"]["owner"] == {"const": {"fact": "record.owner"}}
    assert deal["fill"] == {"deal_stage": "stage"}
    command(world, "reference.offer", {"field": "deal", "offer": {}})
    command(world, "reference.fill", {"field": "deal", "target": "deal_stage", "source": ""})
    assert not {"offer", "fill"} & draft(world)["properties"]["deal"]["fw"].keys()


@pytest.mark.parametrize("name", ["bob", "rita"])
def test_who_may_not_design_finds_nothing(world: World, name: str) -> None:
    browser = world.browsers[name]
    for place in ("condition", "formula", "formula/preview"):
        assert browser.post(f"{VISIT}/{place}", data={"do": "{}"}).status_code == 404
    assert browser.get(f"{VISIT}/formula/names?scope=form:visit").status_code == 404
