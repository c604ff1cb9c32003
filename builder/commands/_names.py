"""A field's key in formulas, conditions and Liquid texts, exchanged for another where it means the field. Pure."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from runtime import formulas
from runtime.formulas import FormulaError
from runtime.formulas.nodes import Name, walk
from runtime.notifications import liquid_check
from runtime.notifications.liquid_check import Reading

RECORDS = ("record", "before")
Rename = Callable[[str], str]


def same(name: str) -> str:
    """The name of a field of another form."""
    return name


def renaming(old: str, new: str) -> Rename:
    """A function that gives the new key for the old one, and every other as it is."""
    return lambda name: new if name == old else name


def in_formula(text: Any, rename: Rename, *, own: bool) -> Any:
    """A formula; `own` says that bare names are fields, as they are in the form itself."""
    try:
        root = formulas.parse(text).root if isinstance(text, str) else None
    except FormulaError:
        return text  # one that cannot be read yet is left to whoever writes it
    if root is None:
        return text
    found = ((node.at, _place(node.path, own)) for node, _ in walk(root) if isinstance(node, Name))
    return _spliced(text, ((at + offset, key) for at, (offset, key) in found), rename)


def with_paths(text: Any, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Any:
    """A formula with other names: `change` gives for each, such as ("record", "amount"), what stands there now."""
    try:
        root = formulas.parse(text).root if isinstance(text, str) else None
    except FormulaError:
        return text
    names = [(node.at, node.path) for node, _ in walk(root) if isinstance(node, Name)] if root else []
    for at, path in sorted(names, reverse=True):
        if text.startswith(".".join(path), at):
            text = f"{text[:at]}{'.'.join(change(path))}{text[at + len('.'.join(path)) :]}"
    return text


def _place(path: tuple[str, ...], own: bool) -> tuple[int, str]:
    """The field that a name means, and where in the name it stands; "" when it means none."""
    if path[0] in RECORDS and len(path) > 1:
        return len(path[0]) + 1, path[1]
    return 0, path[0] if own else ""


def _spliced(text: str, found: Iterable[tuple[int, str]], rename: Rename) -> str:
    for at, key in sorted(found, reverse=True):
        if key and text[at : at + len(key)] == key:
            text = text[:at] + rename(key) + text[at + len(key) :]
    return text


def in_liquid(text: str, rename: Rename, pointers: Collection[str] = (), theirs: Rename = same) -> str:
    """A text of a message; what is no Liquid stays as it is. `theirs` is for what is named through the `pointers`, the
    references to the form of the renamed field: the `phone` of `customer.phone`.
    """
    beside = (_step(each, 1) for each in liquid_check.names(text) if each.path[0] in pointers)
    text = _spliced(
        text, filter(None, beside), theirs
    )  # behind the pointers, so that these keep their places
    own = (_step(each, 2 if _is_value(each) else 0) for each in liquid_check.names(text))
    return _spliced(text, filter(None, own), rename)


def columns_in_liquid(text: str, table: str, rename: Rename) -> str:
    """A text of a message that tells of the rows of a sub-table."""
    found = (
        _step(each, 3 if _is_value(each) else 1)
        for each in liquid_check.names(text)
        if (each.path[2:3] if _is_value(each) else each.path[:1]) == (table,)
    )
    return _spliced(text, filter(None, found), rename)


def _is_value(name: Reading) -> bool:
    return name.path[:2] == ("record", "values") and len(name.path) > 2


def _step(name: Reading, step: int) -> tuple[int, str] | None:
    """A step of a name, and where it stands in the text; None where it does not."""
    place = name.places[step] if step < len(name.path) else None
    return None if place is None else (place, name.path[step])


def in_condition(condition: Any, names: Rename, facts: Rename, *, own: bool) -> Any:
    """A condition: `names` for the fields that it looks at, `facts` for those of `record.x` in its constants.
    `own` says that it looks at a record itself, not at an event that holds one.
    """
    if isinstance(condition, list):
        return [in_condition(each, names, facts, own=own) for each in condition]
    if not isinstance(condition, dict):
        return condition
    return {keyword: _operand(keyword, value, names, facts, own=own) for keyword, value in condition.items()}


def _operand(keyword: str, value: Any, names: Rename, facts: Rename, *, own: bool) -> Any:
    if keyword in ("not", "allOf", "anyOf"):
        return in_condition(value, names, facts, own=own)
    if keyword == "properties" and isinstance(value, dict):
        return {
            names(name) if own else name: _property(name, inner, names, facts, own=own)
            for name, inner in value.items()
        }
    if keyword == "required" and own and isinstance(value, list):
        return [names(name) for name in value]
    return _with_facts(value, facts)


def _property(name: str, inner: Any, names: Rename, facts: Rename, *, own: bool) -> Any:
    if not own and name in RECORDS:
        return in_condition(inner, names, facts, own=True)
    if not own and name == "changed":
        return _listed(inner, names)
    return _with_facts(inner, facts)


def _listed(value: Any, rename: Rename) -> Any:
    """A condition on the list of changed fields, whose constants are keys."""
    if isinstance(value, dict):
        return {name: _listed(inner, rename) for name, inner in value.items()}
    if isinstance(value, list):
        return [_listed(inner, rename) for inner in value]
    return rename(value) if isinstance(value, str) else value


def _with_facts(value: Any, rename: Rename) -> Any:
    if isinstance(value, list):
        return [_with_facts(inner, rename) for inner in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(value.get("fact"), str):
        return {"fact": _dotted(value["fact"], rename)}
    return {name: _with_facts(inner, rename) for name, inner in value.items()}


def _dotted(path: str, rename: Rename) -> str:
    first, *rest = path.split(".")
    return ".".join([first, rename(rest[0]), *rest[1:]]) if first in RECORDS and rest else path
