"""The timeline of a record as its page shows it: what is told, by which parts it can be narrowed, a comment in hand."""

import secrets
from collections import defaultdict
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
    def place(self) -> str:
        """The ids of what is typed there begin with this; another one once somebody has answered."""
        return f"reply-{self.entry.comment}-{len(self.replies)}"


@dataclass(frozen=True)
class Story:
    """What happened, newest first. `part` is the one that is shown alone. `new` are the comments that the reader has
    not seen, oldest first, `last` is the last comment. `done` says that a comment was just stored, whose controls had
    the focus and are new now. `older` is where more of it is told, if there is more; `far` says that more was asked
    for.
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
    far: bool = False


def story(user: User, record: Record, spot: Spot, typed: Typed) -> Story:
    """The timeline as this request asks for it."""
    part = request.args.get("story", "")
    part = part if part in timeline.PARTS else ""
    chips = tuple(
        Chip(str(title), spot.to(story=key) if key else spot.to(), key == part)
        for key, title in TITLES.items()
    )
    far = request.args.get("far", "")
    most = int(far) if far in FURTHER else SHOWN
    entries = timeline.entries(user, spot.form, record, part, most + 1)
    said = sorted(each.comment for each in entries if each.comment)
    new, told = sorted(each.comment for each in entries if each.is_new), _in_threads(entries)
    shown = _first(told, most, {*new, typed.comment, typed.reply_to} - {0})
    more = FURTHER[str(most)] if len(shown) < len(told) else ""
    return Story(
        told=shown,
        new=new,
        last=said[-1] if said else 0,
        part=part,
        chips=chips,
        typed=typed,
        once=secrets.token_urlsafe(16),
        done=request.method == "POST" and not typed.problem,
        older=spot.to(**{**({"story": part} if part else {}), "far": more}) if more else "",
        far=most > SHOWN,
    )


def _first(told: list[Told], most: int, needed: set[int]) -> list[Told]:
    """The first of these, as far as the last one in which one of the needed comments is."""
    places = [
        number
        for number, each in enumerate(told, 1)
        if needed & {each.entry.comment, *(reply.comment for reply in each.replies)}
    ]
    return told[: max(most, *places)] if places else told[:most]


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
