"""Texts that lack one of the app's languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._places import Path
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.text import LOCALES

LANGUAGES = {"en": "English", "zh": "中文"}


class Languages:
    """A text in one language of the app, but not in another, is shown in the wrong one to somebody."""

    name = "languages"
    kinds = ("form", "app", "automation", "message")

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [
            Problem(
                path,
                "language",
                _("“%(text)s” is missing in %(language)s.", text=text[:60], language=lacking),
            )
            for path, text, lacking in _lacking(document, (), context.languages())
        ]


def _lacking(value: Any, path: Path, languages: list[str]) -> Iterator[tuple[Path, str, str]]:
    if isinstance(value, Mapping) and value and set(value) <= set(LOCALES):
        for language in languages:
            if not value.get(language):
                yield path, str(next(iter(value.values()))), LANGUAGES[language]
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _lacking(inner, (*path, name), languages)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _lacking(inner, (*path, index), languages)


plugin = Languages()
