"""How a form is open to people without an account: its address, its QR code, its limits and texts."""

from collections.abc import Mapping
from html import escape
from typing import Any

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l

from builder import public_links
from builder.public_settings import Settings, settings_of
from builder.studio import Studio
from runtime import links
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.public import codes, opening
from runtime.public.models import PublicForm
from runtime.text import localized

MOST_VALUES, MOST_LINKS = 5_000, 50


class FormPublic:
    """Tab “Public form”."""

    name = "form.public"
    kind = "form"
    tab = "public"
    title = _l("Public form")
    order = 70
    template = "builder/form/public.html"

    def count(self, studio: Studio) -> int | None:
        """Nothing to count."""
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """How it is open now; nothing of a form that was never published."""
        form = lookup.form_if_any(studio.app, studio.target.key)
        public = opening.of_form(studio.draft.definition_id) if form else None
        found: dict[str, Any] = {"live": form, "public": public}
        return {**found, **(_opened(studio, form, public) if form and public else {})}


def _opened(studio: Studio, form: Form, public: PublicForm) -> Mapping[str, Any]:
    address = public_links.address(public)
    settings: Settings = g.get("public_settings") or settings_of(public, studio.languages, form.zone)
    return {
        "state": opening.state(public),
        "address": address,
        "snippet": _snippet(address, localized(form.title, studio.locale)),
        **_made(public, form, studio),
        "settings": settings,
        "sizes": codes.SCALES,
        "left_out": [localized(one.title, studio.locale) for one in opening.left_out(public, form)],
    }


def _snippet(address: str, title: str) -> str:
    """What another site puts into its page."""
    script = links.absolute(url_for("static", filename="embed.js"))
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" style="width:100%;height:40rem;border:0"></iframe>\n'
        f'<script src="{escape(script)}" async></script>'
    )


def _made(public: PublicForm, form: Form, studio: Studio) -> Mapping[str, Any]:
    """The fields that a link may fill in, and the links that were asked for with what is printed of each."""
    fields = public_links.nameable(public, form)
    titles = [(key, localized(one.title, studio.locale)) for key, one in fields.items()]
    key, values = request.args.get("maker", ""), request.args.get("values", "")[:MOST_VALUES]
    wanted = dict.fromkeys(line.strip() for line in values.splitlines() if line.strip())
    made = [_link(public, studio, key, value) for value in wanted] if key in fields else []
    return {"nameable": titles, "maker": key, "values": values, "made": made[:MOST_LINKS]}


def _link(public: PublicForm, studio: Studio, key: str, value: str) -> Mapping[str, str]:
    """A link, and where its code and its sheet are, unless it is too long for a code."""
    said = {key: value}
    place: dict[str, Any] = {"app": studio.app, "key": studio.target.key, **public_links.in_query(said)}
    printed = public_links.fits(public, said)
    return {
        "value": value,
        "link": public_links.address(public, said),
        "code": url_for("public_forms.picture", size="medium", **place) if printed else "",
        "poster": url_for("public_forms.poster", **place) if printed else "",
    }


plugin = FormPublic()
