"""JSON as this product reads and writes it: Decimal numbers, no duplicate keys, no NaN, bounded depth."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

MAX_DEPTH = 50
MOST_SOUND = 50_000  # values that one `Sound` remembers


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("the same key twice in one object")
    return out


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _number(text: str) -> Decimal:
    if len(text) > 60:
        raise ValueError("a number of more than 60 characters")
    value = Decimal(text)
    if value and not -40 <= value.adjusted() <= 40:
        raise ValueError("a number out of range")
    return value


def _integer(text: str) -> int:
    if len(text) > 60:
        raise ValueError("a number of more than 60 digits")
    return int(text)


def _too_deep(text: str, limit: int) -> bool:
    depth, in_text, escaped = 0, False, False
    for char in text:
        if in_text:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_text = False
        elif char == '"':
            in_text = True
        elif char in "[{":
            depth += 1
            if depth > limit:
                return True
        elif char in "]}":
            depth -= 1
    return False


def loads(text: str | bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text from outside; ValueError with a sentence for everything unfit."""
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    if text.count("[") + text.count("{") > max_depth and _too_deep(text, max_depth):
        raise ValueError(f"nested deeper than {max_depth} levels")
    value = json.loads(
        text,
        object_pairs_hook=_pairs,
        parse_float=_number,
        parse_int=_integer,
        parse_constant=_refuse,
    )
    if "\\u" in text:
        dumps(value).encode("utf-8")  # a lone surrogate cannot be encoded: UnicodeEncodeError is a ValueError
    return value


def load_stored(text: str) -> Any:
    """The value of a JSON text that `dumps` wrote."""
    return json.loads(text, parse_float=Decimal)


def plain_number(value: Decimal) -> str:
    """The shortest plain digits of a Decimal: no exponent, no trailing zeros after the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dumps(value: Any, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """JSON text; Decimals as exact plain numbers, text as UTF-8, no NaN."""
    if indent is None and not sort_keys:
        try:
            return _PLAIN.encode(value)
        except _NotPlainError:
            pass
        return _text(value)
    return "".join(_chunks(value, indent, sort_keys, 0))


class _NotPlainError(Exception):
    """The value holds something that only `_chunks` can write."""


def _not_plain(value: Any) -> Any:
    raise _NotPlainError


# The interpreter's own encoder, in C, for what has no Decimal in it: most of what is written.
_PLAIN = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"), default=_not_plain
)


def _text(value: Any) -> str:
    """JSON text on one line, in the order of the value."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is Decimal:
        return plain_number(value)
    if kind is dict:
        return (
            "{"
            + ",".join([f"{encode_basestring(str(key))}:{_text(item)}" for key, item in value.items()])
            + "}"
        )
    if kind is list or kind is tuple:
        return "[" + ",".join([_text(item) for item in value]) + "]"
    if kind is int:
        return repr(value)
    if value is None or kind is bool:
        return _PLAIN.encode(value)
    return "".join(_chunks(value, None, False, 0))


def _chunks(value: Any, indent: int | None, sort_keys: bool, level: int) -> list[str]:
    if isinstance(value, str):
        return [encode_basestring(value)]
    if value is None or isinstance(value, (bool, int)):
        return [_PLAIN.encode(value)]
    if isinstance(value, Decimal):
        return [plain_number(value)]
    if isinstance(value, float):
        return [json.dumps(value, allow_nan=False)]
    items: list[str]
    if isinstance(value, dict):
        pairs = sorted(value.items()) if sort_keys else value.items()
        items = [
            encode_basestring(str(key))
            + (": " if indent else ":")
            + "".join(_chunks(item, indent, sort_keys, level + 1))
            for key, item in pairs
        ]
        return _wrap("{", "}", items, indent, level)
    if isinstance(value, (list, tuple)):
        items = ["".join(_chunks(item, indent, sort_keys, level + 1)) for item in value]
        return _wrap("[", "]", items, indent, level)
    raise TypeError(f"not JSON: {type(value).__name__}")


def _wrap(opening: str, closing: str, items: list[str], indent: int | None, level: int) -> list[str]:
    if not items:
        return [opening + closing]
    if not indent:
        return [opening, ",".join(items), closing]
    pad = "\n" + " " * indent * (level + 1)
    return [opening, pad, ("," + pad).join(items), "\n" + " " * indent * level, closing]


class Sound:
    """Remembers by their text which values were found sound, 100 bytes each.

    A draft is judged after each change of one field; what was not changed need not be judged again.
    """

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def holds(self, rule: str, value: Any, judge: Callable[[], bool]) -> bool:
        """Whether the value is sound by the rule of this name; `judge` is asked where that is not known."""
        told = sha256(f"{rule} {dumps(value)}".encode("utf-8", "surrogatepass")).digest()
        if told in self._known:
            return True
        if not judge():
            return False
        if len(self._known) >= MOST_SOUND:
            self._known.clear()
        self._known.add(told)
        return True


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; unlike in Python, 1 is not true."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)
