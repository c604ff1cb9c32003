"""Comments on a record: written, changed, deleted; who sees them and who is told; gone with the record."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import count

import pytest
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from runtime import comments
from runtime.accounts.models import User, UserRole
from runtime.comments.models import Comment
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.notifications.models import Delivery, Notice
from runtime.records import query
from tests.support.effort import calls
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


def marks(page: str) -> str:
    """The mark of the only comment that can be changed on a page."""
    (found,) = re.findall(r'name="_seen" value="([^"]*)"', page)
    return unescape(found)


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


def test_who_is_mentioned_again_after_his_mention_was_taken_out_is_not_told_twice(
    world: World, customer: int, context: None
) -> None:
    say(world, "bob", customer, "@mia please")
    address = f"{CUSTOMERS}{customer}/comments/{said(customer)[0].id}"

    for text in ("Nobody", "@mia *again*"):
        assert world.browsers["bob"].post(address, data={"text": text}).status_code == 303

    db.session.rollback()
    assert len(told(customer)) == 2
    body = select(Notice.body).join(Delivery, Delivery.id == Notice.delivery_id)
    assert "@mia *again*" in db.session.scalars(body.where(Delivery.record_id == customer)).one()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Mia, @rita. @@bob", {"mia", "rita", "bob"}),
        ("@mias @ritaX x@bob _@anna", set()),
        ("（@mia请看）@BOB", {"mia", "bob"}),
    ],
)
def test_a_name_after_an_at_is_a_mention_where_it_is_a_word(
    world: World, customer: int, context: None, text: str, who: set[str]
) -> None:
    form = lookup.form("followup", "customer")
    record = query.get(db.session.get_one(User, world.ids["bob"]), form, customer)

    assert {each.name.lower() for each in comments.read(form, record, text).mentioned} == who


def test_many_mentions_cost_no_search_for_each_person(world: World, customer: int, context: None) -> None:
    form = lookup.form("followup", "customer")
    record = query.get(db.session.get_one(User, world.ids["bob"]), form, customer)
    comments.read(form, record, "@mia")

    once, often = (
        calls(lambda text=text: comments.read(form, record, text)) for text in ("@mia", "@mia " * 2000)
    )  # type: ignore[misc]

    assert often < once + 15 * 2000


def test_whoever_may_read_the_record_is_offered_after_however_many_who_may_not(
    world: World, customer: int, context: None
) -> None:
    with transaction() as session:
        for number in range(120):
            one = User(name=f"Aa Mi {number}", email=f"aa{number}@example.com", search_text=f"aa mi {number}")
            one.department_id = world.departments["South"]
            one.roles = [UserRole(app="followup", role="sales")]
            session.add(one)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *about: statements.append(about[2]))

    found = world.browsers["bob"].get(f"{CUSTOMERS}{customer}/people?q=mi").text

    assert re.findall(r'data-label="([^"]*)"', found) == ["Mia"]
    assert len([each for each in statements if each.startswith("SELECT")]) < 15
    assert "data-label" not in world.browsers["bob"].get(f"{CUSTOMERS}{customer}/people?q=mi+zz").text


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


def test_a_comment_that_was_changed_elsewhere_is_replaced_only_by_who_has_seen_it(
    world: World, customer: int, context: None
) -> None:
    say(world, "bob", customer, "First")
    address, client = f"{CUSTOMERS}{customer}/comments/{said(customer)[0].id}", world.browsers["bob"]
    seen = marks(client.get(f"{CUSTOMERS}{customer}/").text)
    assert client.post(address, data={"text": "On the phone", "_seen": seen}).status_code == 303

    refused = client.post(address, data={"text": "At the desk", "_seen": seen})
    deleted = client.post(address, data={"text": "At the desk", "_seen": seen, "_do": "delete"})

    assert refused.status_code == deleted.status_code == 409
    assert "At the desk" in refused.text and "On the phone" in refused.text
    assert client.post(address, data={"text": "On the phone", "_seen": seen}).status_code == 303
    again = client.post(address, data={"text": "At the desk", "_seen": marks(refused.text)})
    db.session.rollback()
    assert again.status_code == 303 and [each.text for each in said(customer)] == ["At the desk"]


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


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_another_comment_from_a_page_that_was_sent_before_stays_typed_and_can_be_sent(
    world: World, customer: int, context: None, headers: dict[str, str]
) -> None:
    address, token = f"{CUSTOMERS}{customer}/comments", f"token {next(_numbers)}"
    say(world, "bob", customer, "One", _once=token)

    refused = world.browsers["bob"].post(address, data={"text": "Two", "_once": token}, headers=headers)

    assert refused.status_code == 409 and "Two" in refused.text
    fresh = re.findall(r'name="_once" value="([^"]*)"', refused.text)
    assert say(world, "bob", customer, "Two", _once=fresh[0]).status_code == 303
    assert [each.text for each in said(customer)] == ["One", "Two"]


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
    assert api("POST", path, json={"text": "Another"}, headers=once).status_code == 409
    assert api("POST", path, json={"text": 5}).status_code == 400
    assert api("POST", path, json={"text": " "}).status_code == 422
    told = api("GET", records("customer", f"{customer}/timeline")).json["items"]
    assert [(each["body"], each["comment"]) for each in told if each["kind"] == "comment"] == [
        ("By a *program*", first.json["id"])
    ]
