"""Three-way merging of documents: what a newer package changed is put on what was changed here. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder import diff
from builder.diff import ORDER, Change, Overlap, Path
from runtime.documents import same


@dataclass(frozen=True)
class Clash:
    """A place that both sides changed, differently: a list of its value on each side, empty for none."""

    path: Path
    mine: list[Any]
    theirs: list[Any]


@dataclass(frozen=True)
class Merged:
    """What comes of merging: `document` has our side of every clash."""

    document: Any
    clashes: tuple[Clash, ...] = ()


def merge(base: Any, mine: Any, theirs: Any) -> Merged:
    """Mine with what theirs changed since the base."""
    own = [change.path for change in diff.changes(base, mine)]
    clean, places = [], []
    for change in diff.changes(base, theirs):
        met = [path for path in own if _meet(path, change.path)]
        if not met:
            clean.append(change)
        elif change.path[-1:] != (ORDER,):  # of two orders, ours stays
            places.append(min((change.path, *met), key=len))
    document = _with(mine, clean, places)
    return Merged(document, tuple(_clashes(places, mine, theirs)))


def _meet(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _with(mine: Any, clean: list[Change], places: list[Path]) -> Any:
    """Mine with these changes; one that does not fit after all becomes a place to choose at."""
    while True:
        try:
            return diff.make_again(mine, clean)
        except Overlap as error:
            places.append(error.path)
            clean = [change for change in clean if change.path != error.path]


def _clashes(places: list[Path], mine: Any, theirs: Any) -> Iterator[Clash]:
    known: list[Path] = []
    for place in sorted(places, key=len):
        place = place[:-1] if place[-1:] == (ORDER,) else place
        if any(place[: len(path)] == path for path in known):
            continue
        known.append(place)
        left, right = at(mine, place), at(theirs, place)
        if not same(left, right):
            yield Clash(place, left, right)


def at(document: Any, path: Path) -> list[Any]:
    """The value at a path in a list; an empty list when there is none."""
    value = document
    for step in path:
        inner = _steps(value)
        if step not in inner:
            return []
        value = inner[step]
    return [value]


def _steps(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    items = value if isinstance(value, list) else []
    return {item["key"]: item for item in items if isinstance(item, Mapping) and "key" in item}


def take(document: Any, clash: Clash) -> Any:
    """The document with their side of a clash."""
    now = at(document, clash.path)
    if same(now, clash.theirs):
        return document
    position = len(_steps((at(document, clash.path[:-1]) or [{}])[0]))
    return diff.make_again(document, [Change(clash.path, now, clash.theirs, position)])
