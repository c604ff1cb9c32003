"""The rating field type."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._ids import whole
from runtime.fields._options import option, own_options
from runtime.fields._texts import plain
from runtime.text import localized


class RatingField(FieldType):
    """One to five stars, or as many as `stars` says: a whole number, asked by stars to click."""

    name = "rating"
    label = N_("Rating")
    icon = "star"
    group = "common"
    template = "fields/rating.html"
    value_type = ValueType.NUMBER
    options = own_options(
        stars=option(
            N_("Stars"),
            N_("The highest rating, 2 to 10. Without it, 5."),
            5,
            {"type": "integer", "minimum": 2, "maximum": 10},
        )
    )
    examples = (("3", 3), ("５", 5))
    counterexamples = ("0", "6", "-1", "2.5", "good", "★★★")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        digits = plain(text)[:3] if len(text) <= 20 else ""
        if digits not in {key for key, _label in self.choices(field, reader)}:
            raise FieldError("rating", limit=stars_of(field))
        return int(digits)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        return whole(value)

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": stars_of(field)}

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return "★" * int(value) + "☆" * (stars_of(field) - int(value))

    def choices(self, field: Field, reader: Reader) -> list[tuple[str, str]]:
        return [(str(stars), _words(stars, reader.locale)) for stars in range(1, stars_of(field) + 1)]

    def column(self, field: Field) -> TypeEngine[Any]:
        return Integer()


def stars_of(field: Field) -> int:
    """The highest rating."""
    return int(field.options.get("stars", 5))


def _words(stars: int, locale: str) -> str:
    return localized({"en": "1 star" if stars == 1 else f"{stars} stars", "zh": f"{stars} 颗星"}, locale)


plugin = RatingField()
