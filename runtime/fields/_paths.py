"""Values that are a way through a tree, from its top to what was chosen: shared by the types with levels."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.types import TypeEngine

from runtime.fields._base import (
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Names,
    Raw,
    Reader,
    ValueType,
    cleaned_text,
)
from runtime.fields._columns import Several

DEEPEST = 8
LONGEST = 200  # characters of all the names of a way
_BETWEEN = re.compile(r"[/>›,，、]")


class PathField(FieldType):
    """Keeps the keys of all levels, `["asia", "china", "zhejiang"]`: so a record belongs to each of them, and
    *is or lies below* asks whether the list contains a key.
    """

    template = "fields/steps.html"
    value_type = ValueType.PATH

    def below(self, key: str, field: Field) -> Sequence[str]:
        """The keys right below a key, those of the top below ""."""
        raise NotImplementedError

    def path(self, key: str, field: Field) -> list[str]:
        """The keys from the top to this one; empty for one that is not there."""
        raise NotImplementedError

    def word(self, key: str, field: Field, locale: str) -> str:
        """What people read for a key."""
        raise NotImplementedError

    def named(self, text: str, above: str, field: Field) -> str:
        """The key right below another that is called so; "" when there is none."""
        raise NotImplementedError

    def must_end(self, field: Field) -> bool:
        """Whether only what has nothing below it may be chosen."""
        raise NotImplementedError

    def parse(self, raw: Raw, field: Field, reader: Reader) -> JsonValue | None:
        texts = [raw] if isinstance(raw, str) else raw[: DEEPEST + 1]
        keys = [text for text in map(cleaned_text, texts) if text]
        if not keys:
            return None
        found = self._told(keys[0], field) if len(keys) == 1 else self._followed(keys, field)
        if not found:
            raise FieldError("enum")
        return found

    def _followed(self, keys: list[str], field: Field) -> list[str]:
        """The way of the keys, as far as each lies below the one before: levels below a changed one are stale."""
        found: list[str] = []
        for key in keys:
            if key not in self.below(found[-1] if found else "", field):
                break
            found.append(key)
        return found

    def _told(self, text: str, field: Field) -> list[str]:
        """The way to a key, or to what is named by the words of its levels."""
        known = self.path(text, field)
        if known or len(text) > LONGEST:
            return known
        found: list[str] = []
        for part in _BETWEEN.split(text)[: DEEPEST + 1]:
            key = self.named(part.strip(), found[-1] if found else "", field)
            if not key:
                return self._spelled(text, field)
            found.append(key)
        return found

    def _spelled(self, text: str, field: Field) -> list[str]:
        """The way of names that stand one after the other without anything between them."""
        found: list[str] = []
        while text and len(found) < DEEPEST:
            lengths = range(len(text), 0, -1)
            keys = ((self.named(text[:size], found[-1] if found else "", field), size) for size in lengths)
            key, size = next(((key, size) for key, size in keys if key), ("", 0))
            if not key:
                return []
            found.append(key)
            text = text[size:]
        return found

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
            return value
        return (self.path(value[-1], field) or value) if value else None

    def check(self, value: JsonValue, field: Field) -> None:
        if self.path(value[-1], field) != value:
            raise FieldError("enum")
        if self.must_end(field) and self.below(value[-1], field):
            raise FieldError("deeper")

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        return "" if value is None else list(value)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return " / ".join(self.word(key, field, reader.locale) for key in value)

    def steps(self, field: Field, raw: Raw, reader: Reader) -> list[tuple[str, list[tuple[str, str]]]]:
        keys = [key for key in ([raw] if isinstance(raw, str) else raw) if key]
        way = self._followed(keys, field) if len(keys) != 1 else self.path(keys[0], field)
        found = []
        for above, chosen in zip(("", *way), (*way, ""), strict=True):
            offered = [(key, self.word(key, field, reader.locale)) for key in self.below(above, field)]
            if offered:
                found.append((chosen, offered))
        return found

    def column(self, field: Field) -> TypeEngine[Any]:
        return Several()
