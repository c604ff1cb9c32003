"""What depends on what a rule acts on, and the last try of each rule."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from builder import rule_trials
from builder.models_rule_trials import RuleTrial
from runtime import access
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
    assert re.search(r"A record that you may not see Anna", row(world, rule))
    assert "→ does not apply Anna" in row(world, rule, "anna")


def test_a_record_that_is_gone_is_not_tested(world: World, rule: str) -> None:
    # when
    before = row(world, rule)
    answer = world.browsers["dora"].post(f"{VISIT}/test-rules", data={"record": "999999"})

    # then
    assert answer.status_code == 404
    assert row(world, rule) == before


@pytest.mark.parametrize(
    ("hidden", "record_id", "by", "is_told"),
    [
        ({}, 7, 1, True),
        ({"phone"}, 7, 1, False),
        ({}, 8, 1, False),
        ({"phone"}, 8, 5, True),
        ({"phone"}, 0, 1, True),
    ],
)
def test_what_is_hidden_from_a_designer_is_not_told_by_somebody_elses_test(
    monkeypatch: pytest.MonkeyPatch, hidden: set[str], record_id: int, by: int, is_told: bool
) -> None:
    # given somebody who reads the record 7, but perhaps not all of its fields
    monkeypatch.setattr(rule_trials, "sees_all", lambda user: False)
    monkeypatch.setattr(access, "fields", lambda user, form: access.FieldRights(frozenset(hidden)))
    dora: Any = SimpleNamespace(user=SimpleNamespace(id=5))
    form: Any = object()

    # then
    trial = RuleTrial(record_id=record_id, by=by)
    assert rule_trials._sees(dora, form, {0: "An empty record", 7: "Open Ltd"})(trial) is is_told
