"""People without an account go on later by a link: with their files, on another device, once."""

import dataclasses
import hashlib
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from runtime import jobs
from runtime.db import db, transaction
from runtime.files.models import StoredFile
from runtime.outbox import Outbox
from runtime.public import drafts
from runtime.public.models import PublicDraft
from tests.files.desk import PDF
from tests.public.survey import LATER, guest, hidden, settings, stored
from tests.support.mail import MailSink
from tests.support.world import World


@pytest.fixture
def later(world: World, address: str) -> str:
    """The address of the survey, which may be continued later and takes files."""
    assert settings(world, later="y", takes_files="y").status_code == 303
    with world.app.app_context(), transaction() as session:
        for one in session.scalars(select(PublicDraft)):
            session.delete(one)
    return address


@pytest.fixture
def sink(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    """A mail server that the installation knows."""
    sink = MailSink()
    known = dataclasses.replace(world.app.config["SETTINGS"], smtp_url=sink.url)
    monkeypatch.setitem(world.app.config, "SETTINGS", known)
    yield sink
    sink.stop()


def begun(browser: FlaskClient, address: str) -> dict[str, str]:
    with time_machine.travel(datetime.now(UTC) - LATER):
        return hidden(browser.get(address).text)


def kept(browser: FlaskClient, address: str, **typed: object) -> str:
    """The path of the link under which this is kept."""
    fields = begun(browser, address)
    answer = browser.post(
        address, data={**fields, "_do": "later", **typed}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text
    found = re.search(r'id="later-link" value="[^"]*?(/f/[^"]+)"', browser.get(answer.location).text)
    assert found
    return found[1]


def test_what_was_typed_goes_on_on_another_device_with_its_file_and_is_gone_once_sent(
    world: World, later: str
) -> None:
    link = kept(
        guest(world), later, name="王芳", mail="half", **{"_file.papers": (io.BytesIO(PDF), "合同.pdf")}
    )
    phone = guest(world)

    with time_machine.travel(datetime.now(UTC) - LATER):
        page = phone.get(link).text
    keys = re.findall(r'name="papers" id="[^"]*-box" value="(\w+)"', page)
    typed = {**hidden(page), "name": "王芳", "mail": "li@example.com", "papers": ["", *keys]}
    sent = phone.post(later, data=typed)

    assert 'value="王芳"' in page and 'value="half"' in page and "合同.pdf" in page
    assert sent.status_code == 303
    assert (stored(world)[-1]["name"], stored(world)[-1]["papers"]) == ("王芳", keys)
    assert phone.get(link).status_code == 404
    assert phone.get(f"{link}/kept").status_code == 404


def test_the_link_is_shown_as_a_qr_code_to_whoever_has_it(world: World, later: str) -> None:
    link = kept(guest(world), later, name="Ann")

    code = guest(world).get(f"{link}/qr.svg")

    assert f'src="{link}/qr.svg"' in guest(world).get(f"{link}/kept").text
    assert code.mimetype == "image/svg+xml" and code.headers["Cache-Control"] == "private, no-store"
    assert guest(world).get(f"{link}x/qr.svg").status_code == 404


def test_a_draft_is_only_found_by_its_whole_secret_of_which_no_table_tells(world: World, later: str) -> None:
    link = kept(guest(world), later, name="Ann")
    secret = link.rpartition("/")[2]

    assert guest(world).get(link[:-1]).status_code == 404
    with world.app.app_context():
        draft = db.session.scalars(select(PublicDraft)).one()
        assert draft.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
        told = [str(value) for value in draft.__dict__.values()]
        assert not any(secret in text for text in told)


def test_kept_again_it_is_the_same_link_and_what_another_page_wrote_is_not_overwritten(
    world: World, later: str
) -> None:
    browser = guest(world)
    link = kept(browser, later, name="First")
    with time_machine.travel(datetime.now(UTC) - LATER):
        one, other = hidden(browser.get(link).text), hidden(browser.get(link).text)

    again = browser.post(later, data={**one, "_do": "later", "name": "Second"})
    apart = browser.post(later, data={**other, "_do": "later", "name": "Third"})

    assert again.location.startswith(link)
    assert not apart.location.startswith(link) and "kept apart" in browser.get(apart.location).text
    assert 'value="Second"' in browser.get(link).text


def test_what_another_page_kept_stays_when_an_older_one_is_sent(world: World, later: str) -> None:
    browser = guest(world)
    link = kept(browser, later, name="First")
    with time_machine.travel(datetime.now(UTC) - LATER):
        older, newer = hidden(browser.get(link).text), hidden(browser.get(link).text)
    browser.post(later, data={**newer, "_do": "later", "name": "Longer"})

    sent = browser.post(later, data={**older, "name": "First", "customer": ""})

    assert sent.status_code == 303
    assert 'value="Longer"' in browser.get(link).text


def test_after_thirty_days_draft_and_files_are_gone(world: World, later: str) -> None:
    link = kept(guest(world), later, name="Ann", **{"_file.papers": (io.BytesIO(PDF), "a.pdf")})
    with world.app.app_context():
        draft = db.session.scalars(select(PublicDraft)).one()
        row = db.session.scalars(
            select(Outbox).where(Outbox.kind == drafts.KIND, Outbox.ref_id == draft.id)
        ).one()
        file = db.session.scalars(select(StoredFile).order_by(StoredFile.id.desc())).first()
        assert file is not None and file.expires_at is not None
        assert file.expires_at - row.due_at == timedelta(days=1)
        outbox_id = row.id

    with time_machine.travel(datetime.now(UTC) + drafts.KEPT + timedelta(minutes=1)):
        assert guest(world).get(link).status_code == 404
        with world.app.app_context():
            jobs.work(outbox_id)
            assert db.session.scalars(select(PublicDraft)).all() == []


def test_the_link_is_mailed_and_the_address_forgotten(world: World, later: str, sink: MailSink) -> None:
    browser = guest(world)
    link = kept(browser, later, name="Zwitscherkanarie")

    wrong = browser.post(f"{link}/mail", data={"email": "nobody"})
    asked = browser.post(f"{link}/mail", data={"email": "ann@example.com"})
    known = browser.post(f"{link}/mail", data={"email": "anna@example.com"})
    with world.app.app_context():
        due = db.session.scalars(
            select(Outbox.id).where(Outbox.kind == drafts.MAIL, Outbox.state == "pending")
        ).all()
        for outbox_id in due:
            jobs.work(outbox_id)
        left = db.session.scalars(select(PublicDraft.mail_to)).all()

    assert (
        wrong.status_code == 422
        and "Enter an e-mail address" in wrong.text
        and 'value="nobody"' in wrong.text
    )
    assert asked.location == known.location
    assert left == [""]
    (mail,) = sink.mails
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert link in text and "Zwitscherkanarie" not in mail.as_string()


def test_nobody_has_us_fill_the_box_of_another(world: World, later: str, sink: MailSink) -> None:
    link = kept(guest(world), later, name="Ann")

    answers = [
        guest(world).post(f"{link}/mail", data={"email": address}).status_code
        for address in [
            *["eve@example.com"] * 3,
            "Eve+1@example.com",
            "eve+2@example.com",
            "eve+3@example.com",
        ]
    ]

    assert answers == [303] * 5 + [422]


def test_without_the_setting_nothing_is_kept(world: World, later: str) -> None:
    browser = guest(world)
    link = kept(browser, later, name="Ann")
    settings(world, most="")

    page = browser.get(later).text
    browser.post(later, data={**begun(browser, later), "_do": "later", "name": "Ann"})

    assert "Continue later" not in page
    assert browser.get(link).status_code == 404
    with world.app.app_context():
        assert len(db.session.scalars(select(PublicDraft)).all()) == 1


def test_the_link_does_not_lead_past_the_password(world: World, later: str) -> None:
    browser = guest(world)
    link = kept(browser, later, name="Ann")
    settings(world, later="y", password="open sesame")

    asked = browser.get(link)
    carried = dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)">', asked.text))
    let_in = browser.post(later, data={**carried, "password": "open sesame"})

    assert 'value="Ann"' not in asked.text
    assert let_in.status_code == 200 and 'value="Ann"' in let_in.text
