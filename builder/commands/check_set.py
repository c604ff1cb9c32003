"""Changes a part of a check."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_, ValueType


class SetCheck:
    """Gives a check another formula, level, field (`at`) or message in one language (`locale`)."""

    name = "check.set"
    kinds = ("form",)
    merges = True
    arguments = closed(
        "check",
        "part",
        "value",
        check=TEXT,
        part={"enum": ["formula", "level", "at", "message"]},
        value=TEXT,
        locale={"enum": ["en", "zh"]},
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        place = f"check/{arguments['check']}/{arguments['part']}"
        return (f"{place}/{arguments['locale']}" if "locale" in arguments else place,)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        check = _rules.check_of(work.open(target), arguments["check"])
        part, value = arguments["part"], arguments["value"].strip()
        if part == "message":
            check["message"] = _rules.message(work, check["message"], arguments.get("locale", ""), value)
        elif part == "level":
            _set_level(check, value)
        else:
            _judge(work, target, part, value)
            check[part] = value
        return Done(said(N_("Changed a check")))


def _judge(work: Workspace, target: Target, part: str, value: str) -> None:
    if part == "at":
        _rules.require_field(work.open(target), value)
        return
    _rules.judge_formula(value, _rules.formula_types(work, target), ValueType.BOOL)


def _set_level(check: Any, level: str) -> None:
    if level not in _rules.LEVEL["enum"]:
        refuse("value", "unknown", _("A check is an error or a warning."))
    _rules.set_level(check, level)


plugin = SetCheck()
