"""What a calendar says of its days beside their records: the holidays of the app, and the Chinese calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from runtime.definitions import lookup
from runtime.fields import N_
from runtime.forms.lists.kinds import _lunar
from runtime.text import localized

LAYERS = {"chinese": N_("the Chinese calendar")}


@dataclass(frozen=True)
class Note:
    """A text at a day, and the language it is in where that is not the reader's."""

    text: str
    language: str = ""


def notes(app: str, days: Iterable[date], layer: str, locale: str) -> dict[date, tuple[Note, ...]]:
    """The notes of each of these days that has any."""
    known = lookup.app_info(app)
    listed = {
        each["date"]: (each.get("title"), each.get("working", False))
        for each in known.document.get("holidays", ())
    }
    found = {}
    for day in days:
        own = []
        if day.isoformat() in listed:
            title, works = listed[day.isoformat()]
            usual = _("Working day") if works else _("Day off")
            own.append(Note(localized(title, locale, known.default_locale) if title else usual))
        if layer and (words := _lunar.words(day)):
            own.append(Note(words, "" if locale == "zh" else "zh-CN"))
        found[day] = tuple(own)
    return found
