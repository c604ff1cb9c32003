"""Which field's value follows from which: the order to compute in, and the rings that make one impossible."""

from collections.abc import Iterable, Mapping

from runtime import formulas
from runtime.fields import Field

Graph = Mapping[str, frozenset[str]]


class RingError(ValueError):
    """Values that wait for each other: each of `ring` is made from the next; it ends as it begins."""

    def __init__(self, ring: tuple[str, ...]) -> None:
        super().__init__(" → ".join(ring))
        self.ring = ring


def sources(fields: Mapping[str, Field]) -> dict[str, frozenset[str]]:
    """For each filled, looked-up or calculated field: the fields of the same form that it is made from."""
    found: dict[str, set[str]] = {}
    for key, field in fields.items():
        for target in field.options.get("fill", ()):
            found.setdefault(target, set()).add(key)
        if "through" in field.options:
            found.setdefault(key, set()).add(field.options["through"])
        if field.type.name == "formula":
            found.setdefault(key, set()).update(fields_read(field.options["formula"]))
    return {key: frozenset(names) for key, names in found.items() if key in fields}


def fields_read(formula: str | formulas.Formula) -> set[str]:
    """The fields of its own record that a formula reads; `record.x` is x."""
    names = (formulas.parse(formula) if isinstance(formula, str) else formula).names
    return {name[1] if name[0] == "record" and len(name) > 1 else name[0] for name in names}


def computed_order(fields: Mapping[str, Field]) -> tuple[str, ...]:
    """Filled, looked-up and calculated fields, each after its sources; RingError when that cannot be."""
    graph = sources(fields)
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
