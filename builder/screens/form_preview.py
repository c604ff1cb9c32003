"""The preview of a form: its real page, from the draft, on a screen of the chosen width."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from builder import reasons, sharing, trying
from builder.studio import Studio
from runtime import links
from runtime.i18n import LANGUAGES

DEVICES = {"desk": _l("Desktop"), "tablet": _l("Tablet"), "phone": _l("Phone")}
PASSED_ON = ("lang", "record", "theme", "role")


class FormPreview:
    """What the button “Preview” beside “Publish…” shows: no tab, for it stands on every tab."""

    name = "form.preview"
    kind = "form"
    tab = "preview"
    title = _l("Preview")
    order = 80
    is_tab = False
    template = "builder/preview/preview.html"
    script = "designer-preview.js"

    def count(self, studio: Studio) -> int | None:
        """Nothing to count."""
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """What can be chosen, the address of the frame, and why each field is as it is."""
        passed = {name: text for name in PASSED_ON if (text := studio.asked.get(name, ""))}
        tested = trying.tried(studio, trying.chosen(studio.asked))
        return {
            "devices": DEVICES,
            "device": studio.asked.get("device", "desk"),
            "languages": {each: LANGUAGES[each] for each in studio.languages},
            "records": trying.records_and_chosen(studio),
            "roles": trying.roles(studio),
            "frame": url_for("preview.frame", app=studio.app, key=studio.target.key, **passed),  # type: ignore[arg-type]
            "reasons": reasons.reasons(studio, tested) if tested else [],
            "ready": tested is not None,
            **_share(studio),
        }


def _share(studio: Studio) -> Mapping[str, Any]:
    """How the preview is shared, and its address."""
    share = sharing.of_draft(studio.draft.definition_id)
    path = url_for("shared_preview.frame", app=studio.app, token=share.token) if share else ""
    return {"share": share, "share_address": links.absolute(path) if path else ""}


plugin = FormPreview()
