"""Labels that take far more room in one language than in another."""

from collections.abc import Iterator, Mapping
from typing import Any
from unicodedata import east_asian_width

from flask_babel import gettext as _

from builder.advice.languages import LANGUAGES
from builder.checks import Context
from builder.checks._places import Path
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.text import LOCALES

SHORT = 24  # of the longer text, below which it does no harm
TIMES = 2
PROSE = ("message", "help", "description", "placeholder")  # which flow into as many lines as they need


class Lengths:
    """A layout that fits one language breaks in another where the text is more than twice as long. Lengths are
    measured as they are drawn: a Chinese character is as wide as two letters.
    """

    name = "lengths"
    kinds = ("form", "app")

    def check(self, document: Document, context: Context) -> list[Problem]:
        return list(_found(document, (), context.languages()))


def _found(value: Any, path: Path, languages: list[str]) -> Iterator[Problem]:
    if isinstance(value, Mapping) and value and set(value) <= set(LOCALES):
        problem = _compared(value, path, languages)
        if problem is not None:
            yield problem
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in PROSE:
                yield from _found(inner, (*path, name), languages)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _found(inner, (*path, index), languages)


def _compared(texts: Mapping[str, Any], path: Path, languages: list[str]) -> Problem | None:
    widths = sorted((width(str(texts[each])), each) for each in languages if texts.get(each))
    if len(widths) < 2 or widths[-1][0] <= max(SHORT, TIMES * widths[0][0]):
        return None
    (_least, short), (_most, long) = widths[0], widths[-1]
    words = {"text": str(texts[long])[:60], "long": LANGUAGES[long], "short": LANGUAGES[short]}
    sentence = _("“%(text)s” takes more than twice the room in %(long)s that it takes in %(short)s.", **words)
    return Problem(path, "length", str(sentence))


def width(text: str) -> int:
    """How wide a text is drawn, in letters."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


plugin = Lengths()
