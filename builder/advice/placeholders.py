"""Fields without a title, and placeholders that say what nothing beside them says."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._places import Path
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import FIELD_TYPES, ValueType
from runtime.text import Title


class Placeholders:
    """Without a title people read the key. A placeholder is gone as soon as somebody types, and pale until then: it
    stands for no title and no help.
    """

    name = "placeholders"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        return list(_alone(document, ()))


def _alone(holder: Any, path: Path) -> Iterator[Problem]:
    for key, schema in holder["properties"].items():
        own, at = schema["fw"], (*path, "properties", key)
        title, told = own.get("title") or schema.get("title"), own.get("help") or schema.get("description")
        if own.get("placeholder") and not title:
            yield Problem((*at, "fw", "title"), "label", _("A placeholder is no title: give the field one."))
        elif not title and _has_value(own["type"]):
            sentence = _("The field has no title: people read its key, “%(key)s”.", key=key)
            yield Problem((*at, "fw", "title"), "label", sentence)
        elif own.get("placeholder") and not told and not _is_said(own["placeholder"], title):
            sentence = _("The placeholder goes as soon as somebody types: say the same in the help, too.")
            yield Problem((*at, "fw", "placeholder"), "placeholder", sentence)
        if "items" in schema:
            yield from _alone(schema["items"], (*at, "items"))


def _has_value(kind: str) -> bool:
    """Whether fields of this type are more than a part of the layout."""
    return kind in FIELD_TYPES and FIELD_TYPES[kind].value_type is not ValueType.NOTHING


def _is_said(placeholder: Title, title: Title) -> bool:
    """Whether the title says it already."""
    titles = [text.casefold() for text in _texts(title)]
    return all(any(text.casefold() in each for each in titles) for text in _texts(placeholder))


def _texts(title: Title) -> list[str]:
    return [title] if isinstance(title, str) else list(title.values())


plugin = Placeholders()
