"""The page of the trash and its API: what they show, to whom, and what their buttons do."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from runtime.automations.models import Timer
from runtime.db import db
from runtime.times import now, today
from tests.builder.factory import field, form, package, save_and_publish
from tests.support.world import World, records, world_on

AREA = form("area", {"name": field("text")}, title_field="name")
TASK = form(
    "task",
    {
        "name": field("text"),
        "secret": field("text"),
        "parent": field("reference", form="task", on_delete="delete"),
        "area": field("reference", form="area", title="Area"),
    },
    title_field="name",
)
TASKS = "/apps/shop/forms/task/trash"
CUSTOMERS = "/apps/followup/forms/customer"
TRASH = f"{CUSTOMERS}/trash"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("trash"), WTF_CSRF_ENABLED=False) as found:
        yield found


def deleted(world: World, name: str, who: str = "mia") -> int:
    """A customer of this person that was deleted on its page."""
    record_id = world.api(who).made("customer", name=name)
    answer = world.browsers[who].post(f"{CUSTOMERS}/{record_id}/delete", data={"_rev": "1"})
    assert answer.status_code == 303
    return record_id


def names(world: World, who: str) -> list[str]:
    page = world.browsers[who].get(TRASH).text
    return re.findall(r'class="fw-title">([^<]+)<', page)


def test_who_deleted_what_is_shown_and_what_is_chosen_comes_back(world: World) -> None:
    first, second = deleted(world, "Acme"), deleted(world, "Bolt")
    page = world.browsers["mia"].get(TRASH).text
    assert names(world, "mia")[:2] == ["Bolt", "Acme"]
    assert ">Mia<" in page and "Remove for good" not in page
    assert TRASH in world.browsers["mia"].get(f"{CUSTOMERS}/").text

    answer = world.browsers["mia"].post(TRASH, data={"record": [str(first), str(second), "x", "9" * 30]})

    assert answer.status_code == 303
    page = world.browsers["mia"].get(TRASH).text
    assert page.count("2 records are back.") == 1
    assert {"Acme", "Bolt"}.isdisjoint(names(world, "mia"))
    story = world.browsers["mia"].get(f"{CUSTOMERS}/{first}/").text
    assert "Mia brought the record back from the trash." in story and "Mia deleted the record." in story


def test_others_see_only_what_they_might_have_deleted(world: World) -> None:
    mine = deleted(world, "Only Mia's")
    assert "Only Mia&#39;s" in world.browsers["mia"].get(TRASH).text
    assert "Only Mia&#39;s" not in world.browsers["max"].get(TRASH).text
    assert world.browsers["max"].post(TRASH, data={"record": str(mine)}).status_code == 303
    assert world.api("mia")("GET", records("customer", mine)).status_code == 404


def test_the_trash_is_paged(world: World) -> None:
    for number in range(51):
        made = world.api("max").made("customer", name=f"Paged {number:02}")
        address = records("customer", made)
        assert world.api("max")("DELETE", address, headers={"If-Match": '"1"'}).status_code == 204
    page = world.browsers["max"].get(TRASH).text
    older = re.search(r'href="([^"]*before=\d+)"', page)
    assert older is not None
    assert page.count('name="record"') == 50
    assert "Paged 00" in world.browsers["max"].get(older[1]).text
    listed = world.api("max")("GET", "/apps/followup/forms/customer/trash").json
    rest = world.api("max")("GET", f"/apps/followup/forms/customer/trash?after={listed['next']}").json
    assert (len(listed["items"]), listed["items"][0]["values"]["name"]) == (50, "Paged 50")
    assert [each["values"]["name"] for each in rest["items"]] == ["Paged 00"]
    assert world.api("max")("GET", "/apps/followup/forms/customer/trash?after=x").status_code == 400


def test_only_administrators_remove_for_good_and_are_asked_first(world: World) -> None:
    doomed = deleted(world, "Doomed")
    purge = f"{TRASH}/purge"
    assert world.browsers["mia"].post(purge, data={"record": str(doomed), "sure": "yes"}).status_code == 403
    asked = world.browsers["anna"].post(purge, data={"record": str(doomed)})
    assert (asked.status_code, "Remove 1 record for good?" in asked.text) == (200, True)
    assert "Doomed" in names(world, "mia")

    answer = world.browsers["anna"].post(purge, data={"record": str(doomed), "sure": "yes"})

    assert answer.status_code == 303
    assert "Doomed" not in names(world, "mia")
    world.work()
    assert world.browsers["anna"].post(TRASH, data={"record": str(doomed)}).status_code == 303
    assert world.api("anna")("GET", records("customer", doomed)).status_code == 404


def test_programs_bring_back_and_remove_as_people_do(world: World) -> None:
    one, two = deleted(world, "By program"), deleted(world, "Gone by program")
    path = "/apps/followup/forms/customer/trash"
    back = world.api("mia")("POST", f"{path}/{one}/restore")
    assert (back.status_code, back.json["revision"], back.json["emptied"]) == (200, 3, [])
    assert back.headers["ETag"] == '"3"'
    assert world.api("mia")("POST", f"{path}/{one}/restore").status_code == 404
    assert world.api("mia")("DELETE", f"{path}/{two}").status_code == 403
    assert world.api("anna")("DELETE", f"{path}/{two}").status_code == 204
    assert world.api("anna")("DELETE", f"{path}/{two}").status_code == 404


def test_what_was_planned_for_a_record_is_planned_again_from_the_present(world: World) -> None:
    def planned() -> int:
        with world.app.app_context():
            own = select(Timer.id).where(Timer.state == "planned", Timer.due_at > now())
            return len(db.session.scalars(own).all())

    customer = world.api("mia").made("customer", name="Timed")
    before = planned()
    visit = world.follow_up("mia", customer, today("Asia/Shanghai"))
    with_it = planned()
    assert with_it > before

    address = f"/apps/followup/forms/visit/{visit}/delete"
    assert world.browsers["mia"].post(address, data={"_rev": "1"}).status_code == 303
    assert planned() == before

    world.browsers["mia"].post("/apps/followup/forms/visit/trash", data={"record": str(visit)})
    assert planned() == with_it


@pytest.fixture(scope="module")
def tasks(world: World) -> World:
    """Tasks that go with the one above them, and areas."""
    world.install(package(AREA, TASK))
    return world


def task(world: World, **values: object) -> int:
    answer = world.api("anna")("POST", records("task", app="shop"), json={"values": values})
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def drop(world: World, form: str, record_id: int) -> None:
    address = records(form, record_id, app="shop")
    assert world.api("anna")("DELETE", address, headers={"If-Match": '"1"'}).status_code == 204


def test_a_record_and_what_went_with_it_are_chosen_together(tasks: World) -> None:
    above = task(tasks, name="Above")
    below = task(tasks, name="Below", parent=above)
    drop(tasks, "task", above)

    answer = tasks.browsers["anna"].post(TASKS, data={"record": [str(above), str(below)]})

    assert answer.status_code == 303
    assert "2 records are back." in tasks.browsers["anna"].get(TASKS).text
    found = tasks.api("anna")("GET", records("task", below, app="shop")).json["values"]
    assert found == {"name": "Below", "parent": above}


def test_records_that_go_with_each_other_are_not_deleted(tasks: World) -> None:
    one = task(tasks, name="One")
    other = task(tasks, name="Other", parent=one)
    api, path = tasks.api("anna"), records("task", one, app="shop")
    circle = {"json": {"values": {"parent": other}}, "headers": {"If-Match": '"1"'}}
    assert api("PATCH", path, **circle).status_code == 200

    refused = api("DELETE", path, headers={"If-Match": '"2"'})

    assert (refused.status_code, "1 record of Task" in refused.text) == (409, True)
    assert api("GET", records("task", other, app="shop")).status_code == 200


def test_the_page_says_which_references_are_empty_now(tasks: World) -> None:
    area = tasks.api("anna")("POST", records("area", app="shop"), json={"values": {"name": "North"}}).json[
        "id"
    ]
    lonely = task(tasks, name="Lonely", area=area)
    drop(tasks, "task", lonely)
    drop(tasks, "area", area)

    answer = tasks.browsers["anna"].post(TASKS, data={"record": str(lonely)})

    assert (answer.status_code, "1 record is back." in answer.text) == (200, True)
    assert "Lonely is back. What these pointed to is gone, so they are empty now: Area." in answer.text


def test_programs_get_nothing_of_a_field_that_left_the_form(tasks: World) -> None:
    drop(tasks, "task", task(tasks, name="Known", secret="unseen"))
    left = {key: one for key, one in TASK["properties"].items() if key != "secret"}
    with tasks.app.app_context():
        save_and_publish("form", "task", {**TASK, "properties": left})

    listed = tasks.api("anna")("GET", "/apps/shop/forms/task/trash").json["items"]

    assert listed[0]["values"] == {"name": "Known"}
