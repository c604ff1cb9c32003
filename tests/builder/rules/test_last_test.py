"""What depends on what a rule acts on, and the last try of each rule."""

import re
from datetime import date

import pytest

from tests.builder.rules.support import VISIT, command, page
from tests.support.world import World


def row(world: World, key: str, who: str = "dora", **query: str) -> str:
    """A rule in the list, as words."""
    shown = page(world, who, **query)
    found = re.search(rf'<div class="rules-row[^>]*id="rule-{key}">(.*?)</div>', shown, re.S)
    assert found, key
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


@pytest.fixture
def rule(world: World) -> str:
    """A rule whose field another rule reads."""
    called = {"required": ["phone"]}
    command(world, "rule.add", {"effect": "require", "field": "content", "when": called})
    command(world, "rule.add", {"effect": "require", "field": "deal", "when": {"required": ["content"]}})
    return "require_content"


def test_the_list_says_what_of_the_form_reads_what_a_rule_acts_on(world: World, rule: str) -> None:
    assert re.search(r"Used by: .*Require Opportunity", row(world, rule))


def test_the_last_try_stays_until_it_is_tried_again_and_grows_old_with_the_rule(
    world: World, rule: str
) -> None:
    # when
    answer = world.browsers["dora"].post(f"{VISIT}/test-rules", data={"record": "0"})

    # then
    assert answer.status_code == 200
    assert "An empty record → does not apply Dora" in row(world, rule)
    assert "changed since" not in row(world, rule)

    # and when the rule is another
    command(world, "rule.when", {"rule": rule, "when": {"not": {"required": ["phone"]}}})
    assert "changed since" in row(world, rule)
    world.browsers["dora"].post(f"{VISIT}/test-rules", data={"record": "0"})
    assert "An empty record → applies Dora" in row(world, rule)
    assert "changed since" not in row(world, rule)


def test_who_may_not_read_a_record_is_not_told_its_name(world: World, rule: str) -> None:
    # given
    customer = world.make("customer", name="Secret Ltd")
    visit = world.follow_up("bob", customer, date(2026, 11, 20))

    # when
    world.browsers["anna"].post(f"{VISIT}/test-rules", data={"record": str(visit)})

    # then
    assert "A record that you may not see →" in row(world, rule)
    assert "may not see" not in row(world, rule, "anna")
