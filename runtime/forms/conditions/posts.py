"""The lines of a condition's editor as a page posts them, what its buttons do to them, and as a text. Pure.

Controls are named by place: `c.mode`, `c.0.path`, `c.0.op`, `c.0.value`, `c.1.mode`, `c.1.0.path` …
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from runtime import documents
from runtime.conditions import Mode
from runtime.conditions.operators import OPERATORS
from runtime.fields import ValueType
from runtime.forms.conditions.lines import Block, Kept, Line, operators
from runtime.forms.conditions.sights import Sight

MOST = 200  # lines of a block
LONGEST_PLACE = 7  # characters of the place of a line: 199.199
MODES: tuple[Mode, ...] = ("all", "any", "none")


def read(posted: Any, prefix: str = "c") -> Block:
    """The lines that the controls of a page hold; `posted` is a MultiDict."""
    items = tuple(_posted(posted, prefix))
    return Block(_mode(posted.get(f"{prefix}.mode")), items)


def _mode(text: object) -> Mode:
    return next((mode for mode in MODES if mode == text), "all")


def _posted(posted: Any, prefix: str) -> Iterator[Line | Kept | Block]:
    for number in range(MOST):
        here = f"{prefix}.{number}"
        if f"{here}.kept" in posted:
            yield Kept(_kept(posted[f"{here}.kept"]))
        elif f"{here}.mode" in posted and prefix.count(".") == 0:
            yield read(posted, here)
        elif f"{here}.path" in posted:
            yield _posted_line(posted, here)
        else:
            return


def _posted_line(posted: Any, here: str) -> Line:
    path = posted[f"{here}.path"]
    if path != posted.get(f"{here}.was", path):  # the other controls still belong to the field before
        return Line(path)
    operator = posted.get(f"{here}.op", "")
    if _asks(operator) != _asks(posted.get(f"{here}.how", operator)):  # the value was another operator's
        return Line(path, operator)
    raws = (*posted.getlist(f"{here}.value"), *_picked(posted, here))
    return Line(path, operator, raws, posted.get(f"{here}.fact", ""))


def _asks(operator: str) -> str:
    return OPERATORS[operator].asks if operator in OPERATORS else ""


def _picked(posted: Any, here: str) -> Iterator[str]:
    """What the pickers of a line hold: of each what it posts last, since without JavaScript it posts twice."""
    for number in range(MOST):
        texts = posted.getlist(f"{here}.value.{number}")
        if not texts:
            return
        yield texts[-1]


def _kept(text: str) -> Any:
    try:
        return documents.loads(text)
    except ValueError:
        return {}


def acted(found: Block, act: str) -> Block:
    """The block after a button of its page: `add`, `add:1`, `group`, `remove:1`, `remove:1.0`."""
    verb, _colon, place = act.partition(":")
    if verb == "group":
        return replace(found, items=(*found.items, Block("any" if found.mode == "all" else "all", (Line(),))))
    if verb == "add" and not place:
        return replace(found, items=(*found.items, Line()))
    known = len(place) <= LONGEST_PLACE and place.replace(".", "").isdecimal()
    if verb not in ("add", "remove") or not known:
        return found
    return _at(found, [int(step) for step in place.split(".") if step], verb)


def _at(found: Block, place: list[int], verb: str) -> Block:
    first, *rest = place
    if first >= len(found.items):
        return found
    item, items = found.items[first], list(found.items)
    if verb == "remove" and not rest:
        del items[first]
    elif isinstance(item, Block):
        inner = _at(item, rest, verb) if rest else replace(item, items=(*item.items, Line()))
        items[first : first + 1] = [inner] if inner.items else []
    return replace(found, items=tuple(items))


def with_defaults(found: Block, sight: Sight) -> Block:
    """The block with an operator in every line whose field was just chosen; yes or no is asked for."""

    def settled(item: Line | Kept | Block) -> Line | Kept | Block:
        if isinstance(item, Block):
            return replace(item, items=tuple(map(settled, item.items)))
        source = sight.sources.get(item.path) if isinstance(item, Line) and not item.operator else None
        if isinstance(item, Kept) or source is None or source.type is ValueType.BOOL:
            return item
        return replace(item, operator=operators(source)[0].name)

    return replace(found, items=tuple(map(settled, found.items)))


def has_blank(found: Block) -> bool:
    """Whether a line waits for somebody to choose its field."""
    return any(has_blank(item) if isinstance(item, Block) else item == Line() for item in found.items)


def as_text(found: Block) -> str:
    """The lines as a text; `from_text` gives them back."""
    return documents.dumps(_plain(found))


def _plain(item: Line | Kept | Block) -> Any:
    if isinstance(item, Line):
        return [item.path, item.operator, list(item.raws), item.fact]
    if isinstance(item, Kept):
        return {"kept": item.document}
    return {"mode": item.mode, "items": [_plain(each) for each in item.items]}


def from_text(text: str) -> Block | None:
    """The lines of a text; None for one that `as_text` did not write."""
    try:
        found = _unplain(documents.loads(text))
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, Block) else None


def _unplain(item: Any) -> Line | Kept | Block:
    if isinstance(item, list):
        path, operator, raws, fact = item
        return Line(str(path), str(operator), tuple(map(str, raws)), str(fact))
    if "kept" in item:
        return Kept(item["kept"])
    return Block(_mode(item["mode"]), tuple(map(_unplain, item["items"])))
