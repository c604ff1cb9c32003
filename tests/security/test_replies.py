"""Answers to comments, their files, and what of them is new to whom."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import count

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from runtime.accounts.models import User
from runtime.comments.models import Comment, Seen
from runtime.db import db
from runtime.definitions import lookup
from runtime.files import StoredFile
from runtime.inbox import unread
from runtime.merging import doing
from tests.security.test_comments import CUSTOMERS, say, told
from tests.support.world import World, records

_numbers = count()


@pytest.fixture
def customer(world: World) -> int:
    """A customer of Bob's, whom Mia (his manager) and Rita (a reader) may read, and Eve may not."""
    return world.api("bob").made("customer", name=f"Watt {next(_numbers)}")


@pytest.fixture
def context(world: World) -> Iterator[None]:
    """For looking into the database."""
    with world.app.app_context():
        yield


def written(world: World, who: str, customer: int, text: str, **more: object) -> int:
    """The id of a comment that this person writes by a program."""
    path = records("customer", f"{customer}/comments")
    answer = world.api(who)("POST", path, json={"text": text, **more})
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def sent(world: World, who: str, customer: int, name: str = "plan.txt", data: bytes = b"plan") -> str:
    """The id of a file that this person sends for a comment."""
    path = records("customer", f"{customer}/comments/files?name={name}")
    answer = world.api(who)("POST", path, data=data, content_type="application/octet-stream")
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def got(world: World, who: str, address: str) -> TestResponse:
    """What stands at an address, closed again."""
    return world.browsers[who].get(address, buffered=True)


def page(world: World, who: str, customer: int) -> str:
    return world.browsers[who].get(f"{CUSTOMERS}{customer}/").text


def file_at(customer: int, key: str) -> str:
    return f"{CUSTOMERS}{customer}/comments/files/{key}"


def test_an_answer_stands_below_what_it_answers_and_its_writer_is_told(
    world: World, customer: int, context: None
) -> None:
    first = written(world, "mia", customer, "Shall we call?")
    written(world, "mia", customer, "Something else")

    assert say(world, "bob", customer, "Yes, **today**", reply_to=str(first)).status_code == 303

    shown = page(world, "mia", customer)
    thread = shown[shown.index(f'id="comment-{first}"') :]
    assert re.search(r"fw-replies.*<strong>today</strong>", thread, re.DOTALL)
    assert shown.index("today") < shown.index("Something else"), "who spoke last stands first"
    assert told(customer) == {(world.ids["mia"], "inbox"), (world.ids["mia"], "email")}
    assert "Bob answered you: Watt" in world.browsers["mia"].get("/inbox/").text


def test_an_answer_to_an_answer_stands_in_the_same_thread_and_tells_whom_it_answers(
    world: World, customer: int, context: None
) -> None:
    first = written(world, "mia", customer, "Shall we call?")
    answer = written(world, "rita", customer, "I would", reply_to=first)

    written(world, "bob", customer, "@mia and I do", reply_to=answer)

    rows = db.session.scalars(select(Comment.reply_to).where(Comment.record_id == customer)).all()
    assert sorted(rows, key=bool) == [None, first, first]
    ids = world.ids
    assert told(customer) == {(ids[who], way) for who in ("mia", "rita") for way in ("inbox", "email")}


def test_what_answers_a_deleted_comment_stays(world: World, customer: int) -> None:
    first = written(world, "bob", customer, "Shall we call?")
    written(world, "mia", customer, "Tomorrow", reply_to=first)

    world.browsers["bob"].post(f"{CUSTOMERS}{customer}/comments/{first}", data={"_do": "delete"})

    shown = page(world, "bob", customer)
    assert "Shall we call?" not in shown and "This comment was deleted." in shown and "Tomorrow" in shown
    refused = say(world, "mia", customer, "And then?", reply_to=str(first))
    assert refused.status_code == 404


def test_nobody_answers_a_comment_on_another_record(world: World, customer: int) -> None:
    other = world.api("anna").made("customer", name="Out of sight", owner=world.ids["eve"])
    far = written(world, "anna", other, "Secret")

    path = records("customer", f"{customer}/comments")
    for strange in (far, 10**12, -1):
        assert world.api("bob")("POST", path, json={"text": "Yes", "reply_to": strange}).status_code == 404
    assert world.api("bob")("POST", path, json={"text": "Yes", "reply_to": "1"}).status_code == 400


def test_the_file_of_a_comment_is_got_by_who_reads_the_record_and_is_never_opened(
    world: World, customer: int
) -> None:
    plan = b"Call <script>alert(1)</script> them"
    form = {"text": "The plan", "_file": (BytesIO(plan), "plan.txt")}
    assert world.browsers["bob"].post(f"{CUSTOMERS}{customer}/comments", data=form).status_code == 303
    own = rf'href="({CUSTOMERS}{customer}/comments/files/[0-9a-f]+)'
    (address,) = set(re.findall(own, page(world, "mia", customer)))

    answer = got(world, "mia", address)

    assert answer.data == plan
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert got(world, "eve", address).status_code == 404
    other = world.api("bob").made("customer", name="Other")
    assert got(world, "bob", address.replace(f"/{customer}/", f"/{other}/")).status_code == 404


def test_a_comment_holds_only_files_that_its_writer_sent_for_comments(world: World, customer: int) -> None:
    strange = sent(world, "mia", customer)
    path = records("customer", f"{customer}/comments")

    for keys in ([strange], ["0" * 32], ["\x00"], ["x"]):
        refused = world.api("bob")("POST", path, json={"text": "Look", "files": keys})
        assert refused.status_code == 422
        assert [each["path"] for each in refused.json["errors"]] == [["files"]]
    many = world.api("bob")("POST", path, json={"text": "Look", "files": [f"{n:032x}" for n in range(11)]})
    assert many.json["errors"][0]["code"] == "maxItems"
    assert "Look" not in page(world, "bob", customer)


def test_a_comment_that_is_refused_keeps_its_files_in_hand(world: World, customer: int) -> None:
    form = {"text": "x" * 10_001, "_file": (BytesIO(b"plan"), "plan.txt")}

    refused = world.browsers["bob"].post(f"{CUSTOMERS}{customer}/comments", data=form)

    assert refused.status_code == 422
    (key,) = re.findall(r'name="files" id="files-[0-9a-f]+-box" value="([0-9a-f]+)"', refused.text)
    assert say(world, "bob", customer, "Short", files=key).status_code == 303
    assert file_at(customer, key) in page(world, "bob", customer)


def test_a_file_that_is_refused_leaves_the_others_in_hand(world: World, customer: int) -> None:
    files = [(BytesIO(b"plan"), "plan.txt"), (BytesIO(b""), "empty.txt"), (BytesIO(b"map"), "map.txt")]

    refused = world.browsers["bob"].post(
        f"{CUSTOMERS}{customer}/comments", data={"text": "Look", "_file": files}
    )

    assert refused.status_code == 422 and "Look" in refused.text
    assert len(re.findall(r'name="files" id="files-[0-9a-f]+-box"', refused.text)) == 2


def test_a_file_alone_is_a_comment_and_the_same_form_sent_twice_is_one(
    world: World, customer: int, context: None
) -> None:
    for _time in range(2):
        form = {"text": "", "_once": f"file {customer}", "_file": (BytesIO(b"plan"), "plan.txt")}
        assert world.browsers["bob"].post(f"{CUSTOMERS}{customer}/comments", data=form).status_code == 303

    found = db.session.scalars(select(Comment.files).where(Comment.record_id == customer)).all()
    assert [len(keys) for keys in found] == [1]


def test_a_file_goes_with_its_comment_and_with_a_change_that_leaves_it_out(
    world: World, customer: int, context: None
) -> None:
    first, second = sent(world, "bob", customer), sent(world, "bob", customer, "b.txt", b"b")
    mine = written(world, "bob", customer, "Both", files=[first, second])
    address = f"{CUSTOMERS}{customer}/comments/{mine}"

    world.browsers["bob"].post(address, data={"text": "One", "files": second})
    assert got(world, "mia", file_at(customer, first)).status_code == 404
    assert got(world, "mia", file_at(customer, second)).status_code == 200
    world.browsers["bob"].post(address, data={"_do": "delete"})

    assert got(world, "mia", file_at(customer, second)).status_code == 404
    world.work()
    assert not db.session.scalars(select(StoredFile).where(StoredFile.key.in_([first, second]))).all()


def test_files_of_comments_move_with_a_merge_and_go_for_good_with_the_record(
    world: World, customer: int, context: None
) -> None:
    key = sent(world, "anna", customer)
    written(world, "anna", customer, "Plan", files=[key])
    into = world.api("anna").made("customer", name="Stays")
    anna, form = db.session.get_one(User, world.ids["anna"]), lookup.form("followup", "customer")
    doing.merge(anna, form, doing.Wish(into, (customer,), {into: 1, customer: 1}, {}))
    db.session.commit()
    assert got(world, "anna", file_at(into, key)).status_code == 200

    api = world.api("anna")
    tag = api("GET", records("customer", into)).headers["ETag"]
    api("DELETE", records("customer", into), headers={"If-Match": tag})
    assert got(world, "anna", file_at(into, key)).status_code == 404
    api("DELETE", f"/apps/followup/forms/customer/trash/{into}")
    world.work()

    db.session.rollback()
    assert not db.session.scalars(select(StoredFile).where(StoredFile.key == key)).all()


def test_what_others_wrote_since_somebody_was_here_is_new_to_him_until_he_has_seen_it(
    world: World, customer: int, context: None
) -> None:
    mia = db.session.get_one(User, world.ids["mia"])
    before = unread(mia)
    written(world, "mia", customer, "My own")
    first = written(world, "bob", customer, "@mia please look")
    db.session.rollback()
    assert unread(mia) == before + 1
    shown = page(world, "mia", customer)
    assert "1 new comment" in shown and f'href="#comment-{first}"' in shown
    (last,) = re.findall(r'name="last" value="([0-9]+)"', shown)
    later = written(world, "bob", customer, "One more")

    answer = world.browsers["mia"].post(f"{CUSTOMERS}{customer}/comments/seen", data={"last": last})

    assert answer.status_code == 303
    shown = page(world, "mia", customer)
    assert "1 new comment" in shown and f'href="#comment-{later}"' in shown
    db.session.rollback()
    assert unread(mia) == before, "what he was told of it is read, too"
    assert "1 new comment" in page(world, "bob", customer), "hers, and none of his own"


def test_what_is_not_written_yet_cannot_be_seen_and_what_was_seen_stays_so(
    world: World, customer: int, context: None
) -> None:
    first = written(world, "bob", customer, "First")
    address = f"{CUSTOMERS}{customer}/comments/seen"
    for last in ("999999999", "0", "", "x", str(first - 1)):
        assert world.browsers["mia"].post(address, data={"last": last}).status_code == 303

    assert db.session.scalars(select(Seen.last_id).where(Seen.record_id == customer)).all() == [first]
    written(world, "bob", customer, "Second")
    assert "1 new comment" in page(world, "mia", customer)


def test_programs_read_answer_change_and_delete_comments(world: World, customer: int) -> None:
    api, path = world.api("bob"), records("customer", f"{customer}/comments")
    key = sent(world, "bob", customer)
    first = written(world, "bob", customer, "First", files=[key])
    answer = written(world, "mia", customer, "Second", reply_to=first)

    listed = api("GET", path).json["items"]
    assert [(each["id"], each.get("reply_to"), each.get("is_new")) for each in listed] == [
        (answer, first, True),
        (first, None, None),
    ]
    assert listed[1]["files"] == [{"id": key, "name": "plan.txt", "size": 4}]
    assert api("GET", f"{path}/files/{key}", buffered=True).data == b"plan"
    tag = {"If-Match": api("GET", f"{path}/{first}").headers["ETag"]}
    assert api("PATCH", f"{path}/{first}", json={"text": "x"}).status_code == 428
    assert api("PATCH", f"{path}/{answer}", json={"text": "x"}, headers=tag).status_code == 404
    changed = api("PATCH", f"{path}/{first}", json={"text": "Changed"}, headers=tag)
    assert (changed.status_code, changed.json["text"], len(changed.json["files"])) == (200, "Changed", 1)
    assert api("DELETE", f"{path}/{first}", headers=tag).status_code == 412
    tag = {"If-Match": changed.headers["ETag"]}
    assert api("DELETE", f"{path}/{first}", headers=tag).status_code == 204
    assert api("GET", f"{path}/{first}").status_code == 404
