"""Publish checks: a good document passes each; a bad one gets a path and a sentence."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from builder import checks
from builder.advice import ADVICE
from builder.checks import CHECKS
from runtime import config
from tests.builder.factory import automation, context, field, form, message, places, rule, update

CUSTOMER = form(
    "customer",
    {
        "name": field("text", {"type": "string", "maxLength": 50}),
        "owner": field("member", initial="user.id"),
        "grade": field("choice", {"enum": ["A", "B"], "default": "B"}),
        "phone": field("phone"),
        "since": field("date"),
        "net": field("number"),
        "gross": field("formula", formula="net * 1.2"),
    },
    ("name",),
    title_field="name",
    owner_field="owner",
    list={"columns": ["name", "grade"], "sort": "-since"},
    layout=[{"section": "Who", "rows": [["name", "grade"], ["owner"]]}],
    rules=[rule("big", {"properties": {"net": {"minimum": 10}}, "required": ["net"]}, require=["phone"])],
    checks=[
        {"key": "past", "formula": "since <= TODAY()", "at": "since", "message": "Choose an earlier day."}
    ],
    unique=[["name"]],
)
ORDER = form(
    "order",
    {
        "name": field("text"),
        "customer": field("reference", form="customer", fill={"phone": "phone"}),
        "phone": field("phone"),
        "grade": field("lookup", through="customer", field="grade"),
        "state": field("choice", {"enum": ["open", "done"]}),
        "other": field(
            "reference",
            form="order",
            offer={
                "properties": {"customer": {"const": {"fact": "record.customer"}}},
                "required": ["customer"],
            },
        ),
    },
)
GREETING = message("greeting", "Hello {{ recipient.name }}, {{ name }}", on="order")
NOTIFY = {"type": "notify", "message": "greeting", "to": [{"field": "owner"}]}
TELL = automation("tell", "customer", NOTIFY, when={"properties": {"record": {"required": ["name"]}}})


def found(
    document: dict[str, Any], *others: dict[str, Any], history: tuple[Any, ...] = ()
) -> set[tuple[str, str]]:
    kind = document["$schema"].split(":")[2]
    return places(checks.run(kind, document, context(*others, document, history=history)))


def changed(document: dict[str, Any], **own: Any) -> dict[str, Any]:
    """The form with other parts under `fw`."""
    return {**document, "fw": {**document["fw"], **own}}


def with_fields(document: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**document, "properties": {**document["properties"], **fields}}


@pytest.mark.parametrize(
    "document", [CUSTOMER, ORDER, GREETING, TELL], ids=lambda d: d.get("$id") or d["key"]
)
def test_good_documents_pass_every_check(app: Flask, document: dict[str, Any]) -> None:
    assert found(document, CUSTOMER, ORDER, GREETING, TELL) == set()


def lines(columns: dict[str, Any], required: tuple[str, ...] = (), **own: Any) -> dict[str, Any]:
    """A form whose sub-table has these columns."""
    items = {"type": "object", "properties": columns, "required": list(required), "fw": own}
    fields = {"lines": field("sub_table", {"type": "array", "items": items}), "rate": field("number")}
    return form("quote", fields)


@pytest.mark.parametrize(
    "document, problem",
    [
        (lines({"a": field("sub_table")}), ("properties/lines/items/properties/a/fw/type", "not_in_rows")),
        (lines({"a": field("heading")}), ("properties/lines/items/properties/a/fw/type", "not_in_rows")),
        (
            lines({"record_id": field("text")}),
            ("properties/lines/items/properties/record_id", "reserved_key"),
        ),
        (lines({"user": field("text")}), ("properties/lines/items/properties/user", "reserved_key")),
        (lines({"a": field("text")}, ("b",)), ("properties/lines/items/required", "unknown_field")),
        (
            lines({"a": field("formula", formula="rate * 2")}),
            ("properties/lines/items/properties/a/fw/formula", "unknown_name"),
        ),
        (
            lines({"a": field("formula", formula="b"), "b": field("formula", formula="a")}),
            ("properties/lines/items/properties/a", "ring"),
        ),
        (
            lines({"a": field("reference", form="nowhere")}),
            ("properties/lines/items/properties/a/fw/form", "unknown_form"),
        ),
        (lines({}), ("properties/lines/fw", "no_columns")),
    ],
    ids=lambda part: part[1] if isinstance(part, tuple) else "",
)
def test_a_column_is_judged_as_a_field_is(app: Flask, document: Any, problem: tuple[str, str]) -> None:
    assert problem in found(document)


def test_rows_and_record_may_read_each_other_but_not_in_a_ring(app: Flask) -> None:
    reading = {"a": field("formula", formula="record.rate * 2")}
    document = with_fields(lines(reading), total=field("formula", formula="SUM(lines.a) + COUNT(lines.a)"))
    assert found(document) == set()
    ring = with_fields(document, rate=field("formula", formula="SUM(lines.a)"))
    assert ("properties/lines", "ring") in found(ring)


def test_every_check_is_of_some_kind_and_says_what_it_is_for() -> None:
    for name, check in CHECKS.items():
        assert check.kinds, name
        assert type(check).__doc__, name


@pytest.mark.parametrize(
    ("own", "place"),
    [
        ({"title_field": "nobody"}, "fw/title_field"),
        ({"owner_field": "nobody"}, "fw/owner_field"),
        ({"list": {"columns": ["nobody"]}}, "fw/list/columns"),
        ({"list": {"sort": "-nobody"}}, "fw/list/sort"),
        ({"layout": [{"rows": [["nobody"]]}]}, "fw/layout/0/rows/0"),
        ({"rules": [rule("r", {}, lock=["nobody"])]}, "fw/rules/0/then/lock"),
        ({"rules": [rule("r", {"required": ["nobody"]}, lock=["name"])]}, "fw/rules/0/when/required/0"),
        ({"unique": [["nobody"]]}, "fw/unique/0"),
        ({"checks": [{"key": "c", "formula": "1 = 1", "at": "nobody", "message": "x"}]}, "fw/checks/0/at"),
    ],
)
def test_a_field_that_does_not_exist_is_named_at_its_place(
    app: Flask, own: dict[str, Any], place: str
) -> None:
    assert found(changed(CUSTOMER, **own)) == {(place, "unknown_field")}


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (field("reference", form="nowhere"), ("properties/x/fw/form", "unknown_form")),
        (field("lookup", through="name", field="grade"), ("properties/x/fw/through", "not_a_reference")),
        (field("lookup", through="customer", field="nobody"), ("properties/x/fw/field", "unknown_field")),
        (
            field("reference", form="customer", fill={"phone": "nobody"}),
            ("properties/x/fw/fill/phone", "unknown_field"),
        ),
        (
            field("reference", form="customer", fill={"nobody": "phone"}),
            ("properties/x/fw/fill/nobody", "unknown_field"),
        ),
        (
            field("reference", form="customer", fill={"phone": "since"}),
            ("properties/x/fw/fill/phone", "wrong_type"),
        ),
        (
            field("reference", form="customer", fill={"grade": "grade"}),
            ("properties/x/fw/fill/grade", "not_writable"),
        ),
        (field("text", initial="nobody"), ("properties/x/fw/initial", "unknown_name")),
        (field("text", initial="1 + 1"), ("properties/x/fw/initial", "wrong_result")),
        (field("formula", formula="name &"), ("properties/x/fw/formula", "unfinished")),
        (field("formula", formula="name & phone"), ("properties/x/fw/formula", "wrong_result")),
        (field("text", pattern="(?=a)b"), ("properties/x/fw/pattern", "bad_pattern")),
        (field("text", pattern="(a"), ("properties/x/fw/pattern", "bad_pattern")),
        (field("text", {"minimum": 3}), ("properties/x/minimum", "unknown_keyword")),
        (field("text", {"type": "integer"}), ("properties/x/type", "disagrees")),
        (field("date", {"format": "email"}), ("properties/x/format", "disagrees")),
        (field("choice", {"enum": ["a"], "default": "b"}), ("properties/x/default", "bad_default")),
        (field("yes_no", {"default": "yes"}), ("properties/x/default", "bad_default")),
    ],
)
def test_a_field_with_unfit_options_is_refused(app: Flask, bad: Any, expected: tuple[str, str]) -> None:
    assert found(with_fields(ORDER, x=bad), CUSTOMER) == {expected}


@pytest.mark.parametrize(
    "key", ["id", "record", "constructor", "csrf_token", "class", "created_by", "xmin", "rowid"]
)
def test_a_reserved_key_is_refused(app: Flask, key: str) -> None:
    assert found(with_fields(ORDER, **{key: field("text")}), CUSTOMER) == {
        (f"properties/{key}", "reserved_key")
    }


@pytest.mark.parametrize(
    ("part", "key", "value", "code"),
    [
        ("set", "since", '"2026-12-24"', None),
        ("set", "since", '"24.12.2026"', "date"),
        ("set", "since", '""', None),
        ("set", "since", "5", "type"),
        ("set", "name", "5", "type"),
        ("set", "customer", 12, None),
        ("set", "customer", "12", None),
        ("set", "customer", 0, "minimum"),
        ("set", "customer", '"Acme"', "type"),
        ("match", "since", '"2026-12-24"', None),
        ("match", "since", '""', "required"),
        ("set", "state", '"lost"', "enum"),
        ("match", "state", '"lost"', None),
    ],
)
def test_a_fixed_value_must_be_one_of_its_field(
    app: Flask, part: str, key: str, value: Any, code: str | None
) -> None:
    kinds = {
        "since": field("date"),
        "name": field("text"),
        "customer": field("reference", form="customer"),
        "state": field("choice", {"enum": ["open"]}),
    }
    action = {**update("note"), "match": {"name": '"a"'}, "set": {"name": '"b"'}}
    document = automation("fix", "customer", {**action, part: {key: value}})

    expected = set() if code is None else {(f"actions/0/{part}/{key}", code)}
    assert found(document, CUSTOMER, form("note", kinds)) == expected


def test_two_rules_of_one_key_are_refused(app: Flask) -> None:
    rules = [rule("r", {}, lock=["name"]), rule("r", {}, lock=["phone"])]
    assert found(changed(ORDER, rules=rules), CUSTOMER) == {("fw/rules/1/key", "key_twice")}


def test_a_field_that_is_placed_twice_is_refused(app: Flask) -> None:
    layout = [{"rows": [["name", "name"]]}]
    assert found(changed(CUSTOMER, layout=layout)) == {("fw/layout/0/rows/0", "placed_twice")}


def ring_of(document: dict[str, Any]) -> str:
    problems = checks.run("form", document, context(CUSTOMER, document))
    assert [problem.code for problem in problems] == ["ring"]
    return problems[0].message


def test_formulas_in_a_ring_are_refused_with_the_ring(app: Flask) -> None:
    fields = {
        "a": field("formula", formula="b + 1"),
        "b": field("formula", formula="c"),
        "c": field("formula", formula="a"),
    }
    assert "a → b → c → a" in ring_of(form("loop", fields))


def test_a_field_that_shows_itself_is_refused(app: Flask) -> None:
    rules = [rule("r", {"required": ["a"]}, show=["a"])]
    assert "a → a" in ring_of(form("loop", {"a": field("text")}, rules=rules))


@pytest.mark.parametrize("name", ["section/more", "tab/second"])
def test_a_section_or_tab_that_a_field_in_it_shows_is_refused(app: Flask, name: str) -> None:
    own = {
        "tabs": [{"key": "first", "title": "First"}, {"key": "second", "title": "Second"}],
        "layout": [{"rows": [["b"]]}, {"key": "more", "tab": "second", "rows": [["a"]]}],
        "rules": [rule("r", {"required": ["a"]}, show=[name])],
    }
    assert "a → a" in ring_of(form("loop", {"a": field("text"), "b": field("text")}, **own))


def test_a_field_that_is_cleared_by_what_it_holds_is_refused(app: Flask) -> None:
    rules = [rule("r", {"required": ["a"]}, clear=["a"])]
    assert "a → a" in ring_of(form("loop", {"a": field("text")}, rules=rules))


def test_two_fields_that_show_each_other_are_refused(app: Flask) -> None:
    rules = [rule("r", {"required": ["a"]}, show=["b"]), rule("s", {"required": ["b"]}, hide=["a"])]
    assert "a → b → a" in ring_of(form("loop", {"a": field("text"), "b": field("text")}, rules=rules))


def test_a_ring_over_a_fill_and_a_rule_is_refused(app: Flask) -> None:
    fields = {
        "customer": field("reference", form="customer", fill={"phone": "phone"}),
        "phone": field("phone"),
    }
    rules = [rule("r", {"required": ["phone"]}, show=["customer"])]
    assert "customer → phone → customer" in ring_of(form("loop", fields, rules=rules))


def test_a_chain_of_five_hundred_formulas_is_no_ring(app: Flask) -> None:
    fields = {f"f{n}": field("formula", formula=f"f{n + 1} + 1") for n in range(498)}
    assert found(form("chain", {**fields, "f498": field("number")})) == set()


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ([rule("r", {}, hide=["name"])], "required"),
        ([rule("r", {"not": {}}, show=["name"])], "required"),
        ([rule("r", {"required": ["net"]}, hide=["phone"], require=["phone"])], "fw/rules/0/then/require"),
        (
            [rule("r", {}, hide=["phone"]), rule("s", {"required": ["net"]}, require=["phone"])],
            "fw/rules/1/then/require",
        ),
        ([rule("r", {}, clear=["name"])], "required"),
        ([rule("r", {"required": ["net"]}, clear=["phone"], require=["phone"])], "fw/rules/0/then/require"),
        (
            [rule("r", {}, clear=["phone"]), rule("s", {"required": ["net"]}, require=["phone"])],
            "fw/rules/1/then/require",
        ),
        ([rule("r", {}, hide=["section/section_1"])], "required"),
        ([rule("r", {"not": {}}, show=["section/section_1"])], "required"),
        (
            [rule("r", {"required": ["net"]}, hide=["section/section_2"], require=["phone"])],
            "fw/rules/0/then/require",
        ),
    ],
)
def test_what_is_required_and_always_hidden_or_cleared_is_refused(
    app: Flask, rules: list[Any], place: str
) -> None:
    layout = [*CUSTOMER["fw"]["layout"], {"rows": [["phone"]]}, {"rows": [["net"]]}]
    assert found(changed(CUSTOMER, rules=rules, layout=layout)) == {(place, "hidden_required")}


def test_what_one_rule_clears_and_another_sets_may_be_required(app: Flask) -> None:
    filling = rule("s", {"required": ["net"]}, set={"name": '"x"'})
    assert found(changed(CUSTOMER, rules=[rule("r", {}, clear=["name"]), filling])) == set()


@pytest.mark.parametrize(
    ("then", "problem"),
    [
        ({"show": ["section/none"]}, ("fw/rules/0/then/show", "unknown_section")),
        ({"hide": ["tab/none"]}, ("fw/rules/0/then/hide", "unknown_tab")),
        ({"clear": ["none"]}, ("fw/rules/0/then/clear", "unknown_field")),
        ({"message": {"none": {"text": "No."}}}, ("fw/rules/0/then/message", "unknown_field")),
        ({"clear": ["gross"]}, ("fw/rules/0/then/clear", "not_writable")),
        ({"set": {"gross": "1"}}, ("fw/rules/0/then/set", "not_writable")),
    ],
)
def test_a_rule_acts_on_what_is_there_and_can_be_written(
    app: Flask, then: dict[str, Any], problem: tuple[str, str]
) -> None:
    assert found(changed(CUSTOMER, rules=[rule("r", {}, **then)])) == {problem}


def test_a_rule_that_is_off_is_not_checked(app: Flask) -> None:
    broken = rule("r", {"required": ["gone"]}, show=["section/gone"], hide=["name"], set={"lost": "gone"})
    assert found(changed(CUSTOMER, rules=[{**broken, "off": True}])) == set()


def test_rules_of_rows_may_look_at_their_record(app: Flask) -> None:
    def of_rows(name: str) -> dict[str, Any]:
        when = {"required": ["record"], "properties": {"record": {"required": [name]}}}
        return lines({"a": field("number")}, rules=[rule("r", when, hide=["a"])])

    assert found(of_rows("rate")) == set()
    assert {code for _path, code in found(of_rows("nothing"))} == {"unknown_field"}


def test_a_required_field_that_is_hidden_now_and_then_is_fine(app: Flask) -> None:
    assert found(changed(CUSTOMER, rules=[rule("r", {"required": ["net"]}, hide=["name"])])) == set()


@pytest.mark.parametrize(
    "now",
    [
        field("number"),
        field("long_text"),
        field("reference", form="customer"),
        field("money", currency="CNY"),
    ],
)
def test_a_removed_key_does_not_come_back_as_something_else(app: Flask, now: Any) -> None:
    history = (with_fields(CUSTOMER, old=field("text")), CUSTOMER)
    assert found(with_fields(CUSTOMER, old=now), history=history) == {("properties/old/fw", "key_reused")}


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (field("number", decimals=2), field("number", decimals=3)),
        (field("reference", form="customer"), field("reference", form="order")),
        (field("formula", formula="net"), field("formula", formula="name", result="text")),
    ],
)
def test_what_decides_the_column_never_changes(app: Flask, was: Any, now: Any) -> None:
    history = (with_fields(CUSTOMER, x=was),)
    assert found(with_fields(CUSTOMER, x=now), ORDER, history=history) == {("properties/x/fw", "key_reused")}


def test_other_options_of_a_published_field_may_change(app: Flask) -> None:
    history = (with_fields(CUSTOMER, x=field("text", {"maxLength": 5}), y=field("choice", {"enum": ["a"]})),)
    now = with_fields(CUSTOMER, x=field("text", {"maxLength": 9}), y=field("choice", {"enum": ["a", "b"]}))
    assert found(now, history=history) == set()


def test_more_rules_than_a_form_may_have_are_refused(app: Flask) -> None:
    rules = [rule(f"r{n}", {}, lock=["name"]) for n in range(201)]
    assert found(changed(CUSTOMER, rules=rules)) == {("fw/rules", "limit")}


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"properties": {"record": {"required": ["nobody"]}}}, "unknown_field"),
        ({"properties": {"record": {"properties": {"net": {"const": "a"}}}}}, "wrong_type"),
        ({"properties": {"record": {"properties": {"net": {"pattern": "a"}}}}}, "unknown_keyword"),
        (
            {"properties": {"record": {"properties": {"owner": {"const": {"fact": "user.password_hash"}}}}}},
            "unknown_fact",
        ),
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused(app: Flask, when: Any, code: str) -> None:
    problems = found({**TELL, "when": when}, CUSTOMER, ORDER, GREETING)
    assert {code} == {each for _place, each in problems}
    assert all(place.startswith("when/") for place, _code in problems)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (update("nowhere", name="record.name"), ("actions/0/form", "unknown_form")),
        (update("order", nobody="record.name"), ("actions/0/set", "unknown_field")),
        (update("order", grade="record.grade"), ("actions/0/set/grade", "not_writable")),
        (update("order", name="record.nobody"), ("actions/0/set/name", "unknown_name")),
        (update("order", name="record.net"), ("actions/0/set/name", "wrong_result")),
        (
            {**update("order", name="record.name"), "match": {"nobody": "1"}},
            ("actions/0/match", "unknown_field"),
        ),
        ({**NOTIFY, "message": "nothing"}, ("actions/0/message", "unknown_message")),
        ({**NOTIFY, "to": [{"field": "name"}]}, ("actions/0/to/0/field", "recipient_field")),
        ({**NOTIFY, "to": [{"role": "nobody"}]}, ("actions/0/to/0/role", "recipient_role")),
    ],
)
def test_an_action_that_cannot_work_is_refused(app: Flask, action: Any, expected: tuple[str, str]) -> None:
    assert found(automation("a", "customer", action), CUSTOMER, ORDER, GREETING) == {expected}


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ({"type": "record_saved", "form": "nowhere"}, ("trigger/form", "unknown_form")),
        (
            {"type": "record_saved", "form": "customer", "fields": ["nobody"]},
            ("trigger/fields", "unknown_field"),
        ),
        (
            {"type": "date_reached", "form": "customer", "field": "name", "offsets": ["0d"], "at": "09:00"},
            ("trigger/field", "not_a_date"),
        ),
        (
            {"type": "date_reached", "form": "customer", "field": "since", "offsets": ["0d"]},
            ("trigger", "at_missing"),
        ),
    ],
)
def test_a_trigger_that_can_never_fire_is_refused(
    app: Flask, trigger: Any, expected: tuple[str, str]
) -> None:
    document = {
        **automation("a", "customer", {"type": "create_record", "form": "order", "set": {}}),
        "trigger": trigger,
    }
    assert expected in found(document, CUSTOMER, ORDER)


def loop_of(*automations: dict[str, Any]) -> list[str]:
    documents = [CUSTOMER, ORDER, *automations]
    return [problem.message for problem in checks.run("automation", automations[0], context(*documents))]


def test_an_automation_that_starts_itself_is_refused(app: Flask) -> None:
    assert "a → a" in loop_of(automation("a", "customer", update("customer", name='record.name & "!"')))[0]


def test_two_automations_that_start_each_other_are_refused_with_the_ring(app: Flask) -> None:
    there = automation("there", "customer", update("order", name="record.name"))
    back = automation("back", "order", update("customer", name="record.name"))
    assert "there → back → there" in loop_of(there, back)[0]


def test_a_ring_over_a_formula_is_found(app: Flask) -> None:
    trigger = {"type": "record_saved", "form": "customer", "on": ["updated"], "fields": ["gross"]}
    assert loop_of(
        {**automation("a", "customer", update("customer", net="record.net + 1")), "trigger": trigger}
    )


def test_writing_other_fields_than_those_listened_to_is_no_ring(app: Flask) -> None:
    trigger = {"type": "record_saved", "form": "customer", "on": ["updated"], "fields": ["name"]}
    assert (
        loop_of({**automation("a", "customer", update("customer", net="record.net + 1")), "trigger": trigger})
        == []
    )


def test_a_write_that_starts_nothing_is_no_ring(app: Flask) -> None:
    quiet = {**update("customer", name="record.name"), "triggers": False}
    assert loop_of(automation("a", "customer", quiet)) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ nobody }}",
        "{{ user.password_hash }}",
        "{{ config.SECRET_KEY }}",
        "{{ ''.__class__ }}",
        "{% for i in (1..1000000000) %}x{% endfor %}",
        "{% if %}",
    ],
)
def test_a_message_with_unknown_variables_is_refused(app: Flask, text: str) -> None:
    assert found(message("m", text, on="customer"), CUSTOMER)


def test_a_message_that_misses_a_language_of_the_app_is_refused(app: Flask) -> None:
    speaks_both = {
        "$schema": "urn:formwright:app:1",
        "key": "shop",
        "title": "Shop",
        "languages": ["en", "zh"],
    }
    problems = found(message("m", "Hello"), speaks_both)
    assert problems == {("subject", "missing_language"), ("body", "missing_language")}


def test_roles_and_views_name_what_exists(app: Flask) -> None:
    grants = [{"form": "nowhere", "actions": ["read"], "scope": "all"}]
    own = {"$schema": "urn:formwright:app:1", "key": "shop", "title": "Shop", "start": "nowhere"}
    roles = {**own, "roles": [{"key": "r", "title": "R", "grants": grants}]}
    assert found(roles) == {("start", "unknown_form"), ("roles/0/grants/0/form", "unknown_form")}
    view = {"$schema": "urn:formwright:view:1", "key": "v", "title": "V", "form": "customer", "kind": "board"}
    bad = {**view, "group_by": "nobody", "filter": {"required": ["nobody"]}}
    assert {code for _place, code in found(bad, CUSTOMER)} == {"unknown_field"}
    assert found(view, CUSTOMER) == set()


def test_the_manual_lists_every_check() -> None:
    manual = Path(config.ROOT, "docs", "developers", "publish-checks.md").read_text("utf-8")
    checks, _start, advice = manual.partition("\n## Advice\n")
    listed = [set(re.findall(r"^\| `(\w+)` \|", each, re.M)) for each in (checks, advice)]
    assert listed == [set(CHECKS), set(ADVICE)]


@pytest.mark.parametrize("zone", ["Mars/Phobos", "Asia", "Asia/shanghai", "../etc/passwd"])
def test_a_time_zone_must_exist(app: Flask, zone: str) -> None:
    own = {"$schema": "urn:formwright:app:1", "key": "shop", "title": "Shop", "zone": zone}
    assert found(own) == {("zone", "unknown_zone")}
    trigger = {"type": "date_reached", "form": "customer", "field": "since", "offsets": ["0d"], "at": "09:00"}
    document = {**TELL, "trigger": {**trigger, "zone": zone}}
    assert found(document, CUSTOMER, ORDER, GREETING) == {("trigger/zone", "unknown_zone")}


def test_the_default_language_is_one_of_the_app(app: Flask) -> None:
    own = {"$schema": "urn:formwright:app:1", "key": "shop", "title": "Shop", "languages": ["en"]}
    assert found({**own, "default_locale": "zh"}) == {("default_locale", "not_spoken")}
