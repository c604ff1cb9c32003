"""Takes a day out of the app's calendar."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteHoliday:
    """Makes a day of the calendar an ordinary one again."""

    name = "app.holiday.delete"
    kinds = ("app",)
    merges = False
    arguments = closed("date", date=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"holiday/{arguments['date']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        app, day = work.open(target), arguments["date"]
        left = [each for each in app.get("holidays", ()) if each["date"] != day]
        if len(left) == len(app.get("holidays", ())):
            refuse("date", "unknown", _("This day is not in the calendar."))
        app["holidays"] = left
        if not left:
            app.pop("holidays")
        return Done(said(N_("Took %(day)s out of the calendar"), day=day))


plugin = DeleteHoliday()
