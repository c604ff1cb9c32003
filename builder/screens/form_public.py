"""How a form is open to people without an account: its address, its QR code, its limits and texts."""

from collections.abc import Mapping
from typing import Any

from flask import g, url_for
from flask_babel import lazy_gettext as _l

from builder.public_settings import Settings, settings_of
from builder.studio import Studio
from runtime import links
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.public import codes, opening
from runtime.public.models import PublicForm
from runtime.text import localized


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
    path = url_for("public.show", slug=public.slug)
    settings: Settings = g.get("public_settings") or settings_of(public, studio.languages, form.zone)
    return {
        "state": opening.state(public),
        "address": links.absolute(path),
        "settings": settings,
        "sizes": codes.SCALES,
        "left_out": [localized(one.title, studio.locale) for one in opening.left_out(public, form)],
    }


plugin = FormPublic()
