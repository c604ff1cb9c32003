"""What the pages of a public form have in common: who asks, what he has typed, what stands around the form."""

from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from runtime import access
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import ValueType
from runtime.forms import entry, filling, uploads
from runtime.forms.drafts import keeping
from runtime.forms.entry import Entry
from runtime.forms.pages import Addresses, Filling
from runtime.forms.steps import is_cut
from runtime.public import languages, opening, seals, traps
from runtime.public.models import PublicForm
from runtime.text import localized

LAYOUT = "public/frame.html"
MOST_ROWS = 200  # of a sub-table
NOT_CARRIED = ("csrf_token", "password", "_admitted", "_do", languages.SENT)


def found(slug: str) -> tuple[PublicForm, Form]:
    """What the address leads to, read in the zone of the app: nobody knows another one of a guest."""
    public, form = opening.find(slug)
    g.public = public  # for the headers of the answer
    languages.speak(form.zone)
    return public, form


def _named(form: Form) -> MultiDict[str, str]:
    """The values that the address gives."""
    own = ((name[2:], text) for name, text in request.args.items(multi=True) if name.startswith("f."))
    return MultiDict((key, text) for key, text in own if key in form.fields and is_nameable(form, key))


def _brought() -> dict[str, Any]:
    """What the address says of the form, for the next address."""
    return {
        name: texts for name, texts in request.args.lists() if name.startswith("f.") or name == languages.NAME
    }


def is_nameable(form: Form, key: str) -> bool:
    """Whether an address may fill in this field."""
    return form.fields[key].type.value_type not in (ValueType.FILES, ValueType.ROWS)


def begin(public: PublicForm, form: Form) -> Filling:
    """The empty form, or with what the address says."""
    named = _named(form)
    return filling_of(public, form, _read(public, form, named) if named else Entry())


def posted(public: PublicForm, form: Form) -> Filling:
    """The form with what this request brings."""
    if any(len(request.form.getlist(key)) > MOST_ROWS for key in form.rows):
        raise RequestEntityTooLarge
    guest = who(public, form)
    return filling_of(public, form, uploads.read(guest, form, g.reader, access.fields(guest, form).closed))


def who(public: PublicForm, form: Form) -> User:
    """Whoever asks, by the visit that his page names; the same one throughout a request."""
    if "visit" not in g:
        g.visit = seals.visit_id(public, request.form.get("_visit", ""))
    return opening.guest(public, form, g.visit)


def _read(public: PublicForm, form: Form, named: MultiDict[str, str]) -> Entry:
    """What can be read of the address; nobody is told of a mistake that he did not make."""
    read = entry.read(form, named, g.reader, access.fields(who(public, form), form).closed)
    return Entry(
        raw={key: raw for key, raw in read.raw.items() if key not in read.problems},
        values={key: value for key, value in read.values.items() if key not in read.problems},
    )


def filling_of(public: PublicForm, form: Form, typed: Entry) -> Filling:
    """The form with this typed into it."""
    here, evaluate = (url_for(f"public.{name}", slug=public.slug) for name in ("show", "evaluate"))
    guest = who(public, form)
    visit = seals.visit(public, guest.visit)
    upload = url_for("public_files.upload", slug=public.slug, visit=visit, field="")
    return Filling(
        guest,
        form,
        g.reader,
        entry=typed,
        elsewhere=Addresses(here, evaluate, "", "", upload=upload if public.takes_files else ""),
        origin="public",
        step=request.form.get("_step", "")[:80] if public.steps or public.questions or is_cut(form) else None,
        by_question=public.questions,
        tells_late=public.tells_late,
        around={
            "layout": LAYOUT,
            "guest": _guest_part(public, visit),
            "guest_later": public.later,
            "framed": bool(public.shown_by),
            "trap": traps.HIDDEN,
        },
    )


def _guest_part(public: PublicForm, visit: str) -> dict[str, str]:
    """What the page of a guest sends along."""
    sent = {"_opened": traps.opened(public.slug), "_visit": visit}
    if language := languages.chosen():
        sent[languages.SENT] = language
    secret, revision = later_mark()
    if secret:
        sent.update(_later=secret, _later_rev=str(revision))
    return {**sent, "_admitted": seals.admitted(public)} if public.password_hash else sent


def later_mark() -> tuple[str, int]:
    """The secret of the draft that the page goes on with, "" for none, and the revision it began with."""
    if "later" in g:
        found: tuple[str, int] = g.later
        return found
    return request.form.get("_later", "")[:64], keeping.number(request.form.get("_later_rev", "")) or 0


def is_admitted(public: PublicForm) -> bool:
    """Whether whoever asks has given the password, if one is asked for."""
    return not public.password_hash or seals.is_admitted(public, request.form.get("_admitted", ""))


def ask_password(
    public: PublicForm,
    form: Form,
    problem: str = "",
    status: int = 200,
    *,
    carried: list[tuple[str, str]] | None = None,
) -> Response:
    """The page that asks for the password, which carries what was typed before."""
    typed = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_CARRIED]
    typed += carried or []
    if typed and (language := languages.chosen()):
        typed.append((languages.SENT, language))
    page = render_template(
        "public/password.html",
        framed=bool(public.shown_by),
        action=url_for("public.show", slug=public.slug, **_brought()),
        problem=problem,
        typed=typed,
        **filling.titles_of(form),
    )
    return make_response(page, status)


def closed_page(public: PublicForm, form: Form) -> Response:
    """That nothing is taken in, when it is again, and whom to ask."""
    state = "sent" if opening.state(public) == "open" else opening.state(public)
    page = render_template(
        "public/closed.html",
        state=state,
        public=public,
        closed=said(public.closed, form),
        form=form,
        framed=bool(public.shown_by),
        **filling.titles_of(form),
    )
    return make_response(page)


def said(texts: dict[str, str], form: Form) -> str:
    """A text of the settings in the language of whoever reads; "" for none."""
    own = {key: text for key, text in texts.items() if text}
    return localized(own, g.reader.locale, lookup.app_info(form.app).default_locale) if own else ""
