"""The parts of a parsed formula. `at` is the offset of the character that an error points to."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

Path = tuple[str, ...]


@dataclass(frozen=True)
class Literal:
    """A number, text or truth value written in the formula."""

    value: Decimal | str | bool
    at: int


@dataclass(frozen=True)
class Name:
    """A value from outside: `qty`, `record.customer`, `lines.amount`."""

    path: Path
    at: int


@dataclass(frozen=True)
class Negate:
    """`-operand`."""

    operand: "Node"
    at: int


@dataclass(frozen=True)
class Link:
    """One further operand of a chain, with the operator before it."""

    operator: str
    operand: "Node"
    at: int


@dataclass(frozen=True)
class Chain:
    """`first + a - b`, `first * a / b` or `first & a & b`, worked out from left to right."""

    first: "Node"
    links: tuple[Link, ...]
    at: int


@dataclass(frozen=True)
class Compare:
    """`left operator right`; the operator is one of = <> < <= > >=."""

    operator: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True)
class Call:
    """`FUNCTION(arguments)`; the name is in capitals."""

    function: str
    arguments: tuple["Node", ...]
    at: int


Node = Literal | Name | Negate | Chain | Compare | Call


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below this one."""
    match node:
        case Negate(operand=operand):
            return (operand,)
        case Chain(first=first, links=links):
            return (first, *(link.operand for link in links))
        case Compare(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
    return ()


def walk(root: Node) -> Iterator[tuple[Node, int]]:
    """Every node with its depth (the root has 1); without recursion, for the tree may be deep."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in children(node)]
