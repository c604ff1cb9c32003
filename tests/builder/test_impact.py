"""What publishing does to what is stored, told beforehand: counts, the first records, people who lose a right."""

import gc
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.accounts.models import User, UserRole
from runtime.db import transaction
from runtime.definitions.documents import Form
from tests.builder.test_publishing_choices import CUSTOMER, changed, customer, published, require, version
from tests.support.world import World, world_on

APP = "/apps/followup/app/followup/design"
both = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on(getattr(request, "param", "sqlite"), request, tmp_path) as found:
        yield found


def page(world: World, who: str = "anna", base: str = CUSTOMER) -> str:
    """The publish page with plain spaces."""
    return " ".join(world.browsers[who].get(f"{base}/publish").text.split())


def told(text: str, sentence: str) -> int:
    """The count beside a sentence; 0 when it is not there."""
    found = re.search(rf"<strong>{re.escape(sentence)}</strong>: (\d+)", text)
    return int(found[1]) if found else 0


def linked(text: str) -> list[int]:
    """The records that the page names."""
    return [int(each) for each in re.findall(r'href="/apps/followup/forms/customer/(\d+)/"', text)]


def unique_address(document: dict[str, Any]) -> None:
    document["fw"]["unique"] = [*document["fw"].get("unique", []), ["address"]]


def hide_address(role: str, right: str) -> Any:
    return lambda document: document["properties"]["address"]["fw"].update(access={role: right})


@both
def test_records_that_share_what_no_two_may_are_counted_and_named(world: World) -> None:
    same = [customer(world, address="Main Street 1") for _each in range(6)]
    other = customer(world, address="Old Road 2")
    customer(world)
    changed(world, "customer", unique_address)
    text = page(world)
    assert told(text, "Records that share the same Address, which no two may") == 6
    assert len(linked(text)) == 5 and set(linked(text)) < set(same) and other not in linked(text)
    refused = published(world, "form/customer")
    assert refused.status_code == 422 and version(world, "customer") == 1
    assert "Some records already share the same Address. Change them first, then publish." in refused.text


def test_a_unique_rule_that_nothing_offends_is_not_told_of(world: World) -> None:
    customer(world, address="Main Street 1")
    changed(world, "customer", unique_address)
    assert "which no two may" not in page(world)
    assert published(world, "form/customer").status_code == 303


@both
def test_the_first_records_that_a_question_is_about_are_named(world: World) -> None:
    full = customer(world, address="Old Road 2")
    empty = [customer(world) for _each in range(7)]
    changed(world, "customer", require("address"))
    text = page(world)
    assert told(text, "Address becomes required") >= 7
    assert len(linked(text)) == 5 and full not in linked(text)
    assert page(world, "dora").count("Such as") == 0, "Dora may read no customers"
    assert empty


TOLD = (
    "Phone becomes required",
    "Phone may have at most 5 characters",
    "Records that share the same Phone, which no two may",
    "Address becomes required",
    "Address may have at most 5 characters",
    "Records that share the same Address, which no two may",
)


@both
def test_counts_and_names_are_of_what_the_publisher_may_see(world: World) -> None:
    dora = world.ids["dora"]
    with world.app.app_context(), transaction() as session:
        session.get_one(User, dora).roles = [UserRole(app="followup", role="sales")]
    own = customer(world, owner=dora, address="Main Street 1", phone="13800000001")
    changed(world, "customer", hide_address("sales", "hidden"))
    published(world, "form/customer", narrows="yes")

    def narrower(form: dict[str, Any]) -> None:
        hide_address("sales", "hidden")(form)
        for key in ("address", "phone"):
            require(key)(form)
            form["properties"][key]["maxLength"] = 5
        form["fw"]["unique"] = [*form["fw"].get("unique", []), ["address"], ["phone"]]

    changed(world, "customer", narrower)
    counts = {who: [told(page(world, who), each) for each in TOLD] for who in ("dora", "anna")}
    customer(world, owner=world.ids["eve"], address="Main Street 1", phone="13800000001")
    customer(world, owner=world.ids["eve"])
    text = page(world, "dora")
    assert [told(text, each) for each in TOLD] == counts["dora"]
    assert counts["dora"][3:] == [0, 0, 0] and own in linked(text)
    assert text.count("Counted by what you may see of the records that you may read.") == len(TOLD)
    more = [told(page(world), each) - before for each, before in zip(TOLD, counts["anna"], strict=True)]
    assert more == [1, 1, 2, 1, 1, 2]
    assert "Counted by" not in page(world)


def test_people_who_lose_a_right_on_a_field_are_counted(world: World) -> None:
    changed(world, "customer", hide_address("sales", "hidden"))
    assert told(page(world), "People who can no longer see Address") == 2  # Bob and Eve
    changed(world, "customer", hide_address("reader", "read"))
    text = page(world)
    assert told(text, "People who can no longer edit Address") == 1
    assert told(text, "People who can no longer see Address") == 0


def test_whoever_takes_rights_away_confirms_it(world: World) -> None:
    changed(world, "customer", hide_address("sales", "hidden"))
    refused = published(world, "form/customer")
    assert refused.status_code == 422 and 'id="narrows-1-error"' in refused.text
    assert published(world, "form/customer", narrows="yes").status_code == 303
    assert "narrows" not in page(world)


def drafts_kept() -> int:
    gc.collect()
    return sum(type(each) is Form and not each.version_id for each in gc.get_objects())


def test_a_draft_is_not_kept_in_memory_once_it_was_looked_at(world: World) -> None:
    changed(world, "customer", hide_address("sales", "hidden"))
    page(world)
    before = drafts_kept()
    page(world)
    page(world)
    assert drafts_kept() == before


def test_people_who_lose_a_right_on_records_are_counted(world: World) -> None:
    def without_customers(app: dict[str, Any]) -> None:
        own = next(role for role in app["roles"] if role["key"] == "reader")
        own["grants"] = [grant for grant in own["grants"] if grant["form"] != "customer"]

    changed(world, "followup", without_customers, kind="app")
    text = page(world, base=APP)
    assert told(text, "People who see fewer records of Customer") == 1
    assert "fewer records of Follow-up" not in text


def test_nobody_loses_anything_by_a_wider_right(world: World) -> None:
    def wider(app: dict[str, Any]) -> None:
        for role in app["roles"]:
            for grant in role.get("grants", ()):
                grant["scope"] = "all"

    changed(world, "followup", wider, kind="app")
    assert "People who" not in page(world, base=APP)


def test_nobody_who_may_still_add_records_is_counted_as_losing_that(world: World) -> None:
    def moved(app: dict[str, Any]) -> None:
        for role in app["roles"]:
            for grant in role.get("grants", ()):
                if "create" in grant["actions"]:
                    grant["scope"] = "unowned"

    changed(world, "followup", moved, kind="app")
    text = page(world, base=APP)
    assert "can no longer add records" not in text and "People who can edit fewer records" in text


def test_the_page_says_which_version_it_will_be(world: World) -> None:
    changed(world, "customer", require("address"))
    assert "becomes version 2" in page(world)
    published(world, "form/customer")
    assert "becomes version" not in page(world)
