"""What happened to a record and is planned for it, newest first: changes, runs, timers, deliveries.

Only for who may read the record: the caller has loaded it for that person. Texts and addresses of deliveries
are for their recipients and administrators, reasons of failures for administrators.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Select, bindparam, exists, select

from runtime import access, comments, row_changes, times
from runtime.accounts.models import User
from runtime.automations.models import Run, Step, Timer
from runtime.comments import Attached, attached
from runtime.comments.models import Comment
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.fields import Field, Reader
from runtime.notifications.channels import CHANNELS
from runtime.notifications.models import Delivery
from runtime.notifications.names import ReadersNames
from runtime.records import history, row_history
from runtime.records.models import Event
from runtime.records.rows import Record, Values
from runtime.text import localized

LATEST = 200  # of each kind
# An address that stands alone; not its full stop, and not what Markdown makes a link of anyway.
_ADDRESS = re.compile(r"(?<![\w<(\[/\"'`])https?://[^\s<>`\"'，。；）]*[\w/=&%#-]")
PARTS = {
    "comments": ("comments",),
    "changes": ("events",),
    "messages": ("deliveries",),
    "automations": ("runs", "timers"),
}
KINDS = tuple(each for kinds in PARTS.values() for each in kinds)
OTHERS: Mapping[str, Any] = {"comments": Comment, "deliveries": Delivery, "runs": Run, "timers": Timer}
WRITTEN = ("created", "updated")

REASONS: Mapping[str, Any] = {
    "date changed": _l("the date changed"),
    "date cleared": _l("the date was cleared"),
    "condition": _l("the condition does not hold"),
    "past": _l("the moment was past already"),
    "missed": _l("the system did not run in time"),
    "rule changed": _l("the automation changed"),
    "withdrawn": _l("whoever published the automation cancelled what was waiting"),
    "publish undone": _l("the publish that planned it was taken back"),
    "rule switched off": _l("the automation was switched off"),
    "record deleted": _l("the record was deleted"),
    "failed": _l("it failed"),
    "no mail server is set up": _l("no mail server is set up"),
    "no e-mail address": _l("there is no e-mail address"),
    "the user is deactivated": _l("the account is switched off"),
    "the comment was deleted": _l("the comment was deleted"),
}
CHANGED = {
    "created": _l("%(who)s created the record."),
    "updated": _l("%(who)s changed the record."),
    "deleted": _l("%(who)s deleted the record."),
    "restored": _l("%(who)s brought the record back from the trash."),
}
OF_MANY = {
    ("bulk", "updated"): _l("%(who)s changed this record together with others."),
    ("bulk", "deleted"): _l("%(who)s deleted this record together with others."),
    ("undo bulk", "updated"): _l("%(who)s took back a change of several records."),
    ("undo bulk", "restored"): _l("%(who)s took back a deletion of several records."),
}
CAUSED = {
    "version": _l("%(who)s restored version %(version)s."),
    "merged": _l("%(who)s merged %(merged)s into this record."),
    "into": _l("%(who)s merged this record into #%(into)s."),
    "moved": _l("%(who)s merged records, and what this one points to is #%(moved)s now."),
}
BY_ORIGIN = {
    "public": _l("Somebody filled in the public form."),
    "conversion": _l("The type of a field changed, and its stored value was taken over."),
    "publish": _l("%(who)s published the form anew and changed stored values with it."),
    "undo publish": _l("%(who)s took back a publish, and with it what it had changed."),
}
RAN = {
    "running": _l("%(title)s starts."),
    "waiting": _l("%(title)s waits before it goes on."),
    "done": _l("%(title)s ran."),
    "skipped": _l("%(title)s was skipped."),
    "failed": _l("%(title)s failed."),
}
TIMED = {
    "planned": _l("%(title)s is planned for %(moment)s."),
    "sent": _l("%(title)s started for %(moment)s."),
    "skipped": _l("%(title)s was skipped for %(moment)s: %(reason)s."),
    "cancelled": _l("%(title)s was cancelled for %(moment)s: %(reason)s."),
    "missed": _l("%(title)s was missed for %(moment)s: %(reason)s."),
}
DELIVERED = {
    "pending": _l("A message to %(who)s waits (%(channel)s)."),
    "sending": _l("A message to %(who)s is being sent (%(channel)s)."),
    "sent": _l("A message went to %(who)s (%(channel)s)."),
    "skipped": _l("A message to %(who)s was not sent (%(channel)s): %(reason)s."),
    "failed": _l("A message to %(who)s could not be sent (%(channel)s)."),
    "uncertain": _l("A message to %(who)s may or may not have been sent (%(channel)s)."),
}


@dataclass(frozen=True)
class Change:
    """One field that changed, as the reader sees values."""

    key: str
    title: str
    old: str
    new: str


@dataclass(frozen=True)
class Origin:
    """Which automation version wrote a value or ran, and the record that started it, if it may be shown."""

    automation: str
    title: str
    version: int
    form: str = ""
    record: int = 0
    record_title: str = ""


@dataclass(frozen=True)
class Entry:
    """One line; `text` is a sentence. `kind`: created, updated, deleted, restored, run, timer, delivery, or comment, of
    which `body` is the Markdown, `own` says that it is the reader's, `mark` tells its texts apart, `reply_to` is the
    comment that it answers, and `is_new` says that the reader has not seen it yet. `version` is the number of the
    version that a change left.
    """

    at: datetime
    kind: str
    text: str
    who: str = ""
    state: str = ""
    reason: str = ""
    changes: tuple[Change, ...] = ()
    origin: Origin | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    comment: int = 0
    own: bool = False
    mark: str = ""
    version: int = 0
    reply_to: int = 0
    files: tuple[Attached, ...] = ()
    is_new: bool = False

    @property
    def linked(self) -> str:
        """The body with its addresses as links, also where the writer marked them by nothing."""
        return _ADDRESS.sub(r"<\g<0>>", self.body)

    def as_json(self) -> dict[str, Any]:
        """The entry as the API gives it; what is empty is left out."""
        found: dict[str, Any] = {
            "at": times.iso(self.at),
            "kind": self.kind,
            "text": self.text,
            "who": self.who,
            "state": self.state,
            "reason": self.reason,
            "changes": [vars(change) for change in self.changes],
            "origin": None if self.origin is None else vars(self.origin),
            "details": dict(self.details),
            "body": self.body,
            "comment": self.comment or "",
            "reply_to": self.reply_to or "",
            "files": [vars(each) for each in self.files],
            "is_new": self.is_new or "",
            "version": self.version or "",
        }
        return {key: value for key, value in found.items() if value not in ("", None, [], {})}


def entries(user: User, form: Form, record: Record, part: str = "", most: int = LATEST) -> list[Entry]:
    """The timeline of a record that the user may read; only the comments, the changes, … where `part` says so. Of
    changes, runs and deliveries the latest, at most so many of each.
    """
    story = _Story(user, form, record.id, most)
    found = [entry for each in PARTS.get(part) or story.kinds() for entry in getattr(story, each)()]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def told(user: User, form: Form, events: Sequence[Event]) -> list[str]:
    """What the timeline says of each of these events of a record that the user may read."""
    return [_sentence(event, who) for event, who, _origin in _Story(user, form, 0).writers(list(events))]


class _Story:
    """Reads the rows about one record and says them in one person's language."""

    def __init__(self, user: User, form: Form, record_id: int, most: int = LATEST) -> None:
        self._user, self._form, self._record_id, self._most = user, form, record_id, most
        self._names = ReadersNames(form.app, user)
        self._reader = Reader(user.locale, user.zone or form.zone)
        self._hidden = access.fields(user, form).hidden
        self._events: list[Event] | None = None

    def kinds(self) -> list[str]:
        """What there is to tell: found out with the changes, for of most records there is little else."""
        rows = db.session.execute(_with_others(), {**self._about(), "most": self._most}).all()
        self._events = [row[0] for row in rows]
        return [each for each in KINDS if each == "events" or not rows or getattr(rows[0], each)]

    def events(self) -> Iterator[Entry]:
        rows = self._rows(Event) if self._events is None else self._events
        for event, who, origin in self.writers(rows):
            yield Entry(
                at=event.at,
                kind=event.kind,
                text=_sentence(event, who),
                who=who,
                changes=tuple(self._changes(event)),
                origin=origin,
                version=event.revision if event.kind in history.KINDS else 0,
            )

    def writers(self, events: list[Event]) -> Iterator[tuple[Event, str, Origin | None]]:
        """Each event, who or what wrote it, and the automation that did."""
        runs = _by_id(Run, {event.run_id for event in self._by_people(events)} - {None})
        for event in events:
            origin = None if event.run_id is None else self._written_by(runs[event.run_id])
            yield event, self._who(event.user_id) if origin is None else self._automatic(origin), origin

    def runs(self) -> Iterator[Entry]:
        runs = self._rows(Run)
        results = _results_of(runs)
        for run in runs:
            origin = self._origin(run)
            yield Entry(
                at=run.finished_at or run.started_at,
                kind="run",
                state=run.state,
                text=str(RAN[run.state]) % {"title": self._automatic(origin)},
                reason=self._reason(run.reason) if self._user.is_admin or run.state == "skipped" else "",
                origin=origin,
                details={"wrote": _wrote(results[run.id])},
            )

    def timers(self) -> Iterator[Entry]:
        for timer in self._rows(Timer, LATEST):  # what is planned may have been for long
            automation = lookup.automation_of_version(timer.version_id)
            if automation.trigger.get("field") in self._hidden:
                continue  # its moment would tell the date
            origin = self._named(automation)
            due = format_datetime(timer.due_at, tzinfo=ZoneInfo(timer.zone), locale=self._user.locale)
            reason = self._reason(timer.reason)
            params = {"title": self._automatic(origin), "moment": due, "reason": reason}
            yield Entry(
                at=timer.due_at if timer.state == "planned" else timer.changed_at,
                kind="timer",
                state=timer.state,
                text=str(TIMED[timer.state]) % params,
                reason=reason,
                origin=origin,
                details={"offset": timer.offset, "due_at": times.iso(timer.due_at), "zone": timer.zone},
            )

    def deliveries(self) -> Iterator[Entry]:
        for delivery in self._by_people(self._rows(Delivery)):
            channel = CHANNELS[delivery.channel]
            who, reason = self._who(delivery.user_id), self._reason(delivery.reason)
            params = {"who": who, "channel": str(channel.label), "reason": reason}
            yield Entry(
                at=delivery.sent_at or delivery.created_at,
                kind="delivery",
                state=delivery.state,
                text=str(DELIVERED[delivery.state]) % params,
                who=who,
                reason=reason if self._user.is_admin or delivery.state == "skipped" else "",
                details=self._letter(delivery),
            )

    def comments(self) -> Iterator[Entry]:
        written = comments.for_reader(self._user, self._form, self._record_id)
        self._by_people([comment for comment, _is_new in written])
        files = attached.of(comment for comment, _is_new in written)
        for comment, is_new in written:
            who = self._who(comment.user_id)
            said = _("%(who)s wrote, and changed it later:") if comment.changed_at else _("%(who)s wrote:")
            yield Entry(
                at=comment.created_at,
                kind="comment",
                text=str(said) % {"who": who},
                who=who,
                body=comment.text,
                comment=comment.id,
                reply_to=comment.reply_to or 0,
                files=files.get(comment.id, ()),
                is_new=is_new,
                own=comment.user_id == self._user.id,
                mark=comment.mark,
            )

    def _rows(self, model: Any, most: int = 0) -> list[Any]:
        """The latest rows about this record."""
        return list(db.session.scalars(_about(model), {**self._about(), "most": most or self._most}))

    def _about(self) -> dict[str, int]:
        return {"form_id": self._form.definition_id, "record_id": self._record_id}

    def _by_people(self, rows: list[Any]) -> list[Any]:
        """These rows, and the names of all people whom they are from or for in one statement."""
        self._names.add_members(row.user_id for row in rows)
        return rows

    def _who(self, user_id: int | None) -> str:
        name = None if user_id is None else self._names.member(user_id)
        return name or str(_("The system"))

    def _automatic(self, origin: Origin) -> str:
        return str(_("“%(title)s” (version %(version)s)", title=origin.title, version=origin.version))

    def _reason(self, reason: str) -> str:
        return str(REASONS.get(reason, reason))

    def _changes(self, event: Event) -> Iterator[Change]:
        for key in event.changed:
            one = self._form.fields.get(key)
            if one is None or key in self._hidden:
                continue
            if key in self._form.rows:
                yield from self._changes_of_rows(key, event)
                continue
            held = (event.kept_before, event.kept_after)
            old, new = (self._shown(one, values.get(key)) for values in held)
            yield Change(key, localized(one.title, self._user.locale), old, new)

    def _changes_of_rows(self, key: str, event: Event) -> Iterator[Change]:
        held = ((values or {}).get(key) for values in (event.kept_before, event.kept_after))
        old, new = ([(at, self._seen(key, row)) for at, row in row_history.pairs(rows)] for rows in held)
        form = self._form.rows[key]
        for each in row_changes.told(form, old, new, self._shown, self._user.locale):
            yield Change(*each)

    def _seen(self, key: str, row: Values) -> Values:
        return {name: cell for name, cell in row.items() if f"{key}.{name}" not in self._hidden}

    def _shown(self, one: Field, value: Any) -> str:
        return one.type.display(value, one, self._reader, self._names)

    def _named(self, automation: Automation) -> Origin:
        return Origin(automation.key, localized(automation.title, self._user.locale), automation.number)

    def _origin(self, run: Run) -> Origin:
        return self._named(lookup.automation_of_version(run.version_id))

    def _written_by(self, run: Run) -> Origin:
        """The automation whose run wrote an event, and the record it ran for if that may be read."""
        origin = self._origin(run)
        source = lookup.form_by_id_if_any(run.form_id)
        if source is None:
            return origin
        title = self._names.record(source.key, run.record_id)
        if title is None:
            return origin
        return replace(origin, form=source.key, record=run.record_id, record_title=title)

    def _letter(self, delivery: Delivery) -> Mapping[str, Any]:
        known: dict[str, Any] = {"channel": delivery.channel, "part": delivery.part}
        if self._user.is_admin or self._user.id == delivery.user_id:
            known["subject"] = delivery.subject
        if self._user.is_admin:
            known["address"] = delivery.address
        return known


def _sentence(event: Event, who: str) -> str:
    cause = event.cause or {}
    caused = next((CAUSED[each] for each in cause if each in CAUSED), None)
    many = OF_MANY.get((event.origin, event.kind)) or BY_ORIGIN.get(event.origin)
    return str(caused or many or CHANGED[event.kind]) % {**cause, "who": who}


@cache
def _about(model: Any) -> Select[Any]:
    """The latest rows about a record; made once, for building it costs as much as running it."""
    return select(model).where(*_own(model)).order_by(model.id.desc()).limit(bindparam("most", type_=Integer))


@cache
def _with_others() -> Select[Any]:
    """The latest events of a record, each with whether there is anything else about it."""
    there = [exists().where(*_own(model)).label(kind) for kind, model in OTHERS.items()]
    return _about(Event).add_columns(*there)


def _own(model: Any) -> tuple[Any, Any]:
    return model.form_id == bindparam("form_id"), model.record_id == bindparam("record_id")


def _by_id(model: Any, ids: set[Any]) -> dict[int, Any]:
    """These rows, in one statement."""
    rows = db.session.scalars(select(model).where(model.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


def _results_of(runs: list[Run]) -> dict[int, list[Mapping[str, Any]]]:
    """What the steps of each run left, in one statement."""
    found: dict[int, list[Mapping[str, Any]]] = {run.id: [] for run in runs}
    steps = select(Step.run_id, Step.result).where(Step.run_id.in_(found)).order_by(Step.run_id, Step.index)
    for run_id, result in db.session.execute(steps) if runs else ():
        found[run_id].append(result)
    return found


def _wrote(results: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What the steps of a run did: counts only, for the records may be out of the reader's sight."""
    return [
        {"form": result["form"], **{name: len(result[name]) for name in WRITTEN if name in result}}
        for result in results
        if "form" in result
    ]
