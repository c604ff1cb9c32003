"""What the preview says after a form was sent in it: what would follow from saving it, as one person may see it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from builder.automation_words import listed
from builder.commands import Target
from builder.dry_run_view import Shown, Telling
from builder.dry_save import Ran, Saving
from builder.rehearsing import MOST_SHOWN, Made, sees_all
from builder.studio import Studio
from runtime.text import localized


@dataclass(frozen=True)
class ShownRun:
    """An automation that would run at once; `is_draft` says that it is not published."""

    title: str
    is_draft: bool
    steps: tuple[Shown, ...]


@dataclass(frozen=True)
class Follows:
    """The whole of it in words."""

    summary: str
    runs: tuple[ShownRun, ...]
    others: tuple[str, ...]
    timers: tuple[str, ...]
    off: tuple[str, ...]
    faulty: tuple[tuple[str, str], ...]
    """Drafts that were left out: titles and where their mistakes are told."""
    limited: bool
    """Whether the person's own rights bounded what was tried."""


def follows(studio: Studio, saving: Saving) -> Follows:
    """What would follow, in words."""
    general = Telling(studio)
    return Follows(
        _summary(studio, saving.runs),
        tuple(_run(studio, each) for each in saving.runs),
        general.others(saving.after),
        general.timers(saving.after),
        tuple(general.title(each) for each in saving.off),
        tuple((_title(studio, each), studio.to(*each, "problems")) for each in saving.faulty),
        not sees_all(studio.user),
    )


def _run(studio: Studio, ran: Ran) -> ShownRun:
    view = Telling(studio, ran.automation.document)
    steps = tuple(view.step(made) for made in ran.steps)
    published = studio.work.is_in_force(Target("automation", ran.automation.key))
    return ShownRun(view.title(ran.automation), not published, steps)


def _title(studio: Studio, target: Target) -> str:
    return studio.text(studio.work.read(target).get("title")) or target.key


def _summary(studio: Studio, runs: Iterable[Ran]) -> str:
    """All of it in one sentence; what a failing automation did would not stay."""
    made = [step for ran in runs if not any(each.error for each in ran.steps) for step in ran.steps]
    told = listed([*_records(studio, made), *_letters(made)])
    return str(_("This would follow: %(what)s.", what=told) if told else _("Nothing else would follow."))


def _records(studio: Studio, steps: Iterable[Made]) -> Iterator[str]:
    counts: Counter[tuple[str, str]] = Counter()
    for made in filter(lambda each: each.form, steps):
        title = localized(made.form.title, studio.locale) if made.form else ""
        counts.update((each.kind, title) for each in made.writes)
        if made.more and len(made.writes) == MOST_SHOWN:
            counts[made.writes[-1].kind, title] += made.more
    for (kind, title), count in counts.items():
        yield _created(count, title) if kind == "created" else _changed(count, title)


def _created(count: int, title: str) -> str:
    return str(
        ngettext("%(num)d new record of %(form)s", "%(num)d new records of %(form)s", count, form=title)
    )


def _changed(count: int, title: str) -> str:
    return str(
        ngettext(
            "%(num)d changed record of %(form)s", "%(num)d changed records of %(form)s", count, form=title
        )
    )


def _letters(steps: Iterable[Made]) -> Iterator[str]:
    people = sum(len({each.user_id for each in made.letters}) for made in steps)
    if people:
        yield str(ngettext("%(num)d message", "%(num)d messages", people))
