"""The type of a formula, worked out before there is any value: what publishing refuses and why."""

from collections.abc import Mapping, Sequence

from runtime.fields import ValueType
from runtime.formulas.errors import FormulaError
from runtime.formulas.functions import FUNCTIONS, Argument, Function, unit_of
from runtime.formulas.nodes import Call, Chain, Compare, Literal, Name, Negate, Node, Path
from runtime.formulas.parse import Formula

BOOL, NUMBER, DATE = ValueType.BOOL, ValueType.NUMBER, ValueType.DATE
DATETIME, TIME, TEXT = ValueType.DATETIME, ValueType.TIME, ValueType.TEXT

_SUMS = {
    ("+", NUMBER, NUMBER): NUMBER,
    ("-", NUMBER, NUMBER): NUMBER,
    ("*", NUMBER, NUMBER): NUMBER,
    ("/", NUMBER, NUMBER): NUMBER,
    ("+", DATE, NUMBER): DATE,
    ("-", DATE, NUMBER): DATE,
    ("-", DATE, DATE): NUMBER,
}
_JOINABLE = (TEXT, NUMBER, DATE, TIME)
_ORDERED = (NUMBER, DATE, DATETIME, TIME)
_EQUAL = (TEXT, NUMBER, DATE, DATETIME, TIME, BOOL)


def check(formula: Formula, types: Mapping[Path, ValueType]) -> ValueType:
    """The type of the result. `types` are the values that exist here, by path.

    Raises FormulaError for an unknown name or function, a wrong number of arguments, types that do not fit.
    """
    return _type(formula.root, types)


def _type(node: Node, types: Mapping[Path, ValueType]) -> ValueType:
    match node:
        case Literal(value=value):
            return _type_of_literal(value)
        case Name():
            return _type_of_name(node, types)
        case Negate(operand=operand):
            _expect("-", _type(operand, types), (NUMBER,), operand.at)
            return NUMBER
        case Chain():
            return _type_of_chain(node, types)
        case Compare():
            return _type_of_compare(node, types)
        case Call():
            return _type_of_call(node, types)


def _type_of_literal(value: object) -> ValueType:
    if isinstance(value, bool):
        return BOOL
    return TEXT if isinstance(value, str) else NUMBER


def _type_of_name(node: Name, types: Mapping[Path, ValueType]) -> ValueType:
    found = types.get(node.path)
    if found is None or found == ValueType.NOTHING:
        raise FormulaError("unknown_name", name=".".join(node.path), position=node.at)
    return found


def _type_of_chain(node: Chain, types: Mapping[Path, ValueType]) -> ValueType:
    left = _type(node.first, types)
    for link in node.links:
        right = _type(link.operand, types)
        left = _type_of_step(link.operator, left, right, link.at)
    return left


def _type_of_step(operator: str, left: ValueType, right: ValueType, at: int) -> ValueType:
    if operator == "&" and left in _JOINABLE and right in _JOINABLE:
        return TEXT
    if (operator, left, right) in _SUMS:
        return _SUMS[operator, left, right]
    raise FormulaError("wrong_types", name=operator, left=left, right=right, position=at)


def _type_of_compare(node: Compare, types: Mapping[Path, ValueType]) -> ValueType:
    left, right = _type(node.left, types), _type(node.right, types)
    if left != right or left not in (_EQUAL if node.operator in ("=", "<>") else _ORDERED):
        raise FormulaError("wrong_types", name=node.operator, left=left, right=right, position=node.at)
    return BOOL


def _type_of_call(node: Call, types: Mapping[Path, ValueType]) -> ValueType:
    function = FUNCTIONS.get(node.function)
    if function is None:
        raise FormulaError("unknown_function", name=node.function, position=node.at)
    if not function.accepts(len(node.arguments)):
        raise FormulaError("arguments", name=function.name, usage=function.usage, position=node.at)
    arguments = [_argument(function, index, node, types) for index, node in enumerate(node.arguments)]
    try:
        return function.result(arguments)
    except FormulaError as error:
        raise FormulaError(error.code, position=node.at, **error.params) from None


def _argument(function: Function, index: int, node: Node, types: Mapping[Path, ValueType]) -> Argument:
    parameter = function.parameter(index)
    assert parameter is not None  # `accepts` has counted
    found = _type(node, types)
    _expect(function.name, found, parameter.types, node.at)
    literal = node.value if isinstance(node, Literal) and isinstance(node.value, str) else None
    if parameter.units and unit_of(literal or "") not in parameter.units:
        raise FormulaError("not_a_unit", units=parameter.units, position=node.at)
    return Argument(found, literal)


def _expect(name: str, found: ValueType, expected: Sequence[ValueType], at: int) -> None:
    if found not in expected:
        raise FormulaError("wrong_type", name=name, expected=tuple(expected), found=found, position=at)
