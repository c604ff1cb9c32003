"""What a date automation would plan for records that were there before it: the count, and words for it."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from builder import automation_counts, drafts
from builder.automation_counts import LOOKED_AT, Ahead
from builder.studio import Studio
from runtime.automations.triggers import TRIGGERS
from runtime.definitions import lookup, schemas
from runtime.times import now


def ahead(studio: Studio) -> Ahead | None:
    """What the draft would plan; None when nothing waits to be decided, or that cannot be said."""
    document = studio.document
    form = lookup.form_if_any(studio.app, str(document["trigger"].get("form", "")))
    definition = drafts.find(studio.app, *studio.target)
    if form is None or definition is None or schemas.validate("automation", document):
        return None
    if not TRIGGERS[document["trigger"]["type"]].planned:
        return None
    found = automation_counts.ahead(form, document, now(), studio.user, definition.id)
    return found if found.records or found.others else None


def told(found: Ahead) -> str:
    """The counts in words, and what becomes of the records unless somebody chooses otherwise."""
    return " ".join((*_counts(found), *_bounds(found)))


def _counts(found: Ahead) -> Iterator[str]:
    if found.coming:
        yield ngettext("%(num)d has a reminder to come.", "%(num)d have a reminder to come.", found.coming)
    if found.today:
        yield ngettext(
            "For %(num)d it is today, and goes out at once when its hour is past.",
            "For %(num)d it is today, and goes out at once when its hour is past.",
            found.today,
        )
    if found.past and found.sends:
        yield ngettext(
            "For %(num)d one is past, and the latest goes out at once.",
            "For %(num)d one is past, and the latest of each goes out at once.",
            found.past,
        )
    elif found.past:
        yield ngettext(
            "For %(num)d one is past, and is left out.",
            "For %(num)d one is past, and is left out.",
            found.past,
        )


def _bounds(found: Ahead) -> Iterator[str]:
    yield str(_("Left alone, a record gets its reminders when somebody changes it."))
    if found.more:
        yield str(_("Counted among the %(most)s latest dates; there are more.", most=LOOKED_AT))
    if found.limited:
        yield str(_("Counted by what you may see of the records that you may read."))
