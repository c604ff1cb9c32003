"""What the preview of a draft and its shared form have in common: the runtime's page of the form, filled and judged."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from builder import trying
from builder.studio import Studio
from runtime import access
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Reader
from runtime.forms import entry, filling, options, pages, uploads
from runtime.forms.entry import Entry
from runtime.forms.pages import Addresses, Filling
from runtime.text import localized

LAYOUT = "builder/preview/frame.html"


def form_of(now: Studio) -> Form:
    """The form as the draft has it."""
    form = trying.draft_form(now)
    if form is None:
        raise NotFound(_("The draft has mistakes that keep it from being shown. Look at its problems."))
    return form


def filled(now: Studio, addresses: Addresses, *, posted: bool = False) -> Filling:
    """The form with what this request brings, for whoever looks at it."""
    form = form_of(now)
    reader = filling.reader_for(now.user, form)
    record = trying.record(now, form, trying.chosen(now.asked))
    rights = trying.rights_of(now, form, record)
    typed = (
        uploads.read(trying.viewer(now), form, reader, rights.closed)
        if posted
        else Entry(values=trying.sampled(now, form))
    )
    return Filling(trying.viewer(now), form, reader, record, typed, addresses, rights, trying.onlooker(now))


def offered(now: Studio, field: str) -> str:
    """What a picker offers."""
    form = form_of(now)
    closed = trying.rights_of(now, form, None).closed
    one = options.picker_field(form, field, closed)
    typed = entry.read(form, request.args, filling.reader_for(now.user, form), closed)
    facts = pages.facts_for(access.facts(now.user), typed.values)
    offer = options.asked(trying.viewer(now), now.app, one, facts, request.args)
    return render_template("fields/_options.html", key=field, offer=offer)


def told(tried: Filling) -> list[tuple[str, str]]:
    """The values that would be stored, by the titles of their fields."""
    form, values = tried.form, tried.judged.values
    return [
        (
            localized(one.title, tried.reader.locale),
            one.type.display(values[key], one, tried.reader, tried.names),
        )
        for key, one in form.fields.items()
        if key in values and values[key] is not None
    ]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """In this language, without changing the person's own."""
    own = g.reader, g.locale
    g.reader, g.locale = Reader(language, g.reader.zone), language
    try:
        with force_locale(language):
            yield
    finally:
        g.reader, g.locale = own
