"""Values that a document lists under `enum`, with labels: shared by the types of choices."""

import re
from collections.abc import Callable, Iterable

from runtime.fields._base import N_, Field
from runtime.fields._options import TITLE, option
from runtime.text import localized

LABELS = option(
    N_("Labels"),
    N_("What people read, by value. A value without a label is shown as it is."),
    {"interested": {"en": "Interested", "zh": "有意向"}},
    {"type": "object", "additionalProperties": TITLE},
)
_BETWEEN = {"en": ", ", "zh": "、"}
_SEPARATORS = re.compile(r"([,，、;；\n])")
LONGEST_NAME = 8  # separators that a name may hold


def values_of(field: Field) -> list[str]:
    """The values that can be chosen now, in their order."""
    return list(field.schema.get("enum", ()))


def label_of(value: str, field: Field, locale: str) -> str:
    """What people read for a value."""
    labels = field.options.get("labels", {})
    return localized(labels[value], locale) if value in labels else str(value)


def called(field: Field, values: Iterable[str]) -> dict[str, str]:
    """Each of the values by itself and by its labels, in small letters."""
    found: dict[str, str] = {}
    for value in values:
        label = field.options.get("labels", {}).get(value, value)
        texts = [label] if isinstance(label, str) else list(label.values())
        for text in (value, *texts):
            found.setdefault(text.casefold(), value)
    return found


def joined(texts: Iterable[str], locale: str) -> str:
    """Several texts as one, as the language separates them."""
    return localized(_BETWEEN, locale).join(texts)


def parted(text: str, is_name: Callable[[str], bool]) -> list[str]:
    """The names that stand one after the other in a text: of the ways to part it that with the longest names, for a
    name may hold what else stands between two. What is no name is a part of its own.
    """
    parts, found, at = _SEPARATORS.split(text), [], 0
    while at < len(parts):
        ends = range(min(at + 2 * LONGEST_NAME + 1, len(parts)), at, -2)
        names = (("".join(parts[at:end]).strip(), end) for end in ends)
        name, end = next((each for each in names if is_name(each[0])), (parts[at].strip(), at + 1))
        found.append(name)
        at = end + 1
    return [name for name in found if name]
