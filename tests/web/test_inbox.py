"""The inbox shows a person's own notices and nobody else's."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.automations.models import Run, Step
from runtime.db import db, transaction
from runtime.definitions.models import App, Definition, Version
from runtime.notifications.models import Delivery, Notice
from tests.support.pages import post, sign_in, with_password


def notify(user: User, subject: str, link: str = "/profile", body: str = "**Call** Li.") -> int:
    """A notice in the user's inbox, with the run and the delivery behind it."""
    with transaction() as session:
        run = session.scalar(select(Run)) or _run(session)
        number = session.scalar(select(func.count(Notice.id))) or 0
        step = Step(run_id=run.id, index=number, action="notify", state="done", result={})
        session.add(step)
        session.flush()
        texts = {"user_id": user.id, "subject": subject, "body": body, "link": link}
        about = {"run_id": run.id, "step_id": step.id, "form_id": run.form_id, "record_id": 1, "locale": "en"}
        delivery = Delivery(**texts, **about, channel="inbox", address="", message_id=f"m{number}")
        session.add(delivery)
        session.flush()
        notice = Notice(delivery_id=delivery.id, **texts)
        session.add(notice)
    return notice.id


def _run(session: Session) -> Run:
    app = App(key="visits")
    session.add(app)
    session.flush()
    form, remind = (Definition(app_id=app.id, kind=kind, key="visit") for kind in ("form", "automation"))
    session.add_all([form, remind])
    session.flush()
    version = Version(definition_id=remind.id, number=1, document={})
    session.add(version)
    session.flush()
    run = Run(key="event:1:1", automation_id=remind.id, version_id=version.id, form_id=form.id, record_id=1)
    session.add(run)
    session.flush()
    return run


@pytest.fixture
def bobs(client: FlaskClient, bob: User) -> FlaskClient:
    """Bob's browser."""
    sign_in(client, with_password(bob))
    return client


def test_an_empty_inbox_says_so(bobs: FlaskClient) -> None:
    assert "Nothing here" in bobs.get("/inbox/").text


def test_a_notice_is_read_by_opening_it(bobs: FlaskClient, bob: User) -> None:
    notice = notify(bob, "Visit Acme")
    assert "Inbox, 1 unread notice" in bobs.get("/inbox/badge").text
    assert "<strong>Call</strong>" in bobs.get("/").text
    answer = post(bobs, f"/inbox/{notice}/open", "/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profile")
    assert "unread" not in bobs.get("/inbox/badge").text


def test_looking_reads_nothing(bobs: FlaskClient, bob: User) -> None:
    notify(bob, "Visit Acme")
    bobs.get("/inbox/")
    assert "1 unread" in bobs.get("/inbox/badge").text


def test_another_persons_notices_are_out_of_reach(bobs: FlaskClient, bob: User, charlie: User) -> None:
    notice = notify(charlie, "For Charlie only")
    assert "For Charlie only" not in bobs.get("/inbox/").text
    assert post(bobs, f"/inbox/{notice}/open", "/").status_code == 404
    post(bobs, "/inbox/read", "/")
    db.session.expire_all()
    assert db.session.get_one(Notice, notice).read_at is None


def test_all_can_be_marked_as_read(bobs: FlaskClient, bob: User) -> None:
    for subject in ("One", "Two"):
        notify(bob, subject)
    post(bobs, "/inbox/read", "/")
    assert "unread" not in bobs.get("/inbox/badge").text


def test_old_notices_are_on_further_pages(bobs: FlaskClient, bob: User) -> None:
    for number in range(35):
        notify(bob, f"Notice {number:02}")
    first = bobs.get("/inbox/").text
    assert "Notice 34" in first and "Notice 04" not in first
    second = bobs.get("/inbox/?before=6").text
    assert "Notice 04" in second and "Notice 34" not in second


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_notice_leads_to_our_own_pages_only(bobs: FlaskClient, bob: User, link: str) -> None:
    assert post(bobs, f"/inbox/{notify(bob, 'x', link)}/open", "/").headers["Location"] == "/inbox/"


def test_a_notice_is_text_and_cannot_run_anything(bobs: FlaskClient, bob: User) -> None:
    notify(
        bob,
        "<script>alert(1)</script>",
        body='<img src=x onerror=alert(1)> [x](javascript:alert(1)) <div hx-get="/">',
    )
    page = bobs.get("/inbox/").text
    assert "<script>alert" not in page and "<img src=x" not in page
    assert 'href="javascript:' not in page and '<div hx-get="/"' not in page


@pytest.mark.parametrize("before", ["-1", "0", "x", "9" * 30])
def test_any_page_number_gets_a_page(bobs: FlaskClient, bob: User, before: str) -> None:
    notify(bob, "Visit Acme")
    assert bobs.get(f"/inbox/?before={before}").status_code == 200
