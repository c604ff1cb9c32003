"""The timeline of a record as its page shows it: what is told, by which parts it can be narrowed, a comment in hand."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from runtime import timeline
from runtime.accounts.models import User
from runtime.forms.record.spot import Spot
from runtime.forms.shown import ShownFile
from runtime.records.rows import Record
from runtime.timeline import Entry

SHOWN = 30  # entries at first: a record that was changed a thousand times opens as quickly as any
FURTHER = {str(SHOWN): "100", "100": "200", "200": ""}
"""How many are told when more is asked for; in the end all that is read."""
TITLES = {
    "": _l("Everything"),
    "comments": _l("Comments"),
    "changes": _l("Changes"),
    "messages": _l("Messages"),
    "automations": _l("Automations"),
}


@dataclass(frozen=True)
class Typed:
    """A comment that was sent and is not stored: a new one, another text for the one with this id, or an answer to one.
    `files` are those that came with it.
    """

    text: str = ""
    problem: str = ""
    comment: int = 0
    reply_to: int = 0
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True)
class Chip:
    """A part of the timeline, and the page with it alone."""

    title: str
    address: str
    is_open: bool


@dataclass(frozen=True)
class Told:
    """An entry; of a comment with what answers it, oldest first, and the place for one more answer."""

    entry: Entry
    replies: tuple[Entry, ...] = ()

    @property
    def at(self) -> datetime:
        """When the last word was said."""
        return max(self.entry.at, *(each.at for each in self.replies)) if self.replies else self.entry.at

    @property
    def comments(self) -> set[int]:
        """The ids of the comments that it is."""
        return {self.entry.comment, *(each.comment for each in self.replies)}

    @property
    def place(self) -> str:
        """The ids of what is typed there begin with this; another one once somebody has answered."""
        return f"reply-{self.entry.comment}-{len(self.replies)}"


@dataclass(frozen=True)
class Story:
    """What happened, newest first. `part` is the one that is shown alone. `new` are the comments that the reader has
    not seen, oldest first, `last` is the last comment. `done` says that a comment was just stored, whose controls had
    the focus and are new now. `older` is where more of it is told, if there is more; `far` says how much is told where
    that is more than at first, and `went_on` that this was just asked for.
    """

    told: list[Told]
    new: list[int]
    last: int
    part: str
    chips: tuple[Chip, ...]
    typed: Typed
    once: str
    done: bool
    older: str = ""
    far: str = ""
    went_on: bool = False
    comments: Sequence[Entry] | None = None
    """All comments on the record, shown or not; None where `part` is something else."""


def story(user: User, record: Record, spot: Spot, typed: Typed) -> Story:
    """The timeline as this request asks for it."""
    part = request.args.get("story", "")
    part = part if part in timeline.PARTS else ""
    chips = tuple(
        Chip(str(title), spot.to(story=key) if key else spot.to(), key == part)
        for key, title in TITLES.items()
    )
    asked = request.args.get("far", "")
    entries, told, most = _read(user, record, spot, part, int(asked) if asked in FURTHER else SHOWN, typed)
    said = sorted(each.comment for each in entries if each.comment)
    further = FURTHER[str(most)] if len(told) > most else ""
    state = {"story": part} if part else {}
    return Story(
        told=told[:most] if further else told,
        new=_new(entries),
        last=said[-1] if said else 0,
        part=part,
        chips=chips,
        typed=typed,
        once=secrets.token_urlsafe(16),
        done=request.method == "POST" and not typed.problem,
        older=spot.to(**state, far=further) if further else "",
        far=str(most) if most > SHOWN else "",
        went_on=request.method == "GET" and asked in FURTHER,
        comments=[each for each in entries if each.comment] if part in ("", "comments") else None,
    )


def _read(
    user: User, record: Record, spot: Spot, part: str, most: int, typed: Typed
) -> tuple[list[Entry], list[Told], int]:
    """What there is to tell, and how much of it at once: as much more as it takes to reach each comment that the reader
    has not seen, and the one that he has in hand.
    """
    entries = timeline.entries(user, spot.form, record, part, most + 1)
    told, needed = _in_threads(entries), {*_new(entries), typed.comment, typed.reply_to} - {0}
    if FURTHER[str(most)] and any(needed & each.comments for each in told[most:]):
        return _read(user, record, spot, part, int(FURTHER[str(most)]), typed)
    return entries, told, most


def _new(entries: list[Entry]) -> list[int]:
    return sorted(each.comment for each in entries if each.is_new)


def _in_threads(entries: list[Entry]) -> list[Told]:
    """The entries with what answers each, in the order of the last word; what answers a deleted one stays together."""
    answers: dict[int, list[Entry]] = defaultdict(list)
    for each in reversed(entries):
        if each.reply_to:
            answers[each.reply_to].append(each)
    told = [
        Told(each, tuple(answers.pop(each.comment, ()) if each.comment else ()))
        for each in entries
        if not each.reply_to
    ]
    told += [Told(_deleted(key, left), tuple(left)) for key, left in answers.items()]
    return sorted(told, key=lambda each: each.at, reverse=True)


def _deleted(comment: int, answers: list[Entry]) -> Entry:
    return replace(
        Entry(answers[0].at, "comment", str(_("This comment was deleted."))), state="gone", comment=comment
    )
