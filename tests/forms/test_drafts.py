"""Drafts of new records: kept for one person, opened anywhere, sent once, forgotten in time."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from runtime.accounts.models import UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.forms.drafts import keeping
from runtime.forms.drafts.models import RecordDraft
from runtime.records.tables import table
from runtime.times import now
from tests.builder.factory import APP, app, field, form, package, save_and_publish
from tests.files.desk import PDF, kept, row
from tests.forms.followup import control, errors, read_controls
from tests.support.world import World, records, world_on

PAGES = f"/apps/{APP}/forms/case"
LINES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"what": field("text", title="What"), "pieces": field("number", title="Pieces")},
    },
}
FIELDS: dict[str, Any] = {
    "name": field("text", title="Name"),
    "note": field("rich_text", title="Note"),
    "kind": field("choice", {"enum": ["a", "b"]}, title="Kind", labels={"a": "Apple", "b": "Pear"}),
    "why": field("text", title="Why"),
    "papers": field("file", {"maxItems": 3}, title="Papers", kinds=["pdf"]),
    "signed": field("signature", title="Signed"),
    "lines": {**field("sub_table", title="Lines"), **LINES},
    "secret": field("text", title="Secret", access={"blind": "hidden"}),
}
ALL = ["create", "read", "update", "delete"]


TRIP: dict[str, Any] = {
    "name": FIELDS["name"],
    "kind": FIELDS["kind"],
    "why": FIELDS["why"],
    "lines": FIELDS["lines"],
}


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An app in which Bob and Mia fill cases; Eve may only read them."""
    home = tmp_path_factory.mktemp("drafts") / "home"
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as made:
        grants = {"clerk": ALL, "blind": ALL, "reader": ["read"]}
        roles = [role(key, actions, "case", "trip", "tour") for key, actions in grants.items()]
        roles.append(role("tripper", ALL, "trip"))
        made.install(
            package(
                form("case", FIELDS, ("name", "why"), unique=[["name"]]),
                form("trip", TRIP),
                form("tour", TRIP),
                app=app(roles=roles),
            )
        )
        for name, key in {"bob": "clerk", "mia": "clerk", "eve": "reader"}.items():
            give(made, name, key)
        yield made


def role(key: str, actions: list[str], *forms: str) -> dict[str, Any]:
    """A role that may do this with these forms."""
    return {
        "key": key,
        "title": key,
        "grants": [{"form": on, "actions": actions, "scope": "all"} for on in forms],
    }


def give(world: World, name: str, role: str) -> None:
    """The only role of this person in the app."""
    with world.app.app_context(), transaction() as session:
        session.execute(delete(UserRole).where(UserRole.user_id == world.ids[name], UserRole.app == APP))
        session.add(UserRole(user_id=world.ids[name], app=APP, role=role))


def send(
    world: World, do: str, who: str = "bob", page: str = "", *, to: str = "case", **typed: Any
) -> TestResponse:
    """Press a button on the page, with what its controls hold and what is typed over it."""
    held: dict[str, Any] = read_controls(page) if page else {"_once": uuid4().hex}
    return world.browsers[who].post(
        f"/apps/{APP}/forms/{to}/new", data={**held, "_do": do, **typed}, content_type="multipart/form-data"
    )


def drafted(world: World, who: str = "bob", **typed: Any) -> str:
    """The address of a draft that was just saved."""
    answer = send(world, "draft", who, **typed)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def opened(world: World, address: str, who: str = "bob") -> str:
    return world.browsers[who].get(address).text


def autosave(world: World, page: str, to: str = "case", **typed: str) -> TestResponse:
    """What the script sends while somebody types."""
    address = f"/apps/{APP}/forms/{to}/drafts"
    return world.browsers["bob"].post(address, data={**read_controls(page), **typed})


def with_paper(world: World, **typed: Any) -> tuple[str, str]:
    """The address of a draft with a file, and the id of the file."""
    address = drafted(world, **typed, **{"_file.papers": (io.BytesIO(PDF), "a.pdf")})
    found = re.search(r'name="papers"[^>]*value="([0-9a-f]{32})"', opened(world, address))
    assert found
    return address, found[1]


def discarded(world: World, address: str, **page: Any) -> TestResponse:
    """The answer to discarding a draft, from the list, or from a page that is left."""
    return world.browsers["bob"].post(f"/drafts/{address.rpartition('/')[2]}/discard", data=page)


def count(world: World) -> int:
    with world.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table(lookup.form(APP, "case")))) or 0


def left(world: World) -> int:
    with world.app.app_context():
        return db.session.scalar(select(func.count(RecordDraft.id))) or 0


def test_a_draft_holds_everything_that_was_typed_and_asks_for_nothing(world: World) -> None:
    before = count(world)

    address = drafted(
        world,
        note="<div><strong>Loud</strong></div>",
        kind="b",
        **{"lines": ["", "n1"], "lines.n1.what": "Screws", "lines.n1.pieces": "4"},
        **{"_typed.signed": "Bob", "_file.papers": (io.BytesIO(PDF), "合同.pdf")},
    )

    page = opened(world, address)
    assert errors(page) == {} and "Draft saved" in page
    assert control(page, "lines.n1.what") == "Screws" and control(page, "kind") == "b"
    assert "Loud" in control(page, "note") and "合同.pdf" in page and "Bob.svg" in page
    assert count(world) == before
    names = [
        one["values"].get("kind") for one in world.api("bob")("GET", records("case", app=APP)).json["items"]
    ]
    assert "b" not in names


def test_what_cannot_be_read_yet_is_kept_as_it_was_typed(world: World) -> None:
    address = drafted(world, **{"lines": ["", "n1"], "lines.n1.pieces": "four"})

    assert control(opened(world, address), "lines.n1.pieces") == "four"


def test_the_list_shows_own_drafts_alone_by_what_is_filled(world: World) -> None:
    mine = drafted(world, name="Bolts for Acme", kind="b")

    listed = world.browsers["bob"].get("/drafts").text
    assert re.search(rf'<a href="{mine}">Bolts for Acme · Pear</a>', listed)
    assert mine in world.browsers["bob"].get("/").text
    assert "draft" in world.browsers["bob"].get(f"{PAGES}/").text

    # and to nobody else there is such a draft
    assert mine not in world.browsers["mia"].get("/drafts").text
    assert world.browsers["mia"].get(mine).status_code == 404
    number = mine.rpartition("/")[2]
    assert world.browsers["mia"].post(f"/drafts/{number}/discard").status_code == 404
    stolen = send(world, "draft", "mia", _draft=number, _draft_rev="1", name="Mine now")
    assert stolen.status_code == 409 and "Bolts" not in stolen.text
    assert control(opened(world, mine), "name") == "Bolts for Acme"


def test_sending_a_draft_makes_one_record_and_takes_the_draft_with_it(world: World) -> None:
    page = opened(world, drafted(world, name="Sent", why="It must be"))
    other_device, before, drafts = page, count(world), left(world)

    first = send(world, "save", page=page)
    assert first.status_code == 303 and (count(world), left(world)) == (before + 1, drafts - 1)

    # when the other device sends the same, then it sees the record
    assert send(world, "save", page=other_device).location == first.location

    # and when it sends or keeps something else, then it is told which record there is, and nothing is lost
    for do in ("save", "draft"):
        again = send(world, do, page=other_device, why="Another reason")
        assert again.status_code == 409 and f'href="{first.location}"' in again.text
        assert control(again.text, "why") == "Another reason"
    assert autosave(world, other_device).text == "This draft was sent already."
    assert (count(world), left(world)) == (before + 1, drafts - 1)


def test_a_draft_that_another_page_wrote_is_not_overwritten(world: World) -> None:
    address = drafted(world, name="Desk")
    desk, phone = opened(world, address), opened(world, address)
    assert autosave(world, phone, why="From the phone").json["revision"] == 2

    # when the desk goes on with what it knew
    late = autosave(world, desk, why="From the desk")
    assert (late.status_code, late.text) == (409, "This draft was changed on another page meanwhile.")
    told = send(world, "draft", page=desk, why="From the desk")
    assert told.status_code == 409 and f'href="{address}"' in told.text

    # then its own words become a draft of their own, and the phone's are there
    apart = send(world, "draft", page=told.text)
    assert apart.status_code == 303 and apart.location != address
    assert control(opened(world, apart.location), "why") == "From the desk"
    assert control(opened(world, address), "why") == "From the phone"


def test_a_record_that_is_sent_leaves_what_another_page_wrote_since(world: World) -> None:
    address = drafted(world, name="Twice", why="x")
    desk = opened(world, address)
    assert autosave(world, opened(world, address), why="Newer").status_code == 200

    sent = send(world, "save", page=desk)

    assert "still among your drafts" in opened(world, sent.location)
    assert control(opened(world, address), "why") == "Newer"


def test_a_page_whose_answer_was_lost_writes_into_its_own_draft(world: World) -> None:
    page, drafts = opened(world, f"{PAGES}/new"), left(world)

    first = autosave(world, page, name="One").json
    second = autosave(world, page, name="One more").json

    assert (second["id"], second["revision"], left(world)) == (first["id"], 2, drafts + 1)


def test_a_discarded_draft_goes_after_a_question_with_its_files(world: World) -> None:
    address, before = drafted(world), kept(world)
    address = send(
        world, "draft", page=opened(world, address), **{"_file.papers": (io.BytesIO(PDF), "a.pdf")}
    ).location
    number = address.rpartition("/")[2]
    assert len(kept(world)) == len(before) + 1
    assert "Discard for good" in world.browsers["bob"].get(f"/drafts?discard={number}").text

    assert world.browsers["bob"].post(f"/drafts/{number}/discard").status_code == 303
    world.work()

    assert world.browsers["bob"].get(address).status_code == 404
    assert kept(world) == before
    # and a page that is still open says so, and makes it anew only by the button
    assert autosave(world, opened(world, f"{PAGES}/new"), _draft=number).status_code == 409


def test_files_live_as_long_as_their_draft_and_go_after_it(world: World) -> None:
    address, file = with_paper(world, name="With paper")

    with time_machine.travel(now() + keeping.KEPT - timedelta(hours=1)):
        world.work()
        assert row(world, file) is not None
    with time_machine.travel(now() + keeping.KEPT + timedelta(hours=1)):
        world.work()
        assert row(world, file) is not None
    with world.app.app_context():
        assert db.session.get(RecordDraft, int(address.rpartition("/")[2])) is None
    with time_machine.travel(now() + keeping.KEPT + timedelta(days=2)):
        world.work()
        assert row(world, file) is None


def test_who_may_not_create_any_more_opens_nothing_and_loses_nothing(world: World) -> None:
    address = drafted(world, "mia", name="Mia's", secret="Canary")
    try:
        give(world, "mia", "reader")
        assert world.browsers["mia"].get(address).status_code == 403
        assert "Mia&#39;s" not in world.browsers["mia"].get("/drafts").text
        # and who may not see a field any more does not get it from a draft
        give(world, "mia", "blind")
        page = opened(world, address, "mia")
        assert control(page, "name") == "Mia's" and "Canary" not in page
    finally:
        give(world, "mia", "clerk")
    assert control(opened(world, address, "mia"), "secret") == "Canary"


def test_a_page_that_was_opened_by_somebody_else_is_nobodys_to_send(world: World) -> None:
    page, before = opened(world, f"{PAGES}/new"), (count(world), left(world))

    for do in ("save", "draft"):
        answer = send(world, do, "mia", page, name="Bob's own words", why="x")
        assert answer.status_code == 403 and "This page was opened by somebody else." in answer.text
        assert "Bob&#39;s own words" in answer.text
    typed = {**read_controls(page), "name": "Bob's own words"}
    assert world.browsers["mia"].post(f"{PAGES}/drafts", data=typed).status_code == 403
    assert (count(world), left(world)) == before


def test_what_a_browser_kept_of_a_record_is_drawn_again_and_not_saved(world: World) -> None:
    values = {"name": "Stored", "why": "x"}
    made = world.api("bob")("POST", records("case", app=APP), json={"values": values}).json["id"]
    kept_texts = {"_rev": "1", "_do": "restore", "_once": "", "name": "Typed", "why": "", "lines": "n1"}
    kept_texts["_edits"] = "1795000000000"

    drawn = world.browsers["bob"].post(f"{PAGES}/{made}/edit", data={**kept_texts, "lines.n1.what": "Screws"})

    assert drawn.status_code == 200 and errors(drawn.text) == {}
    assert [control(drawn.text, name) for name in ("name", "lines.n1.what", "_rev")] == [
        "Typed",
        "Screws",
        "1",
    ]
    assert world.api("bob")("GET", records("case", made, app=APP)).json["values"]["name"] == "Stored"

    # and once it is saved, the browser is told to forget it
    saved = world.browsers["bob"].post(
        f"{PAGES}/{made}/edit", data={**read_controls(drawn.text), "_do": "save", "why": "y"}
    )
    marker = f'data-edits-saved="edits:{world.ids["bob"]}:{APP}/case/{made}"'
    assert saved.status_code == 303
    after = opened(world, saved.location)
    assert marker in after
    # that is what the page held, and nothing that was kept beside it
    assert f'{marker} data-at="1795000000000"' in after


def test_too_many_and_too_long_drafts_are_refused_with_what_was_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = left(world)
    monkeypatch.setattr(keeping, "MOST_CHARACTERS", 100)
    long = send(world, "draft", name="x" * 100)
    assert long.status_code == 409 and control(long.text, "name") == "x" * 100
    monkeypatch.setattr(keeping, "MOST_CHARACTERS", 1000)
    monkeypatch.setattr(keeping, "MOST", 1)
    many = send(world, "draft", name="One too many")
    assert many.status_code == 409 and "You have 1 drafts" in unescape(many.text)
    assert left(world) == before


@pytest.mark.parametrize(
    "bad",
    [
        {"_draft": "-1"},
        {"_draft": "９"},
        {"_draft": "1 or 1", "_draft_rev": "x"},
        {"_draft": "999999999", "_draft_rev": "1e9"},
        {"_page": "x" * 500, "_once": "y" * 500},
        {"_version": "999999999"},
        {"name": "\x00"},
        {"lines": "n1", "lines.n1.what": "\u202e", "lines..": "x", "lines.n1.nothing": "x", "_was.": "1"},
    ],
    ids=lambda bad: next(iter(bad)),
)
def test_odd_marks_and_texts_do_no_harm(world: World, bad: dict[str, str]) -> None:
    for path in ("new", "drafts"):
        data = {"_once": uuid4().hex, "_do": "draft", **bad}
        answer = world.browsers["bob"].post(f"{PAGES}/{path}", data=data)
        assert answer.status_code in (200, 303, 409, 422), answer.text
        if answer.status_code == 303:
            assert world.browsers["bob"].get(answer.location).status_code == 200
    assert world.browsers["bob"].get("/drafts").status_code == 200


def test_a_draft_opens_in_the_new_version_and_tells_what_does_not_fit(world: World) -> None:
    old = {"lines": ["", "n1"], "lines.n1.pieces": "7"}
    address = drafted(world, to="trip", name="Old", why="Because", kind="a", **old)
    apples = field("choice", {"enum": ["b"]}, title="Kind", labels={"b": "Pear"})
    what = {"type": "object", "properties": {"what": field("text", title="What")}}
    changed = {"name": TRIP["name"], "kind": apples, "lines": {**TRIP["lines"], "items": what}}
    with world.app.app_context():
        save_and_publish("form", "trip", form("trip", changed))

    page = opened(world, address)
    assert "The form was changed since this draft was saved." in page
    assert re.search(r"<dt>Why</dt><dd>Because</dd>", page)
    assert re.search(r"<dt>Lines: Pieces</dt><dd>7</dd>", page)
    assert set(errors(page)) == {"kind"} and control(page, "name") == "Old"

    # and when it is kept in the new version, it is told again
    assert autosave(world, page, "trip").status_code == 200
    again = opened(world, address)
    assert "<dd>Because</dd>" in again and "The form was changed" not in again


def test_a_page_that_is_left_discards_only_what_no_other_page_wrote_since(world: World) -> None:
    page = opened(world, f"{PAGES}/new")
    first = autosave(world, page, name="Begun at the desk").json
    address = f"{PAGES}/drafts/{first['id']}"
    desk = {**read_controls(page), "_draft": str(first["id"]), "_draft_rev": str(first["revision"])}
    autosave(world, opened(world, address), why="From the phone")

    assert discarded(world, address, **desk).status_code == 409
    assert control(opened(world, address), "why") == "From the phone"

    # but a page that knows all of it takes it away
    assert discarded(world, address, **read_controls(opened(world, address))).status_code == 303
    assert world.browsers["bob"].get(address).status_code == 404


def test_a_file_that_two_drafts_name_goes_with_the_last_of_them(world: World) -> None:
    address, file = with_paper(world, name="One of two")
    page = opened(world, address)
    apart = {"_draft": "new", "_page": "another", "_once": uuid4().hex}
    twin = send(world, "draft", page=page, papers=["", file], **apart).location
    assert twin != address

    # when it is taken away on a page that is not kept, or with one of them
    assert world.browsers["bob"].post(f"{PAGES}/uploads/papers/{file}/withdraw").status_code == 204
    assert discarded(world, address).status_code == 303
    world.work()
    assert row(world, file) is not None and file in opened(world, twin)

    assert discarded(world, twin).status_code == 303
    world.work()
    assert row(world, file) is None


def test_a_file_that_the_record_did_not_take_goes_a_day_later(world: World) -> None:
    address, file = with_paper(world, name="Without paper", why="x")

    assert send(world, "save", page=opened(world, address), papers="").status_code == 303

    with time_machine.travel(now() + timedelta(days=1, hours=1)):
        world.work()
    assert row(world, file) is None


def test_a_draft_that_was_made_apart_is_sent_by_itself(world: World) -> None:
    address = drafted(world, name="The first", why="x")
    desk = opened(world, address)
    autosave(world, opened(world, address), why="From the phone")
    told = send(world, "draft", page=desk, name="The second").text
    apart = send(world, "draft", page=told).location

    assert send(world, "save", page=opened(world, address)).status_code == 303

    assert autosave(world, opened(world, apart), why="Another").status_code == 200
    assert send(world, "save", page=opened(world, apart)).status_code == 303


def test_a_record_takes_its_draft_with_it_when_the_page_never_heard_of_that(world: World) -> None:
    page = opened(world, f"{PAGES}/new")
    before = left(world)
    assert autosave(world, page, name="Unheard", why="x").status_code == 200

    assert send(world, "save", page=page, name="Unheard", why="x").status_code == 303

    assert left(world) == before


def test_an_answer_whose_field_goes_while_somebody_types_is_told(world: World) -> None:
    typed = {**read_controls(opened(world, f"/apps/{APP}/forms/tour/new")), "name": "Typed", "why": "Because"}
    keeping_at = f"/apps/{APP}/forms/tour/drafts"
    with world.app.app_context():
        save_and_publish("form", "tour", form("tour", {"name": TRIP["name"]}))

    made = world.browsers["bob"].post(keeping_at, data=typed).json
    address = f"{keeping_at}/{made['id']}"
    assert "<dt>Why</dt><dd>Because</dd>" in opened(world, address)

    # and when the page was evaluated, so that it has the field no more, it is still told, once
    del typed["why"]
    assert world.browsers["bob"].post(keeping_at, data=typed).json["revision"] == 2
    assert opened(world, address).count("<dd>Because</dd>") == 1


def test_drafts_that_one_may_not_open_are_discarded_and_hide_no_others(world: World) -> None:
    mine = drafted(world, "mia", to="trip", name="Mia in Rome")
    shut = [drafted(world, "mia", name=f"Shut {number}").rpartition("/")[2] for number in range(3)]
    mia = world.browsers["mia"]
    try:
        give(world, "mia", "tripper")
        assert mine in mia.get("/").text

        listed = mia.get("/drafts").text
        assert mine in listed and "Shut" not in listed
        assert listed.count("You may not add records here.") >= len(shut)
        for number in shut:
            assert f"discard={number}" in listed
            assert mia.post(f"/drafts/{number}/discard").status_code == 303
    finally:
        give(world, "mia", "clerk")


def test_what_is_shown_of_a_record_that_went_away_is_its_authors_to_send(world: World) -> None:
    api = world.api("bob")
    made = api("POST", records("case", app=APP), json={"values": {"name": "Gone", "why": "x"}}).json["id"]
    page = read_controls(opened(world, f"{PAGES}/{made}/edit"))
    gone = api("DELETE", records("case", made, app=APP), headers={"If-Match": '"1"'})
    assert gone.status_code == 204, gone.text

    told = world.browsers["bob"].post(f"{PAGES}/{made}/edit", data={**page, "_do": "save", "name": "Late"})

    assert told.status_code == 404 and f'name="_for" value="{world.ids["bob"]}"' in told.text
