"""Fields of one form that are called the same, and choices that read the same."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.documents import dumps
from runtime.errors import Problem
from runtime.text import localized


class SameTitles:
    """People cannot tell two things apart that are called the same."""

    name = "same_titles"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [*_fields(document), *_choices(document)]


def _fields(document: Document) -> Iterator[Problem]:
    titles = {key: schema["fw"].get("title") for key, schema in document["properties"].items()}
    count = Counter(dumps(title) for title in titles.values() if title)
    for key, title in titles.items():
        if title and count[dumps(title)] > 1:
            sentence = _("Another field is called “%(title)s” too.", title=localized(title, "en"))
            yield Problem(("properties", key, "fw", "title"), "same_title", sentence)


def _choices(document: Document) -> Iterator[Problem]:
    for key, schema in document["properties"].items():
        labels: Any = schema["fw"].get("labels", {})
        count = Counter(dumps(labels.get(value, value)) for value in schema.get("enum", ()))
        if any(number > 1 for number in count.values()):
            sentence = _("Two of the choices read the same.")
            yield Problem(("properties", key, "enum"), "same_label", sentence)


plugin = SameTitles()
