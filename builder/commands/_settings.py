"""Setting and removing a value at a path inside a part of a document, judged by the schema of that part."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from flask_babel import gettext as _

from builder.commands._base import refuse
from runtime import documents
from runtime.errors import Invalid, Problem

Part = dict[str, Any]
Judge = Callable[[Part], list[Problem]]
PATH: Mapping[str, Any] = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 100},
    "minItems": 1,
    "maxItems": 6,
}
ANY: Mapping[str, Any] = {}


def put(part: Part, path: Sequence[str], value: Any, judge: Judge, plain: str) -> None:
    """Set a value; an empty one removes it. Invalid with what was well before and is not then; what is still
    missing may come later.

    A text where the schema wants something else is read as JSON, for plain controls can only send texts.
    A text in the language `plain` takes part when one language of it is set.
    """
    if value in ("", None):
        remove(part, path)
        return
    known, first = _named(judge(part)), None
    for each in _readings(value):
        changed = deepcopy(part)
        _set(changed, path, each, plain)
        fault = next((new for name, new in _named(judge(changed)).items() if name not in known), None)
        if fault is None:
            part.clear()
            part.update(changed)
            return
        first = first or Problem(("value",), fault.code, fault.message)
    raise Invalid([first] if first else [])


def _readings(value: Any) -> list[Any]:
    if not isinstance(value, str):
        return [value]
    try:
        return [value, documents.loads(value)]
    except ValueError:
        return [value]


def _named(faults: list[Problem]) -> dict[tuple[Any, ...], Problem]:
    """Faults by what they say where, without those of what is missing."""
    return {(fault.path, fault.code, fault.message): fault for fault in faults if fault.code != "required"}


def _set(holder: Any, path: Sequence[str], value: Any, plain: str) -> None:
    *way, last = path
    for name in way:
        inner = holder.get(name)
        if isinstance(inner, str):
            inner = {plain: inner}
        elif inner is not None and not isinstance(inner, dict):
            refuse("path", "unknown", _("There is no such setting."))
        holder[name] = {} if inner is None else inner
        holder = holder[name]
    holder[last] = value


def remove(part: Part, path: Sequence[str]) -> None:
    """Remove the value at a path, and what is empty without it; nothing happens when there is none."""
    holders: list[Any] = [part]
    for name in path[:-1]:
        holders.append(holders[-1].get(name) if isinstance(holders[-1], dict) else None)
    for holder, name in zip(reversed(holders), reversed(path), strict=True):
        if not isinstance(holder, dict) or name not in holder:
            return
        holder.pop(name)
        if holder:
            return
