"""Panels are made from schemas; each control posts one command, and what cannot be read is told at the control."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from builder import panels
from builder.panels import Control, FieldCase, Incomplete, Refused, Setting, arguments, field_panel, panel
from builder.panels._form import form_panel
from runtime.automations.actions import ACTIONS
from runtime.automations.triggers import TRIGGERS
from runtime.definitions.documents import parse_field
from runtime.errors import Invalid
from runtime.fields import FIELD_TYPES
from tests.builder.factory import app as app_document
from tests.builder.factory import context, field, form
from tests.support.world import World, world_on

CUSTOMER = form("customer", {"name": field("text", title={"en": "Name", "zh": "名称"}), "met": field("date")})
ORDER = form(
    "order", {"customer": field("reference", form="customer"), "note": field("text"), "due": field("date")}
)


def setting(**rest: Any) -> Setting:
    known = context(CUSTOMER, ORDER)
    known = type(known)(
        known.app, {**known.documents, ("app", known.app): app_document(languages=["en", "zh"])}
    )
    return Setting(known, lambda path: {"name": "x.set", "args": {"path": [*path]}}, form="order", **rest)


def one(schema: Any, value: Any = None, name: str = "option", **values: Any) -> Control:
    """The control of one option."""
    stored = {**values, **({} if value is None else {name: value})}
    (control,) = panel({"type": "object", "properties": {name: schema}}, stored, setting())
    return control


@pytest.fixture(autouse=True)
def _request(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("name", "schema", "kind"),
    [
        ("option", {"type": "string"}, "text"),
        ("option", {"type": "string", "maxLength": 2000}, "long_text"),
        ("option", {"type": "integer"}, "text"),
        ("option", {"type": "boolean"}, "pick"),
        ("option", {"type": "boolean", "default": True}, "flag"),
        ("option", {"enum": ["a", "b"]}, "pick"),
        ("option", {"type": "array", "items": {"enum": ["a"]}}, "picks"),
        ("option", {"type": "array", "items": {"type": "string"}}, "lines"),
        ("option", {"type": "array", "items": {"type": "object"}}, "items"),
        ("option", {"type": "object", "properties": {}}, "group"),
        ("option", {"anyOf": [{"type": "string"}, {"type": "object"}]}, "title"),
        ("form", {"type": "string"}, "pick"),
        ("fields", {"type": "array", "items": {"type": "string"}}, "picks"),
        ("formula", {"type": "string"}, "formula"),
        ("when", {"type": "object"}, "condition"),
        ("set", {"type": "object"}, "map"),
        ("icon", {"type": "string"}, "icon"),
    ],
)
def test_meaning_and_shape_of_an_option_choose_its_control(name: str, schema: Any, kind: str) -> None:
    assert one(schema, name=name).kind == kind


def test_a_control_carries_the_command_with_its_path() -> None:
    inner = {
        "type": "object",
        "title": "Late",
        "properties": {"within": {"type": "string", "title": "Within"}},
    }
    (part,) = one(inner, {"within": "12h"}, name="late").parts
    assert part.send == {"name": "x.set", "args": {"path": ["late", "within"]}}
    assert part.value == "12h"


def test_an_item_of_a_list_posts_the_whole_list() -> None:
    item = {"type": "object", "properties": {"as": {"enum": ["to", "cc"]}}}
    control = one({"type": "array", "items": item}, [{"as": "to"}, {"as": "to"}])
    second = control.parts[1].parts[0]
    assert arguments(second.read, {"value": ["cc"]}) == {"value": [{"as": "to"}, {"as": "cc"}]}
    assert control.without(0) == {"path": ["option"], "value": [{"as": "to"}]}


def test_a_field_is_picked_among_those_that_fit_of_the_form_beside_it() -> None:
    schema = {"type": "string", "means": "field:date,datetime"}
    assert [option.value for option in one(schema, name="field").options] == ["", "due"]
    assert [option.value for option in one(schema, name="field", form="customer").options] == ["", "met"]


def test_a_look_up_picks_a_field_of_the_form_that_its_reference_points_to() -> None:
    options = one({"type": "string"}, name="field", through="customer").options
    assert [option.label for option in options] == ["–", "Name", "met"]


def alike(**own: Any) -> dict[str, Control]:
    """The controls of what makes records alike, by their names."""
    controls = form_panel({**ORDER, "fw": {**ORDER.get("fw", {}), **own}}, setting())
    return {each.name: each for each in controls if each.name.startswith("p-duplicates")}


def test_sets_of_fields_that_make_records_alike_are_ticked_one_by_one() -> None:
    none, two = alike(), alike(duplicates=[["customer"], ["due"]])

    assert list(none) == ["p-duplicates-0"]  # what happens then is asked once there is a set
    assert [each.label for each in none["p-duplicates-0"].options] == ["customer", "note", "due"]
    assert list(two) == ["p-duplicates-0", "p-duplicates-1", "p-duplicates-2", "p-duplicates_refused"]
    assert [[o.value for o in two[name].options if o.chosen] for name in list(two)[:3]] == [
        ["customer"],
        ["due"],
        [],
    ]
    assert all(
        each.send == {"name": "form.set", "args": {"path": ["fw", "duplicates"]}} for each in none.values()
    )
    assert arguments(none["p-duplicates-0"].read, {"value": ["due"]}) == {"value": [["due"]]}
    assert arguments(two["p-duplicates-2"].read, {"value": ["customer", "due"]}) == {
        "value": [["customer"], ["due"], ["customer", "due"]]
    }
    assert arguments(two["p-duplicates-0"].read, {"value": []}) == {"value": [["due"]]}
    assert len(alike(duplicates=[["due"]] * 5)) == 6


def test_alike_records_are_warned_of_until_somebody_ticks_that_they_are_refused() -> None:
    warned, refused = alike(duplicates=[["due"]]), alike(duplicates=[["due"]], duplicates_refused=True)

    assert (warned["p-duplicates_refused"].value, refused["p-duplicates_refused"].value) == (False, True)
    assert arguments(warned["p-duplicates_refused"].read, {"value": ["on"]}) == {"value": True}
    assert arguments(refused["p-duplicates_refused"].read, {"value": []}) == {"remove": True}


def test_what_is_gone_is_still_shown() -> None:
    options = one({"type": "string"}, "nowhere", name="form").options
    assert [(option.label, option.chosen) for option in options][-1] == ("nowhere (gone)", True)


def test_what_is_required_comes_before_advanced_and_at_most_seven_controls() -> None:
    properties = {f"option_{n}": {"type": "string"} for n in range(10)}
    made = panel({"properties": properties, "required": ["option_9"]}, {}, setting())
    assert [control.name for control in made.controls][-1] == "p-option_9"
    assert (len(made.controls), len(made.advanced)) == (7, 3)


def test_a_search_finds_controls_by_label_and_help() -> None:
    schema = {
        "properties": {"a": {"type": "string", "title": "Decimals"}, "b": {"type": "string", "title": "Form"}}
    }
    found = panel(schema, {}, setting()).found("deci")
    assert [control.label for control in found] == ["Decimals"]


@pytest.mark.parametrize("plugin", [*ACTIONS.values(), *TRIGGERS.values()], ids=lambda plugin: plugin.name)
def test_every_trigger_and_action_has_a_panel_with_labels(plugin: Any) -> None:
    controls = list(panel(plugin.options, {}, setting()))
    assert controls
    assert all(control.label and control.help for control in controls)


@pytest.mark.parametrize("field_type", FIELD_TYPES.values(), ids=lambda each: each.name)
def test_every_field_type_shows_at_most_seven_controls_and_leaves_no_option_out(field_type: Any) -> None:
    own = {"type": field_type.name, "title": "X", **field_type.example_options}
    parsed = parse_field("note", {**field_type.example_schema, "fw": own})
    made = field_panel(FieldCase(parsed, False, (), 12, False), setting())
    elsewhere = {"labels", "parents", "fill", "offer"}  # beside the options, and among the rules
    names = {control.name for control in made}
    assert len(made.controls) <= panels._controls.SHOWN
    assert {
        f"p-{name}" for name in field_type.options.get("properties", {}) if name not in elsewhere
    } <= names


def test_a_published_key_is_locked_and_says_why() -> None:
    parsed = parse_field("note", field("text"))
    for published, kind in ((False, "text"), (True, "locked")):
        made = field_panel(FieldCase(parsed, published, (), 12, False), setting())
        key = next(control for control in made if control.name == "p-key")
        assert (key.kind, "published" in key.help) == (kind, published)


@pytest.mark.parametrize(
    ("read", "typed", "expected"),
    [
        ({"as": "text"}, {"value": [" a\r\nb "]}, {"value": "a\nb"}),
        ({"as": "text"}, {"value": ["  "]}, {"remove": True}),
        ({"as": "text", "into": "text"}, {"value": [""]}, {"text": ""}),
        ({"as": "number"}, {"value": ["1,200.5"]}, {"value": Decimal("1200.5")}),
        ({"as": "number", "whole": True}, {"value": ["１２"]}, {"value": 12}),
        ({"as": "flag", "default": True}, {}, {"value": False}),
        ({"as": "flag", "default": True}, {"value": ["yes"]}, {"remove": True}),
        ({"as": "either", "into": "on"}, {"value": ["true"]}, {"on": True}),
        ({"as": "many"}, {"value": ["a", "b", "a"]}, {"value": ["a", "b"]}),
        ({"as": "lines"}, {"value": ["-3d\r\n\r\n 0d "]}, {"value": ["-3d", "0d"]}),
        (
            {"as": "title", "locales": ["en", "zh"]},
            {"value.en": ["A"], "value.zh": [""]},
            {"value": {"en": "A"}},
        ),
        (
            {"as": "title", "locales": ["en"], "keep": {"zh": "甲"}},
            {"value.en": ["A"]},
            {"value": {"zh": "甲", "en": "A"}},
        ),
        (
            {"as": "map", "new": 1},
            {"key.0": ["a"], "value.0": ["1"], "key.1": [""], "value.1": [""]},
            {"value": {"a": "1"}},
        ),
        ({"as": "map", "new": 1}, {"key.0": ["a"], "value.0": [""]}, {"remove": True}),
        ({"as": "member", "all": [["a"]], "one": ["b"]}, {"value": ["yes"]}, {"value": [["a"], ["b"]]}),
        ({"as": "member", "all": [["b"]], "one": ["b"]}, {}, {"remove": True}),
        ({"as": "member_of", "all": [["a"]], "at": 1}, {"value": ["b", "c"]}, {"value": [["a"], ["b", "c"]]}),
    ],
)
def test_what_is_entered_becomes_the_arguments_of_the_command(read: Any, typed: Any, expected: Any) -> None:
    assert arguments(read, typed) == expected


@pytest.mark.parametrize(
    ("read", "typed"),
    [
        ({"as": "number"}, {"value": ["many"]}),
        ({"as": "number", "whole": True}, {"value": ["1.5"]}),
        ({"as": "number", "maximum": 6}, {"value": ["7"]}),
        ({"as": "text", "required": True}, {"value": [" "]}),
        ({"as": "text"}, {"value": ["a\x00b"]}),
        ({"as": "text"}, {"value": ["x" * 100_001]}),
        ({"as": "map", "new": 2}, {"key.0": ["a"], "value.0": ["1"], "key.1": ["a"], "value.1": ["2"]}),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(read: Any, typed: Any) -> None:
    with pytest.raises(Invalid) as caught:
        arguments(read, typed)
    assert caught.value.problems[0].message


def test_half_a_pair_is_only_not_complete_yet() -> None:
    with pytest.raises(Incomplete):
        arguments({"as": "map", "new": 0}, {"key.0": ["a"], "value.0": [""]})


def test_a_refused_control_keeps_what_was_typed_and_says_why() -> None:
    refused = Refused("p-option", "Enter a number.", {"value": ["many"]})
    schema = {"properties": {"option": {"type": "integer"}}}
    (control,) = panel(schema, {"option": 5}, setting(refused=refused))
    assert (control.error, control.typed("value", "5")) == ("Enter a number.", "many")


# --- Over the wire


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("panels")) as made:
        yield made


DESIGN = "/apps/followup/forms/visit/design"


def post(browser: FlaskClient, read: Any, htmx: bool = True, **entered: str) -> Any:
    path = ["maxLength"]
    data = {
        "do": json.dumps({"name": "field.set", "args": {"field": "content", "path": path}}),
        "read": json.dumps(read),
        "at": "k-maxLength",
        "tab": "fields",
        "sel": "field/content",
        "rev": held(browser, 'data-revision="'),
        "csrf_token": held(browser, 'name="csrf_token" value="'),
        **{f"in.{name}": text for name, text in entered.items()},
    }
    headers = {"HX-Request": "true"} if htmx else {}
    return browser.post(f"{DESIGN}/properties", data=data, headers=headers)


def held(browser: FlaskClient, before: str) -> str:
    """What stands in the page behind this."""
    page = browser.get(f"{DESIGN}/fields?sel=field/content").text
    return page.partition(before)[2].partition('"')[0]


def test_a_changed_control_is_stored_and_the_page_comes_back(world: World) -> None:
    answer = post(world.browsers["dora"], {"as": "number", "whole": True}, value="1500")
    assert answer.status_code == 200
    assert 'value="1500"' in answer.text
    assert answer.headers["HX-Replace-Url"].endswith("?sel=field/content")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_refused_entry_stays_typed_with_its_reason_at_the_control(world: World, htmx: bool) -> None:
    browser = world.browsers["dora"]
    answer = post(browser, {"as": "number", "whole": True}, htmx, value="<many>")
    assert answer.status_code == 422
    assert 'value="&lt;many&gt;"' in answer.text
    assert 'aria-describedby="k-maxLength-error k-maxLength-help" aria-invalid="true"' in answer.text
    assert "&lt;many&gt;" not in browser.get(f"{DESIGN}/fields?sel=field/content").text


def test_what_the_command_refuses_is_told_at_the_control_too(world: World) -> None:
    answer = post(world.browsers["dora"], {"as": "number"}, value="-4")
    assert answer.status_code == 422
    assert 'id="k-maxLength-error"' in answer.text


def test_without_javascript_a_change_leads_back_to_the_page(world: World) -> None:
    answer = post(world.browsers["dora"], {"as": "number"}, htmx=False, value="1600")
    assert (answer.status_code, answer.headers["Location"].endswith("?sel=field/content")) == (303, True)


def test_people_who_may_not_design_find_nothing(world: World) -> None:
    assert post(world.browsers["bob"], {"as": "text"}, value="x").status_code == 404


@pytest.mark.parametrize("read", ["", "[]", "{}", '{"as": 5}', '{"as": "eval"}', '{"as": "title"}'])
def test_a_forged_way_to_read_is_a_bad_request(world: World, read: str) -> None:
    browser = world.browsers["dora"]
    data = {
        "do": json.dumps({"name": "field.set"}),
        "read": read,
        "csrf_token": held(browser, 'name="csrf_token" value="'),
    }
    assert browser.post(f"{DESIGN}/properties", data=data).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?sel=field/customer",
        "?sel=field/result",
        "?sel=field/nothing",
        "?sel=section/section_1",
        "?ask=icon",
    ]
    + [f"?sel=field/customer&ask={ask}" for ask in ("delete", "type", "uses")]
    + ["?sel=field/content&ask=type&type=number", "?sel=field/content&ask=type&type=nothing", "?find=title"],
)
def test_every_state_of_the_panel_is_an_address(world: World, query: str) -> None:
    answer = world.browsers["dora"].get(f"{DESIGN}/fields{query}")
    assert answer.status_code == 200
    assert 'id="panel-title"' in answer.text


def test_deleting_names_what_suffers_first(world: World) -> None:
    page = world.browsers["dora"].get(f"{DESIGN}/fields?sel=field/customer&ask=delete").text
    assert "Delete and list as problems" in page
    assert "What starts Make the reminder" in page
    assert "/automations/make_reminder/design/" in page
