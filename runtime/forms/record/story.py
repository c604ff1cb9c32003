"""The timeline of a record as its page shows it: what is told, by which parts it can be narrowed, a comment in hand."""

import secrets
from dataclasses import dataclass

from flask import request
from flask_babel import lazy_gettext as _l

from runtime import timeline
from runtime.accounts.models import User
from runtime.forms.record.spot import Spot
from runtime.records.rows import Record
from runtime.timeline import Entry

TITLES = {
    "": _l("Everything"),
    "comments": _l("Comments"),
    "changes": _l("Changes"),
    "messages": _l("Messages"),
    "automations": _l("Automations"),
}


@dataclass(frozen=True)
class Typed:
    """A comment that was sent and is not stored: a new one, or another text for the one with this id."""

    text: str = ""
    problem: str = ""
    comment: int = 0


@dataclass(frozen=True)
class Chip:
    """A part of the timeline, and the page with it alone."""

    title: str
    address: str
    is_open: bool


@dataclass(frozen=True)
class Story:
    """What happened, newest first. `part` is the one that is shown alone. `done` says that a comment was just stored,
    whose controls had the focus and are new now.
    """

    entries: list[Entry]
    part: str
    chips: tuple[Chip, ...]
    typed: Typed
    once: str
    done: bool


def story(user: User, record: Record, spot: Spot, typed: Typed) -> Story:
    """The timeline as this request asks for it."""
    part = request.args.get("story", "")
    part = part if part in timeline.PARTS else ""
    chips = tuple(
        Chip(str(title), spot.to(story=key) if key else spot.to(), key == part)
        for key, title in TITLES.items()
    )
    return Story(
        entries=timeline.entries(user, spot.form, record, part),
        part=part,
        chips=chips,
        typed=typed,
        once=secrets.token_urlsafe(16),
        done=request.method == "POST" and not typed.problem,
    )
