"""Writing and forgetting drafts: one writer at a time, within limits, for 90 days; their files wait as long."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from runtime import files, jobs, outbox
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions.documents import Form
from runtime.errors import Conflict, NotFound
from runtime.fields import ValueType
from runtime.forms.drafts import homeless
from runtime.forms.drafts.models import RecordDraft
from runtime.jobs import Lease
from runtime.records import tokens
from runtime.times import now

KIND = "record_draft"
KEPT = timedelta(days=90)
MOST = 50  # of one person
MOST_CHARACTERS = 1_000_000
APART = "new"  # instead of an id: whatever there is, this becomes a draft of its own
_BESIDE = ("_was.", "_picked.", "_next.")  # what a control says besides its value

Posted = MultiDict[str, str]


@dataclass(frozen=True)
class Mark:
    """What a page says of its draft: its id, the revision it began with, and which page it is itself."""

    id: str = ""
    revision: int = 0
    page: str = ""

    @property
    def number(self) -> int | None:
        """The id of the draft; None while there is none."""
        return int(self.id) if self.id.isascii() and self.id.isdecimal() and len(self.id) < 10 else None


def mark() -> Mark:
    """The mark in what this request posts; of a page that has none yet, a new one."""
    revision = request.form.get("_draft_rev", "")
    return Mark(
        request.form.get("_draft", "")[:10],
        int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else 0,
        request.form.get("_page", "")[:22] or secrets.token_urlsafe(12),
    )


def mark_of(draft: RecordDraft, page: str = "") -> Mark:
    """The mark of a page that shows this draft."""
    return Mark(str(draft.id), draft.revision, page or secrets.token_urlsafe(12))


def count(user: User, form: Form | None = None) -> int:
    """How many drafts this person has, of one form or of all."""
    mine = [RecordDraft.user_id == user.id]
    if form is not None:
        mine.append(RecordDraft.form_id == form.definition_id)
    return db.session.scalar(select(func.count(RecordDraft.id)).where(*mine)) or 0


def get(user: User, draft_id: int) -> RecordDraft:
    """A draft of this person; NotFound for any other."""
    mine = (RecordDraft.id == draft_id, RecordDraft.user_id == user.id)
    found = db.session.scalar(select(RecordDraft).where(*mine))
    if found is None:
        raise _no_draft()
    return found


def _no_draft() -> NotFound:
    return NotFound(_("There is no such draft any more."))


def keep(user: User, form: Form, sent: Posted, closed: frozenset[str], now_is: Mark) -> RecordDraft:
    """Write what a page posts into its draft, or into a new one; the caller commits.

    Conflict "sent" when it is a record already, "stale" when another page wrote the draft since, "gone" when it was
    discarded, "many" and "large" when it is too much.
    """
    texts = [[name, text] for name, text in sent.items(multi=True) if _is_answer(form, name, closed)]
    if sum(len(name) + len(text) for name, text in texts) > MOST_CHARACTERS:
        raise Conflict(_("This is too long for a draft."), code="large")
    once = sent.get("_once", "")[: tokens.MAX_TOKEN] or secrets.token_urlsafe(16)
    # One after the other: else two requests of one page would make two drafts.
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update())
    if tokens.record_of(form, user.id, once) is not None:
        raise Conflict(_("This draft was sent already."), code="sent")
    draft = _to_write(user, form, once, now_is)
    before = set(_files(form, draft))
    draft.homeless = [*draft.homeless, *map(list, homeless.answers(form, draft))]
    draft.posted, draft.version_id, draft.page = texts, form.version_id, now_is.page
    draft.revision += 1
    draft.changed_at = now()
    db.session.flush()
    _wait(user, form, draft, before)
    return draft


def _is_answer(form: Form, name: str, closed: frozenset[str]) -> bool:
    for before in _BESIDE:
        name = name.removeprefix(before)
    key = name.partition(".")[0]
    return key in form.fields and form.fields[key].type.writable and key not in closed


def _to_write(user: User, form: Form, once: str, now_is: Mark) -> RecordDraft:
    if now_is.number is not None:
        draft = _locked(user, form, now_is.number)
        if draft is None:
            raise Conflict(_("This draft was discarded meanwhile."), code="gone")
        if draft.revision != now_is.revision and draft.page != now_is.page:
            raise Conflict(_("This draft was changed on another page meanwhile."), code="stale")
        return draft
    own = (RecordDraft.user_id == user.id, RecordDraft.form_id == form.definition_id)
    # The answer to this page's first write may have been lost.
    same = (RecordDraft.once == once, RecordDraft.page == now_is.page)
    draft = db.session.scalar(select(RecordDraft).where(*own, *same).limit(1))
    return draft or _new(user, form, once)


def _locked(user: User, form: Form, draft_id: int) -> RecordDraft | None:
    own = (RecordDraft.user_id == user.id, RecordDraft.form_id == form.definition_id)
    asked = select(RecordDraft).where(RecordDraft.id == draft_id, *own).with_for_update()
    return db.session.scalar(asked.execution_options(populate_existing=True))


def _new(user: User, form: Form, once: str) -> RecordDraft:
    if count(user) >= MOST:
        raise Conflict(_("You have %(number)s drafts. Send or discard one first.", number=MOST), code="many")
    draft = RecordDraft(
        user_id=user.id, form_id=form.definition_id, version_id=form.version_id, once=once, revision=0
    )
    draft.posted, draft.homeless = [], []
    db.session.add(draft)
    return draft


def _files(form: Form, draft: RecordDraft) -> list[str]:
    """The files that a draft names."""
    holding = {key for key, one in form.fields.items() if one.type.value_type is ValueType.FILES}
    return [text for name, text in draft.posted if name in holding and text]


def _wait(user: User, form: Form, draft: RecordDraft, before: set[str]) -> None:
    """Let the draft and its files wait; files that it named before go as any that nobody holds."""
    end, now_named = draft.changed_at + KEPT, _files(form, draft)
    files.wait(now_named, user.id, end + timedelta(days=1))  # not before the draft
    files.wait(before.difference(now_named), user.id, now() + files.UNHELD)
    if not outbox.revive(db.session(), KIND, draft.id, due_at=end):
        outbox.put(db.session(), KIND, draft.id, due_at=end)


def sent(user: User, form: Form, now_is: Mark) -> bool:
    """The draft of this page has become a record; the caller commits. False when the draft stays, because another
    page wrote into it since.
    """
    draft = _locked(user, form, now_is.number) if now_is.number else None
    if draft is None:
        return True
    if draft.revision != now_is.revision and draft.page != now_is.page:
        return False
    _forget(db.session(), draft)
    return True


def discard(user: User, draft_id: int) -> None:
    """Forget a draft and the files that wait with it; the caller commits. NotFound for one that is none of his."""
    draft = db.session.scalar(
        select(RecordDraft)
        .where(RecordDraft.id == draft_id, RecordDraft.user_id == user.id)
        .with_for_update()
    )
    if draft is None:
        raise _no_draft()
    named = [text for _name, text in draft.posted]
    files.wait(_known(named), draft.user_id, now())
    _forget(db.session(), draft)


def _known(texts: Iterable[str]) -> list[str]:
    """Those of the texts that are keys of files: the form may be another one by now."""
    return list(files.get(texts))


def _forget(session: Session, draft: RecordDraft) -> None:
    outbox.cancel(session, KIND, [draft.id])
    session.delete(draft)
    session.flush()


@jobs.handler(KIND)
def end(lease: Lease) -> None:
    """Forget a draft that nobody touched for 90 days; its files go a day later by themselves."""
    with transaction() as session:
        lease.finish(session)
        draft = session.get(RecordDraft, lease.ref_id, populate_existing=True, with_for_update=True)
        if draft is not None and draft.changed_at + KEPT <= now():
            session.delete(draft)
