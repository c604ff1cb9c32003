"""Links without words, and headings that skip a level, in the texts of messages."""

import re
from collections.abc import Iterator

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.notifications import markdown

_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"\{%.*?%\}", re.DOTALL)


class MessageMarks:
    """Whoever listens to a message hears nothing of a link without words, and finds his way by headings."""

    name = "message_marks"
    kinds = ("message",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [
            Problem(("body", locale), code, sentence)
            for locale, source in document.get("body", {}).items()
            for code, sentence in _found(source)
        ]


def _found(source: str) -> Iterator[tuple[str, str]]:
    outline = markdown.outline(_TAG.sub("", _VALUE.sub("x", source)))
    if not all(outline.links):
        yield "link", str(_("A link has no words. Write what it leads to between the brackets."))
    levels = outline.headings
    skipped = next((to for at, to in zip((0, *levels), levels, strict=False) if at and to > at + 1), 0)
    if skipped:
        yield (
            "heading",
            str(_("A heading of level %(level)s follows one that is not right above it.", level=skipped)),
        )


plugin = MessageMarks()
