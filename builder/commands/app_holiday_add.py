"""Adds a holiday, or a day of a weekend on which people work."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import LOCALE, SWITCH, TEXT, is_on, own_title
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

MOST = 1_000


class AddHoliday:
    """Puts a day into the app's calendar, in the order of dates. `working` makes it a working day instead."""

    name = "app.holiday.add"
    kinds = ("app",)
    merges = False
    arguments = closed("date", date=TEXT, title=TEXT, locale=LOCALE, working=SWITCH)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"holiday/{arguments['date']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        app, day = work.open(target), _day(arguments["date"])
        days = [each for each in app.get("holidays", ()) if each["date"] != day]
        if len(days) >= MOST:
            refuse("date", "too_many", _("At most %(most)s days fit in.", most=MOST))
        days.append(_holiday(work, day, arguments))
        app["holidays"] = sorted(days, key=lambda each: each["date"])
        return Done(said(N_("Added %(day)s to the calendar"), day=day))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        refuse("date", "date", _("Enter a date, like 2026-10-01."))


def _holiday(work: Workspace, day: str, arguments: Arguments) -> dict[str, Any]:
    text = arguments.get("title", "").strip()
    title = {"title": own_title(text, work, arguments.get("locale", ""))} if text else {}
    working = {"working": True} if is_on(arguments.get("working", False)) else {}
    return {"date": day, **title, **working}


plugin = AddHoliday()
