"""The values of a selected choice as the panel shows them, and where more are pasted."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from builder.commands._choices import is_published
from builder.panels import Refused
from builder.panels._controls import Control, told
from builder.studio import Studio
from runtime.fields import Field, Reader
from runtime.fields._paths import PathField
from runtime.i18n import LANGUAGES


@dataclass(frozen=True)
class Choice:
    """One value of a choice, with a control for its title in each language, and one for the value itself
    until it was published.
    """

    value: str
    title: str
    controls: tuple[Control, ...]
    renaming: Control | None
    level: int = 0
    deeper: str | None = None
    """What it would lie below one level deeper."""
    higher: str | None = None


@dataclass(frozen=True)
class Choices:
    """The controls of a field that offers values."""

    studio: Studio
    key: str
    field: Field
    refused: Refused | None = None

    def listed(self) -> tuple[Choice, ...]:
        """The values that can be chosen, those of a tree in its order."""
        labels = self.field.options.get("labels", {})
        listed = self.field.schema.get("enum", ())
        if isinstance(self.field.type, PathField):  # in the order of the tree
            ordered = [key for key, _label in self.field.type.choices(self.field, Reader("en", "UTC"))]
            listed = [*ordered, *(value for value in listed if value not in ordered)]  # of a ring, say
        return tuple(self._choice(value, labels.get(value, value)) for value in listed)

    def _choice(self, value: str, label: Any) -> Choice:
        texts = {self.studio.default_locale: label} if isinstance(label, str) else dict(label)
        controls = [
            Control(
                f"p-choice-{value}-{locale}",
                "text",
                str(_("%(option)s in %(language)s", option=value, language=LANGUAGES.get(locale, locale))),
                value=texts.get(locale, ""),
                send={"name": "choice.set", "args": {"field": self.key, "value": value, "locale": locale}},
                read={"as": "text", "into": "text"},
                more={"locale": locale},
            )
            for locale in self.studio.languages
        ]
        own = told(controls, self.refused)
        level, deeper, higher = self._places(value)
        title, renaming = self.studio.text(label), self._renaming(value)
        return Choice(value, title, own, renaming, level, deeper, higher)

    def _renaming(self, value: str) -> Control | None:
        if is_published(self.studio.work, self.studio.target, self.key, value):
            return None
        control = Control(
            f"p-value-{value}",
            "text",
            str(_("Value of %(option)s, as records and formulas hold it", option=value)),
            value=value,
            send={"name": "choice.rename", "args": {"field": self.key, "value": value}},
            read={"as": "text", "into": "to", "required": True},
        )
        return told([control], self.refused)[0]

    def _places(self, value: str) -> tuple[int, str | None, str | None]:
        """Of an option of a tree: its level, and below what it would lie one level deeper and one higher."""
        if not isinstance(self.field.type, PathField):
            return 0, None, None
        way = self.field.type.path(value, self.field)
        above = way[-2] if len(way) > 1 else ""
        beside = self.field.type.below(above, self.field)
        before = beside[: beside.index(value)] if value in beside else ()
        higher = way[-3] if len(way) > 2 else ""
        return max(len(way) - 1, 0), before[-1] if before else None, higher if above else None

    def pasted(self) -> Control:
        """Where lines are pasted to become options."""
        locales = self.studio.languages
        locale = self.studio.locale if self.studio.locale in locales else locales[0]
        control = Control(
            "p-paste",
            "long_text",
            str(_("Paste a list")),
            send={"name": "choice.paste", "args": {"field": self.key, "locale": locale}},
            read={"as": "text", "into": "lines"},
        )
        return told([control], self.refused)[0]
