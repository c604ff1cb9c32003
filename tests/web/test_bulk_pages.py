"""The pages of a change of many: nothing begins unasked, twice or otherwise than it was shown; nothing is told of what
is hidden.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from runtime import access
from runtime.bulk import asking, seen
from runtime.bulk.models import Bulk
from runtime.db import _writing as is_writing
from runtime.db import db
from tests.builder.factory import field, form, package
from tests.support.world import World, records, world_on
from tests.web.test_bulk import BULK, CUSTOMERS, begun, made, opened, posted, shown

# Keys as the pages' own controls were once called, and fields that are chosen step by step.
NAMES = ("count", "seen", "step", "field", "all", "view", "filter", "q", "silent", "once")
TREE = field("tree_choice", {"enum": ["hw", "pumps"]}, parents={"pumps": "hw"})
ORDER = form(
    "order",
    {**{name: field("text") for name in NAMES}, "part": TREE, "above": field("reference", form="order")},
    title_field="count",
)
ORDERS = "/apps/shop/forms/order"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("bulk"), WTF_CSRF_ENABLED=False) as found:
        found.install(package(ORDER))
        yield found


def order(world: World, **values: Any) -> int:
    answer = world.api("anna")("POST", records("order", app="shop"), json={"values": values})
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def page_of(world: World, record_id: int, *fields: str) -> dict[str, Any]:
    """What the page posts that asks for values of orders."""
    asked = {"_record": str(record_id), "_step": "set", "_field": list(fields)}
    return {**asked, **posted(world.browsers["anna"].post(f"{ORDERS}/bulk", data=asked).text)}


def stored(world: World, record_id: int) -> dict[str, Any]:
    found: dict[str, Any] = world.api("anna")("GET", records("order", record_id, app="shop")).json["values"]
    return found


def number(world: World) -> int:
    with world.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Bulk)) or 0


@pytest.mark.parametrize("deed", ["search:above", "search:part"])
def test_a_button_inside_a_control_only_draws_the_page_again(world: World, deed: str) -> None:
    above, mine = order(world, count="Above"), order(world, count="Mine")
    before = number(world)
    sent = {**page_of(world, mine, "above", "part"), "above": "", "part": ["hw"], "_find.above": "Abo"}
    drawn = world.browsers["anna"].post(f"{ORDERS}/bulk/begin", data={**sent, "_do": deed})
    assert (drawn.status_code, number(world)) == (200, before)
    assert f'<option value="{above}">' in drawn.text and 'value="pumps"' in drawn.text


def test_the_next_level_can_be_asked_for_with_scripts_too(world: World) -> None:
    asked = {"_record": str(order(world, count="Steps")), "_step": "set", "_field": "part"}
    page = world.browsers["anna"].post(f"{ORDERS}/bulk", data=asked).text
    assert "<noscript" not in page[page.index("fw-steps") :].partition("search:part")[0]


def test_fields_may_be_called_as_the_controls_of_the_page_are(world: World) -> None:
    mine = order(world, count="Named")
    sent = {**page_of(world, mine, *NAMES), **{name: f"the {name}" for name in NAMES}}
    answer = world.browsers["anna"].post(f"{ORDERS}/bulk/begin", data=sent)
    assert answer.status_code == 303, answer.text
    world.work()
    assert {name: stored(world, mine)[name] for name in NAMES} == {name: f"the {name}" for name in NAMES}


def test_as_many_but_other_records_are_shown_before_they_are_deleted(world: World) -> None:
    ids = made(world, "Swapped", 2)
    mia, wanted = world.browsers["mia"], {"_all": "1", "_q": "Swapped", "_step": "delete"}
    sent = {**wanted, **posted(mia.post(BULK, data=wanted).text)}
    gone = world.api("anna")("DELETE", records("customer", ids[0]), headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    made(world, "Swapped too", 1)
    again = mia.post(f"{BULK}/begin", data=sent)
    assert (again.status_code, "Swapped too 0" in again.text) == (409, True)


def test_a_second_press_begins_nothing_more(world: World) -> None:
    ids, before = made(world, "Twice", 2, grade="A"), number(world)
    sent = {**opened(world, ids, "mia", "grade"), "grade": "B"}
    first, second = (world.browsers["mia"].post(f"{BULK}/begin", data=sent) for _press in range(2))
    assert first.location == second.location and number(world) == before + 1
    assert "This page was sent before" in shown(world.browsers["mia"], second)
    world.work()


def test_the_key_of_another_person_begins_and_shows_nothing(world: World) -> None:
    sent = {**opened(world, made(world, "Foreign", 1), "mia", "grade"), "grade": "B"}
    theirs = world.browsers["mia"].post(f"{BULK}/begin", data=sent)
    before = number(world)
    max_ids = [world.api("max").made("customer", name="Of Max", grade="A")]
    own = {**opened(world, max_ids, "max", "grade"), "grade": "B", "_once": sent["_once"]}
    answer = world.browsers["max"].post(f"{BULK}/begin", data=own)
    assert answer.status_code == 303 and answer.location != theirs.location and number(world) == before
    for deed in ("cancel", "undo", "go_on"):
        assert world.browsers["max"].post(theirs.location, data={"do": deed}).status_code == 404
    without = world.browsers["max"].post(f"{BULK}/begin", data={**own, "_once": ""})
    assert (without.status_code, number(world)) == (409, before)
    world.work()


def test_a_field_that_went_is_told_and_one_without_a_value_is_not_emptied(world: World) -> None:
    mine, before = order(world, count="Told"), number(world)
    sent = page_of(world, mine, "count", "step")
    gone = world.browsers["anna"].post(
        f"{ORDERS}/bulk/begin", data={**sent, "_field": ["count", "went"], "count": "x", "went": "y"}
    )
    assert gone.status_code == 409 and "can no longer be changed here" in gone.text
    silent = world.browsers["anna"].post(f"{ORDERS}/bulk/begin", data={**sent, "count": "x"})
    assert silent.status_code == 409 and "can no longer be changed here" in silent.text
    only = world.browsers["anna"].post(f"{ORDERS}/bulk/begin", data={**sent, "_field": "went", "went": "y"})
    assert only.status_code == 422 and "can no longer be changed here" in only.text
    assert number(world) == before and stored(world, mine) == {"count": "Told"}


def test_the_page_tells_nothing_of_a_field_that_is_hidden_since(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = begun(world, made(world, "Hidden", 1, grade="A"), grade="B")
    world.work()
    assert "Fields: Grade" in shown(world.browsers["mia"], answer)
    real = access.fields

    def hides(user: Any, form: Any) -> access.FieldRights:
        return access.FieldRights(real(user, form).hidden | {"grade"})

    monkeypatch.setattr(access, "fields", hides)
    assert "Fields:" not in shown(world.browsers["mia"], answer)


def test_changes_of_hidden_fields_do_not_keep_a_record_from_being_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = made(world, "Seen", 2, grade="A")
    wanted = {"_record": list(map(str, ids)), "_step": "delete"}
    sent = {**wanted, **posted(world.browsers["mia"].post(BULK, data=wanted).text)}
    for each, field_key in zip(ids, ("grade", "address"), strict=True):
        change = {"json": {"values": {field_key: "B"}}, "headers": {"If-Match": '"1"'}}
        assert world.api("anna")("PATCH", records("customer", each), **change).status_code == 200
    answer = world.browsers["mia"].post(f"{BULK}/begin", data=sent)
    real = access.fields

    def hides(user: Any, form: Any) -> access.FieldRights:
        return access.FieldRights(real(user, form).hidden | {"grade"})

    with monkeypatch.context() as patch:
        patch.setattr(access, "fields", hides)
        world.work()
    told = shown(world.browsers["mia"], answer)
    assert "Deleted: 1" in told and "Somebody changed this meanwhile: Address" in told
    assert "hidden field" not in told


def test_reading_what_was_chosen_keeps_nobody_from_writing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, real = [], asking.chosen

    def chosen(*given: Any) -> asking.Chosen:
        held.append(is_writing.get())
        return real(*given)

    monkeypatch.setattr(asking, "chosen", chosen)
    begun(world, made(world, "Read", 1, grade="A"), grade="B")
    world.work()
    assert held == [False, False]


def test_what_was_seen_is_packed_and_tampering_with_it_means_to_look_again() -> None:
    found = [(number, 1 if number < 200 else number % 3) for number in range(1, 250)]
    ids = [record_id for record_id, _revision in found]
    text = seen.packed(found)
    assert seen.revisions(text, ids) == [revision for _id, revision in found]
    assert len(text) < 250
    digest = text.partition(".")[0]
    assert seen.revisions(text, ids[1:]) is None
    for runs in ("", "1", "1x", "x249", "1x999999999", "1x99999999999", "-1x249", "1x250", "²x249"):
        assert seen.revisions(f"{digest}.{runs}", ids) is None
    assert seen.revisions("", []) is None


def test_the_list_and_the_pages_agree_on_the_names(world: World) -> None:
    page = world.browsers["mia"].get(f"{CUSTOMERS}/?q=Swapped").text
    assert 'name="_q" value="Swapped"' in page and 'name="_all"' in page
