"""Condition ↔ the rows of the editor: *field · operator · value*, in groups of which all, any or none must hold.

Reads what it writes, and hand-written conditions of the same meaning; all others are refused (`not_rows`),
so that opening and saving the editor never changes what a condition says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runtime.conditions.errors import ConditionError, Place
from runtime.conditions.operators import OPERATORS, NotThisOperator
from runtime.conditions.parsing import parse
from runtime.conditions.sql import CONTEXT, RECORD


@dataclass(frozen=True)
class Row:
    """One line of the editor: dotted path, name of the operator, value (a list where it takes several)."""

    path: str
    operator: str
    value: Any = None


Mode = Literal["all", "any", "none"]


@dataclass(frozen=True)
class Group:
    """Lines, or groups again, of which all, any or none must hold. Of no lines, all and none hold, any does not."""

    mode: Mode
    items: tuple["Row | Group", ...] = ()


def rows(document: Any) -> Group:
    """The editor's rows of a condition; ConditionError `not_rows` when it says what rows cannot."""
    parse(document)
    item = _item(document, "", ())
    return item if isinstance(item, Group) else Group("all", (item,))


def from_rows(group: Group) -> dict[str, Any]:
    """The condition that the rows stand for; KeyError for an unknown operator."""
    if group == Group("any"):
        return {"not": {}}
    if group.mode == "all" and len(group.items) == 1 and isinstance(group.items[0], Row):
        return _row_document(group.items[0])
    return together(group.mode, [_document(item) for item in group.items])


def together(mode: Mode, documents: list[Any]) -> dict[str, Any]:
    """The condition that all, any or none of these hold; without any it always holds."""
    if not documents:
        return {}
    return {"not": {"anyOf": documents}} if mode == "none" else {f"{mode}Of": documents}


def _document(item: Row | Group) -> dict[str, Any]:
    if isinstance(item, Row):
        return _row_document(item)
    return (
        {"not": {}} if item == Group("any") else together(item.mode, [_document(each) for each in item.items])
    )


def _row_document(row: Row) -> dict[str, Any]:
    operator = OPERATORS[row.operator]
    positive = OPERATORS[operator.opposite] if operator.opposite else operator
    *parents, name = row.path.split(".")
    schema = positive.to_schema(row.value)
    document: dict[str, Any] = {"required": [name]}
    if schema:
        document["properties"] = {name: schema}
    if operator.opposite:
        document = {"not": document}
    for parent in reversed(parents):
        document = {"required": [parent], "properties": {parent: document}}
    return document


def _item(document: Any, prefix: str, place: Place) -> Row | Group:
    """A document as one line: a group of its own, or what its keywords say together."""
    if isinstance(document, bool):
        return Group("all" if document else "any")
    if list(document) == ["allOf"]:
        return Group("all", _items(document["allOf"], prefix, (*place, "allOf")))
    items = _together(document, prefix, place)
    return items[0] if len(items) == 1 else Group("all", tuple(items))


def _items(documents: list[Any], prefix: str, place: Place) -> tuple[Row | Group, ...]:
    return tuple(_item(document, prefix, (*place, i)) for i, document in enumerate(documents))


def _together(document: Mapping[str, Any], prefix: str, place: Place) -> list[Row | Group]:
    found: list[Row | Group] = []
    for keyword, operand in document.items():
        here = (*place, keyword)
        if keyword == "allOf":
            found += _items(operand, prefix, here)
        elif keyword == "anyOf":
            found.append(Group("any", _items(operand, prefix, here)))
        elif keyword == "not":
            found.append(_contrary(operand, prefix, here))
        elif keyword not in ("required", "properties"):
            raise ConditionError("not_rows", here)
    return found + _fields(document, prefix, place)


def _contrary(document: Any, prefix: str, place: Place) -> Row | Group:
    item = _item(document, prefix, place)
    if item == Group("all"):
        return Group("any")
    contraries = {each.opposite: each.name for each in OPERATORS.values() if each.opposite}
    if isinstance(item, Row) and item.operator in contraries and not _may_lack_its_object(item, prefix):
        return Row(item.path, contraries[item.operator], item.value)
    if prefix not in ("", f"{RECORD}."):  # inside `before` it needs a `before`; around it, it does not
        raise ConditionError("not_rows", place)
    if isinstance(item, Group) and item.mode != "all":
        return Group("none" if item.mode == "any" else "any", item.items)
    return Group("none", (item,))


def _may_lack_its_object(row: Row, prefix: str) -> bool:
    # `not` around `before` holds when there is no `before`; a row inside it does not.
    parent, dot, _ = row.path.removeprefix(prefix).rpartition(".")
    return bool(dot) and parent != RECORD


def _fields(document: Mapping[str, Any], prefix: str, place: Place) -> list[Row | Group]:
    required = dict.fromkeys(document.get("required", ()))
    schemas = document.get("properties", {})
    found: list[Row | Group] = []
    for name in required:
        if name not in schemas:
            found.append(Row(prefix + name, "is_not_empty"))
    for name, schema in schemas.items():
        here = (*place, "properties", name)
        is_object = not prefix and (name == RECORD or name in CONTEXT)
        if name not in required and not (is_object and name == RECORD):  # without it, an empty field holds
            raise ConditionError("not_rows", here)
        found += [_item(schema, f"{name}.", here)] if is_object else [_row(prefix + name, schema, here)]
    return found


def _row(path: str, schema: Any, place: Place) -> Row:
    for operator in OPERATORS.values() if isinstance(schema, Mapping) else ():
        if operator.opposite:
            continue
        try:
            return Row(path, operator.name, operator.from_schema(schema))
        except NotThisOperator:
            continue
    raise ConditionError("not_rows", place)
