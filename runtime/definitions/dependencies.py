"""Which field's value follows from which: the order to compute in, and the rings that make one impossible."""

from collections.abc import Iterable, Mapping
from typing import Any

from runtime import conditions, formulas
from runtime.definitions.rules import in_force
from runtime.fields import Field, ValueType

Graph = Mapping[str, frozenset[str]]


class RingError(ValueError):
    """Values that wait for each other: each of `ring` is made from the next; it ends as it begins."""

    def __init__(self, ring: tuple[str, ...]) -> None:
        super().__init__(" → ".join(ring))
        self.ring = ring


def sources(fields: Mapping[str, Field], *, in_rows: bool = False) -> dict[str, frozenset[str]]:
    """For each filled, looked-up or calculated field: the fields of the same form that it is made from.

    A sub-table is made from what its rows read of the record. Of the fields of a row (`in_rows`) `record.x` is none.
    """
    found: dict[str, set[str]] = {}
    for key, field in fields.items():
        for target in field.options.get("fill", ()):
            found.setdefault(target, set()).add(key)
        if "through" in field.options:
            found.setdefault(key, set()).add(field.options["through"])
        if field.type.name == "formula":
            read = fields_read(field.options["formula"], in_rows=in_rows)
            found.setdefault(key, set()).update(read)
        if field.type.value_type is ValueType.ROWS:
            found.setdefault(key, set()).update(_read_outside(field))
    return {key: frozenset(names) for key, names in found.items() if key in fields}


def fields_read(formula: str | formulas.Formula, *, in_rows: bool = False) -> set[str]:
    """The fields of its own record that a formula reads; `record.x` is x, save in a row, whose record is another."""
    names = (formulas.parse(formula) if isinstance(formula, str) else formula).names
    if in_rows:
        return {name[0] for name in names if name[0] != "record"}
    return {name[1] if name[0] == "record" and len(name) > 1 else name[0] for name in names}


def _read_outside(field: Field) -> set[str]:
    """The fields of the record that formulas and rules of the rows of a sub-table read."""
    paths: list[tuple[str, ...]] = []
    for column in field.columns.values():
        texts = (column.options[name] for name in ("formula", "initial") if name in column.options)
        paths += (path for text in texts for path in formulas.parse(text).names)
    for rule in rules_of_rows(field):
        paths += (tuple(path.split(".")) for path in conditions.compile(rule["when"]).reads)
        texts = (value for value in rule["then"].get("set", {}).values() if isinstance(value, str))
        paths += (path for text in texts for path in formulas.parse(text).names)
    return {path[1] for path in paths if path[0] == "record" and len(path) > 1}


def rules_of_rows(field: Field) -> list[Mapping[str, Any]]:
    """The rules in force for each row of a sub-table, as they stand in the document."""
    return [rule for _index, rule in in_force(field.schema.get("items", {}).get("fw", {}))]


def computed_order(fields: Mapping[str, Field], *, in_rows: bool = False) -> tuple[str, ...]:
    """Filled, looked-up and calculated fields, each after its sources; RingError when that cannot be."""
    graph = sources(fields, in_rows=in_rows)
    return tuple(key for key in order(graph, fields) if key in graph)


def order(graph: Graph, keys: Iterable[str]) -> list[str]:
    """`keys` and all they depend on, sources first, else as they came; RingError names a ring."""
    done: dict[str, None] = {}
    for start in keys:
        _visit(graph, start, done)
    return list(done)


def _visit(graph: Graph, start: str, done: dict[str, None]) -> None:
    # A loop with its own stack: a chain of 500 formulas must not exhaust Python's.
    path, stack = [start], [iter(sorted(graph.get(start, ())))]
    while stack:
        following = next((key for key in stack[-1] if key not in done), None)
        if following is None:
            stack.pop()
            done.setdefault(path.pop())
        elif following in path:
            raise RingError((*path[path.index(following) :], following))
        else:
            path.append(following)
            stack.append(iter(sorted(graph.get(following, ()))))
