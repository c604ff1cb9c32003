"""The gallery: what ships installs with its samples and golden cases; hostile packages leave nothing behind."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from builder import gallery, packages, uninstalling
from runtime import schema, starters
from runtime.automations.models import Run
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import App
from runtime.text import LOCALES
from tests.builder import factory
from tests.builder.factory import APP, field, form, package
from tests.conftest import _app_for
from tests.support.world import World, world_on

CUSTOMER = form("customer", {"name": field("text")}, ("name",))
WRONG = {"name": "x", "form": "customer", "values": {"name": "A"}, "visible": []}


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The app with its people; pages take forms without a CSRF token."""
    home = tmp_path_factory.mktemp("gallery")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


def upload(world: World, content: bytes, who: str = "dora", **rest: str) -> TestResponse:
    data = {"file": (io.BytesIO(content), "app.json"), **rest}
    return world.browsers[who].post(
        "/gallery/upload", data=data, content_type="multipart/form-data", buffered=True
    )


@pytest.mark.parametrize("name", starters.names())
def test_every_shipped_app_installs_with_its_samples_and_golden_cases(app: Flask, name: str) -> None:
    shipped = gallery.package(name)

    with transaction():
        result = packages.install(None, shipped)

    assert result.samples == len(shipped["samples"])
    assert packages.export(name)["definitions"] == shipped["definitions"]
    assert db.session.scalar(select(func.count()).select_from(Run)) == 0


@pytest.mark.parametrize("name", starters.names())
def test_every_shipped_app_speaks_both_languages(name: str) -> None:
    def titles(value: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            yield from (value[key] for key in ("title", "description", "help", "message") if key in value)
            yield from value.get("labels", {}).values()
            for inner in value.values():
                yield from titles(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from titles(inner)

    found = [title for title in titles(gallery.package(name)["definitions"]) if not isinstance(title, str)]

    assert found and all(set(title) == set(LOCALES) for title in found)


def test_installing_with_one_click_brings_the_samples_too(world: World) -> None:
    answer = world.browsers["anna"].post("/gallery/install", data={"name": "assets", "samples": "yes"})

    assert (answer.status_code, answer.location) == (303, "/apps/assets/")
    page = world.browsers["anna"].get("/apps/assets/forms/asset/")
    assert "ThinkPad T14" in page.text


def test_a_package_from_a_file_installs_without_samples_when_they_are_not_wanted(world: World) -> None:
    answer = upload(world, starters.read("visitors").encode())

    assert answer.location == "/apps/visitors/app/visitors/design/overview"
    assert "Northwind" not in world.browsers["anna"].get("/apps/visitors/forms/visit/").text


def test_whoever_installs_or_upgrades_is_told_of_conditions_that_name_entries_of_another_server(
    world: World,
) -> None:
    def elsewhere(made: Any) -> bytes:
        own = json.dumps(
            {
                **made,
                "app": "abroad",
                "definitions": {**made["definitions"], "app": factory.app(key="abroad")},
            }
        ).replace(f"urn:formwright:{APP}:", "urn:formwright:abroad:")
        return own.encode()

    # given a filter by a person and one by a department, and another that names nobody
    def view(key: str, **compared: Any) -> dict[str, Any]:
        shown = {
            "$schema": "urn:formwright:view:1",
            "key": key,
            "title": key,
            "form": "customer",
            "kind": "list",
        }
        return {**shown, "filter": {"required": list(compared), "properties": compared}}

    views = [
        view("his", created_by={"type": "number", "const": 7}),
        view("theirs", owner_id={"type": "number", "enum": [{"fact": "people.in_7"}]}),
        view("mine", owner_id={"type": "number", "const": {"fact": "user.id"}}),
    ]

    # when
    first = upload(world, elsewhere(package(CUSTOMER, views=views[2:])))
    assert "another server" not in world.browsers["dora"].get(first.location).text
    upload(world, elsewhere(package(CUSTOMER, views=views, version="1.1.0")))
    done = world.browsers["dora"].post("/gallery/abroad/upgrade")

    # then
    assert (
        "2 conditions name records, people or departments" in world.browsers["dora"].get(done.location).text
    )


def hostile() -> dict[str, bytes]:
    """Files that are no package of ours, each in its own way."""
    good: dict[str, Any] = package(CUSTOMER)
    shipped = starters.read("followup").encode()

    def but(**changes: Any) -> bytes:
        return json.dumps({**good, **changes}).encode()

    def with_form(**changes: Any) -> bytes:
        return json.dumps(package({**CUSTOMER, **changes})).encode()

    return {
        "empty": b"",
        "cut in half": shipped[: len(shipped) // 2],
        "cut inside a character": '{"app": "客'.encode()[:-1],
        "a picture": b"\x89PNG\r\n\x1a\n\x00\x00",
        "a list": b"[]",
        "a number": b"1e999999",
        "very deep": b"[" * 100_000 + b"]" * 100_000,
        "a key twice": b'{"app": "shop", "app": "other"}',
        "of a newer format": but(**{"$schema": "urn:formwright:package:2"}),
        "for a newer release": but(requires=">=99.0"),
        "of no app": but(app="../etc"),
        "without forms it names": but(samples=[{"form": "nothing", "key": "a", "values": {}}]),
        "with a script in it": with_form(script="alert(1)"),
        "with an unknown field type": with_form(properties={"a": {"fw": {"type": "python"}}}),
        "of another app": with_form(**{"$id": "urn:formwright:followup:customer"}),
        "of 10,000 forms": but(definitions={"app": factory.app(), "forms": [{}] * 10_000}),
        "whose golden case fails": but(cases=[WRONG]),
        "whose sample is not valid": but(samples=[{"form": "customer", "key": "a", "values": {}}]),
        "with the same form twice": but(definitions={"app": factory.app(), "forms": [CUSTOMER, CUSTOMER]}),
    }


@pytest.mark.parametrize("name", hostile())
def test_a_hostile_package_is_refused_in_words_and_leaves_nothing(world: World, name: str) -> None:
    before = world.stored()

    answer = upload(world, hostile()[name], samples="yes")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "Nothing was installed." in answer.text
    assert world.stored() == before
    with world.app.app_context():
        assert db.session.scalar(select(App.id).where(App.key == "shop")) is None


def test_a_file_must_be_chosen_and_a_shipped_app_must_exist(world: World) -> None:
    assert world.browsers["dora"].post("/gallery/upload").status_code == 422
    assert world.browsers["dora"].post("/gallery/install", data={"name": "../secrets"}).status_code == 404


def test_an_exported_app_carries_its_records_to_another_server(world: World, tmp_path: Any) -> None:
    customer = world.make("customer", name="Carried along", grade="A")
    world.make("contact", customer=customer, name="Their contact")

    answer = world.browsers["anna"].get("/gallery/followup/export?samples=yes")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="followup.json"'
    carried = json.loads(answer.text)
    carried["cases"] = []
    other = _app_for(f"sqlite:///{tmp_path / 'other.db'}", home=tmp_path / "elsewhere")
    with other.app_context():
        schema.upgrade()
        with transaction():
            result = packages.install(None, carried)
        again = packages.export("followup", samples=True)
        assert [form.key for form in lookup.forms("followup")]
        db.session.remove()
        db.engine.dispose()
    assert result.samples == len(carried["samples"])
    names = [sample["values"].get("name") for sample in again["samples"]]
    assert "Carried along" in names and "Their contact" in names


def test_an_export_carries_no_record_that_its_reader_may_not_read(world: World) -> None:
    world.make("customer", name="Not for designers", grade="A")
    carried = json.loads(world.browsers["dora"].get("/gallery/followup/export?samples=yes").text)
    assert carried["samples"] == []


def test_what_is_exported_without_data_carries_none(world: World) -> None:
    assert "samples" not in json.loads(world.browsers["dora"].get("/gallery/followup/export").text)
    assert world.browsers["dora"].get("/gallery/nothing/export").status_code == 404


def test_uninstalling_asks_for_the_name_and_takes_the_app_from_every_page(world: World) -> None:
    world.browsers["dora"].post("/gallery/install", data={"name": "leave", "samples": "yes"})
    asking = world.browsers["dora"].get("/gallery/leave/uninstall")
    assert "2 records" in asking.text and "2 automations" in asking.text

    wrong = world.browsers["dora"].post("/gallery/leave/uninstall", data={"typed": "Leave"})
    assert (wrong.status_code, world.browsers["anna"].get("/apps/leave/").status_code) == (422, 303)
    done = world.browsers["dora"].post("/gallery/leave/uninstall", data={"typed": "请假管理"})

    assert (done.status_code, done.location) == (303, "/gallery/")
    for address in ("/apps/leave/", "/apps/leave/forms/request/", "/apps/leave/app/leave/design/"):
        assert world.browsers["anna"].get(address).status_code == 404
    for address in ("/", "/gallery/", "/inbox/", "/admin/runs", "/admin/deliveries", "/admin/users"):
        assert world.browsers["anna"].get(address).status_code == 200


def test_installing_again_brings_the_records_back_once(world: World) -> None:
    world.browsers["dora"].post("/gallery/install", data={"name": "leave", "samples": "yes"})

    assert world.browsers["anna"].get("/apps/leave/forms/request/").text.count("/leave/forms/request/1/") > 0
    with world.app.app_context():
        assert [count for _title, count in uninstalling.loss("leave").forms] == [2]
