"""Facts: values of the context that stand where a constant could (`{"fact": "user.department_id"}`)."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select

from runtime.conditions.nodes import Constant, Fact, Operand

# The canonical texts: a date, a moment in UTC, a time of day. Each sorts as time does.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

_SURROGATE = re.compile("[\ud800-\udfff]")
_LISTS = (list, tuple, set, frozenset)
_NUMBERS = (int, Decimal, float)  # a tuple, because a union takes twice as long


class Among(ABC):
    """A fact that stands for many whole numbers, ids as a rule, which a database finds without their being listed."""

    @property
    @abstractmethod
    def select(self) -> Select[int]:
        """The numbers as a query."""

    @abstractmethod
    def __contains__(self, number: Any) -> bool: ...

    @abstractmethod
    def __iter__(self) -> Iterator[int]: ...


def look_up(path: str, facts: Mapping[str, Any]) -> Any:
    """The value at a dotted path, None when any step is absent."""
    value: Any = facts
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def constants(operands: tuple[Operand, ...], facts: Mapping[str, Any]) -> Iterator[Constant | Among]:
    """The operands with facts put in: an absent fact gives nothing, a list each of its values."""
    for operand in operands:
        if not isinstance(operand, Fact):
            yield operand
            continue
        value = look_up(operand.path, facts)
        yield from filter(_is_constant, value if is_list(value) else [value])


def _is_constant(value: Any) -> bool:
    return isinstance(value, str | int | Decimal | Among)


def is_object(value: Any) -> bool:
    """Whether it is an object: one of another class must not pass for a value without fields."""
    return value.__class__ is dict or isinstance(value, Mapping)


def is_list(value: Any) -> bool:
    """Whether it is a list of the context, of whatever class."""
    return isinstance(value, _LISTS)


def is_number(value: Any) -> bool:
    """Whether JSON Schema calls it a number: True is none."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: PostgreSQL takes no NUL, neither takes half a surrogate pair."""
    return "\x00" not in text and (text.isascii() or not _SURROGATE.search(text))


def is_time(value: Any) -> bool:
    """Whether it is the canonical text of a date or of a moment that exists, or of a time of day."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return is_clock(value)
    try:
        as_time(value)
    except ValueError:
        return False
    return True


def is_clock(value: Any) -> bool:
    """Whether it is the canonical text of a time of day."""
    return isinstance(value, str) and _CLOCK.fullmatch(value) is not None


def as_time(text: str) -> date | datetime:
    """The date of `2026-11-21`, the aware moment of `2026-11-21T09:00:00Z`."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
