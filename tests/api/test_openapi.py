"""What programs are told of the API about a form: all calls that there are, and as they are."""

import re
from typing import Any

from jsonschema import Draft202012Validator

from runtime.api.openapi import BODIES, CONDITIONAL, GOT, MADE, ONCE, QUERY, RECORDS, SENT, START
from tests.support.world import World, records

PATH = "/apps/followup/forms/customer/openapi.json"


def described(world: World, who: str = "bob") -> Any:
    answer = world.api(who)("GET", PATH)
    assert answer.status_code == 200, answer.text
    return answer.json


def operations(document: Any) -> dict[str, Any]:
    return {own["operationId"]: own for path in document["paths"].values() for own in path.values()}


def test_every_call_about_a_form_is_described(world: World) -> None:
    found = operations(described(world))
    rules = world.app.url_map.iter_rules()
    there = {each.endpoint for each in rules if each.rule.startswith(f"{START}/apps/<app>/forms/<form>/")}
    assert {f"api.{name}" for name in found} == there
    for name, own in found.items():
        assert own["summary"] and {"200", "201", "204"} & own["responses"].keys(), name
    named = {*QUERY, *BODIES, *CONDITIONAL, *ONCE, *SENT, *GOT, *RECORDS, *MADE}
    assert named <= found.keys()  # nothing is said of what is gone


def test_parameters_of_addresses_are_named(world: World) -> None:
    for path, methods in described(world)["paths"].items():
        for own in methods.values():
            given = [each["name"] for each in own["parameters"] if each["in"] == "path"]
            assert given == re.findall(r"{(\w+)}", path), path


def test_what_must_be_sent_along_is_asked_for(world: World) -> None:
    found, api = operations(described(world)), world.api("anna")
    made = api.made("customer", name="Described")
    for method, name in (("PATCH", "change_record"), ("DELETE", "delete_record")):
        assert {"If-Match"} == {one["name"] for one in found[name]["parameters"] if one["required"]} - {
            "record_id"
        }
        assert api(method, records("customer", made), json={"values": {}}).status_code == 428


def test_records_and_refusals_are_as_they_are_described(world: World) -> None:
    schemas = described(world)["components"]["schemas"]
    for each in schemas.values():
        Draft202012Validator.check_schema(each)
    api = world.api("bob")
    values = {"name": "As described"}
    made = api.create("customer", **values)
    assert Draft202012Validator(schemas["Values"]).is_valid(values)
    assert Draft202012Validator(schemas["Record"]).is_valid(made.json)
    assert Draft202012Validator(schemas["Errors"]).is_valid(api.create("customer").json)
    assert Draft202012Validator(schemas["Error"]).is_valid(api("GET", records("customer", 999)).json)
    assert not Draft202012Validator(schemas["Record"]).is_valid({"id": 1})
