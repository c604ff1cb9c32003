"""The pages of a form that is open to the public: filled in and sent without an account."""

from functools import partial

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from runtime import access, i18n, limits
from runtime.accounts import passwords, sessions
from runtime.accounts.models import User
from runtime.db import db, writing
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.endpoints import open_to_all, reads_only, takes_files
from runtime.errors import Conflict, NotFound
from runtime.fields import Reader, ValueType
from runtime.forms import entry, filling, reading, uploads
from runtime.forms.entry import Entry
from runtime.forms.pages import Addresses, Filling, Looks
from runtime.htmx import go_to
from runtime.public import opening, receipts, seals, traps
from runtime.public.models import PublicForm
from runtime.records import store, tokens
from runtime.text import localized

blueprint = Blueprint("public", __name__, url_prefix="/f")
LAYOUT = "public/frame.html"
MOST_ROWS = 200  # of a sub-table
NOT_CARRIED = ("csrf_token", "password", "_admitted")


@blueprint.get("/<slug>")
@open_to_all
def show(slug: str) -> Response:
    """The empty form, or with what the address says: `?f.source=poster`."""
    public, form = _found(slug)
    if opening.state(public) != "open" or _has_sent(public):
        return _closed(public, form)
    if public.password_hash:
        return _ask_password(public, form)
    return filling.page(_begin(public, form, _named(form)), Looks())


@blueprint.post("/<slug>")
@open_to_all
@reads_only
@takes_files
@limits.limiter.limit(limits.PUBLIC_LOOKS)
def send(slug: str) -> Response:
    """Take in a record, or show the form again with what is wrong; whoever may not send it keeps what he typed."""
    public, form = _found(slug)
    if opening.state(public) != "open" and not traps.was_open(slug):
        return _closed(public, form)
    if not _is_admitted(public):
        return _let_in(public, form)
    posted = _posted(public, form)
    deed = request.form.get("_do", "save")
    if deed == "save" and (opening.state(public) != "open" or _has_sent(public)) and not _is_repeated(form):
        return filling.page(posted, Looks(exact=True), 409, notice=_shut())
    answer = filling.save(posted, partial(_keep, public))
    if deed.startswith("language:"):
        return sessions.with_cookie(answer, i18n.LOCALE_COOKIE, i18n.locale())
    return answer


@blueprint.post("/<slug>/eval")
@open_to_all
@reads_only
@limits.limiter.limit(limits.PUBLIC_LOOKS)
def evaluate(slug: str) -> str:
    """What the form looks like with the values typed so far."""
    public, form = _found(slug)
    if not _is_admitted(public) or not traps.was_open(slug):
        raise NotFound
    return filling.evaluated(_posted(public, form))


@blueprint.get("/<slug>/sent/<seal>")
@open_to_all
def sent(slug: str, seal: str) -> Response:
    """Thanks, and for a day what was sent."""
    public, form = _found(slug)
    guest = opening.guest(public, form)
    record_id = seals.sent_record(public, seal)
    seen = receipts.as_sent(form, guest, record_id) if record_id else None
    return make_response(
        render_template(
            "public/sent.html",
            form=form,
            read=reading.reading(guest, form, seen, g.reader) if seen else None,
            thanks=_said(public.thanks, form),
            again="" if public.once else url_for("public.show", slug=slug),
            **filling.titles_of(form),
        )
    )


def _found(slug: str) -> tuple[PublicForm, Form]:
    """What the address leads to, read in the zone of the app: nobody knows another one of a guest."""
    public, form = opening.find(slug)
    g.reader = Reader(g.reader.locale, form.zone)
    return public, form


def _named(form: Form) -> MultiDict[str, str]:
    """The values that the address gives."""
    own = ((name[2:], text) for name, text in request.args.items(multi=True) if name.startswith("f."))
    return MultiDict((key, text) for key, text in own if key in form.fields and _is_nameable(form, key))


def _is_nameable(form: Form, key: str) -> bool:
    return form.fields[key].type.value_type not in (ValueType.FILES, ValueType.ROWS)


def _begin(public: PublicForm, form: Form, named: MultiDict[str, str] | None = None) -> Filling:
    typed = _read(public, form, named) if named else Entry()
    return _filling(public, form, typed)


def _posted(public: PublicForm, form: Form) -> Filling:
    if any(len(request.form.getlist(key)) > MOST_ROWS for key in form.rows):
        raise RequestEntityTooLarge
    guest = _guest(public, form)
    return _filling(public, form, uploads.read(guest, form, g.reader, access.fields(guest, form).closed))


def _guest(public: PublicForm, form: Form) -> User:
    """Whoever asks, by the visit that his page names; the same one throughout a request."""
    if "visit" not in g:
        g.visit = seals.visit_id(public, request.form.get("_visit", ""))
    return opening.guest(public, form, g.visit)


def _read(public: PublicForm, form: Form, named: MultiDict[str, str]) -> Entry:
    """What can be read of the address; nobody is told of a mistake that he did not make."""
    read = entry.read(form, named, g.reader, access.fields(_guest(public, form), form).closed)
    return Entry(
        raw={key: raw for key, raw in read.raw.items() if key not in read.problems},
        values={key: value for key, value in read.values.items() if key not in read.problems},
    )


def _filling(public: PublicForm, form: Form, typed: Entry) -> Filling:
    here, evaluate = (url_for(f"public.{name}", slug=public.slug) for name in ("show", "evaluate"))
    guest = _guest(public, form)
    visit = seals.visit(public, guest.visit) if public.takes_files else ""
    upload = url_for("public_files.upload", slug=public.slug, visit=visit, field="") if visit else ""
    return Filling(
        guest,
        form,
        g.reader,
        entry=typed,
        elsewhere=Addresses(here, evaluate, "", "", upload=upload),
        origin="public",
        around={"layout": LAYOUT, "guest": _guest_part(public, visit), "trap": traps.HIDDEN},
    )


def _guest_part(public: PublicForm, visit: str) -> dict[str, str]:
    """What the page of a guest sends along."""
    sent = {"_opened": traps.opened(public.slug)}
    if visit:
        sent["_visit"] = visit
    return {**sent, "_admitted": seals.admitted(public)} if public.password_hash else sent


def _shut() -> str:
    return str(_("This form is closed now. What you typed was not sent."))


def _doubt(public: PublicForm) -> tuple[int, str] | None:
    """Why what has no mistakes is not stored yet: a status, and words."""
    if traps.caught(public.slug):
        return 422, _("Please look at your answers once more, then send them.")
    if _is_too_often():
        return 429, _("A lot came in from where you are. Wait ten minutes, then send it again.")
    return None


def _is_too_often() -> bool:
    try:
        with limits.limiter.limit(limits.public_posts, key_func=limits.public_key):
            return False
    except RateLimitExceeded:
        return True


def _keep(public: PublicForm, filled: Filling) -> Response:
    """Store the record and count it; both or neither."""
    if not filled.problems and (doubt := _doubt(public)):
        return filling.page(filled, Looks(exact=True), doubt[0], notice=doubt[1])
    db.session.commit()  # what was read so far; on SQLite others may write until here
    with writing():
        saved = store.save(filled.actor, filled.form, filled.entry.values, token=_token())
        if not saved.repeated and not opening.count(public):
            raise Conflict(_shut())
        db.session.commit()
    answer = go_to(url_for("public.sent", slug=public.slug, seal=seals.sent(public, saved.id)))
    return sessions.with_cookie(answer, _cookie(public), "1") if public.once else answer


def _token() -> str:
    return request.form.get("_once", "")[: filling.TOKEN_LENGTH]


def _is_repeated(form: Form) -> bool:
    """Whether this was taken in before and only the answer was lost."""
    return bool(_token()) and tokens.record_of(form, 0, _token()) is not None


def _cookie(public: PublicForm) -> str:
    return f"sent-{public.form_id}"


def _has_sent(public: PublicForm) -> bool:
    return public.once and _cookie(public) in request.cookies


def _is_admitted(public: PublicForm) -> bool:
    return not public.password_hash or seals.is_admitted(public, request.form.get("_admitted", ""))


def _ask_password(public: PublicForm, form: Form, problem: str = "", status: int = 200) -> Response:
    typed = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_CARRIED]
    page = render_template(
        "public/password.html", slug=public.slug, problem=problem, typed=typed, **filling.titles_of(form)
    )
    return make_response(page, status)


def _let_in(public: PublicForm, form: Form) -> Response:
    """The form for who knows the password, with what he has typed before he was asked; tries are counted by where they
    come from.
    """
    if "password" not in request.form:
        return _ask_password(public, form, status=422)
    try:
        with limits.limiter.limit(limits.PUBLIC_TRIES, key_func=limits.public_key):
            known = passwords.matches(public.password_hash, request.form.get("password", ""))
    except RateLimitExceeded:
        return _ask_password(public, form, _("Too many tries. Wait a quarter of an hour."), 429)
    if not known:
        return _ask_password(public, form, _("This is not the password. Ask whoever sent you here."), 422)
    typed = _posted(public, form) if "_once" in request.form else _begin(public, form)
    return filling.page(typed, Looks(exact="_once" in request.form))


def _closed(public: PublicForm, form: Form) -> Response:
    """That nothing is taken in, when it is again, and whom to ask."""
    state = "sent" if opening.state(public) == "open" else opening.state(public)
    page = render_template(
        "public/closed.html",
        state=state,
        public=public,
        closed=_said(public.closed, form),
        form=form,
        **filling.titles_of(form),
    )
    return make_response(page)


def _said(texts: dict[str, str], form: Form) -> str:
    own = {key: text for key, text in texts.items() if text}
    return localized(own, g.reader.locale, lookup.app_info(form.app).default_locale) if own else ""
