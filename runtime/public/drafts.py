"""What people without an account go on with later: by a link with a secret, for 30 days, until it is sent."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from runtime import files, jobs, links, outbox
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, NotFound
from runtime.forms.drafts import keeping
from runtime.jobs import Lease
from runtime.notifications.channels import CHANNELS, Letter
from runtime.notifications.channels.email import mail_domain
from runtime.public.models import PublicDraft, PublicForm
from runtime.text import localized
from runtime.times import now

KIND, MAIL = "public_draft", "public_draft_mail"
KEPT = timedelta(days=30)
MOST_CHARACTERS = 200_000
MOST_OF_FORM = 10_000


def secret_of(draft: PublicDraft) -> str:
    """The secret in the link of a draft: it follows from the key of the installation and stands in no table."""
    key = current_app.config["SECRET_KEY"]
    said = hmac.new(str(key).encode(), f"public draft {draft.nonce}".encode(), "sha256")
    return urlsafe_b64encode(said.digest()).decode().rstrip("=")


def find(public: PublicForm, secret: str, *, to_write: bool = True) -> PublicDraft:
    """The draft that a link leads to, locked unless it is only read; NotFound for one that was sent, or whose time is
    over.
    """
    found = _find(public, secret, to_write=to_write)
    if found is None:
        raise NotFound(_("There is nothing to go on with here: it was sent, or its 30 days are over."))
    return found


def _find(public: PublicForm, secret: str, *, to_write: bool = True) -> PublicDraft | None:
    own = (PublicDraft.form_id == public.form_id, PublicDraft.secret_hash == _hash(secret))
    asked = select(PublicDraft).where(*own, PublicDraft.changed_at > now() - KEPT)
    return db.session.scalar(asked.with_for_update() if to_write else asked)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def keep(
    public: PublicForm,
    form: Form,
    guest: User,
    sent: MultiDict[str, str],
    closed: frozenset[str],
    mark: tuple[str, int],
    once: str,
) -> tuple[PublicDraft, bool]:
    """Write what a page posts into the draft that it goes on with, or into a new one; the caller commits. False when it
    is a new one because another page wrote into that draft since. Conflict when it is too much.
    """
    texts = keeping.answers(form, form, sent, closed, MOST_CHARACTERS)
    secret, revision = mark
    named = _find(public, secret) if secret else None
    is_own = named is not None and named.revision == revision
    draft = (
        named if named is not None and is_own else _new(public, form, guest, once if named is None else "")
    )
    draft.posted, draft.version_id, draft.changed_at = texts, form.version_id, now()
    draft.revision += 1
    db.session.flush()
    _wait(draft)
    return draft, named is None or is_own


def _new(public: PublicForm, form: Form, guest: User, once: str) -> PublicDraft:
    count = select(func.count(PublicDraft.id)).where(PublicDraft.form_id == public.form_id)
    if (db.session.scalar(count) or 0) >= MOST_OF_FORM:
        raise Conflict(_("Nothing more can be kept at the moment. Please send the form now."), code="many")
    draft = PublicDraft(form_id=public.form_id, version_id=form.version_id, nonce=secrets.token_urlsafe(16))
    draft.secret_hash = _hash(secret_of(draft))
    draft.visit, draft.once = guest.visit, once or secrets.token_urlsafe(16)
    draft.revision, draft.posted = 0, []
    db.session.add(draft)
    return draft


def _wait(draft: PublicDraft) -> None:
    """Let the draft and its files wait; the files not a shorter time."""
    end = draft.changed_at + KEPT
    named = files.get(text for _name, text in draft.posted)
    files.wait(named, files.Sender(None, draft.visit), end + timedelta(days=1))
    if not outbox.revive(db.session(), KIND, draft.id, due_at=end):
        outbox.put(db.session(), KIND, draft.id, due_at=end)


def sent(public: PublicForm, mark: tuple[str, int]) -> None:
    """The draft has become a record, which holds what it took: its link leads nowhere; the caller commits. A draft into
    which another page wrote since stays, for nobody has sent that.
    """
    secret, revision = mark
    draft = _find(public, secret) if secret else None
    if draft is None or draft.revision != revision:
        return
    named = files.get(text for _name, text in draft.posted)
    files.wait(named, files.Sender(None, draft.visit), now() + files.UNHELD)
    outbox.cancel(db.session(), KIND, [draft.id])
    outbox.cancel(db.session(), MAIL, [draft.id])
    db.session.delete(draft)


def mail(draft: PublicDraft, address: str, locale: str) -> None:
    """Have the link mailed to an address, which is forgotten once it is; the caller commits."""
    draft.mail_to, draft.mail_in = address, locale
    if not outbox.revive(db.session(), MAIL, draft.id, due_at=now()):
        outbox.put(db.session(), MAIL, draft.id)


@jobs.handler(KIND)
def end(lease: Lease) -> None:
    """Forget a draft whose 30 days are over; its files go a day later by themselves."""
    with transaction() as session:
        lease.finish(session)
        draft = session.get(PublicDraft, lease.ref_id, populate_existing=True, with_for_update=True)
        if draft is not None and draft.changed_at + KEPT <= now():
            outbox.cancel(session, MAIL, [draft.id])
            session.delete(draft)


def _on_dead(session: Session, draft_id: int, _error: str) -> None:
    draft = session.get(PublicDraft, draft_id)
    if draft is not None:
        draft.mail_to = ""


@jobs.handler(MAIL, on_dead=_on_dead)
def send_mail(lease: Lease) -> None:
    """Mail the link of a draft. What is sent twice after a crash carries the same Message-ID."""
    with transaction() as session:
        lease.renew(session)
        letter = _letter(session.get(PublicDraft, lease.ref_id, populate_existing=True))
        if letter is None:
            lease.finish(session)
            return
    db.session.rollback()  # no transaction stays open while we wait for a server
    CHANNELS["email"].send(letter, db.session())
    with transaction() as session:
        lease.finish(session)
        draft = session.get(PublicDraft, lease.ref_id, populate_existing=True, with_for_update=True)
        if draft is not None and draft.mail_to == letter.address:
            draft.mail_to = ""


def _letter(draft: PublicDraft | None) -> Letter | None:
    public = db.session.get(PublicForm, draft.form_id) if draft is not None and draft.mail_to else None
    form = lookup.form_by_id_if_any(public.form_id) if public else None
    if draft is None or public is None or form is None:
        return None
    place = {"slug": public.slug, "secret": secret_of(draft)}
    link = links.absolute(
        current_app.url_map.bind("").build("public_later.show", place)
    )  # no request asks here
    with force_locale(draft.mail_in):
        title = localized(form.title, draft.mail_in, lookup.app_info(form.app).default_locale)
        subject = _("Go on with “%(form)s”", form=title)
        body = _(
            "Here you go on with what you have typed, on any device, for 30 days:\n\n<%(link)s>\n\n"
            "Whoever has this link sees it. If you did not ask for this mail, ignore it.",
            link=link,
        )
    return Letter(
        delivery_id=0,
        user_id=0,
        name="",
        address=draft.mail_to,
        subject=subject,
        body=body,
        link=link,
        locale=draft.mail_in,
        message_id=f"<{draft.nonce}.{draft.revision}@{mail_domain()}>",
    )
