"""Going on later with a public form: its link is shown and mailed, and leads to what was typed."""

from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from runtime import access, limits, links
from runtime.db import db, writing
from runtime.definitions.documents import Form
from runtime.endpoints import from_anywhere, open_to_all
from runtime.errors import Conflict, NotFound
from runtime.fields import FieldError
from runtime.fields.email import address as mail_address
from runtime.forms import entry, filling, uploads
from runtime.forms.drafts import homeless
from runtime.forms.pages import Filling, Looks
from runtime.forms.state import to_tell
from runtime.htmx import go_to
from runtime.public import codes, drafts, languages, opening, pages, traps
from runtime.public.models import PublicDraft, PublicForm

blueprint = Blueprint("public_later", __name__, url_prefix="/f/<slug>/later/<secret>")
blueprint.context_processor(lambda: {"other_language": languages.other})


@blueprint.get("")
@open_to_all
def show(slug: str, secret: str) -> Response:
    """The form with what was typed into it, on whatever device."""
    public, form = _found(slug)
    if opening.state(public) != "open":
        return pages.closed_page(public, form)
    if public.password_hash:
        return pages.ask_password(public, form, carried=[("_later", secret)])
    return go_on(public, form, secret)


@blueprint.get("/kept")
@open_to_all
def kept(slug: str, secret: str) -> Response:
    """That it is kept, the link to it, and whether it shall be mailed."""
    public, form = _found(slug)
    drafts.find(public, secret, to_write=False)
    return _kept_page(public, form, secret)


@blueprint.get("/qr.svg")
@open_to_all
def code(slug: str, secret: str) -> Response:
    """The link as a QR code, for going on with on a phone."""
    public, _form = _found(slug)
    drafts.find(public, secret, to_write=False)
    link = links.absolute(url_for("public_later.show", slug=slug, secret=secret))
    return codes.answer(link)


@blueprint.post("/mail")
@open_to_all
@from_anywhere
def mail(slug: str, secret: str) -> Response:
    """Mail the link. The answer is the same whoever has the address."""
    public, form = _found(slug)
    draft = drafts.find(public, secret)
    typed = request.form.get("email", "")
    try:
        to = mail_address(typed)
    except FieldError:
        return _kept_page(public, form, secret, _("Enter an e-mail address, like name@example.com."))
    if not _mails():
        raise NotFound
    if not limits.sends_another_mail(public.form_id, to):
        return _kept_page(public, form, secret, _("Too many mails were asked for. Copy the link instead."))
    drafts.mail(draft, to, g.reader.locale)
    db.session.commit()
    return go_to(languages.there("public_later.kept", slug=slug, secret=secret, mailed=1))


def keep(public: PublicForm, filled: Filling) -> Response:
    """The button Continue later: where its link is told, or the form again with what is in the way."""
    guest, form, closed = filled.user, filled.form, filled.rights.closed
    if traps.caught(public.slug):
        notice = _("Please look at your answers once more, then go on.")
        return filling.page(filled, Looks(exact=True), 422, notice=notice)
    if not limits.takes_another_draft():
        notice = _("A lot came in from where you are. Wait ten minutes, then try again.")
        return filling.page(filled, Looks(exact=True), 429, notice=notice)
    sent = uploads.sent(guest, form, filled.reader, closed)
    once, mark = request.form.get("_once", "")[: filling.TOKEN_LENGTH], pages.later_mark()
    db.session.commit()  # what was read so far; on SQLite others may write until here
    try:
        with writing():
            draft, is_own = drafts.keep(public, form, guest, sent, closed, mark, once)
            secret = drafts.secret_of(draft)
            db.session.commit()
    except Conflict as error:
        db.session.rollback()
        return filling.page(filled, Looks(exact=True), 409, notice=error.message)
    place = {"slug": public.slug, "secret": secret}
    return go_to(languages.there("public_later.kept", **place, apart=None if is_own else 1))


def go_on(public: PublicForm, form: Form, secret: str) -> Response:
    """The form with what its draft holds, in the version that is in force now."""
    draft = drafts.find(public, secret)
    g.visit, g.later = draft.visit, (secret, draft.revision)
    typed = entry.read(form, _open_answers(public, form, draft), g.reader, _closed(public, form))
    filled = pages.filling_of(public, form, typed)
    errors = to_tell(filled.problems, typed, "", frozenset())
    db.session.commit()
    return filling.page(filled, Looks(errors=errors), once=draft.once, homeless=homeless.answers(form, draft))


def _open_answers(public: PublicForm, form: Form, draft: PublicDraft) -> MultiDict[str, str]:
    closed = _closed(public, form)
    return MultiDict((name, text) for name, text in draft.posted if name.partition(".")[0] not in closed)


def _closed(public: PublicForm, form: Form) -> frozenset[str]:
    return access.fields(opening.guest(public, form), form).closed


def _found(slug: str) -> tuple[PublicForm, Form]:
    public, form = pages.found(slug)
    if not public.later:
        raise NotFound(_("There is no form here, or its address has changed."))
    return public, form


def _kept_page(public: PublicForm, form: Form, secret: str, problem: str = "") -> Response:
    here: dict[str, Any] = {"slug": public.slug, "secret": secret}
    page = render_template(
        "public/kept.html",
        link=links.absolute(languages.there("public_later.show", **here)),
        code=url_for("public_later.code", **here),
        mail=languages.there("public_later.mail", **here) if _mails() else "",
        mailed="mailed" in request.args,
        apart="apart" in request.args,
        problem=problem,
        typed=request.form.get("email", "")[:254],
        days=drafts.KEPT.days,
        framed=bool(public.shown_by),
        **filling.titles_of(form),
    )
    return make_response(page, 422 if problem else 200)


def _mails() -> bool:
    return bool(current_app.config["SETTINGS"].smtp_url)
