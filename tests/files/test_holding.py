"""Whose a file is, who gets it, and when it goes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from runtime.db import transaction
from runtime.files.models import StoredFile
from tests.files.desk import (
    APP,
    CANARY,
    PAGES,
    PDF,
    change,
    code,
    filed,
    kept,
    picture,
    row,
    send,
    sent,
)
from tests.support.world import World, records


def got(world: World, who: str, record_id: int, field: str, key: str, small: str = "") -> int:
    """What a person gets, by the page and by the API alike."""
    page = world.browsers[who].get(f"{PAGES}/{record_id}/files/{field}/{key}{small}", buffered=True)
    program = world.api(who)(
        "GET", records("case", record_id, app=APP) + f"/files/{field}/{key}{small}", buffered=True
    )
    assert page.status_code == program.status_code
    if page.status_code != 200:
        assert CANARY not in page.text
    return page.status_code


def test_a_file_that_its_sender_takes_away_again_goes_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given as many waiting files as one may have
    monkeypatch.setattr("runtime.files.intake.MOST_WAITING", 1)
    key = sent(world, "eve", "papers", "a.pdf", PDF)
    address = f"{PAGES}/uploads/papers/{key}"
    assert code(send(world, "eve", "papers", "b.pdf", PDF)) == "file_flood"

    # then others cannot take it away, and the sender can
    assert world.browsers["bob"].post(f"{address}/withdraw").status_code == 404
    assert row(world, key) is not None
    assert world.browsers["eve"].post(f"{address}/withdraw").status_code == 204

    # so that there is room for another, and nothing of it stays
    world.work()
    assert row(world, key) is None and key not in kept(world)
    held = sent(world, "eve", "papers", "b.pdf", PDF)
    filed(world, "eve", papers=[held])
    assert world.browsers["eve"].post(f"{PAGES}/uploads/papers/{held}/withdraw").status_code == 404


def test_a_record_holds_its_files_on_both_databases(desks: World) -> None:
    # given
    papers = [sent(desks, "bob", "papers", name, PDF) for name in ("合同.pdf", "two.pdf")]
    photo = sent(desks, "bob", "photos", "a.png", picture())

    # when
    record_id = filed(desks, "bob", papers=papers, photos=[photo])

    # then
    values = desks.api("bob")("GET", records("case", record_id, app=APP)).json["values"]
    assert (values["papers"], values["photos"]) == (papers, [photo])
    found = row(desks, papers[0])
    assert found is not None and (found.record_id, found.expires_at) == (record_id, None)
    page = desks.browsers["bob"].get(f"{PAGES}/{record_id}/").text
    assert "合同.pdf" in page and f"{photo}?small=1" in page
    assert "合同.pdf" in desks.browsers["bob"].get(f"{PAGES}/").text
    assert got(desks, "bob", record_id, "papers", papers[0]) == 200


def test_files_come_only_to_whoever_may_see_the_field_of_the_record(world: World) -> None:
    secret = sent(world, "bob", "secret", "s.bin", CANARY.encode())
    photo = sent(world, "bob", "photos", "a.png", picture())
    record_id = filed(world, "bob", secret=[secret], photos=[photo])

    # mia may not see the field, eve not the record, stan nothing at all
    assert [got(world, who, record_id, "secret", secret) for who in ("bob", "anna")] == [200, 200]
    assert [got(world, who, record_id, "secret", secret) for who in ("mia", "eve", "stan")] == [404] * 3
    for small in ("", "?small=1"):
        seen = [got(world, who, record_id, "photos", photo, small) for who in ("bob", "mia", "eve", "stan")]
        assert seen == [200, 200, 404, 404]
    # nor by another field, another record, or the address of what nobody holds
    other = filed(world, "mia")
    assert got(world, "mia", other, "photos", secret) == 404
    assert got(world, "mia", record_id, "photos", secret) == 404
    assert got(world, "mia", record_id, "name", secret) == 404
    assert world.browsers["bob"].get(f"{PAGES}/uploads/secret/{secret}", buffered=True).status_code == 404
    assert secret not in world.browsers["mia"].get(f"{PAGES}/{record_id}/").text
    anonymous = world.anonymous().get(f"{PAGES}/{record_id}/files/photos/{photo}")
    assert anonymous.status_code == 303


def test_a_file_that_nobody_holds_is_seen_by_its_sender_alone(world: World) -> None:
    key = sent(world, "bob", "papers", "mine.pdf", PDF)

    seen = {
        who: world.browsers[who].get(f"{PAGES}/uploads/papers/{key}", buffered=True).status_code
        for who in ("bob", "max", "anna")
    }

    assert seen == {"bob": 200, "max": 404, "anna": 404}


def test_nobody_takes_the_files_of_others_or_of_other_records(world: World) -> None:
    strange, mine = (sent(world, who, "papers", "a.pdf", PDF) for who in ("max", "bob"))
    held = filed(world, "bob", papers=[mine])
    other = filed(world, "bob")
    photo = sent(world, "bob", "photos", "a.png", picture())

    for field, key in (("papers", strange), ("papers", mine), ("papers", photo), ("papers", "0" * 32)):
        assert code(change(world, "bob", other, 1, **{field: [key]})) == "file_gone"
    assert code(change(world, "bob", other, 1, papers=["../../x"])) == "pattern"
    found = row(world, mine)
    assert found is not None and found.record_id == held


def test_there_are_at_most_as_many_as_the_field_takes(world: World) -> None:
    keys = [sent(world, "bob", "papers", f"{number}.pdf", PDF) for number in range(4)]
    record_id = filed(world, "bob")

    assert code(change(world, "bob", record_id, 1, papers=keys)) == "maxItems"


def test_what_no_record_holds_goes_after_a_day_and_what_one_let_go_after_thirty(desks: World) -> None:
    # given a file that nobody ever held, one that is held, one that was let go, and one of a deleted record
    never, held, left, gone = (sent(desks, "bob", "photos", f"{n}.png", picture()) for n in range(4))
    stays = filed(desks, "bob", photos=[held, left])
    assert change(desks, "bob", stays, 1, photos=[held]).status_code == 200
    deleted = filed(desks, "bob", photos=[gone])
    path = records("case", deleted, app=APP)
    assert desks.api("bob")("DELETE", path, headers={"If-Match": '"1"'}).status_code == 204

    def there(after: timedelta) -> set[str]:
        with time_machine.travel(datetime.now(UTC) + after, tick=False):
            desks.work()
        return {name.removesuffix("-small") for name in kept(desks)}

    # then
    assert {never, held, left, gone} <= there(timedelta(hours=23))
    assert {never, held, left, gone} & there(timedelta(hours=25)) == {held, left, gone}
    assert {never, held, left, gone} & there(timedelta(days=29)) == {held, left, gone}
    assert {never, held, left, gone} & there(timedelta(days=31)) == {held}
    assert row(desks, never) is None and row(desks, held) is not None


def test_a_file_that_came_back_to_its_record_stays(world: World) -> None:
    key = sent(world, "bob", "papers", "a.pdf", PDF)
    record_id = filed(world, "bob", papers=[key])
    assert change(world, "bob", record_id, 1, papers=None).status_code == 200
    assert change(world, "bob", record_id, 2, papers=[key]).status_code == 200

    with time_machine.travel(datetime.now(UTC) + timedelta(days=40), tick=False):
        world.work()

    assert got(world, "bob", record_id, "papers", key) == 200


def test_bytes_without_a_finished_row_go_with_it(world: World) -> None:
    # given a server that was killed between the row and its mark
    key = sent(world, "bob", "papers", "a.pdf", PDF)
    with world.app.app_context(), transaction() as session:
        session.query(StoredFile).filter_by(key=key).update({"state": "coming"})

    # then nobody gets it or holds it, and it goes
    assert world.browsers["bob"].get(f"{PAGES}/uploads/papers/{key}", buffered=True).status_code == 404
    record_id = filed(world, "bob")
    assert code(change(world, "bob", record_id, 1, papers=[key])) == "file_gone"
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25), tick=False):
        world.work()
    assert key not in kept(world) and row(world, key) is None


def test_history_names_files(world: World) -> None:
    key = sent(world, "bob", "papers", "合同.pdf", PDF)
    record_id = filed(world, "bob", papers=[key])
    assert change(world, "bob", record_id, 1, papers=None).status_code == 200

    page = world.browsers["bob"].get(f"{PAGES}/{record_id}/").text

    assert "<del>合同.pdf</del>" in page


@pytest.mark.parametrize("size", [16, 17])
def test_a_program_sends_more_than_other_requests_may_bring(world: World, size: int) -> None:
    answer = send(world, "bob", "secret", "large.bin", b"\1" * size * 1024 * 1024)

    assert answer.status_code == 201
