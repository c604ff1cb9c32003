"""Fields of one form that are called the same, and choices that read the same."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.text import Title

Reading = tuple[str, str]  # language and text


class SameTitles:
    """People cannot tell two things apart that are called the same."""

    name = "same_titles"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [*_fields(document), *_choices(document)]


def _fields(document: Document) -> Iterator[Problem]:
    titles = {key: schema["fw"].get("title") for key, schema in document["properties"].items()}
    count = _count(title for title in titles.values() if title)
    for key, title in titles.items():
        read = next((each for each in sorted(_readings(title)) if count[each] > 1), None) if title else None
        if read is not None:
            sentence = _("Another field is called “%(title)s” too.", title=read[1])
            yield Problem(("properties", key, "fw", "title"), "same_title", sentence)


def _choices(document: Document) -> Iterator[Problem]:
    for key, schema in document["properties"].items():
        labels: Any = schema["fw"].get("labels", {})
        count = _count(labels.get(value, value) for value in schema.get("enum", ()))
        if any(number > 1 for number in count.values()):
            sentence = _("Two of the choices read the same.")
            yield Problem(("properties", key, "enum"), "same_label", sentence)


def _count(titles: Iterable[Title]) -> Counter[Reading]:
    return Counter(reading for title in titles for reading in _readings(title))


def _readings(title: Title) -> set[Reading]:
    """How a title is read in each language; a plain text in whichever."""
    texts = {"": title} if isinstance(title, str) else title
    return {(locale, " ".join(text.split())) for locale, text in texts.items()}


plugin = SameTitles()
