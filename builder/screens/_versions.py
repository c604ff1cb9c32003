"""What the tabs “Versions” of all kinds share."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l

from builder import change_words, history, releases
from builder.rehearsing import sees_all
from builder.releases import Release
from builder.studio import Studio


class Versions:
    """Tab “Versions” of one kind: what came into force when, and what differs between any two."""

    tab = "versions"
    title = _l("Versions")
    order = 90
    template = "builder/versions.html"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name = f"{kind}.versions"

    def count(self, studio: Studio) -> int | None:
        """Nothing: the number would cost a question on every page."""
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The versions, the two that are compared, whether the last publish can be taken back, and what
        anybody did to the draft.
        """
        listed = releases.releases(studio.app, studio.target)
        old, new = _compared(studio, listed)
        return {
            "releases": listed,
            "sees_all": sees_all(studio.user),
            "old": old,
            "new": new,
            "lines": _lines(studio, old, new),
            "undoable": releases.undoable(studio.app, studio.target),
            "share": _share(studio),
            "done": history.changes(studio.draft, _before(studio)),
            "more": history.LISTED,
        }


def _before(studio: Studio) -> int | None:
    """The step from which on the list of changes goes back; nothing when the address names none."""
    text = studio.asked.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _share(studio: Studio) -> str:
    """The address where people fill in the published form; nothing of what is no form."""
    if studio.target.kind != "form" or not studio.work.is_in_force(studio.target):
        return ""
    path = url_for("forms.new_record", app=studio.app, form=studio.target.key)
    return f"{current_app.config['SETTINGS'].public_url}{path}"


def _compared(studio: Studio, listed: list[Release]) -> tuple[Release | None, Release | None]:
    """The versions that the address names in `from` and `to`; `to` without a number is the draft."""
    by_number = {str(release.version.number): release for release in listed}
    old = by_number.get(studio.asked.get("from", "")) or next((r for r in listed if r.in_force), None)
    return old, by_number.get(studio.asked.get("to", ""))


def _lines(studio: Studio, old: Release | None, new: Release | None) -> list[change_words.Line]:
    if old is None:
        return []
    after = new.version.document if new else studio.document
    return change_words.lines(studio.target.kind, old.version.document, after, studio.text)
