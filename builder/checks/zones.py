"""Time zones that do not exist, and a default language that the app does not speak."""

from collections.abc import Iterator

from flask_babel import gettext as _

from builder.checks import Context, Path
from runtime import times
from runtime.definitions.documents import Document
from runtime.errors import Problem


class Zones:
    """A time zone must be one of the IANA data base; the default language one of the app's languages."""

    name = "zones"
    kinds = ("app", "automation")

    def check(self, document: Document, context: Context) -> list[Problem]:
        found = [
            *_unknown(("zone",), document.get("zone")),
            *_unknown(("trigger", "zone"), document.get("trigger", {}).get("zone")),
        ]
        spoken = document.get("languages", ["en"])
        if "trigger" not in document and document.get("default_locale", spoken[0]) not in spoken:
            found.append(
                Problem(("default_locale",), "not_spoken", _("The app does not speak this language."))
            )
        return found


def _unknown(path: Path, zone: str | None) -> Iterator[Problem]:
    if zone is not None and not times.is_zone(zone):
        yield Problem(path, "unknown_zone", _("There is no time zone “%(zone)s”.", zone=zone))


plugin = Zones()
