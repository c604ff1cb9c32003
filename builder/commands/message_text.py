"""Writes one text of a message in one language."""

from collections.abc import Sequence
from typing import Any

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_
from runtime.text import LOCALES

WORDS = {
    "title": N_("Changed the title (%(language)s)"),
    "purpose": N_("Changed the purpose (%(language)s)"),
    "subject": N_("Changed the subject (%(language)s)"),
    "body": N_("Changed the text (%(language)s)"),
    "short": N_("Changed the short text (%(language)s)"),
}
NEEDED = ("purpose", "subject", "body")
LANGUAGES = {"en": "English", "zh": "中文"}


class WriteText:
    """`part` in the language `locale`; an empty text takes this language away. Whether a text can be sent is
    for the problems to say: it may be unfinished.
    """

    name = "message.text"
    kinds = ("message",)
    merges = True
    arguments = closed(
        "part",
        "locale",
        "text",
        part={"enum": list(WORDS)},
        locale={"enum": list(LOCALES)},
        text={"type": "string", "maxLength": 25_000},
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"{arguments['part']}/{arguments['locale']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        part, locale = arguments["part"], arguments["locale"]
        text = arguments["text"].replace("\r\n", "\n")
        message = work.open(target)
        texts = _by_language(message.get(part), locale)
        if text.strip():
            texts[locale] = text
        else:
            texts.pop(locale, None)
        if texts or part in NEEDED:
            message[part] = texts
        else:
            message.pop(part, None)
        return Done(said(WORDS[part], language=LANGUAGES[locale]))


def _by_language(title: Any, locale: str) -> dict[str, str]:
    """The texts by language; a plain text counts as one in the other languages too."""
    if isinstance(title, str):
        return {each: title for each in LOCALES if each != locale and title}
    return dict(title or {})


plugin = WriteText()
