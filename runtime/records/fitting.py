"""Whether a value fits its schema, by closures made once. jsonschema looks up every keyword anew for each value, which
is most of what judging a row costs; so it is asked only where these cannot tell.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Fits = Callable[[Any], bool]
"""True where jsonschema finds nothing wrong; False says that it has to be asked."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, Decimal),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
}


def fits(schema: Mapping[str, Any]) -> Fits:
    """The check of a schema of one type whose keywords are all known here; never sure of any other."""
    kind = str(schema.get("type"))
    kinds = _TYPES.get(kind)
    made = [_check(kind, name, limit) for name, limit in schema.items() if name not in ("type", "format")]
    checks = tuple(check for check in made if check is not None)
    if kinds is None or len(checks) < len(made):
        return _never

    def all_hold(value: Any) -> bool:
        if type(value) not in kinds:
            return False
        for check in checks:  # noqa: SIM110 - `all` over a generator costs as much as the checks
            if not check(value):
                return False
        return True

    return all_hold


def _never(_value: Any) -> bool:
    return False


def _check(kind: str, name: str, limit: Any) -> Fits | None:
    """The check of one keyword of a type; None for one that is not known here."""
    known = _KEYWORDS.get((kind, name)) or _KEYWORDS.get((kind.replace("integer", "number"), name))
    return None if known is None else known(limit)


def _pattern(text: str) -> Fits:
    found = re.compile(text).search
    return lambda value: found(value) is not None


def _enum(offered: list[Any]) -> Fits | None:
    if not all(type(each) is str for each in offered):
        return None
    known = frozenset(offered)
    return lambda value: value in known


def _items(schema: Mapping[str, Any]) -> Fits:
    one = fits(schema)
    return lambda value: all(map(one, value))


def _unique(wanted: bool) -> Fits:
    # Texts and whole numbers only: among others 1 and true, or lists, are compared in another way.
    return lambda value: (
        not wanted
        or (
            len({type(each) for each in value}) < 2
            and all(type(each) in (str, int) for each in value)
            and len(set(value)) == len(value)
        )
    )


_KEYWORDS: Mapping[tuple[str, str], Callable[[Any], Fits | None]] = {
    ("string", "minLength"): lambda limit: lambda value: len(value) >= limit,
    ("string", "maxLength"): lambda limit: lambda value: len(value) <= limit,
    ("string", "pattern"): _pattern,
    ("string", "enum"): _enum,
    ("number", "minimum"): lambda limit: lambda value: value >= limit,
    ("number", "maximum"): lambda limit: lambda value: value <= limit,
    ("number", "exclusiveMinimum"): lambda limit: lambda value: value > limit,
    ("number", "exclusiveMaximum"): lambda limit: lambda value: value < limit,
    ("array", "minItems"): lambda limit: lambda value: len(value) >= limit,
    ("array", "maxItems"): lambda limit: lambda value: len(value) <= limit,
    ("array", "uniqueItems"): _unique,
    ("array", "items"): _items,
}
