"""The pages of a form that is open to the public: filled in and sent without an account."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from runtime import error_pages, i18n, limits, links
from runtime.accounts import passwords, sessions
from runtime.db import db, writing
from runtime.definitions.documents import Form
from runtime.endpoints import from_anywhere, open_to_all, reads_only, takes_files
from runtime.errors import Conflict, NotFound
from runtime.forms import filling
from runtime.forms.pages import Filling, Looks
from runtime.htmx import go_to
from runtime.policies import loosen
from runtime.public import (
    codes,
    drafts,
    languages,
    later,
    opening,
    pages,
    puzzles,
    receipts,
    seals,
    senders,
    traps,
)
from runtime.public.models import PublicForm
from runtime.public.receipts import Receipt
from runtime.records import store, tokens

blueprint = Blueprint("public", __name__, url_prefix="/f")
blueprint.context_processor(lambda: {"other_language": languages.other})


@blueprint.after_request
@later.blueprint.after_request
def _for_other_sites(answer: Response) -> Response:
    """Let the sites that an admin named show the form, and let it lead on to where he says."""
    public: PublicForm | None = g.get("public")
    if public is None or not (public.shown_by or public.leads_to):
        return answer
    return loosen(answer, public.shown_by, [opening.origin(public.leads_to)] if public.leads_to else ())


@blueprint.get("/<slug>")
@open_to_all
def show(slug: str) -> Response:
    """The empty form, or with what the address says: `?f.source=poster`."""
    public, form = pages.found(slug)
    if opening.state(public) != "open" or senders.has_sent(public):
        return pages.closed_page(public, form)
    if public.password_hash:
        return senders.named(public, pages.ask_password(public, form))
    return senders.named(public, filling.page(pages.begin(public, form), Looks()))


@blueprint.post("/<slug>")
@open_to_all
@from_anywhere
@reads_only
@takes_files
def send(slug: str) -> Response:
    """Take in a record, or show the form again with what is wrong; whoever may not send it keeps what he typed."""
    public, form = pages.found(slug)
    if not limits.allows(limits.PUBLIC_LOOKS, f"public look:{limits.sender()}"):
        return error_pages.send_again(429, _too_many())
    if opening.state(public) != "open" and not traps.was_open(slug):
        return pages.closed_page(public, form)
    if not pages.is_admitted(public):
        return _let_in(public, form)
    posted = pages.posted(public, form)
    deed = request.form.get("_do", "save").partition(":")[0]
    if deed == "save" and (refusal := _refusal(public)) and not _is_repeated(form):
        return filling.page(posted, Looks(exact=True), 409, notice=refusal)
    if deed == "later" and public.later:
        return later.keep(public, posted)
    answer = filling.save(posted, partial(_keep, public))
    if languages.is_pressed():
        return sessions.with_cookie(answer, i18n.LOCALE_COOKIE, i18n.locale())
    return answer


@blueprint.post("/<slug>/eval")
@open_to_all
@from_anywhere
@reads_only
@limits.limiter.limit(limits.PUBLIC_LOOKS)
def evaluate(slug: str) -> str:
    """What the form looks like with the values typed so far."""
    public, form = pages.found(slug)
    if not pages.is_admitted(public) or not traps.was_open(slug):
        raise NotFound
    return filling.evaluated(pages.posted(public, form))


@blueprint.get("/<slug>/sent/<seal>")
@open_to_all
def sent(slug: str, seal: str) -> Response:
    """Thanks, and for as long as the settings say what was sent."""
    public, form = pages.found(slug)
    receipt = _receipt(public, form, seal)
    place: dict[str, Any] = {"slug": slug, "seal": seal}
    return make_response(
        render_template(
            "public/sent.html",
            form=form,
            framed=bool(public.shown_by),
            read=receipt.read if receipt else None,
            paper=languages.there("public.answers", **place) if receipt and receipt.prints else "",
            back=links.absolute(url_for("public.sent", **place)) if receipt else "",
            code=url_for("public.code", **place),
            days=seals.read_back_for(public).days,
            thanks=pages.said(public.thanks, form),
            again="" if public.once else languages.there("public.show", slug=slug),
            **filling.titles_of(form),
        )
    )


@blueprint.get("/<slug>/sent/<seal>/qr.svg")
@open_to_all
def code(slug: str, seal: str) -> Response:
    """The link to what was sent as a QR code, to come back by."""
    public, _form = pages.found(slug)
    if not seals.sent_record(public, seal):
        raise NotFound
    return codes.answer(links.absolute(url_for("public.sent", slug=slug, seal=seal)))


@blueprint.get("/<slug>/sent/<seal>/answers.pdf")
@open_to_all
def answers(slug: str, seal: str) -> Response:
    """What was sent as a PDF, for as long as it can be read back."""
    public, form = pages.found(slug)
    receipt = _receipt(public, form, seal)
    if receipt is None or not receipt.prints:
        raise NotFound
    if not limits.allows(limits.PUBLIC_PAPERS, f"public paper:{limits.sender()}"):
        raise TooManyRequests
    made = Response(receipts.as_pdf(receipt, g.reader), mimetype="application/pdf")
    made.headers.set("Content-Disposition", "attachment", filename=f"{form.key}.pdf")
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _receipt(public: PublicForm, form: Form, seal: str) -> Receipt | None:
    """What whoever has this seal sent, for as long as the settings say."""
    record_id = seals.sent_record(public, seal)
    guest = opening.guest(public, form)
    return receipts.of_record(form, guest, record_id, g.reader) if record_id else None


def _shut() -> str:
    return str(_("This form is closed now. What you typed was not sent."))


def _sent_before() -> str:
    return str(_("You have sent this form before. What you typed here was not sent."))


def _refusal(public: PublicForm) -> str:
    """Why nothing is taken in of whoever asks; "" when it is."""
    if opening.state(public) != "open":
        return _shut()
    return _sent_before() if senders.has_sent(public) else ""


def _doubt(public: PublicForm) -> tuple[int, str] | None:
    """Why what has no mistakes is not stored yet: a status, and words."""
    if traps.caught(public.slug):
        return 422, _("Please look at your answers once more, then send them.")
    if not _is_too_often():
        return None
    told = _too_many()
    if _may_work():
        told = _(
            "A lot came in from where you are. Your browser works for a moment, then this is sent by itself. "
            "If nothing happens, wait ten minutes and send it again."
        )
    return 429, told


def _too_many() -> str:
    return str(_("A lot came in from where you are. Wait ten minutes, then send it again."))


def _is_too_often() -> bool:
    """Whether more came from one address than may, work of its browsers aside."""
    if limits.allows(limits.public_posts, limits.public_key()):
        return False
    return not (puzzles.is_solved(_token()) and limits.allows(limits.PUBLIC_WORKED, limits.public_key()))


def _may_work() -> bool:
    """Whether work would help whoever asks: not where much was worked for already, nor who has just worked in vain."""
    return puzzles.SENT not in request.form or not request.form[puzzles.SENT]


def _keep(public: PublicForm, filled: Filling) -> Response:
    """Store the record and count it; both or neither."""
    if not filled.problems and (doubt := _doubt(public)) and not _is_repeated(filled.form):
        work = puzzles.challenge(_token()) if doubt[0] == 429 and _may_work() else ""
        return filling.page(
            filled, Looks(exact=True), doubt[0], notice=doubt[1], puzzle=work, bits=puzzles.BITS
        )
    db.session.commit()  # what was read so far; on SQLite others may write until here
    with writing():
        saved = store.save(filled.actor, filled.form, filled.entry.values, token=_token())
        if not saved.repeated and not opening.count(public):
            raise Conflict(_shut())
        name = "" if saved.repeated or not public.once else _noted(public)
        drafts.sent(public, pages.later_mark())
        db.session.commit()
    thanks = languages.there("public.sent", slug=public.slug, seal=seals.sent(public, saved.id))
    answer = go_to(public.leads_to or thanks)
    return senders.remembered(public, answer, name)


def _token() -> str:
    return request.form.get("_once", "")[: filling.TOKEN_LENGTH]


def _is_repeated(form: Form) -> bool:
    """Whether this was taken in before and only the answer was lost."""
    return bool(_token()) and tokens.record_of(form, 0, _token()) is not None


def _noted(public: PublicForm) -> str:
    name = senders.note(public)
    if not name:
        raise Conflict(_sent_before())
    return name


def _let_in(public: PublicForm, form: Form) -> Response:
    """The form for who knows the password, with what he has typed before he was asked; tries are counted by where they
    come from.
    """
    if "password" not in request.form:
        return pages.ask_password(public, form, status=422)
    if not limits.allows(limits.PUBLIC_TRIES, limits.public_key()):
        return pages.ask_password(public, form, _("Too many tries. Wait a quarter of an hour."), 429)
    if not passwords.matches(public.password_hash, request.form.get("password", "")):
        return pages.ask_password(
            public, form, _("This is not the password. Ask whoever sent you here."), 422
        )
    if public.later and request.form.get("_later") and "_once" not in request.form:
        return later.go_on(public, form, request.form["_later"][:64])
    typed = pages.posted(public, form) if "_once" in request.form else pages.begin(public, form)
    return filling.page(typed, Looks(exact="_once" in request.form))
