"""Rules on sections and tabs, rules that are off, and what rules clear and say; judged without a database."""

from typing import Any

import pytest
from flask import Flask

from runtime.definitions.documents import Form
from tests.records.factory import field
from tests.records.test_judging import TEXT, YES, is_true, judged, parsed, rule

FIELDS = {"more": YES, "far": YES, "hotel": TEXT, "nights": field("number", {"default": 1}), "note": TEXT}
LAYOUT = [
    {"key": "main", "tab": "first", "rows": [["more", "far"]]},
    {"key": "trip", "tab": "second", "rows": [["hotel", "nights"]]},
    {"key": "rest", "tab": "second", "rows": [["note"]]},
]
TABS = [{"key": "first", "title": "First"}, {"key": "second", "title": "Second"}]


def trip(*rules: dict[str, Any]) -> Form:
    keyed = [{**each, "key": f"r{number}"} for number, each in enumerate(rules)]
    return parsed(FIELDS, layout=LAYOUT, tabs=TABS, rules=keyed)


def test_a_hidden_section_hides_the_fields_in_it(app: Flask) -> None:
    form = trip(rule(is_true("more"), show=["section/trip"], require=["hotel"]))
    hidden = judged(form, {"more": False, "hotel": "forged", "nights": 3, "note": "x"})
    assert hidden.visible == {"more", "far", "note"}
    assert hidden.values == {"more": False, "note": "x"}
    assert set(hidden.ignored) == {"hotel", "nights"}
    assert hidden.problems == ()
    shown = judged(form, {"more": True})
    assert shown.values == {"more": True, "nights": 1}
    assert [(each.path, each.code) for each in shown.problems] == [(("hotel",), "required")]


def test_a_hidden_tab_hides_all_of_its_sections(app: Flask) -> None:
    form = trip(rule(is_true("more"), hide=["tab/second"]))
    assert judged(form, {"more": True, "hotel": "x", "note": "y"}).values == {"more": True}
    assert judged(form, {"more": False, "note": "y"}).visible == set(FIELDS)


def test_a_field_is_shown_only_where_its_section_and_its_tab_are(app: Flask) -> None:
    form = trip(
        rule(is_true("more"), show=["tab/second"]),
        rule(is_true("far"), show=["hotel"]),
        rule({"required": ["note"]}, hide=["section/trip"]),
    )
    assert "hotel" not in judged(form, {"far": True}).visible
    assert "hotel" not in judged(form, {"more": True}).visible
    assert "hotel" in judged(form, {"more": True, "far": True}).visible
    assert "hotel" not in judged(form, {"more": True, "far": True, "note": "x"}).visible


@pytest.mark.parametrize(("hidden_value", "expected"), [("clear", None), ("keep", "old"), ("compute", "old")])
def test_what_becomes_of_values_in_a_hidden_section_is_the_rules_choice(
    app: Flask, hidden_value: str, expected: str | None
) -> None:
    form = trip(rule(is_true("more"), hidden_value, show=["section/trip"]))
    found = judged(form, {"hotel": "forged"}, stored={"more": False, "hotel": "old"})
    assert found.values.get("hotel") == expected


def test_a_rule_on_the_field_itself_decides_on_its_value_before_one_on_its_section(app: Flask) -> None:
    form = trip(
        rule(is_true("more"), "clear", show=["section/trip", "tab/second"]),
        rule({}, "keep", hide=["hotel"]),
    )
    found = judged(form, {}, stored={"more": False, "hotel": "old", "nights": 2})
    assert found.values == {"more": False, "hotel": "old"}


def test_a_number_that_was_given_once_outlives_that_its_section_is_hidden(app: Flask) -> None:
    fields = {"more": YES, "number": field("serial", pattern="T-{n:4}"), "hotel": TEXT}
    layout = [{"rows": [["more"]]}, {"key": "trip", "rows": [["number"], ["hotel"]]}]
    form = parsed(fields, layout=layout, rules=[rule(is_true("more"), show=["section/trip"])])
    found = judged(form, {"more": False}, stored={"more": True, "number": "T-0001", "hotel": "x"})
    assert found.values == {"more": False, "number": "T-0001"}


def test_fields_of_a_section_that_shows_again_begin_with_their_first_values(app: Flask) -> None:
    form = trip(rule(is_true("more"), show=["section/trip"]))
    assert judged(form, {"more": True}, stored={"more": False}).values == {"more": True, "nights": 1}


def test_a_section_without_a_key_is_known_by_its_place(app: Flask) -> None:
    layout = [{"rows": [["more"]]}, {"rows": [["hotel"]]}]
    form = parsed(
        {"more": YES, "hotel": TEXT, "note": TEXT},
        layout=layout,
        rules=[rule(is_true("more"), show=["section/section_2"])],
    )
    assert judged(form, {}).visible == {"more"}  # a field without a place stands in the last section


def test_a_rule_that_is_off_does_nothing(app: Flask) -> None:
    form = trip({**rule({}, hide=["section/trip"], require=["note"]), "off": True})
    found = judged(form, {"hotel": "x"})
    assert found.visible == set(FIELDS)
    assert found.problems == ()


def test_a_rule_clears_a_field_while_it_holds(app: Flask) -> None:
    form = trip(rule(is_true("more"), clear=["hotel", "nights"]))
    assert judged(form, {"more": True, "hotel": "x"}, stored={"nights": 3}).values == {"more": True}
    assert judged(form, {"more": False, "hotel": "x"}).values == {"more": False, "hotel": "x", "nights": 1}


def test_a_rule_clears_the_rows_of_a_sub_table(app: Flask) -> None:
    items = {"type": "object", "properties": {"qty": field("number")}, "required": ["qty"]}
    lines = field("sub_table", {"type": "array", "items": items})
    form = parsed({"none": YES, "lines": lines}, rules=[rule(is_true("none"), clear=["lines"])])
    found = judged(form, {"none": True, "lines": [{"qty": 1}, {}]})
    assert found.values == {"none": True}
    assert found.problems == ()


def test_what_a_rule_sets_wins_over_what_an_earlier_one_clears(app: Flask) -> None:
    form = trip(rule({}, clear=["hotel"]), rule(is_true("more"), set={"hotel": '"Ritz"'}))
    assert judged(form, {"more": True, "hotel": "x"}).values["hotel"] == "Ritz"


def said(level: str = "error") -> dict[str, Any]:
    return {"hotel": {"text": {"en": "Really?", "zh": "？"}, "level": level}}


def test_a_rule_refuses_with_a_message(app: Flask) -> None:
    form = trip(rule(is_true("more"), message=said()))
    found = judged(form, {"more": True})
    assert [(each.path, each.code, each.message) for each in found.problems] == [
        (("hotel",), "r0", "Really?")
    ]
    assert judged(form, {"more": False}).problems == ()


def test_a_rule_warns_and_stops_nothing(app: Flask) -> None:
    found = judged(trip(rule(is_true("more"), message=said("warning"))), {"more": True})
    assert found.problems == ()
    assert [(each.path, each.message) for each in found.warnings] == [(("hotel",), "Really?")]


def test_nothing_is_said_at_a_field_that_is_hidden(app: Flask) -> None:
    form = trip(rule(is_true("more"), message=said()), rule(is_true("far"), hide=["section/trip"]))
    assert judged(form, {"more": True, "far": True}).problems == ()


def test_nothing_is_said_of_values_that_are_wrong_already(app: Flask) -> None:
    large = {"required": ["nights"], "properties": {"nights": {"type": "number", "minimum": 9}}}
    form = parsed(
        {"nights": field("number", {"maximum": 8}), "hotel": TEXT}, rules=[rule(large, message=said())]
    )
    assert [each.path for each in judged(form, {"nights": 12}).problems] == [("nights",)]


def test_a_rule_of_rows_clears_and_warns_in_its_row_and_reads_the_record(app: Flask) -> None:
    outside = {"required": ["record"], "properties": {"record": is_true("rush")}}
    columns = {"qty": field("number"), "note": TEXT}
    rules = [
        {**rule(outside, clear=["note"]), "key": "a"},
        {**rule({"required": ["qty"]}, message={"qty": {"text": "Much.", "level": "warning"}}), "key": "b"},
    ]
    items = {"type": "object", "properties": columns, "fw": {"rules": rules}}
    form = parsed({"rush": YES, "lines": field("sub_table", {"type": "array", "items": items})})
    rows = [{"note": "x"}, {"qty": 5, "note": "y"}]
    calm = judged(form, {"rush": False, "lines": rows})
    assert calm.values["lines"] == rows
    assert [each.path for each in calm.warnings] == [("lines", 1, "qty")]
    assert judged(form, {"rush": True, "lines": rows}).values["lines"] == [{}, {"qty": 5}]


def test_a_draft_whose_rule_sets_a_field_that_is_gone_can_be_judged(app: Flask) -> None:
    form = trip(
        rule({}, set={"gone": "1"}, clear=["lost"], show=["section/none"], message={"no": {"text": "x"}})
    )
    assert judged(form, {}).values == {"nights": 1}


def test_what_cannot_be_read_in_a_field_that_a_rule_clears_is_no_problem(app: Flask) -> None:
    form = trip(rule(is_true("more"), clear=["nights"]))
    assert judged(form, {"more": True, "nights": "many"}).problems == ()
    assert [each.path for each in judged(form, {"nights": "many"}).problems] == [("nights",)]


def test_a_number_that_an_import_gives_counts_where_a_rule_hides_it(app: Flask) -> None:
    form = parsed(
        {"more": YES, "number": field("serial", pattern="T-{n:4}")},
        rules=[rule(is_true("more"), show=["number"])],
    )
    given = {"more": False, "number": "T-0007"}
    assert judged(form, given, may_number=True).values == given
    assert judged(form, given, may_number=True, stored={"more": False}).values == given
    assert judged(form, given).ignored == ("number",)


def test_a_message_of_a_row_is_told_though_the_row_has_a_problem_of_the_same_name(app: Flask) -> None:
    outside = {"required": ["record"], "properties": {"record": {"required": ["qty"]}}}
    columns = {"qty": field("number", {"maximum": 8}), "note": TEXT}
    rules = [rule(outside, message={"note": {"text": "Say why."}})]
    items = {"type": "object", "properties": columns, "fw": {"rules": rules}}
    form = parsed({"qty": field("number"), "lines": field("sub_table", {"type": "array", "items": items})})
    found = judged(form, {"qty": 1, "lines": [{"qty": 9}]})
    assert {each.path for each in found.problems} == {("lines", 0, "qty"), ("lines", 0, "note")}


def test_a_record_that_nobody_edits_keeps_what_rules_would_clear_set_or_hide(app: Flask) -> None:
    items = {
        "type": "object",
        "properties": {"qty": field("number"), "cost": field("formula", formula="qty * record.price")},
        "fw": {"rules": [rule({}, clear=["qty"])]},
    }
    fields = {
        **dict.fromkeys(("cleared", "set", "hidden"), TEXT),
        "price": field("number"),
        "lines": field("sub_table", {"type": "array", "items": items}),
    }
    rules = [rule({}, clear=["cleared", "lines"], set={"set": '"new"'}, hide=["hidden"])]
    stored = {"cleared": "a", "set": "b", "hidden": "c", "lines": [{"id": 4, "qty": 2}]}
    staying = frozenset(fields.keys() - {"price"})
    found = judged(parsed(fields, rules=rules), {"price": 3}, stored=stored, staying=staying)
    assert found.values == {**stored, "price": 3, "lines": [{"id": 4, "qty": 2, "cost": 6}]}
