"""Values that are a way through a tree, from its top to what was chosen: shared by the types with levels."""

import re
from collections.abc import Callable, Sequence
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
    in_cells = False
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

    def names(self, above: str, field: Field) -> Callable[[str], str]:
        """Finds the key right below another by what it is called; "" when there is none."""
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
        """The way of the keys, as far as each lies below the one before: levels below a changed one are stale.

        One that was taken out is refused, so that what a record held is not dropped without a word.
        """
        found = self._followable(keys, field)
        if self._gone(keys[len(found) :], field):
            raise FieldError("enum")
        return found

    def _followable(self, keys: list[str], field: Field) -> list[str]:
        found: list[str] = []
        for key in keys:
            if key not in self.below(found[-1] if found else "", field):
                break
            found.append(key)
        return found

    def _gone(self, keys: list[str], field: Field) -> str:
        """The first of the keys if there is no such one any more, else ""."""
        return keys[0] if keys and not self.path(keys[0], field) else ""

    def _told(self, text: str, field: Field) -> list[str]:
        """The way to a key, or to what is named by the words of its levels."""
        known = self.path(text, field)
        if known or len(text) > LONGEST:
            return known
        # A name may hold what else stands between names.
        splits = ([text], text.split(" / "), _BETWEEN.split(text))
        ways = (self._named(parts[: DEEPEST + 1], field) for parts in splits)
        return next(filter(None, ways), None) or self._spelled(text, field)

    def _named(self, parts: list[str], field: Field) -> list[str]:
        """The way of names that are told apart; empty when one of them is unknown."""
        key = ""
        for part in parts:
            key = self.names(key, field)(part.strip())
            if not key:
                return []
        return self.path(key, field)

    def _spelled(self, text: str, field: Field) -> list[str]:
        """The way of names that stand one after the other without anything between them."""
        found = ""
        for _level in range(DEEPEST):
            named = self.names(found, field)
            keys = ((named(text[:size]), size) for size in range(len(text), 0, -1))
            found, size = next(((key, size) for key, size in keys if key), ("", 0))
            text = text[size:]
            if not (found and text):
                break
        return self.path(found, field)

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
        return "" if value is None else self.path(value[-1], field) or list(value)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return " / ".join(self.word(key, field, reader.locale) for key in value)

    def steps(self, field: Field, raw: Raw, reader: Reader) -> list[tuple[str, list[tuple[str, str]]]]:
        keys = [key for key in ([raw] if isinstance(raw, str) else raw) if key]
        way = self._followable(keys, field) if len(keys) != 1 else self.path(keys[0], field)
        gone = self._gone(keys[len(way) :], field)
        found = []
        for above, chosen in zip(("", *way), (*way, gone), strict=True):
            offered = [*self.below(above, field), *([gone] if gone and chosen == gone else ())]
            if offered:
                found.append((chosen, [(key, self.word(key, field, reader.locale)) for key in offered]))
        return found

    def column(self, field: Field) -> TypeEngine[Any]:
        return Several()
