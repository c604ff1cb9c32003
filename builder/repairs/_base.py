"""What a repair is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context


@dataclass(frozen=True)
class Repair:
    """A command with its arguments, and in words what it does."""

    told: str
    command: str
    arguments: Mapping[str, Any]


def dropping(what: str, command: str, **arguments: Any) -> Repair:
    """A repair that takes out what the problem is about."""
    return Repair(_("Takes “%(what)s” out here.", what=what), command, arguments)


def former_fields(context: Context) -> set[str]:
    """The fields of earlier versions: who names one of them did not write it wrong, it was deleted."""
    return {key for document in context.history for key in document.get("properties", ())}
