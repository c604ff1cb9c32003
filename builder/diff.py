"""What differs between two documents, change by change, and taking such changes back. Pure.

Objects are compared by their keys, lists of things that have a `key` by that key, and both keep their order;
everything else is one value. So two people who change different things do not get in each other's way.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from runtime import documents
from runtime.documents import same

Path = tuple[str, ...]
ORDER = "$order"  # the last step of a path whose values are lists of names


class Overlap(Exception):
    """A change cannot be taken back, because what it made was changed again since; `path` says where."""

    def __init__(self, path: Path) -> None:
        super().__init__("/".join(path))
        self.path = path


@dataclass(frozen=True)
class Change:
    """One difference: a list of one value before and one after; an empty list where there was nothing.

    `at` is the position of what was added or removed. A path goes through objects by name and through lists
    by the `key` of an item.
    """

    path: Path
    before: list[Any]
    after: list[Any]
    at: int = 0

    def as_json(self) -> list[Any]:
        """The change as it is stored; `Change.read` gives it back."""
        return [list(self.path), self.before, self.after, self.at]

    @classmethod
    def read(cls, stored: Sequence[Any]) -> "Change":
        """A stored change."""
        path, before, after, at = stored
        return cls(tuple(path), before, after, at)


def changes(before: Any, after: Any, path: Path = ()) -> list[Change]:
    """What leads from one document to the other; empty when they are the same, order included."""
    if isinstance(before, (dict, list)) and documents.dumps(before) == documents.dumps(after):
        return []  # most of a document: said at once, in C
    old, new = _named(before, after), _named(after, before)
    if old is None or new is None:
        return [] if same(before, after) else [Change(path, [before], [after])]
    return list(_differences(old, new, path))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> Iterator[Change]:
    for at, name in enumerate(old):
        if name not in new:
            yield Change((*path, name), [old[name]], [], at)
    for at, name in enumerate(new):
        if name not in old:
            yield Change((*path, name), [], [new[name]], at)
        else:
            yield from changes(old[name], new[name], (*path, name))
    stayed, stay = [name for name in old if name in new], [name for name in new if name in old]
    if stayed != stay:
        yield Change((*path, ORDER), [stayed], [stay])


def take_back(document: Any, made: Sequence[Change]) -> Any:
    """The document without these changes; Overlap when something they made is no longer as they made it."""
    return _turn(document, [Change(c.path, c.after, c.before, c.at) for c in made])


def make_again(document: Any, made: Sequence[Change]) -> Any:
    """The document with these changes, after they were taken back."""
    return _turn(document, made)


def _turn(document: Any, made: Sequence[Change]) -> Any:
    document = deepcopy(document)
    removals = [change for change in made if not change.after]
    orders = [change for change in made if change.path[-1:] == (ORDER,)]
    additions = sorted((change for change in made if not change.before), key=lambda change: change.at)
    values = [c for c in made if c.before and c.after and c.path[-1:] != (ORDER,)]
    for change in [*removals, *values, *orders, *additions]:
        document = _put(document, change, change.path)
    return document


def _put(value: Any, change: Change, path: Path) -> Any:
    if not path:
        if not same([value], change.before):
            raise Overlap(change.path)
        return deepcopy(change.after[0])
    named = _named(value, value)
    if named is None:
        raise Overlap(change.path)
    if path == (ORDER,):
        return _like(value, _ordered(named, change.after[0]))
    name, *rest = path
    if rest:
        if name not in named:
            raise Overlap(change.path)
        return _like(value, {**named, name: _put(named[name], change, tuple(rest))})
    return _like(value, _replaced(named, name, change))


def _replaced(named: dict[str, Any], name: str, change: Change) -> dict[str, Any]:
    there = [named[name]] if name in named else []
    if not same(there, change.before):
        raise Overlap(change.path)
    if change.before and change.after:
        return {**named, name: deepcopy(change.after[0])}
    items = [(key, value) for key, value in named.items() if key != name]
    if change.after:
        items.insert(change.at, (name, deepcopy(change.after[0])))
    return dict(items)


def _ordered(named: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The same things, those of `names` in that order, at the places that they have together."""
    wanted = iter([name for name in names if name in named])
    known = set(names)
    order = [next(wanted) if name in known else name for name in named]
    return {name: named[name] for name in order}


def _named(value: Any, other: Any) -> dict[str, Any] | None:
    """An object as it is, a list of keyed things by their keys; None for everything else.

    An empty list is whatever the `other` value is.
    """
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, list):
        return None
    if not value:
        return {} if other == [] or (isinstance(other, list) and _keys(other)) else None
    keys = _keys(value)
    return dict(zip(keys, value, strict=True)) if keys else None


def _keys(items: list[Any]) -> list[str]:
    keys = [item.get("key") for item in items if isinstance(item, Mapping)]
    told = [key for key in keys if isinstance(key, str)]
    return told if len(told) == len(items) == len(set(told)) else []


def _like(value: Any, named: Mapping[str, Any]) -> Any:
    return list(named.values()) if isinstance(value, list) else dict(named)
