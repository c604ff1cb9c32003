"""The serial field type: a number that the product gives, by a pattern."""

import re
from datetime import date
from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, cleaned_text
from runtime.fields._options import option, own_options

_PARTS = re.compile(r"\{(yyyy|yy|mm|dd|n)(?::([1-9]))?\}")
# One number, and dates around it; no other braces.
_PATTERN = r"^[^{}]*(\{(yyyy|yy|mm|dd)\}[^{}]*)*\{n(:[1-9])?\}([^{}]*\{(yyyy|yy|mm|dd)\})*[^{}]*$"
_PERIODS = {"never": "", "year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
_DATES = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
_NEEDED = {"never": (), "year": ("y",), "month": ("y", "mm"), "day": ("y", "mm", "dd")}


class SerialField(FieldType):
    """A number that every record gets once, when it is first saved: `FU-202611-0001`.

    `{n:4}` is the number with at least four digits (it grows beyond them), `{yyyy} {yy} {mm} {dd}` are parts
    of the local date in the app's zone. `reset` starts again at 1 each year, month or day.
    """

    name = "serial"
    label = N_("Serial number")
    icon = "hash"
    group = "common"
    template = "fields/output.html"
    writable = False
    options = own_options(
        "pattern",
        pattern=option(
            N_("Pattern"),
            N_("{n:4} is the number with 4 digits or more; {yyyy}, {yy}, {mm}, {dd} are parts of the date."),
            "FU-{yyyy}{mm}-{n:4}",
            {"type": "string", "maxLength": 60, "pattern": _PATTERN},
        ),
        reset=option(
            N_("Start again"),
            N_("When the number starts at 1 again. Without it, never."),
            "month",
            {"enum": list(_PERIODS)},
        ),
    )
    example_options = {"pattern": "FU-{yyyy}{mm}-{n:4}", "reset": "month"}
    examples = (("FU-202611-0001", "FU-202611-0001"),)
    counterexamples = ("x" * 101, "a\x00b")

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        return (cleaned_text(value) or None) if isinstance(value, str) else value

    def check_options(self, field: Field) -> None:
        """Numbers that start again need the period in the pattern, or they would repeat."""
        pattern = field.options["pattern"]
        if any("{" + part not in pattern for part in _NEEDED[reset_of(field)]):
            raise FieldError("serial_repeats", option="pattern")

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": 100}

    def column(self, field: Field) -> TypeEngine[Any]:
        return Text()


def reset_of(field: Field) -> str:
    """When a serial field starts again: never, year, month or day."""
    return str(field.options.get("reset", "never"))


def period(reset: str, local_date: date) -> str:
    """The key of the counter that is in force: "" for never, else `2026`, `2026-11` or `2026-11-21`."""
    return local_date.strftime(_PERIODS[reset])


def format_serial(pattern: str, n: int, local_date: date) -> str:
    """The serial text of the n-th record of its period."""

    def part(found: re.Match[str]) -> str:
        if found[1] == "n":
            return str(n).zfill(int(found[2] or 1))
        return local_date.strftime(_DATES[found[1]])

    return _PARTS.sub(part, pattern)


plugin = SerialField()
