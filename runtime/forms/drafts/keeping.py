"""Writing and forgetting drafts: one writer at a time, within limits, for 90 days; their files wait as long."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from runtime import access, files, jobs, outbox
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, NotFound
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
    """What a page says of its draft: its id, the revision it began with, which page it is itself, its submit token, and
    whether the draft was there before the page was, so that leaving the page does not discard it.
    """

    id: str = ""
    revision: int = 0
    page: str = ""
    once: str = ""
    opened: bool = False

    @property
    def number(self) -> int | None:
        """The id of the draft; None while there is none."""
        return number(self.id)


def number(text: str) -> int | None:
    """The number that a page posted; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def mark() -> Mark:
    """The mark in what this request posts; of a page that has none yet, a new one."""
    return Mark(
        request.form.get("_draft", "")[:10],
        number(request.form.get("_draft_rev", "")) or 0,
        request.form.get("_page", "")[:22] or secrets.token_urlsafe(12),
        request.form.get("_once", "")[: tokens.MAX_TOKEN],
        request.form.get("_draft_opened", "") == "1",
    )


def mark_of(draft: RecordDraft, page: str = "") -> Mark:
    """The mark of a page that shows this draft."""
    return Mark(str(draft.id), draft.revision, page or secrets.token_urlsafe(12), opened=True)


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
    shown = _shown(form, sent)
    closed |= access.fields(user, shown).closed.difference(form.fields)
    texts = answers(form, shown, sent, closed, MOST_CHARACTERS)
    once = now_is.once or secrets.token_urlsafe(16)
    # One after the other: else two requests of one page would make two drafts. A save of a new record waits for this,
    # too, by the foreign key of its event.
    db.session.execute(select(User.id).where(User.id == user.id).with_for_update())
    if tokens.record_of(form, user.id, once) is not None:
        raise Conflict(_("This draft was sent already."), code="sent")
    draft = _of_page(user, form, now_is) or _new(user, form, once, now_is)
    _require_own(draft, now_is)
    before = _files(draft)
    draft.homeless = [*draft.homeless, *map(list, homeless.answers(form, draft, sent.keys()))]
    draft.posted, draft.version_id, draft.page = texts, shown.version_id, now_is.page
    draft.revision += 1
    draft.changed_at = now()
    db.session.flush()
    _wait(draft, before)
    return draft


def answers(form: Form, shown: Form, sent: Posted, closed: frozenset[str], most: int) -> list[list[str]]:
    """Names and texts of what a page of a form posts into fields; Conflict "large" when it is too much."""
    texts = [[name, text] for name, text in sent.items(multi=True) if _is_answer(form, shown, name, closed)]
    if sum(len(name) + len(text) for name, text in texts) > most:
        raise Conflict(_("This is too long for a draft."), code="large")
    return texts


def _shown(form: Form, sent: Posted) -> Form:
    """The form as the page shows it: it may have been published anew while somebody typed."""
    version = number(sent.get("_version", ""))
    if version is None or version == form.version_id:
        return form
    try:
        found = lookup.form_of_version(version)
    except NotFound:
        return form
    return found if found.definition_id == form.definition_id else form


def _is_answer(form: Form, shown: Form, name: str, closed: frozenset[str]) -> bool:
    for before in _BESIDE:
        name = name.removeprefix(before)
    key = name.partition(".")[0]
    one = form.fields.get(key) or shown.fields.get(key)
    return one is not None and one.type.writable and key not in closed


def _asked(*conditions: ColumnElement[bool]) -> Select[RecordDraft]:
    own = (RecordDraft.user_id == bindparam("user_id"), RecordDraft.form_id == bindparam("form_id"))
    asked = select(RecordDraft).where(*own, *conditions).limit(1).with_for_update()
    return asked.execution_options(populate_existing=True)


# Made once, for each record that is sent asks the second.
_NAMED = _asked(RecordDraft.id == bindparam("number"))
_SAME = _asked(RecordDraft.once == bindparam("once"), RecordDraft.page == bindparam("page"))


def _of_page(user: User, form: Form, now_is: Mark) -> RecordDraft | None:
    """The draft that a page names, or the one that it wrote when the answer to its first write was lost."""
    own: dict[str, Any] = {"user_id": user.id, "form_id": form.definition_id}
    if now_is.number is not None:
        return db.session.scalar(_NAMED, {**own, "number": now_is.number})
    return db.session.scalar(_SAME, {**own, "once": now_is.once, "page": now_is.page})


def _is_own(draft: RecordDraft, now_is: Mark) -> bool:
    """Whether no other page wrote the draft since this one read it."""
    return draft.revision == now_is.revision or draft.page == now_is.page


def _require_own(draft: RecordDraft, now_is: Mark) -> None:
    """Conflict when another page wrote the draft since this one read it."""
    if not _is_own(draft, now_is):
        raise Conflict(_("This draft was changed on another page meanwhile."), code="stale")


def _new(user: User, form: Form, once: str, now_is: Mark) -> RecordDraft:
    if now_is.number is not None:
        raise Conflict(_("This draft was discarded meanwhile."), code="gone")
    if count(user) >= MOST:
        raise Conflict(_("You have %(number)s drafts. Send or discard one first.", number=MOST), code="many")
    draft = RecordDraft(
        user_id=user.id, form_id=form.definition_id, version_id=form.version_id, once=once, revision=0
    )
    draft.page = now_is.page
    draft.posted, draft.homeless = [], []
    db.session.add(draft)
    return draft


def _files(draft: RecordDraft) -> set[str]:
    """The files that a draft names: the form may be another one by now."""
    return set(files.get(text for _name, text in draft.posted))


def texts_in_drafts(user_id: int, form_id: int, but: int | None = None) -> set[str]:
    """All that stands in this person's drafts of a form, the ids of files among it; one draft may be left out."""
    own = select(RecordDraft.posted).where(RecordDraft.user_id == user_id, RecordDraft.form_id == form_id)
    wanted = own if but is None else own.where(RecordDraft.id != but)
    return {text for posted in db.session.scalars(wanted) for _name, text in posted}


def _wait(draft: RecordDraft, before: set[str]) -> None:
    """Let the draft and its files wait; files that it named before go as any that nobody holds."""
    end, named = draft.changed_at + KEPT, _files(draft)
    files.wait(named, files.Sender(draft.user_id), end + timedelta(days=1))  # not before the draft
    _let_go(draft, before - named, now() + files.UNHELD)
    if not outbox.revive(db.session(), KIND, draft.id, due_at=end):
        outbox.put(db.session(), KIND, draft.id, due_at=end)


def _let_go(draft: RecordDraft, keys: set[str], until: datetime) -> None:
    """Let files wait no longer for this draft; what another one names goes with that."""
    if keys:
        others = texts_in_drafts(draft.user_id, draft.form_id, but=draft.id)
        files.wait(keys - others, files.Sender(draft.user_id), until)


def sent(user: User, form: Form, now_is: Mark) -> bool:
    """The draft of this page has become a record, which holds what it took; the caller commits. False when the draft
    stays, because another page wrote into it since: that is no mistake, for the record is saved all the same.
    """
    draft = _of_page(user, form, now_is)
    if draft is None:
        return True
    if not _is_own(draft, now_is):
        return False
    _let_go(draft, _files(draft), now() + files.UNHELD)
    _forget(db.session(), draft)
    return True


def discard(user: User, draft_id: int, leaving: Mark | None = None) -> None:
    """Forget a draft and the files that wait with it; the caller commits. NotFound for one that is none of his,
    Conflict when a page that is left discards what another one wrote since.
    """
    draft = db.session.scalar(
        select(RecordDraft)
        .where(RecordDraft.id == draft_id, RecordDraft.user_id == user.id)
        .with_for_update()
    )
    if draft is None:
        raise _no_draft()
    if leaving is not None:
        _require_own(draft, leaving)
    _let_go(draft, _files(draft), now())
    _forget(db.session(), draft)


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
