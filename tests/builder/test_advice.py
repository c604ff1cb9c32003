"""What is worth a second look, and does not keep a draft from being published."""

from typing import Any

import pytest

from builder import advice
from builder.checks import Context
from tests.builder.commands.support import speaking
from tests.builder.factory import APP, app, automation, context, field, form, message, rule

CUSTOMER = form("customer", {"name": field("text"), "region": field("reference", form="customer")})


def told(document: Any) -> list[str]:
    kind = document["$schema"].split(":")[2]
    with speaking():
        found = advice.run(kind, document, context(CUSTOMER, VISIT, document))
    return ["/".join(map(str, each.path)) for each in found if each.code == "fixed_id"]


VISIT = form("visit", {"customer": field("reference", form="customer"), "count": field("number")})


@pytest.mark.parametrize(
    "when, is_told",
    [
        ({"required": ["customer"], "properties": {"customer": {"type": "number", "const": 12}}}, True),
        ({"not": {"properties": {"customer": {"enum": [3, 4]}}}}, True),
        ({"required": ["count"], "properties": {"count": {"const": 12}}}, False),
        ({"properties": {"customer": {"const": {"fact": "user.id"}}}}, False),
        ({"required": ["customer"]}, False),
        ({"properties": {"count": {"enum": [{"fact": "people.in_7"}]}}}, False),
    ],
)
def test_a_condition_on_one_record_of_this_server_is_told(when: Any, is_told: bool) -> None:
    document = form("visit", VISIT["properties"], rules=[rule("r", when, lock=["count"])])
    assert told(document) == (["fw/rules/0/when"] if is_told else [])
    started = automation("a", "visit", when={"properties": {"record": when}})
    assert told(started) == (["when"] if is_told else [])


@pytest.mark.parametrize(
    "when, is_told",
    [
        ({"properties": {"created_by": {"const": 7}}}, True),
        ({"properties": {"owner_id": {"enum": [{"fact": "people.in_7"}]}}}, True),
        ({"properties": {"owner_id": {"enum": [{"fact": "people.in_mine"}]}}}, False),
        ({"properties": {"department_id": {"enum": [{"fact": "departments.in_7"}]}}}, True),
        ({"properties": {"customer": {"const": 12}}}, True),
        ({"properties": {"count": {"const": 12}}}, False),
    ],
)
def test_so_is_the_filter_of_a_view(when: Any, is_told: bool) -> None:
    view = {"$schema": "urn:formwright:view:1", "key": "v", "form": "visit", "kind": "list", "filter": when}
    assert told(view) == (["filter"] if is_told else [])


def test_so_are_conditions_on_rows_and_on_their_record() -> None:
    def compared(key: str) -> dict[str, Any]:
        return {"required": [key], "properties": {key: {"const": 7}}}

    rules = [rule("r", {"properties": {"record": compared("customer")}}, hide=["part"])]
    columns = {"part": field("reference", form="customer", offer=compared("region"))}
    lines = {"properties": columns, "fw": {"rules": [*rules, rule("s", compared("part"), hide=["part"])]}}
    document = form("visit", {**VISIT["properties"], "lines": field("sub_table", {"items": lines})})
    inside = "properties/lines/items"
    assert told(document) == [
        f"{inside}/fw/rules/0/when",
        f"{inside}/fw/rules/1/when",
        f"{inside}/properties/part/fw/offer",
    ]


def test_so_is_what_a_reference_offers() -> None:
    offer = {"required": ["region"], "properties": {"region": {"const": 7}}}
    fields = {"customer": field("reference", form="customer", offer=offer)}
    assert told(form("visit", fields)) == ["properties/customer/fw/offer"]


@pytest.mark.parametrize(
    "options, told",
    [
        ({"title": "Plate", "placeholder": "AB-1234"}, ["properties/plate/fw/placeholder"]),
        ({"placeholder": "Plate"}, ["properties/plate/fw/title"]),
        ({"title": "Plate", "placeholder": "AB-1234", "help": "Letters, a dash, digits."}, []),
        ({"title": {"en": "Plate, as AB-1234"}, "placeholder": {"en": "ab-1234"}}, []),
        ({"title": "Plate"}, []),
        ({}, ["properties/plate/fw/title"]),
    ],
)
def test_a_field_without_a_title_and_a_placeholder_that_stands_for_one_or_a_help_are_told(
    options: Any, told: list[str]
) -> None:
    document = form("visit", {"plate": field("text", **options), "line": field("divider")})
    with speaking():
        found = advice.run("form", document, context(document))
    assert ["/".join(map(str, each.path)) for each in found if each.code in ("label", "placeholder")] == told


def advised(document: Any, *others: Any, **own: Any) -> set[tuple[str, str]]:
    kind = document["$schema"].split(":")[2]
    known = context(*others, document)
    documents = {**known.documents, ("app", APP): app(**own)} if own else known.documents
    with speaking():
        found = advice.run(kind, document, Context(APP, documents))
    return {("/".join(map(str, each.path)), each.code) for each in found}


KIND = field("choice", {"enum": ["trip", "meal"]}, title="Kind")


def kind_is(value: str) -> Any:
    return {"required": ["kind"], "properties": {"kind": {"const": value}}}


def test_conditions_that_never_or_always_hold_or_ask_for_a_choice_that_is_gone_are_told() -> None:
    never = {"allOf": [kind_is("trip"), kind_is("meal")]}
    always = {"anyOf": [kind_is("trip"), {"not": kind_is("trip")}]}
    rules = [
        rule(f"r{at}", when, lock=["kind"]) for at, when in enumerate((never, always, kind_is("taxi"), {}))
    ]
    assert {each for each in advised(form("visit", {"kind": KIND}, rules=rules)) if each[1] != "nobody"} == {
        ("fw/rules/0/when", "never"),
        ("fw/rules/1/when", "always"),
        ("fw/rules/2/when", "unknown_choice"),
    }


def test_two_rules_that_set_one_field_at_the_same_time_are_told() -> None:
    def setting(*conditions: Any) -> Any:
        rules = [rule(f"r{at}", when, set={"note": '"x"'}) for at, when in enumerate(conditions)]
        return form("visit", {"kind": KIND, "note": field("text", title="Note")}, rules=rules)

    told = ("fw/rules/1/then/set/note", "set_twice")
    assert told in advised(setting(kind_is("trip"), {}))
    assert told not in advised(setting(kind_is("trip"), kind_is("meal")))


@pytest.mark.parametrize(
    ("texts", "is_told"),
    [
        ({"en": "The date on which the customer was last visited", "zh": "上次拜访"}, True),
        ({"en": "The date of the last visit", "zh": "上次拜访客户的日期"}, False),
        ({"en": "Customer", "zh": "客"}, False),
        ("The date on which the customer was last visited", False),
    ],
)
def test_a_text_that_takes_twice_the_room_in_one_language_is_told(texts: Any, is_told: bool) -> None:
    found = advised(form("visit", {"seen": field("date", title=texts)}), languages=["en", "zh"])
    assert (("properties/seen/fw/title", "length") in found) is is_told


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("[]({{ link }}) [Open]({{ link }})", {"link"}),
        ("# One\n\n### Three", {"heading"}),
        ("## Two\n\n### Three\n\n# One\n\n[{{ customer }}]({{ link }})", set()),
        ("{% if customer %}\n[**Open**](https://example.com)\n{% endif %}", set()),
    ],
)
def test_links_without_words_and_headings_that_skip_a_level_are_told(body: str, codes: set[str]) -> None:
    assert {code for _path, code in advised(message("told", body)) if code in ("link", "heading")} == codes


def test_a_field_that_nobody_may_fill_in_and_nothing_fills_is_told() -> None:
    roles = [{"key": "clerk", "grants": [{"form": "visit", "actions": ["create", "read"], "scope": "all"}]}]
    closed = field("text", title="Note", access={"clerk": "read"})
    told = ("properties/note/fw/access", "nobody_fills")
    assert told in advised(form("visit", {"note": closed}), roles=roles)
    filled = form("visit", {"note": closed}, rules=[rule("r", {}, set={"note": '"x"'})])
    assert told not in advised(filled, roles=roles)
    boss = {"key": "boss", "grants": [{"form": "visit", "actions": ["update"], "scope": "all"}]}
    assert told not in advised(form("visit", {"note": closed}), roles=[*roles, boss])


def test_what_reads_the_same_in_one_language_only_is_told() -> None:
    labels = {"trip": {"en": "Trip", "zh": "差旅"}, "meal": {"en": "Meal", "zh": "差旅"}}
    fields = {
        "kind": field(
            "choice", {"enum": ["trip", "meal"]}, title={"en": "Kind", "zh": "种类"}, labels=labels
        ),
        "sort": field("text", title={"en": "Sort", "zh": "种类"}),
    }
    found = advised(form("visit", fields), languages=["en", "zh"])
    assert {("properties/kind/enum", "same_label"), ("properties/sort/fw/title", "same_title")} <= found
