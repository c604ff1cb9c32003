"""Files that people without an account send: kept with the record, read by nobody else, gone when it is not sent."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from runtime.db import db
from runtime.files import intake
from runtime.files.models import StoredFile
from tests.builder.factory import APP
from tests.files.desk import PDF, picture
from tests.public.survey import LATER, guest, hidden, settings, stored
from tests.support.world import World


@pytest.fixture
def takes(world: World, address: str) -> str:
    """The address of the survey, which takes files."""
    assert settings(world, takes_files="y").status_code == 303
    return address


def begun(browser: FlaskClient, address: str) -> dict[str, str]:
    """What the page of the form sends along, a while after it was opened."""
    with time_machine.travel(datetime.now(UTC) - LATER):
        return hidden(browser.get(address).text)


def upload(
    browser: FlaskClient, address: str, visit: str, field: str, name: str, content: bytes
) -> TestResponse:
    path = f"{address}/uploads/{visit}/{field}"
    return browser.post(path, query_string={"name": name}, data=content)


def key_of(answer: TestResponse) -> str:
    found = re.search(r'value="([0-9a-f]{32})"', answer.text)
    assert answer.status_code == 201 and found, answer.text
    return found[1]


def post(browser: FlaskClient, address: str, typed: dict[str, Any]) -> TestResponse:
    return browser.post(address, data=typed, content_type="multipart/form-data")


def names_of(world: World, keys: list[str]) -> list[str]:
    with world.app.app_context():
        found = {row.key: row.name for row in db.session.scalars(select(StoredFile))}
        return [found[key] for key in keys]


def test_what_a_guest_sends_is_kept_with_the_record_and_got_by_members_only(world: World, takes: str) -> None:
    browser = guest(world)
    fields = begun(browser, takes)
    photo = key_of(upload(browser, takes, fields["_visit"], "photo", "me.png", picture()))
    own = f"{takes}/uploads/{fields['_visit']}/photo/{photo}"
    before = status(browser, own)

    sent = browser.post(takes, data={**fields, "name": "Ann", "photo": ["", photo]})

    record = stored(world)[-1]
    of_record = f"/apps/{APP}/forms/survey/{record['id']}/files/photo/{photo}"
    assert (before, sent.status_code) == (200, 303)
    assert status(world.browsers["anna"], of_record) == 200
    assert (status(browser, own), status(browser, of_record)) == (404, 303)
    assert "me.png" in browser.get(sent.location).text


def test_without_javascript_files_and_a_typed_signature_come_with_the_form(world: World, takes: str) -> None:
    browser = guest(world)
    fields = begun(browser, takes)

    wrong = post(
        browser,
        takes,
        {**fields, "name": "", "_file.papers": (io.BytesIO(PDF), "合同.pdf"), "_typed.signed": "王芳"},
    )
    kept = {
        name: re.findall(rf'name="{name}" id="[^"]*-box" value="(\w+)"', wrong.text)
        for name in ("papers", "signed")
    }
    again = {
        **hidden(wrong.text),
        "name": "Ann",
        "papers": ["", *kept["papers"]],
        "signed": ["", *kept["signed"]],
    }
    sent = post(browser, takes, again)

    assert wrong.status_code == 422 and "合同.pdf" in wrong.text
    assert sent.status_code == 303
    record = stored(world)[-1]
    assert names_of(world, [*record["papers"], *record["signed"]]) == ["合同.pdf", "王芳.svg"]


def status(browser: FlaskClient, path: str) -> int:
    with browser.get(path) as answer:
        return answer.status_code


def test_another_guest_neither_reads_nor_sends_nor_removes_the_file_of_one(world: World, takes: str) -> None:
    first, other = guest(world), guest(world)
    mine, yours = begun(first, takes), begun(other, takes)
    papers = key_of(upload(first, takes, mine["_visit"], "papers", "secret.pdf", PDF))
    theirs = f"{takes}/uploads/{yours['_visit']}/papers/{papers}"

    drawn = other.post(takes, data={**yours, "name": "", "papers": ["", papers]})
    sent = other.post(takes, data={**yours, "name": "Thief", "papers": ["", papers]})

    assert status(other, theirs) == other.post(f"{theirs}/withdraw").status_code == 404
    assert sent.status_code == 422
    assert "secret.pdf" not in drawn.text + sent.text
    assert status(first, f"{takes}/uploads/{mine['_visit']}/papers/{papers}") == 200


@pytest.mark.parametrize(
    ("field", "name", "content", "said"),
    [
        ("papers", "a.pdf", b"<script>alert(1)</script>", "is not what its name says"),
        ("papers", "a.exe", b"MZ", "PDF"),
        ("papers", "a.pdf", PDF + b"x" * 1024 * 1024, "1 MB"),
        ("photo", "a.png", b"\x89PNG\r\n\x1a\nbroken", "picture"),
    ],
)
def test_a_file_that_is_not_taken_is_told_in_words(
    world: World, takes: str, field: str, name: str, content: bytes, said: str
) -> None:
    browser = guest(world)
    fields = begun(browser, takes)

    answer = upload(browser, takes, fields["_visit"], field, name, content)

    assert answer.status_code == 422 and said in answer.text, answer.text


def test_a_file_that_is_not_taken_is_told_in_the_language_of_the_page(world: World, takes: str) -> None:
    browser = guest(world)
    fields = begun(browser, takes)
    place = f"{takes}/uploads/{fields['_visit']}/papers?name=a.exe&lang="

    told = [browser.post(place + each, data=b"MZ").text for each in ("zh", "en", "xx")]

    assert "文件" in told[0] and "PDF" in told[1] and told[1] == told[2]


@pytest.mark.parametrize("field", ["hush", "customer", "name", "nothing"])
def test_nothing_is_taken_for_other_fields_or_by_a_visit_of_nobody(
    world: World, takes: str, field: str
) -> None:
    browser = guest(world)
    fields = begun(browser, takes)

    assert upload(browser, takes, fields["_visit"], field, "a.pdf", PDF).status_code == 404
    assert upload(browser, takes, "forged", "papers", "a.pdf", PDF).status_code == 404
    settings(world, most="")
    assert upload(browser, takes, fields["_visit"], "papers", "a.pdf", PDF).status_code == 404


def test_a_guest_a_form_and_an_address_send_only_so_many(
    world: World, takes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = guest(world), guest(world)
    first, second = begun(one, takes), begun(other, takes)

    def sent(browser: FlaskClient, fields: dict[str, str], number: int) -> int:
        content = PDF + str(number).encode()
        return upload(browser, takes, fields["_visit"], "papers", f"{number}.pdf", content).status_code

    monkeypatch.setattr(intake, "MOST_OF_VISIT", 2)
    assert [sent(one, first, number) for number in range(3)] == [201, 201, 422]
    monkeypatch.setattr(intake, "MOST_OF_GUESTS", 1)
    assert sent(other, second, 1) == 422
    monkeypatch.undo()
    monkeypatch.setitem(world.app.config, "PUBLIC_FILES", "3 per minute")
    assert [sent(other, second, number) for number in (2, 3, 4, 5)] == [201, 201, 201, 422]


def test_ever_new_visits_from_one_address_do_not_fill_a_form(
    world: World, takes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "PUBLIC_KILOBYTES", "120 per day")
    browser, content = guest(world), PDF + b"0" * 49_000

    def sent(number: int) -> int:
        name, visit = f"{number}.pdf", begun(browser, takes)["_visit"]
        return upload(browser, takes, visit, "papers", name, content + str(number).encode()).status_code

    assert [sent(number) for number in range(3)] == [201, 201, 422]


def test_what_is_not_sent_goes_after_a_day(world: World, takes: str) -> None:
    browser = guest(world)
    visit = begun(browser, takes)["_visit"]
    key = key_of(upload(browser, takes, visit, "papers", "a.pdf", PDF))

    with world.app.app_context():
        row = db.session.scalars(select(StoredFile).where(StoredFile.key == key)).one()
        assert row.made_by is None and row.visit
        assert row.expires_at is not None
        assert timedelta(hours=23) < row.expires_at - datetime.now(UTC) <= timedelta(days=1)


def test_a_guest_takes_his_file_back(world: World, takes: str) -> None:
    browser = guest(world)
    fields = begun(browser, takes)
    key = key_of(upload(browser, takes, fields["_visit"], "papers", "a.pdf", PDF))
    own = f"{takes}/uploads/{fields['_visit']}/papers/{key}"

    assert browser.post(f"{own}/withdraw").status_code == 204
    with world.app.app_context():
        row = db.session.scalars(select(StoredFile).where(StoredFile.key == key)).one()
        assert row.expires_at is not None and row.expires_at <= datetime.now(UTC)


def test_a_picture_is_also_taken_with_the_camera_of_a_phone(world: World, address: str) -> None:
    settings(world, takes_files="y")

    page = guest(world).get(address).text

    (camera,) = re.findall(r"<input[^>]* capture=[^>]*>", page)
    assert 'name="_file.photo"' in camera and 'accept="image/*"' in camera
    assert '<label class="form-label" for="photo-camera">' in page
