"""The pages of drafts: one that is opened, written or in the way of another, and the list of them all."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, flash, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict

from runtime import access, i18n
from runtime.accounts.models import User
from runtime.db import db, writing
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, NotFound
from runtime.fields import ValueType
from runtime.forms import edits, entry, filling, uploads
from runtime.forms.drafts import homeless, keeping
from runtime.forms.drafts.keeping import Mark
from runtime.forms.drafts.models import RecordDraft
from runtime.forms.entry import Entry
from runtime.forms.filling import reader_for
from runtime.forms.names import titles_for
from runtime.forms.pages import Filling, Looks
from runtime.forms.state import to_tell
from runtime.htmx import go_to
from runtime.records.naming import title_field
from runtime.text import localized
from runtime.times import now

WORDS = 3  # answers in the title of a draft
LONGEST = 60  # characters of each


@dataclass(frozen=True)
class Listed:
    """A draft in the list: its app and form, what is filled in it, and where it goes on, if it does."""

    id: int
    place: str
    title: str
    changed_at: datetime
    address: str


def saved_at(moment: datetime) -> str:
    """When a draft was saved: the time of today, else date and time."""
    text = i18n.clock_text(moment) if now() - moment < timedelta(hours=12) else i18n.moment_text(moment)
    return str(_("Draft saved %(time)s", time=text))


def opened(user: User, form: Form, draft: RecordDraft) -> Response:
    """The form with what the draft holds, in the version that is in force now."""
    typed = _read(user, form, draft)
    now_filled = Filling(user, form, reader_for(user, form), None, typed)
    errors = to_tell(now_filled.problems, typed, "", frozenset())
    lost = [*map(tuple, draft.homeless), *homeless.answers(form, draft)]
    notice = ""
    if draft.version_id != form.version_id:
        notice = _("The form was changed since this draft was saved. Look through it before you send it.")
    return filling.page(
        now_filled,
        Looks(errors=errors),
        once=draft.once,
        draft=keeping.mark_of(draft),
        saved=saved_at(draft.changed_at),
        homeless=lost,
        notice=notice,
    )


def _read(user: User, form: Form, draft: RecordDraft) -> Entry:
    closed = access.fields(user, form).closed
    posted: MultiDict[str, str] = MultiDict((name, text) for name, text in draft.posted)
    for name in [name for name in posted if name.partition(".")[0] in closed]:
        del posted[name]  # what he might write once
    return entry.read(form, posted, reader_for(user, form), closed)


def written(sent: Filling) -> RecordDraft:
    """What this request posts, stored as a draft; Conflict when it cannot be."""
    user, form, closed = sent.user, sent.form, sent.rights.closed
    posted = uploads.sent(user, form, sent.reader, closed)
    db.session.commit()  # what was read so far; on SQLite others may write until here
    with writing():
        draft = keeping.keep(user, form, posted, closed, keeping.mark())
        db.session.commit()
    return draft


def save(sent: Filling) -> Response:
    """The button Save draft: its page, or this one again with what is in the way."""
    try:
        draft = written(sent)
    except Conflict as error:
        db.session.rollback()
        return _refused(sent, error)
    refused = uploads.refused(sent.user, sent.form, sent.reader, sent.rights.closed)
    if refused:
        looks = Looks(errors={key: problem.message for key, problem in refused.items()}, exact=True)
        notice = _("The draft is saved, but without the file at the marked field.")
        return filling.page(sent, looks, 422, draft=keeping.mark_of(draft), notice=notice)
    edits.saved(sent)
    flash(_("The draft is saved."))
    return go_to(address(sent.form, draft.id, back=request.form.get("_back")))


def address(form: Form, draft_id: int, back: str | None = None) -> str:
    """Where a draft goes on, and where from there."""
    return url_for("drafts.open_draft", app=form.app, form=form.key, draft_id=draft_id, back=back)


def _refused(sent: Filling, error: Conflict) -> Response:
    """The page with all that was typed; saved once more it becomes a draft of its own."""
    mark, found = keeping.mark(), []
    once = request.form.get("_once", "")[: filling.TOKEN_LENGTH] or secrets.token_urlsafe(16)
    made = filling.made(sent) if error.code == "sent" else None
    if error.code == "stale" and mark.number is not None:
        made = (address(sent.form, mark.number), _("Look at the other one"))
    if error.code in ("sent", "gone", "stale"):
        found.append(
            _("What you typed is still here. Save the draft again to keep it as a draft of its own.")
        )
        # With the token of the other one it would count as sent as soon as that is.
        mark, once = Mark(keeping.APART, 0, secrets.token_urlsafe(12)), secrets.token_urlsafe(16)
    notice = " ".join([error.message, *found])
    return filling.page(sent, Looks(exact=True), 409, notice=notice, made=made, once=once, draft=mark)


def listed(user: User, limit: int | None = None) -> list[Listed]:
    """This person's drafts of the forms that he may fill now, newest first."""
    forms = _fillable(user)
    newest = _newest(user).where(RecordDraft.form_id.in_(list(forms))).limit(limit)
    found = [(draft, forms[draft.form_id]) for draft in db.session.scalars(newest)] if forms else []
    titles = _titles(user, found)
    nothing = str(_("Nothing filled in yet"))
    return [
        Listed(draft.id, _place(form), titles[draft.id] or nothing, draft.changed_at, address(form, draft.id))
        for draft, form in found
    ]


def shut(user: User) -> list[Listed]:
    """His drafts of other forms: nothing of them is told, and they may go, for they count among his own."""
    rest = _newest(user).where(RecordDraft.form_id.not_in(list(_fillable(user))))
    why = str(_("You may not add records here."))
    return [
        Listed(draft.id, _place(_form_then(draft)), why, draft.changed_at, "")
        for draft in db.session.scalars(rest)
    ]


def _newest(user: User) -> Select[RecordDraft]:
    mine = select(RecordDraft).where(RecordDraft.user_id == user.id)
    return mine.order_by(RecordDraft.changed_at.desc(), RecordDraft.id.desc())


def _fillable(user: User) -> dict[int, Form]:
    """The forms that this person has drafts of and may fill now."""
    ids = select(RecordDraft.form_id).where(RecordDraft.user_id == user.id).distinct()
    found = ((form_id, lookup.form_by_id_if_any(form_id)) for form_id in db.session.scalars(ids))
    return {form_id: form for form_id, form in found if form is not None and access.can(user, "create", form)}


def _form_then(draft: RecordDraft) -> Form | None:
    """The form as it was when the draft was saved; None when its app is gone."""
    try:
        return lookup.form_of_version(draft.version_id)
    except NotFound:
        return None


def _place(form: Form | None) -> str:
    if form is None:
        return str(_("There is no such form."))
    app = lookup.app_info(form.app)
    return " · ".join(localized(one, g.reader.locale, app.default_locale) for one in (app.title, form.title))


def _titles(user: User, drafts: Sequence[tuple[RecordDraft, Form]]) -> dict[int, str]:
    """What is filled in each draft, in a few words; names are read once per form."""
    typed = {draft.id: _read(user, form, draft) for draft, form in drafts}
    found: dict[int, str] = {}
    for form in {form.definition_id: form for _draft, form in drafts}.values():
        reader, keys = reader_for(user, form), _telling(user, form)
        own = [draft.id for draft, of in drafts if of.definition_id == form.definition_id]
        fields = [form.fields[key] for key in keys]
        names = titles_for(user, form, fields, [_without_rows(form, typed[one]) for one in own])
        for one in own:
            values = typed[one].values
            words = (
                form.fields[key].type.display(values[key], form.fields[key], reader, names)
                for key in keys
                if values.get(key) not in (None, "", [], False, form.fields[key].default)
            )
            found[one] = " · ".join([text[:LONGEST] for text in words if text][:WORDS])
    return found


def _without_rows(form: Form, typed: Entry) -> dict[str, object]:
    return {key: value for key, value in typed.values.items() if key not in form.rows}


def _telling(user: User, form: Form) -> list[str]:
    """The fields that name a draft best: those of the title, then as they stand on the page."""
    hidden = access.fields(user, form).hidden
    on_page = [cell.field for section in form.layout for row in section.rows for cell in row]
    first = title_field(form)
    told = dict.fromkeys([*([first.key] if first else []), *on_page])
    return [key for key in told if key in form.fields and key not in hidden and _tells(form, key)]


def _tells(form: Form, key: str) -> bool:
    one = form.fields[key]
    by_itself = key in form.initials or key in form.rows
    return one.type.writable and not by_itself and one.type.value_type is not ValueType.FILES
