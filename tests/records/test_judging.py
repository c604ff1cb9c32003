"""Judging without a database: rules, fills and formulas work on each other until nothing changes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from runtime.definitions.documents import Form, parse_form
from runtime.records.judge import Judged, judge
from runtime.records.sources import Member
from runtime.records.values import Case
from tests.records.factory import field, form_document

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Memory:
    """Other rows, kept in a dict by (form, id); every member and department exists."""

    def __init__(self, records: Mapping[tuple[str, int], Mapping[str, Any]] | None = None) -> None:
        self.records = records or {}

    def record(self, form_key: str, record_id: Any) -> Mapping[str, Any] | None:
        return self.records.get((form_key, record_id))

    def value(self, form_key: str, record_id: Any, field_key: str) -> Any:
        return (self.record(form_key, record_id) or {}).get(field_key)

    def records(self, form_key: str, ids: Iterable[Any]) -> frozenset[int]:
        return frozenset(each for each in ids if self.record(form_key, each) is not None)

    def whole(self, form_key: str, ids: Iterable[Any]) -> Mapping[int, Mapping[str, Any]]:
        found = ((each, self.record(form_key, each)) for each in ids)
        return {each: record for each, record in found if record is not None}

    def members(self, ids: Iterable[Any]) -> Mapping[int, Member]:
        return {each: Member(None) for each in ids}

    def files(self, form: Form, field: str, record_id: int | None, keys: Iterable[str]) -> frozenset[str]:
        return frozenset()

    def departments(self, ids: Iterable[Any]) -> frozenset[int]:
        return frozenset(ids)


def parsed(fields: Mapping[str, Any], **own: Any) -> Form:
    return parse_form(
        form_document("thing", fields, **own),
        app="shop", definition_id=1, version_id=1, number=1, table_name="shop_thing", zone="Asia/Shanghai",
    )  # fmt: skip


def judged(form: Form, given: Mapping[str, Any], sources: Memory | None = None, **case: Any) -> Judged:
    return judge(Case(form=form, sources=sources or Memory(), now=NOW, **case), given)


def is_true(key: str) -> dict[str, Any]:
    return {"required": [key], "properties": {key: {"const": True}}}


def rule(when: Mapping[str, Any], hidden_value: str = "clear", **then: Any) -> dict[str, Any]:
    return {"key": "r", "when": when, "then": then, "hidden_value": hidden_value}


YES, TEXT = field("yes_no"), field("text")


@pytest.mark.parametrize(
    ("hidden_value", "stored", "expected"),
    [("clear", "old", None), ("keep", "old", "old"), ("compute", "old", "old")],
)
def test_what_becomes_of_a_hidden_value_is_the_rules_choice(
    app: Flask, hidden_value: str, stored: str, expected: str | None
) -> None:
    form = parsed({"more": YES, "note": TEXT}, rules=[rule(is_true("more"), hidden_value, show=["note"])])
    found = judged(form, {"note": "forged"}, stored={"note": stored})
    assert found.values.get("note") == expected
    assert "note" not in found.visible
    assert found.ignored == ("note",)


def test_a_hidden_formula_is_cleared_or_computed(app: Flask) -> None:
    fields = {"more": YES, "qty": field("number"), "twice": field("formula", formula="qty * 2")}
    for hidden_value, expected in (("clear", None), ("compute", Decimal(6))):
        form = parsed(fields, rules=[rule(is_true("more"), hidden_value, show=["twice"])])
        assert judged(form, {"qty": 3}).values.get("twice") == expected


def test_rules_over_computed_values_and_hidden_values_settle(app: Flask) -> None:
    form = parsed(
        {
            "qty": field("number"),
            "total": field("formula", formula="qty * 10"),
            "reason": YES,
            "detail": TEXT,
            "length": field("formula", formula='IF(ISBLANK(detail), "none", "some")', result="text"),
        },
        rules=[
            rule(
                {"required": ["total"], "properties": {"total": {"type": "number", "minimum": 100}}},
                show=["reason"],
            ),
            rule(is_true("reason"), show=["detail"], require=["detail"]),
        ],
    )
    sent = {"qty": 10, "reason": True, "detail": "because"}
    assert judged(form, sent).values["length"] == "some"
    few = judged(form, {**sent, "qty": 9})
    assert set(few.values) == {"qty", "total", "length"}
    assert few.values["length"] == "none"
    assert few.visible == {"qty", "total", "length"}
    assert [each.code for each in judged(form, {"qty": 10, "reason": True}).problems] == ["required"]


def test_a_field_is_shown_when_one_of_its_rules_holds_and_a_rule_that_hides_wins(app: Flask) -> None:
    form = parsed(
        {"a": YES, "b": YES, "c": YES, "note": TEXT},
        rules=[
            rule(is_true("a"), show=["note"]),
            rule(is_true("b"), show=["note"]),
            rule(is_true("c"), hide=["note"]),
        ],
    )
    assert "note" not in judged(form, {}).visible
    assert "note" in judged(form, {"b": True}).visible
    assert "note" not in judged(form, {"a": True, "b": True, "c": True}).visible


def test_a_rule_sets_a_field_and_formulas_see_it(app: Flask) -> None:
    form = parsed(
        {
            "rush": YES,
            "days": field("number"),
            "cost": field("formula", formula="days * 100"),
            "note": field("formula", formula='days & " days"', result="text"),
        },
        rules=[rule(is_true("rush"), set={"days": "1 + 1"}), rule(is_true("rush"), lock=["days"])],
    )
    found = judged(form, {"rush": True, "days": 30})
    assert (found.values["days"], found.values["cost"], found.values["note"]) == (2, 200, "2 days")
    assert judged(form, {"rush": False, "days": 30}).values["cost"] == 3000


def test_a_lock_binds_people_but_not_automations(app: Flask) -> None:
    form = parsed({"note": TEXT}, rules=[rule({}, lock=["note"])])
    assert judged(form, {"note": "new"}, stored={"note": "old"}).values == {"note": "old"}
    assert judged(form, {"note": "new"}, stored={"note": "old"}, person=False).values == {"note": "new"}


def test_a_fill_wins_over_defaults_and_loses_to_the_writer(app: Flask) -> None:
    fields = {
        "customer": field("reference", form="customer", fill={"owner": "owner", "grade": "grade"}),
        "owner": field("member", initial="user.id"),
        "grade": field("text", {"default": "B"}),
    }
    form, sources = parsed(fields), Memory({("customer", 1): {"owner": 7, "grade": "A"}, ("customer", 2): {}})
    user = {"id": 5}
    assert judged(form, {}, sources, user=user).values == {"owner": 5, "grade": "B"}
    assert judged(form, {"customer": 1}, sources, user=user).values == {
        "customer": 1,
        "owner": 7,
        "grade": "A",
    }
    untouched = {"customer": 1, "owner": 5, "grade": "B"}
    assert judged(form, untouched, sources, user=user).values == {"customer": 1, "owner": 7, "grade": "A"}
    own = {"customer": 1, "owner": 9, "grade": "C"}
    assert judged(form, own, sources, user=user).values == own
    emptied = {"customer": 1, "owner": None, "grade": "C"}
    assert judged(form, emptied, sources, user=user).values == {"customer": 1, "grade": "C"}
    assert judged(form, {"customer": 2}, sources, user=user).values == {
        "customer": 2,
        "owner": 5,
        "grade": "B",
    }
    stored = {"customer": 1, "owner": 7, "grade": "A"}
    assert judged(form, {"customer": 2}, sources, stored=stored).values == {"customer": 2}
    other = {"customer": 2, "owner": 9, "grade": "B"}
    assert judged(form, {"customer": 1, "owner": None}, sources, stored=other).values == {
        "customer": 1,
        "grade": "A",
    }
    assert judged(form, {"customer": None}, sources, stored=stored).values == {"owner": 7, "grade": "A"}


def test_a_hidden_reference_fills_nothing(app: Flask) -> None:
    form = parsed(
        {
            "more": YES,
            "customer": field("reference", form="customer", fill={"phone": "phone"}),
            "phone": TEXT,
        },
        rules=[rule(is_true("more"), show=["customer"])],
    )
    sources = Memory({("customer", 1): {"phone": "1"}})
    assert judged(form, {"customer": 1}, sources).values == {}


def test_a_look_up_through_an_unreadable_record_is_empty(app: Flask) -> None:
    form = parsed(
        {
            "customer": field("reference", form="customer"),
            "grade": field("lookup", through="customer", field="grade"),
            "big": field("formula", formula='grade = "A"', result="yes_no"),
        }
    )
    readable = Memory({("customer", 1): {"grade": "A"}})
    assert judged(form, {}, readable, stored={"customer": 1}).values == {
        "customer": 1,
        "grade": "A",
        "big": True,
    }
    assert judged(form, {}, Memory(), stored={"customer": 1}).values == {"customer": 1, "big": False}


def test_a_warning_is_told_but_stops_nothing(app: Flask) -> None:
    check = {
        "key": "odd",
        "formula": "qty < 10",
        "at": "qty",
        "level": "warning",
        "message": {"en": "Sure?", "zh": "？"},
    }
    found = judged(parsed({"qty": field("number")}, checks=[check]), {"qty": 12})
    assert found.problems == ()
    assert [(each.path, each.code, each.message) for each in found.warnings] == [(("qty",), "odd", "Sure?")]


def test_a_check_of_a_hidden_field_is_not_asked(app: Flask) -> None:
    check = {"key": "odd", "formula": "1 = 2", "at": "note", "message": "No."}
    form = parsed({"more": YES, "note": TEXT}, rules=[rule(is_true("more"), show=["note"])], checks=[check])
    assert judged(form, {}).problems == ()
    assert [each.code for each in judged(form, {"more": True}).problems] == ["odd"]


def test_today_is_a_day_in_the_apps_zone(app: Flask) -> None:
    form = parsed({"day": field("date", initial="TODAY()")})
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert judge(Case(form=form, sources=Memory(), now=late), {}).values == {"day": "2026-11-22"}


def test_what_nobody_filled_in_stays_empty(app: Flask) -> None:
    form = parsed({"note": field("text", {"default": "x"}), "day": field("date", initial="TODAY()")})
    assert judged(form, {"note": None, "day": None}).values == {}


REMIND = {
    "remind": YES,
    "note": TEXT,
    "whom": field("member", initial="user.id"),
    "how": field("text", {"default": "mail"}),
}
ASKED = rule(is_true("remind"), show=["whom", "how"], require=["whom"])


def test_an_empty_field_that_a_change_shows_again_begins_with_its_first_value(app: Flask) -> None:
    form = parsed(REMIND, rules=[ASKED])
    found = judged(form, {"remind": True}, stored={"remind": False}, user={"id": 5})
    assert found.values == {"remind": True, "whom": 5, "how": "mail"}
    assert found.problems == ()


def test_a_field_that_the_writer_empties_while_it_is_shown_again_stays_empty(app: Flask) -> None:
    form = parsed(REMIND, rules=[ASKED])
    found = judged(form, {"remind": True, "whom": None}, stored={"remind": False}, user={"id": 5})
    assert "whom" not in found.values
    assert [each.code for each in found.problems] == ["required"]


def test_a_field_that_was_shown_and_empty_gets_no_first_value_in_a_change(app: Flask) -> None:
    form = parsed(REMIND, rules=[ASKED])
    found = judged(form, {"note": "x"}, stored={"remind": True, "whom": 7}, user={"id": 5})
    assert found.values == {"remind": True, "whom": 7, "note": "x"}


@pytest.mark.parametrize("hidden_value", ["clear", "keep", "compute"])
def test_a_field_that_stays_hidden_gets_no_first_value_in_a_change(app: Flask, hidden_value: str) -> None:
    form = parsed(REMIND, rules=[{**ASKED, "hidden_value": hidden_value}])
    found = judged(form, {"note": "x"}, stored={"remind": False}, user={"id": 5})
    assert found.values == {"remind": False, "note": "x"}


def test_reading_a_record_gives_no_first_values(app: Flask) -> None:
    form = parsed(REMIND, rules=[ASKED])
    assert judged(form, {}, stored={"remind": True}, user={"id": 5}).values == {"remind": True}


def test_a_first_value_that_cannot_be_computed_is_none(app: Flask) -> None:
    form = parsed({"qty": field("number", initial="1 / 0"), "note": TEXT})
    assert judged(form, {"note": "x"}).values == {"note": "x"}
