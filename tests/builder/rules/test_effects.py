"""What rules set, how they are tried, checks, and what a reference offers and fills."""

from html import unescape

import pytest

from runtime.formulas import FUNCTIONS
from tests.builder.rules.support import VISIT, command, condition, draft, formula, page, rules
from tests.support.world import World


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


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_function_is_offered_with_what_it_is_for(
    world: World, locale: str, headers: dict[str, str]
) -> None:
    # when
    browser = world.browsers["dora"]
    answer = browser.get(
        f"{VISIT}/formula/names?scope=form:visit", headers={**headers, "Accept-Language": locale}
    )

    # then
    assert answer.status_code == 200
    assert [name for name in FUNCTIONS if f"<code>{name}(" not in answer.text] == []


@pytest.mark.parametrize("name", ["bob", "rita"])
def test_who_may_not_design_finds_nothing(world: World, name: str) -> None:
    browser = world.browsers[name]
    for place in ("condition", "formula", "formula/preview"):
        assert browser.post(f"{VISIT}/{place}", data={"do": "{}"}).status_code == 404
    assert browser.get(f"{VISIT}/formula/names?scope=form:visit").status_code == 404
