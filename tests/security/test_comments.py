"""Comments on a record: written, changed, deleted; who sees them and who is told; gone with the record."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import count

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from runtime import comments
from runtime.comments.models import Comment
from runtime.db import db
from runtime.definitions import lookup
from runtime.notifications.models import Delivery, Notice
from tests.support.world import World, records

CUSTOMERS = "/apps/followup/forms/customer/"
_numbers = count()
HTMX = {"HX-Request": "true", "HX-Target": "section#story"}


@pytest.fixture
def customer(world: World) -> int:
    """A customer of Bob's, whom Mia (his manager) and Rita (a reader) may read, and Eve may not."""
    return world.api("bob").made("customer", name=f"Acme {next(_numbers)}")


@pytest.fixture
def context(world: World) -> Iterator[None]:
    """For looking into the database."""
    with world.app.app_context():
        yield


def say(world: World, who: str, customer: int, text: str, **more: str) -> TestResponse:
    """Post a comment as the page does."""
    return world.browsers[who].post(f"{CUSTOMERS}{customer}/comments", data={"text": text, **more})


def said(customer: int) -> list[Comment]:
    """What is stored, oldest first."""
    return comments.about(lookup.form("followup", "customer"), customer)[::-1]


def told(customer: int) -> set[tuple[int, str]]:
    """Whom deliveries about the record are for, and by which way."""
    found = select(Delivery).where(Delivery.record_id == customer, Delivery.comment_id.is_not(None))
    return {(each.user_id, each.channel) for each in db.session.scalars(found)}


def test_a_comment_stands_in_the_timeline_and_is_no_markup_of_its_writer(world: World, customer: int) -> None:
    answer = say(
        world,
        "bob",
        customer,
        "**Call** them\n<script>alert(1)</script> [x](javascript:alert(1)) https://a.example/?b=1.",
    )
    page = world.browsers["mia"].get(f"{CUSTOMERS}{customer}/").text

    assert answer.status_code == 303 and answer.location.endswith("#story")
    assert 'href="https://a.example/?b=1"' in page
    assert "<strong>Call</strong>" in page and "Bob wrote:" in unescape(page)
    assert "<script>alert" not in page and 'href="javascript:' not in page


def test_who_may_not_read_the_record_neither_reads_nor_writes_comments(world: World, customer: int) -> None:
    say(world, "bob", customer, "Between us")

    assert say(world, "eve", customer, "Hello").status_code == 404
    assert world.browsers["eve"].get(f"{CUSTOMERS}{customer}/people").status_code == 404
    assert (
        world.api("eve")("POST", records("customer", f"{customer}/comments"), json={"text": "x"}).status_code
        == 404
    )
    assert "Between us" not in world.browsers["eve"].get(f"{CUSTOMERS}{customer}/").text


def test_who_is_mentioned_is_told_once_by_inbox_and_by_mail(
    world: World, customer: int, context: None
) -> None:
    ids = world.ids
    say(world, "bob", customer, "@mia please look, @eve and @bob too, mail x@mia.example")

    assert told(customer) == {(ids["mia"], "inbox"), (ids["mia"], "email")}
    notice = db.session.scalars(
        select(Notice).where(Notice.user_id == ids["mia"]).order_by(Notice.id.desc())
    ).first()
    assert notice is not None and "Acme" in notice.subject and notice.link == f"{CUSTOMERS}{customer}/"
    mine = said(customer)[0]
    world.browsers["bob"].post(f"{CUSTOMERS}{customer}/comments/{mine.id}", data={"text": "@mia @rita again"})
    db.session.rollback()
    assert {who for who, _way in told(customer)} == {ids["mia"], ids["rita"]}


def test_only_people_who_may_see_the_record_are_offered(world: World, customer: int) -> None:
    page = world.browsers["bob"].get(f"{CUSTOMERS}{customer}/people").text
    offered = set(re.findall(r'data-label="([^"]*)"', page))

    assert {"mia", "rita", "anna"} <= {name.lower() for name in offered}
    assert not {"eve", "stan", "max"} & {name.lower() for name in offered}
    found = world.browsers["bob"].get(f"{CUSTOMERS}{customer}/people?q=mi").text
    assert "data-label" in found and "rita" not in found.lower()


def test_a_comment_is_changed_and_deleted_by_its_writer_alone(
    world: World, customer: int, context: None
) -> None:
    say(world, "bob", customer, "First @mia")
    address = f"{CUSTOMERS}{customer}/comments/{said(customer)[0].id}"

    assert world.browsers["anna"].post(address, data={"text": "Mine"}).status_code == 404
    other = world.api("bob").made("customer", name=f"Ohm {next(_numbers)}")
    astray = address.replace(f"/{customer}/", f"/{other}/")
    assert world.browsers["bob"].post(astray, data={"text": "Mine"}).status_code == 404
    assert world.browsers["bob"].post(address, data={"text": "Second @mia"}).status_code == 303
    page = world.browsers["bob"].get(f"{CUSTOMERS}{customer}/").text
    assert "Second" in page and "First" not in page and "changed it later" in page
    assert address in page and address not in world.browsers["mia"].get(f"{CUSTOMERS}{customer}/").text
    assert world.browsers["bob"].post(address, data={"_do": "delete"}).status_code == 303
    db.session.rollback()
    assert said(customer) == []
    left = db.session.scalars(
        select(Delivery).where(Delivery.record_id == customer, Delivery.comment_id.is_not(None))
    )
    assert {(each.body, each.state) for each in left if each.channel == "email"} == {("", "skipped")}


@pytest.mark.parametrize(
    ("text", "says"),
    [("  \u200b ", "Write a comment."), ("x" * 10_001, "10000"), ("a\x00b", "cannot be stored")],
)
def test_what_cannot_be_stored_is_told_in_place_and_stays_typed(
    world: World, customer: int, text: str, says: str
) -> None:
    for headers in ({}, HTMX):
        answer = world.browsers["bob"].post(
            f"{CUSTOMERS}{customer}/comments", data={"text": text}, headers=headers
        )
        assert answer.status_code == 422
        assert says in answer.text
        assert text.strip(" \x00")[:20].split("\x00")[0] in answer.text
        assert ("<html" in answer.text) is not bool(headers)


def test_the_same_form_sent_twice_is_one_comment(world: World, customer: int, context: None) -> None:
    for _time in range(2):
        assert say(world, "bob", customer, "Once @mia", _once="one token").status_code == 303

    assert [each.text for each in said(customer)] == ["Once @mia"]
    assert len(told(customer)) == 2


def test_the_timeline_is_narrowed_to_a_part_and_htmx_gets_that_part_alone(
    world: World, customer: int
) -> None:
    say(world, "bob", customer, "Spoken about")
    client = world.browsers["bob"]

    assert "created the record" not in client.get(f"{CUSTOMERS}{customer}/?story=comments").text
    changes = client.get(
        f"{CUSTOMERS}{customer}/?story=changes", headers={**HTMX, "HX-Target": "div#story-list"}
    ).text
    assert "created the record" in changes
    assert "Spoken about" not in changes and 'id="comment"' not in changes
    assert client.get(f"{CUSTOMERS}{customer}/?story=%00").status_code == 200


def test_comments_wait_in_the_trash_with_their_record_and_go_for_good_with_it(
    world: World, customer: int, context: None
) -> None:
    say(world, "bob", customer, "Gone with it")
    api, trash = world.api("anna"), f"/apps/followup/forms/customer/trash/{customer}"

    def delete() -> None:
        tag = api("GET", records("customer", customer)).headers["ETag"]
        assert api("DELETE", records("customer", customer), headers={"If-Match": tag}).status_code == 204

    delete()
    assert world.browsers["bob"].get(f"{CUSTOMERS}{customer}/").status_code == 404
    assert api("POST", f"{trash}/restore").status_code == 200
    assert "Gone with it" in world.browsers["bob"].get(f"{CUSTOMERS}{customer}/").text
    delete()
    assert api("DELETE", trash).status_code == 204
    world.work()
    db.session.rollback()
    assert said(customer) == []


def test_programs_write_comments_and_read_them_in_the_timeline(world: World, customer: int) -> None:
    api, path = world.api("bob"), records("customer", f"{customer}/comments")
    once = {"Idempotency-Key": "a comment"}

    first, again = (api("POST", path, json={"text": "By a *program*"}, headers=once) for _time in range(2))
    assert (first.status_code, first.json) == (201, again.json)
    assert api("POST", path, json={"text": 5}).status_code == 400
    assert api("POST", path, json={"text": " "}).status_code == 422
    told = api("GET", records("customer", f"{customer}/timeline")).json["items"]
    assert [(each["body"], each["comment"]) for each in told if each["kind"] == "comment"] == [
        ("By a *program*", first.json["id"])
    ]
