"""What is worth a second look, and does not keep a draft from being published."""

from typing import Any

import pytest

from builder import advice
from tests.builder.commands.support import speaking
from tests.builder.factory import automation, context, field, form, rule

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
    ],
)
def test_a_condition_on_one_record_of_this_server_is_told(when: Any, is_told: bool) -> None:
    document = form("visit", VISIT["properties"], rules=[rule("r", when, lock=["count"])])
    assert told(document) == (["fw/rules/0/when"] if is_told else [])
    started = automation("a", "visit", when={"properties": {"record": when}})
    assert told(started) == (["when"] if is_told else [])


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
    ],
)
def test_a_placeholder_that_stands_for_a_title_or_a_help_is_told(options: Any, told: list[str]) -> None:
    document = form("visit", {"plate": field("text", **options)})
    with speaking():
        found = advice.run("form", document, context(document))
    assert ["/".join(map(str, each.path)) for each in found if each.code in ("label", "placeholder")] == told
