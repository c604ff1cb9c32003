"""The checks of a form as its designer sees them: a list, and boxes to edit them in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.formula_editor import FormulaEditor, FormulaPlace, formula_editor
from builder.rule_targets import title
from builder.studio import Studio
from builder.trying import Tried
from runtime.fields import ValueType


@dataclass(frozen=True)
class CheckEntry:
    """A check in the list."""

    key: str
    at: str
    formula: str
    level: str
    message: str


@dataclass(frozen=True)
class CheckBox:
    """A check to be edited; `messages` by language."""

    entry: CheckEntry
    editor: FormulaEditor
    messages: tuple[tuple[str, str], ...]
    at: str


def check_entries(studio: Studio) -> list[CheckEntry]:
    """The checks of the form, in their order."""
    return [
        CheckEntry(
            key=check["key"],
            at=title(studio, check["at"]),
            formula=check["formula"],
            level=check.get("level", "error"),
            message=studio.text(check["message"]),
        )
        for check in studio.document.get("fw", {}).get("checks", ())
    ]


def check_box(studio: Studio, check: Any, entry: CheckEntry, tested: Tried | None) -> CheckBox:
    """A check to be edited."""
    place = check_place(
        studio, f"check-{check['key']}", "check.set", {"check": check["key"], "part": "formula"}
    )
    message = check["message"]
    texts = {studio.default_locale: message} if isinstance(message, str) else message
    return CheckBox(
        entry=entry,
        editor=formula_editor(studio, place, check["formula"], tested),
        messages=tuple((locale, texts.get(locale, "")) for locale in studio.languages),
        at=check["at"],
    )


def check_place(studio: Studio, id: str, command: str, arguments: Mapping[str, Any]) -> FormulaPlace:
    """The place of the formula of a check."""
    into = "formula" if command == "check.add" else "value"
    scope = f"form:{studio.target.key}"
    return FormulaPlace(id, command, scope, arguments, into, wanted=ValueType.BOOL.value)
