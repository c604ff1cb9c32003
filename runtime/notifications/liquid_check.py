"""What a Liquid text may not contain: found when a message is saved, long before it is sent."""

import inspect
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from liquid import BoundTemplate, Node, RenderContext
from liquid.builtin.expressions import FilteredExpression, LoopExpression, Path
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.primitive import Literal, RangeLiteral
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.exceptions import LiquidError
from liquid.expression import Expression

from runtime.notifications.liquid import environment, parsed

MAX_NODES = 500
MAX_NODES_IN_LOOPS = 50  # times 1,000 rounds: what keeps the slowest message under half a second

_LOOP = frozenset(
    f"forloop.{name}" for name in ("index", "index0", "rindex", "rindex0", "first", "last", "length")
)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one line; the codes have their sentences in `messages.SENTENCES`."""

    code: str
    line: int
    detail: str


@dataclass(frozen=True)
class Reading:
    """One name in a text: the `path` that it means, `customer.phone` also where a name of the text's own stands for
    `customer`, and of each step the place where it stands in the text; None for a step that only such a name says.
    """

    path: tuple[str, ...]
    places: tuple[int | None, ...]


@dataclass
class _Walk:
    """One look through a text. `aliases` are the names that it makes itself, with the path they stand for."""

    source: str
    known: Set[str]
    aliases: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    count: int = 0
    looped: int = 0
    loops: int = 0
    names: list["Reading"] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)

    def step(self) -> None:
        self.count += 1
        self.looped += self.loops > 0

    def add(self, code: str, at: int, detail: str = "") -> None:
        self.faults.append(Fault(code, self.source.count("\n", 0, max(at, 0)) + 1, detail))


def names(source: str) -> list[Reading]:
    """The variables that a text reads from outside, through names of its own (`assign`, `for`) too; none of a text
    that is no Liquid.
    """
    walk = _walked(source)
    return walk.names if walk else []


@lru_cache(1024)
def reads(source: str) -> frozenset[str]:
    """The dotted names that a text reads, under other names of its own (`assign`) too; none of a text that is no
    Liquid.
    """
    walk = _walked(source)
    return frozenset(walk.reads) if walk else frozenset()


def _walked(source: str) -> _Walk | None:
    try:
        tree = parsed(source, "en", as_markdown=False)
    except (LiquidError, RecursionError):
        return None
    walk = _Walk(source, frozenset())
    _nodes(tree.nodes, walk, RenderContext(tree), tree)
    return walk


def faults(source: str, variables: Set[str], *, as_markdown: bool) -> list[Fault]:
    """Everything wrong with a text. `variables` are the dotted names that exist, `lines.amount` for rows."""
    try:
        tree = parsed(source, "en", as_markdown=as_markdown)
    except (LiquidError, RecursionError) as error:
        token = getattr(error, "token", None)
        walk = _Walk(source, variables)
        walk.add("syntax", token.start_index if token else 0, str(error.args[0]) if error.args else "")
        return walk.faults
    walk = _Walk(source, variables)
    _nodes(tree.nodes, walk, RenderContext(tree), tree)
    if walk.count > MAX_NODES:
        walk.add("too_many_parts", 0, str(MAX_NODES))
    elif walk.looped > MAX_NODES_IN_LOOPS:
        walk.add("too_many_in_loops", 0, str(MAX_NODES_IN_LOOPS))
    return walk.faults


def _nodes(nodes: Iterable[Node], walk: _Walk, context: RenderContext, tree: BoundTemplate) -> None:
    for node in nodes:
        walk.step()
        for expression in node.expressions():
            _expression(expression, walk)
        outer = dict(walk.aliases)
        if isinstance(node, ForNode):
            _enter_loop(node.expression, walk)
        if isinstance(node, AssignNode):
            walk.aliases[node.name] = _target(node.expression, walk)
            continue
        _nodes(node.children(context, include_partials=False), walk, context, tree)
        if isinstance(node, ForNode):
            walk.aliases = outer
            walk.loops -= 1


def _enter_loop(loop: LoopExpression, walk: _Walk) -> None:
    walk.aliases[loop.identifier] = _target(loop.iterable, walk)
    walk.aliases["forloop"] = "forloop"
    walk.loops += 1


def _target(expression: Expression, walk: _Walk) -> str:
    """The dotted name that an expression stands for; blank for a value without parts."""
    if isinstance(expression, FilteredExpression):
        return "" if expression.filters else _target(expression.left, walk)
    return _name(expression, walk) or "" if isinstance(expression, Path) else ""


def _expression(expression: Expression, walk: _Walk) -> None:
    for part in _parts(expression):
        walk.step()
        if isinstance(part, RangeLiteral):
            walk.add("range", part.token.start_index)
        elif isinstance(part, Path):
            _check_name(part, walk)
        elif isinstance(part, FilteredExpression):
            for used in part.filters or []:
                _check_filter(used, walk)


def _parts(expression: Expression) -> Iterator[Expression]:
    waiting: list[Expression] = [expression]
    while waiting:
        part = waiting.pop()
        yield part
        # A name inside brackets (`a[b]`) is refused with the name around it.
        waiting += [] if isinstance(part, Path) else part.children()


def _name(path: Path, walk: _Walk) -> str | None:
    """The dotted name that a path means; None when it holds an index or another path."""
    segments = [segment for segment in path.path if isinstance(segment, str)]
    if len(segments) != len(path.path):
        return None
    root, rest = segments[0], segments[1:]
    if root not in walk.aliases:
        return ".".join(segments)
    target = walk.aliases[root]
    if not target:
        return None if rest else ""
    return ".".join([target, *rest])


def _check_name(path: Path, walk: _Walk) -> None:
    walk.names += filter(None, [_reading(path, walk)])
    name = _name(path, walk)
    walk.reads.add(name or "")
    if name == "" or name in walk.known or (name in _LOOP and "forloop" in walk.aliases):
        return
    if name is not None and name.endswith(".size") and name.removesuffix(".size") in walk.known:
        return
    walk.add("unknown_variable", path.token.start_index, str(path)[:80])


def _reading(path: Path, walk: _Walk) -> Reading | None:
    """What a name means; None for one that means nothing from outside."""
    steps = [str(step) for step in takewhile(lambda step: isinstance(step, str), path.path)]
    at, places = path.token.start_index, list[int | None]()
    for step in steps:
        places.append(at)
        at += len(step) + 1
    if not steps or steps[0] not in walk.aliases:
        return Reading(tuple(steps), tuple(places))
    stands_for = walk.aliases[steps[0]]
    if not stands_for or stands_for == "forloop":
        return None
    before = stands_for.split(".")
    return Reading((*before, *steps[1:]), (*[None] * len(before), *places[1:]))


def _check_filter(used: Filter, walk: _Walk) -> None:
    function = environment("en", as_markdown=False).filters.get(used.name)
    if function is None:
        walk.add("unknown_filter", used.token.start_index, used.name)
        return
    literals = [argument.value.value for argument in used.args if isinstance(argument.value, Literal)]
    try:
        inspect.signature(function).bind("", *used.args)
        if len(literals) == len(used.args):
            function("", *literals)
    except (TypeError, LiquidError) as error:
        walk.add("filter_arguments", used.token.start_index, f"{used.name}: {error.args[0]}")
