"""Conditions as the lines of their editor: nothing is lost, nothing half-done is stored."""

from functools import lru_cache
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from builder.sights import sight
from runtime import conditions
from runtime.conditions import Group, Row
from runtime.fields import Reader
from runtime.forms.conditions import lines, posts
from runtime.forms.conditions.lines import Block, Kept, Line
from runtime.forms.conditions.sights import Sight
from runtime.text import localized
from tests.builder.factory import context, field, form

READER = Reader("en", "Asia/Shanghai")
CITY = form("city", {"name": field("text"), "country": field("reference", form="country")})
COUNTRY = form("country", {"name": field("text")})
TRIP = form(
    "trip",
    {
        "kind": field("choice", {"enum": ["travel", "home"]}, labels={"travel": "Travel"}),
        "nights": field("number"),
        "price": field("money", currency="CNY"),
        "limit": field("money", currency="CNY"),
        "start": field("date"),
        "urgent": field("yes_no"),
        "who": field("member"),
        "boss": field("member"),
        "country": field("reference", form="country"),
        "city": field("reference", form="city"),
        "tags": field("multi_choice", {"enum": ["a", "b"]}, labels={"a": "Ay"}),
        "area": field("region"),
        "old_area": field("region"),
        "total": field("formula", formula="nights * price", result="money", currency="CNY"),
        "head": field("heading"),
    },
)
APP = Flask("words")


@pytest.fixture(autouse=True)
def language() -> Any:
    """Sentences are told in English."""
    from flask_babel import Babel

    if "babel" not in APP.extensions:
        Babel(APP)
    with APP.test_request_context():
        yield


@lru_cache
def seen(name: str = "own:trip") -> Sight:
    with APP.test_request_context():
        return sight(context(TRIP, CITY, COUNTRY), name, lambda title: localized(title, "en"))


def opened(document: Any, name: str = "own:trip") -> Block:
    return lines.block(document, seen(name), READER)


def stored(block: Block, name: str = "own:trip") -> Any:
    found = lines.finished(block, seen(name), READER)
    assert not found.faults
    return found.document


ROWS = st.one_of(
    st.builds(
        Row, st.just("kind"), st.sampled_from(["equals", "not_equals"]), st.sampled_from(["travel", "home"])
    ),
    st.builds(Row, st.just("kind"), st.just("one_of"), st.just(["travel", "home"])),
    st.builds(Row, st.just("nights"), st.sampled_from(["greater_than", "at_most"]), st.integers(0, 10**6)),
    st.builds(Row, st.just("nights"), st.just("between"), st.just([1, 3])),
    st.builds(Row, st.just("start"), st.sampled_from(["after", "on_or_before"]), st.just("2026-11-21")),
    st.builds(Row, st.just("urgent"), st.sampled_from(["is_yes", "is_no", "is_empty"])),
    st.builds(Row, st.sampled_from(["who", "country"]), st.just("equals"), st.integers(1, 99)),
    st.builds(Row, st.just("who"), st.just("equals"), st.just({"fact": "user.id"})),
    st.builds(Row, st.just("price"), st.just("greater_than"), st.just({"fact": "record.limit"})),
    st.builds(Row, st.just("tags"), st.sampled_from(["has_any_of", "has_all_of"]), st.just(["a", "b"])),
    st.builds(Row, st.just("area"), st.sampled_from(["is_or_below", "is_not_below"]), st.just("330100")),
    st.builds(Row, st.just("gone"), st.just("is_not_empty")),
    st.builds(Row, st.just("nights"), st.just("equals"), st.just("text of before")),
)
MODES = st.sampled_from(["all", "any", "none"])
GROUPS = st.recursive(
    st.builds(Group, MODES, st.lists(ROWS, max_size=3).map(tuple)),
    lambda inner: st.builds(Group, MODES, st.lists(st.one_of(ROWS, inner), max_size=3).map(tuple)),
    max_leaves=6,
)


@given(GROUPS)
def test_a_condition_that_is_opened_and_stored_again_means_what_it_meant(group: Group) -> None:
    # given
    document = conditions.from_rows(group)

    # when
    again = stored(opened(document))

    # then
    assert conditions.rows(again) == conditions.rows(document) or _flat(again) == _flat(document)


def _flat(document: Any) -> Any:
    """A condition without groups of one."""
    if isinstance(document, dict):
        for keyword in ("allOf", "anyOf"):
            if list(document) == [keyword] and len(document[keyword]) == 1:
                return _flat(document[keyword][0])
        return {key: _flat(value) for key, value in document.items()}
    return [_flat(item) for item in document] if isinstance(document, list) else document


@given(GROUPS)
def test_what_a_page_posts_is_what_it_showed(group: Group) -> None:
    # given
    block = opened(conditions.from_rows(group))

    # when
    posted = MultiDict(_controls(block, "c"))

    # then
    assert posts.read(posted) == block
    assert posts.from_text(posts.as_text(block)) == block


def _controls(block: Block, prefix: str) -> list[tuple[str, str]]:
    from runtime import documents

    found = [(f"{prefix}.mode", block.mode)]
    for number, item in enumerate(block.items):
        here = f"{prefix}.{number}"
        if isinstance(item, Block):
            found += _controls(item, here)
        elif isinstance(item, Kept):
            found.append((f"{here}.kept", documents.dumps(item.document)))
        else:
            found += [(f"{here}.path", item.path), (f"{here}.was", item.path), (f"{here}.op", item.operator)]
            found += [(f"{here}.value", raw) for raw in item.raws] + [(f"{here}.fact", item.fact)]
    return found


def test_a_line_without_a_value_says_what_is_missing() -> None:
    # given
    block = Block("all", (Line("kind", "equals"), Line("nights", "greater_than", ("many",)), Line("urgent")))

    # when
    found = lines.finished(block, seen(), READER)

    # then
    assert found.faults["0"] == "Choose a value."
    assert "nights" in found.faults["1"]
    assert found.faults["2"] == "Choose how to compare."


def test_a_line_in_which_nothing_was_chosen_says_nothing() -> None:
    assert stored(Block("all", (Line(), Line("urgent", "is_yes")))) == stored(
        Block("all", (Line("urgent", "is_yes"),))
    )


def test_a_part_that_lines_cannot_say_stays_as_it_is_beside_those_that_can() -> None:
    # given
    by_hand = {"properties": {"nights": {"minimum": 3}}}
    document = {"allOf": [by_hand, conditions.from_rows(Group("all", (Row("urgent", "is_yes"),)))]}

    # when
    block = opened(document)

    # then
    assert block.items == (Kept(by_hand), Line("urgent", "is_yes"))
    assert stored(block) == document


def test_what_may_not_hold_is_shown_as_lines_of_which_none_may() -> None:
    # given
    yes = conditions.from_rows(Group("all", (Row("urgent", "is_yes"),)))
    several = {"not": {"anyOf": [yes, conditions.from_rows(Group("all", (Row("nights", "equals", 3),)))]}}

    # then
    assert opened({"not": yes}) == Block("none", (Line("urgent", "is_yes"),))
    assert stored(opened({"not": yes})) == {"not": {"anyOf": [yes]}}
    assert opened(several) == Block("none", (Line("urgent", "is_yes"), Line("nights", "equals", ("3",))))
    assert stored(opened(several)) == several


def test_a_group_inside_a_group_stays_as_it_is() -> None:
    # given
    deep = Group(
        "all",
        (
            Row("urgent", "is_yes"),
            Group("any", (Row("nights", "is_empty"), Group("all", (Row("kind", "is_empty"),)))),
        ),
    )

    # when
    block = opened(conditions.from_rows(deep))

    # then
    assert isinstance(block.items[1], Kept)


def test_people_are_compared_with_people_and_amounts_with_amounts() -> None:
    # given
    found = seen()

    # when
    people = [fact.path for fact in found.facts_like(found.sources["who"])]
    amounts = [fact.path for fact in found.facts_like(found.sources["price"])]

    # then
    assert {"record.boss", "record.created_by", "user.id"} <= set(people)
    assert "record.nights" not in people
    assert set(amounts) == {"record.nights", "record.limit", "record.total"}


def test_what_a_reference_offers_is_compared_with_fields_that_point_to_the_same_form() -> None:
    # given
    found = seen("offer:trip:city")

    # when
    facts = [fact.path for fact in found.facts_like(found.sources["country"])]

    # then
    assert facts == ["record.country"]


def test_a_person_is_never_greater_than_another() -> None:
    names = {each.name for each in lines.operators(seen().sources["who"])}
    assert names == {*lines.POINTING, "in_department", "not_in_department"}


def test_a_number_of_days_is_asked_for_instead_of_a_date() -> None:
    # given
    block = Block("all", (Line("start", "in_last_days", ("14",)), Line("who", "in_department", ("7",))))

    # when
    document = stored(block)

    # then
    assert opened(document) == block
    bounds = document["allOf"][0]["properties"]["start"]
    assert (bounds["formatMinimum"], bounds["formatMaximum"]) == (
        {"fact": "days.before_14"},
        {"fact": "days.today"},
    )
    for wrong in ("0", "3661", "1.5", "-3", "many"):
        line = Line("start", "in_last_days", (wrong,))
        assert set(lines.finished(Block("all", (line,)), seen(), READER).faults) == {"0"}


def test_a_period_is_chosen_from_a_list_and_stays_right_on_every_day() -> None:
    # given
    block = Block(
        "all", (Line("start", "in_period", ("last_month",)), Line("created_at", "at_period", ("this_week",)))
    )

    # when
    document = stored(block, "view:trip")

    # then
    assert opened(document, "view:trip") == block
    start, made = (each["properties"] for each in document["allOf"])
    assert start["start"]["formatMinimum"] == {"fact": "days.last_month_first"}
    assert made["created_at"]["formatMaximum"] == {"fact": "days.this_week_end"}
    operators = {each.name: each for each in lines.operators(seen().sources["start"])}
    assert lines.facts(seen(), seen().sources["start"], operators["in_period"]) == []
    for wrong in ("today", "2026-01-01", "days.today", "last_day"):
        line = Line("start", "in_period", (wrong,))
        assert set(lines.finished(Block("all", (line,)), seen(), READER).faults) == {"0"}


def test_another_question_begins_with_an_empty_answer() -> None:
    # given the operator *is* with a person, and then *is in department*
    sent = {
        "path": "who",
        "was": "who",
        "how": "equals",
        "op": "in_department",
        "value.0": "5",
        "fact": "user.id",
    }
    posted = MultiDict({"c.mode": "all", **{f"c.0.{name}": text for name, text in sent.items()}})

    # then
    assert posts.read(posted) == Block("all", (Line("who", "in_department"),))


def test_an_event_sees_the_record_before_and_after() -> None:
    found = seen("event:trip")
    assert {"record.kind", "before.kind", "user.id"} <= set(found.sources)
    assert stored(Block("all", (Line("before.kind", "equals", ("home",)),)), "event:trip")["required"] == [
        "before"
    ]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("add", Block("all", (Line("kind"), Block("any", (Line("nights"),)), Line()))),
        ("group", Block("all", (Line("kind"), Block("any", (Line("nights"),)), Block("any", (Line(),))))),
        ("add:1", Block("all", (Line("kind"), Block("any", (Line("nights"), Line()))))),
        ("remove:0", Block("all", (Block("any", (Line("nights"),)),))),
        ("remove:1.0", Block("all", (Line("kind"),))),
        ("remove:7", Block("all", (Line("kind"), Block("any", (Line("nights"),))))),
        ("remove:x", Block("all", (Line("kind"), Block("any", (Line("nights"),))))),
        ("", Block("all", (Line("kind"), Block("any", (Line("nights"),))))),
    ],
)
def test_buttons_add_and_remove_lines(act: str, expected: Block) -> None:
    assert posts.acted(Block("all", (Line("kind"), Block("any", (Line("nights"),)))), act) == expected


def test_another_field_in_a_line_begins_it_anew() -> None:
    # given
    posted = MultiDict(
        [("c.0.path", "nights"), ("c.0.was", "kind"), ("c.0.op", "equals"), ("c.0.value", "travel")]
    )

    # when
    block = posts.with_defaults(posts.read(posted), seen())

    # then
    assert block == Block("all", (Line("nights", "equals"),))


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"mode": "all", "items": 3}', '["a"]'])
def test_a_text_that_holds_no_lines_is_none(text: str) -> None:
    assert posts.from_text(text) is None


def test_what_a_list_holds_is_compared_with_no_other_field() -> None:
    # a region is no part of another one because both lie in the same province
    assert seen().facts_like(seen().sources["area"]) == []
