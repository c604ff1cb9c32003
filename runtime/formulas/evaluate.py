"""The value of a formula for given values."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from runtime.formulas.errors import FormulaError
from runtime.formulas.functions import FUNCTIONS, Scope
from runtime.formulas.nodes import Call, Chain, Compare, Literal, Name, Negate, Node, Path
from runtime.formulas.parse import Formula
from runtime.formulas.values import Value, calculate, canonical, compare, negate

MAX_STEPS = 50_000

Read = Callable[[Path], object]


def evaluate(formula: Formula, values: Read, *, now: datetime, zone: str) -> Value:
    """The canonical value of a formula, None for blank.

    `values` gives the canonical value of a path, None when there is none; `now` is an aware moment, `zone`
    the IANA name in which days begin. Raises FormulaError when the values allow no result.
    """
    return _Evaluation(values, Scope(now, zone)).value(formula.root)


class _Evaluation:
    """One working out of one formula: counts its steps."""

    def __init__(self, read: Read, scope: Scope) -> None:
        self._read = read
        self._scope = scope
        self._steps = 0

    def value(self, node: Node) -> Value:
        self._count(1)
        try:
            return self._value(node)
        except FormulaError as error:
            if error.position is None:
                error.position = node.at
            raise
        except ArithmeticError as error:  # whatever a function did not foresee, no value may break a page
            code = "date_range" if isinstance(error, OverflowError) else "overflow"
            raise FormulaError(code, position=node.at) from error

    def _value(self, node: Node) -> Value:
        match node:
            case Literal(value=value):
                return value if value != "" else None
            case Name(path=path):
                return self._name(path)
            case Negate(operand=operand):
                return negate(self.value(operand))
            case Chain():
                return self._chain(node)
            case Compare(operator=operator, left=left, right=right):
                return compare(operator, self.value(left), self.value(right))
            case Call():
                return self._call(node)

    def _name(self, path: Path) -> Value:
        found = self._read(path)
        if isinstance(found, (list, tuple)):
            self._count(len(found))
        return canonical(found)

    def _chain(self, node: Chain) -> Value:
        result = self.value(node.first)
        for link in node.links:
            result = calculate(link.operator, result, self.value(link.operand))
        return result

    def _call(self, node: Call) -> Value:
        function = FUNCTIONS.get(node.function)
        if function is None or not function.accepts(len(node.arguments)):
            raise FormulaError("unknown_function", name=node.function)
        return function.run(self._scope, *(partial(self.value, argument) for argument in node.arguments))

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise FormulaError("too_many_steps")
