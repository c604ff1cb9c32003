"""What the page of a dry run shows: records to choose from, and what would happen, as one person may see it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import gettext as _

from builder import run_words
from builder.automation_words import Words
from builder.dry_run import Outcome
from builder.pointers import newest
from builder.rehearsing import After, Made, sees_all
from builder.studio import Studio
from runtime import access, timeline
from runtime.automations.models import Timer
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Document, Form
from runtime.fields import Reader
from runtime.notifications.channels import CHANNELS
from runtime.notifications.models import Delivery
from runtime.notifications.names import ReadersNames
from runtime.notifications.recipients import REASONS
from runtime.records import changes, query
from runtime.records.models import Event
from runtime.text import localized

OFFERED = 50


@dataclass(frozen=True)
class Candidate:
    """A record to try it with."""

    form: Form
    id: int
    title: str


@dataclass(frozen=True)
class Choice:
    """The newest records that the person may read, and the chosen one."""

    form: Form | None
    records: tuple[Candidate, ...] = ()
    chosen: Candidate | None = None
    words: str = ""


@dataclass(frozen=True)
class Change:
    """A field that would change."""

    title: str
    old: str
    new: str


@dataclass(frozen=True)
class Write:
    """A record that would be written; without changes when it is out of the person's sight."""

    told: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A message that somebody would get, over which ways; `shown` says whether this person may read it."""

    who: str
    copy: bool
    ways: tuple[str, ...]
    subject: str
    body: str
    shown: bool


@dataclass(frozen=True)
class Shown:
    """One action and what it would do."""

    summary: str
    writes: tuple[Write, ...]
    letters: tuple[Letter, ...]
    left_out: tuple[str, ...]
    error: str
    more: int
    wait: str
    waits_until: str
    only_if: str
    skipped: bool
    did: tuple[str, ...]
    """What it did besides the records and messages that are shown."""


@dataclass(frozen=True)
class Result:
    """The whole of it in words."""

    outcome: Outcome
    steps: tuple[Shown, ...]
    others: tuple[str, ...]
    timers: tuple[str, ...]
    limited: bool
    """Whether the person's own rights bounded what was tried."""


def candidates(studio: Studio) -> Choice:
    """The records to choose from; `record` in the address chooses, `find` looks for some."""
    form = lookup.form_if_any(studio.app, str(studio.document["trigger"].get("form", "")))
    if form is None:
        return Choice(None)
    words = studio.asked.get("find", "")[:100]
    found = newest(studio.user, form, words, OFFERED)
    asked = studio.asked.get("record", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < 19:
        found = _with(studio, form, int(asked), found)
    listed = tuple(Candidate(form, record_id, title) for record_id, title in found)
    chosen = next((each for each in listed if str(each.id) == asked), listed[0] if listed else None)
    return Choice(form, listed, chosen, words)


def _with(studio: Studio, form: Form, record_id: int, found: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The records, and the chosen one though it is older."""
    if any(each == record_id for each, _title in found):
        return found
    return [*query.titles(form, [record_id], user=studio.user).items(), *found]


def result(studio: Studio, outcome: Outcome) -> Result:
    """What would happen, in words."""
    view = Telling(studio)
    return Result(
        outcome,
        tuple(view.step(made) for made in outcome.steps),
        view.others(outcome.after),
        view.timers(outcome.after),
        not sees_all(studio.user),
    )


class Telling:
    """What was rehearsed, in the words of whoever looks. `document` is the automation that did it, if it is not the
    draft that is worked on.
    """

    def __init__(self, studio: Studio, document: Document | None = None) -> None:
        self._studio, self._user = studio, studio.user
        self._words = Words(studio, document)
        self._names = ReadersNames(studio.app, studio.user)

    def step(self, made: Made) -> Shown:
        """One action and what it would do."""
        return Shown(
            self._words.action(made.action),
            tuple(self._write(each, made) for each in made.writes),
            tuple(self._letters(made.letters)),
            tuple(self._left_out(each) for each in made.left_out),
            made.error,
            made.more,
            self._words.wait(made.action),
            "" if made.waits_until is None else self._moment(made.waits_until),
            self._words.condition(made.action),
            made.skipped,
            () if made.writes or made.letters else tuple(run_words.results(made.result)),
        )

    def _moment(self, moment: datetime) -> str:
        zone = ZoneInfo(self._user.zone or self._studio.zone)
        return format_datetime(moment, tzinfo=zone, locale=self._studio.locale)

    def _write(self, event: Event, made: Made) -> Write:
        assert made.form is not None  # for it was written
        title, named = localized(made.form.title, self._studio.locale), made.titles.get(event.record_id)
        told = _("New record of %(form)s", form=title)
        if event.kind == "updated":
            told = _("%(form)s “%(record)s”", form=title, record=named or _("a record that you may not see"))
        return Write(str(told), tuple(self._changes(event, made.form)) if named is not None else ())

    def _changes(self, event: Event, form: Form) -> Iterator[Change]:
        reader = Reader(self._studio.locale, self._user.zone or form.zone)
        hidden = access.fields(self._user, form).hidden
        for key in changes.differing(event.before or {}, event.after or {}):
            field = form.fields.get(key)
            if field is not None and key not in hidden:
                old, new = (
                    field.type.display(values.get(key), field, reader, self._names)
                    for values in (event.before, event.after)
                )
                yield Change(localized(field.title, self._studio.locale), old, new)

    def _letters(self, deliveries: tuple[Delivery, ...]) -> Iterator[Letter]:
        """One for each person, over all ways."""
        for user_id, listed in groupby(deliveries, key=lambda each: each.user_id):
            first, *_rest = same = list(listed)
            shown = self._user.is_admin or self._user.id == user_id
            yield Letter(
                self._names.member(user_id) or "",
                first.part == "cc",
                tuple(map(_way, same)),
                first.subject if shown else "",
                first.body if shown else "",
                shown,
            )

    def _left_out(self, each: Mapping[str, str]) -> str:
        kind, _space, named = each["recipient"].partition(" ")
        spec = {kind: named or True}
        return f"{self._words.recipient(spec)}: {REASONS.get(each['reason'], each['reason'])}"

    def title(self, automation: Automation) -> str:
        """What an automation is called."""
        return localized(automation.title, self._studio.locale)

    def others(self, after: After) -> tuple[str, ...]:
        """The automations that would be started."""
        return tuple(self.title(each) for each in after.others if self.may_follow(each))

    def may_follow(self, automation: Automation) -> bool:
        """Whether the person may see all that starts an automation, so that its start tells nothing hidden."""
        if sees_all(self._user):
            return True
        form = lookup.form_if_any(automation.app, str(automation.form))
        trigger, reads = automation.trigger, automation.when.reads if automation.when else ()
        named = {
            str(trigger.get("field")),
            *trigger.get("fields", ()),
            *(path.split(".")[-1] for path in reads),
        }
        return form is not None and not named & access.fields(self._user, form).hidden

    def timers(self, after: After) -> tuple[str, ...]:
        """The moments that would be planned."""
        return tuple(self._timer(*each) for each in after.timers if self.may_follow(each[1]))

    def _timer(self, timer: Timer, automation: Automation) -> str:
        zone = ZoneInfo(timer.zone)
        moment = format_datetime(timer.due_at, tzinfo=zone, locale=self._studio.locale)
        return str(_("%(title)s: %(moment)s", title=self.title(automation), moment=moment))


def _way(delivery: Delivery) -> str:
    """The channel, and why it would not go that way."""
    channel = str(CHANNELS[delivery.channel].label)
    if delivery.state != "skipped":
        return channel
    reason = str(timeline.REASONS.get(delivery.reason, delivery.reason))
    return str(_("%(channel)s (not sent: %(reason)s)", channel=channel, reason=reason))
