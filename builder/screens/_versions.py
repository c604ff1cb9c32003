"""What the tabs “Versions” of all kinds share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder import change_words, checkpoints, history, releases
from builder.checkpoints import Named
from builder.rehearsing import sees_all
from builder.releases import Release
from builder.studio import Studio


@dataclass(frozen=True)
class State:
    """A version or a named state, as the address calls it and as people do."""

    name: str
    title: str
    document: Any
    in_force: bool = False


class Versions:
    """Tab “Versions” of one kind: what came into force when, named states, and what differs between any two."""

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
        """The versions, named states, the two that are compared, whether the last publish can be taken back, and what
        anybody did to the draft.
        """
        listed = releases.releases(studio.app, studio.target)
        named = checkpoints.listed(studio.draft)
        states = _states(listed, named)
        old, new = _compared(studio, states)
        return {
            "releases": listed,
            "named": named,
            "longest_name": checkpoints.LONGEST,
            "states": states,
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


def _states(listed: list[Release], named: list[Named]) -> list[State]:
    """What can be compared: the one in force first of the versions, then the named states."""
    versions = [
        State(
            str(each.version.number),
            str(_("Version %(number)s", number=each.version.number)),
            each.version.document,
            each.in_force,
        )
        for each in listed
    ]
    kept = (each.checkpoint for each in named)
    return [*versions, *(State(f"s{each.id}", f"“{each.name}”", each.document) for each in kept)]


def _compared(studio: Studio, states: list[State]) -> tuple[State | None, State | None]:
    """The states that the address names in `from` and `to`; `to` without a name is the draft."""
    by_name = {each.name: each for each in states}
    old = by_name.get(studio.asked.get("from", "")) or next((each for each in states if each.in_force), None)
    return old or next(iter(states), None), by_name.get(studio.asked.get("to", ""))


def _lines(studio: Studio, old: State | None, new: State | None) -> list[change_words.Line]:
    if old is None:
        return []
    after = new.document if new else studio.document
    return change_words.lines(studio.target.kind, old.document, after, studio.text)
