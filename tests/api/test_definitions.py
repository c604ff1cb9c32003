"""Definitions and packages over the API: drafts, publishing, installing, schemas."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runtime.definitions import schemas
from tests.builder import factory
from tests.support.world import STARTER, World, records

KINDS = (
    "app",
    "form",
    "automation",
    "process",
    "message",
    "view",
    "dashboard",
    "package",
    "condition",
    "rule",
)


@pytest.fixture(scope="module")
def shop(world: World) -> str:
    """A small app of one form, installed over the API."""
    answer = world.api("dora")("POST", "/packages", json=package())
    assert answer.status_code == 201, answer.text
    return factory.APP


def package(version: str = "1.0.0", **fields: Any) -> dict[str, Any]:
    """The app, of one form with these fields besides its name."""
    own = {"name": factory.field("text", {"type": "string"}), **fields}
    return factory.package(factory.form("item", own), version=version)


def item(**fields: Any) -> dict[str, Any]:
    """The document of the form `item`."""
    return factory.form("item", {"name": factory.field("text", {"type": "string"}), **fields})


def problems_of(answer: Any) -> list[list[Any]]:
    """The places of the problems, each of them with a sentence."""
    assert answer.status_code == 422, answer.text
    assert set(answer.json) == {"problems"}
    assert all(set(one) == {"path", "message"} and one["message"] for one in answer.json["problems"])
    return [one["path"] for one in answer.json["problems"]]


def test_a_package_is_installed_and_upgraded(world: World, shop: str) -> None:
    answer = world.api("dora")(
        "POST", "/packages", json=package("1.1.0", size=factory.field("number", {"type": "number"}))
    )

    assert answer.status_code == 201
    assert answer.json == {"app": shop, "version": "1.1.0"}
    assert world.api("anna")("GET", f"/apps/{shop}/forms/item/schema").json["properties"].keys() >= {"size"}


def test_the_starter_package_installs_again(world: World) -> None:
    answer = world.api("anna")("POST", "/packages", json=json.loads(STARTER.read_text("utf-8")))

    assert answer.status_code == 201, answer.text
    assert answer.json["app"] == "followup"


def test_a_package_with_a_mistake_installs_nothing(world: World) -> None:
    wrong = package("2.0.0", partner=factory.field("reference", {"type": "integer"}, form="nothing"))
    wrong["app"] = wrong["definitions"]["app"]["key"] = "half"
    wrong["definitions"]["forms"][0]["$id"] = "urn:formwright:half:item"
    before = world.stored()

    found = problems_of(world.api("dora")("POST", "/packages", json=wrong))

    assert ["definitions", "forms", 0, "properties", "partner", "fw", "form"] in found
    assert world.stored() == before
    assert world.api("anna")("GET", "/apps/half/forms/item/schema").status_code == 404


def test_a_golden_case_that_fails_refuses_the_package(world: World, shop: str) -> None:
    case = {
        "name": "never",
        "form": "item",
        "values": {"name": "x"},
        "errors": [{"path": ["name"], "code": "x"}],
    }

    found = problems_of(world.api("dora")("POST", "/packages", json={**package("3.0.0"), "cases": [case]}))

    assert found[0][:2] == ["cases", 0]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_schema(world: World, kind: str) -> None:
    answer = world.api("stan")("GET", f"/schemas/{kind}")

    assert answer.status_code == 200
    Draft202012Validator.check_schema(answer.json)
    assert kind in schemas.kinds()


@pytest.mark.parametrize("kind", ["nothing", "common", "..", "form.schema", "%2e%2e%2fapp", "a" * 5000])
def test_an_unknown_kind_has_none(world: World, kind: str) -> None:
    assert world.api("anna")("GET", f"/schemas/{kind}").status_code == 404


def test_a_draft_is_saved_and_its_revision_grows(world: World, shop: str) -> None:
    path = f"/apps/{shop}/form/item"

    first = world.api("dora")("PUT", path, json=item())
    second = world.api("dora")("PUT", path, json=item(), headers={"If-Match": first.headers["ETag"]})

    assert (first.status_code, second.status_code) == (200, 200)
    assert set(first.json) == {"revision"}
    assert second.json["revision"] == first.json["revision"] + 1


def test_a_draft_is_not_saved_over_another_revision(world: World, shop: str) -> None:
    path = f"/apps/{shop}/form/item"
    revision = world.api("dora")("PUT", path, json=item()).json["revision"]

    stale = world.api("anna")("PUT", path, json=item(), headers={"If-Match": f'"{revision - 1}"'})
    future = world.api("anna")("PUT", path, json=item(), headers={"If-Match": f'"{revision + 1}"'})

    assert (stale.status_code, future.status_code) == (412, 412)
    assert stale.json["error"]["code"] == "precondition_failed"
    assert world.api("dora")("PUT", path, json=item()).json["revision"] == revision + 1


def test_publishing_answers_the_version(world: World, shop: str) -> None:
    path = f"/apps/{shop}/form/item"
    world.api("dora")("PUT", path, json=item(colour=factory.field("text", {"type": "string"})))

    answer = world.api("dora")("POST", f"{path}/publish")
    again = world.api("dora")("POST", f"{path}/publish")

    assert answer.status_code == 200
    assert answer.json == {"version": again.json["version"]}, "the same document is no new version"
    made = world.api("anna")(
        "POST", records("item", app=shop), json={"values": {"name": "A", "colour": "red"}}
    )
    assert made.json["values"] == {"name": "A", "colour": "red"}


def test_publishing_says_where_what_is_wrong(world: World, shop: str) -> None:
    path = f"/apps/{shop}/form/item"
    wrong = factory.form(
        "item",
        {
            "name": factory.field("text", {"type": "string"}),
            "total": factory.field("formula", formula="nope + 1"),
        },
        rules=[factory.rule("r", {"required": ["missing"]}, show=["name"])],
    )
    world.api("dora")("PUT", path, json=wrong)
    before = world.stored()

    found = problems_of(world.api("dora")("POST", f"{path}/publish"))

    assert ["properties", "total", "fw", "formula"] in found
    assert any(place[:3] == ["fw", "rules", 0] for place in found)
    assert world.stored() == before


def test_what_is_not_there_is_not_published(world: World, shop: str) -> None:
    for path in (f"/apps/{shop}/form/nothing", f"/apps/{shop}/nothing/item", "/apps/nothing/form/item"):
        assert world.api("dora")("POST", f"{path}/publish").status_code == 404


def test_a_draft_must_name_itself_rightly(world: World, shop: str) -> None:
    assert problems_of(world.api("dora")("PUT", f"/apps/{shop}/form/other", json=item())) == [["$id"]]
    assert problems_of(world.api("dora")("PUT", "/apps/Shop/form/item", json=item())) == [[]]
    assert world.api("dora")("PUT", f"/apps/{shop}/rule/x", json=item()).status_code == 404


@pytest.mark.parametrize("name", ["stan", "bob", "mia", "rita"])
def test_definitions_are_not_there_for_who_may_not_design(world: World, shop: str, name: str) -> None:
    before = world.stored()

    for method, path in (
        ("POST", "/packages"),
        ("PUT", f"/apps/{shop}/form/item"),
        ("POST", f"/apps/{shop}/form/item/publish"),
    ):
        answer = world.api(name)(method, path, json=item())
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert world.stored() == before


def test_a_published_form_is_a_standard_schema(world: World) -> None:
    answer = world.api("bob")("GET", "/apps/followup/forms/visit/schema")

    assert answer.status_code == 200
    Draft202012Validator.check_schema(answer.json)
    assert answer.json["type"] == "object"
    assert {"customer", "content"} <= set(answer.json["required"])
    assert not Draft202012Validator(answer.json).is_valid({"content": "x"})
    assert world.api("stan")("GET", "/apps/followup/forms/visit/schema").status_code == 404
    assert world.api("bob")("GET", "/apps/followup/forms/nothing/schema").status_code == 404
