"""Evaluates a condition in Python: the parsed parts become closures once, which judge in a microsecond."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from runtime.conditions import days, departments
from runtime.conditions.facts import Among, constants, is_list, is_number, is_object, is_time
from runtime.conditions.nodes import AnyOf, Atom, Fact, Not, Part, Property, Required, Schema
from runtime.conditions.parsing import parse

Test = Callable[[Any, Mapping[str, Any]], bool]
Check = Callable[[Any], bool]

_SCALARS = (str, int, Decimal, float)


@dataclass(frozen=True)
class Condition:
    """A condition ready to be judged many times; `reads` are the dotted paths of its values and facts."""

    document: Any
    reads: frozenset[str]
    _test: Test = field(repr=False, compare=False)

    def holds(self, context: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> bool:
        """Whether the context (nested dicts of canonical values) fulfils the condition.

        None counts as absent. Facts are looked up in `facts`, by default in the context itself.
        """
        return self._test(context, context if facts is None else facts)


def compile(document: Any) -> Condition:
    """The condition of a document; ConditionError when it is none."""
    schema = parse(document)
    return Condition(document, reads(schema), test_of(schema))


def reads(schema: Schema) -> frozenset[str]:
    """The dotted paths that are looked at, facts included; an object counts only where nothing in it does.

    Days counted from today, and who is in a department, count as `now`: they change without the record.
    """
    paths = set(_paths(schema, ""))
    inner = {path.rsplit(".", 1)[0] for path in paths if "." in path}
    return frozenset(paths - inner)


def _paths(schema: Schema, path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for part in schema.parts:
        match part:
            case Atom():
                yield from [path] if path else []
                yield from (_read(each) for each in part.operands if isinstance(each, Fact))
            case Required():
                yield prefix + part.name
            case Property():
                yield from _paths(part.schema, prefix + part.name)
            case AnyOf():
                for each in part.schemas:
                    yield from _paths(each, path)
            case Not():
                yield from _paths(part.schema, path)
            case Schema():
                yield from _paths(part, path)


def _read(fact: Fact) -> str:
    changes = departments.is_fact(fact.path) or fact.path.partition(".")[0] == days.ROOT
    return "now" if changes else fact.path


def test_of(schema: Schema) -> Test:
    """The closure that judges a value against the schema."""
    tests = [_test_of_part(part) for part in schema.parts]
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda value, facts: first(value, facts) and second(value, facts)

    def all_hold(value: Any, facts: Mapping[str, Any]) -> bool:
        for test in tests:  # noqa: SIM110  (a generator takes three times as long)
            if not test(value, facts):
                return False
        return True

    return all_hold


def _test_of_part(part: Part) -> Test:
    match part:
        case Atom():
            return _atom(part)
        case Required():
            return _required(part.name)
        case Property():
            return _property(part.name, test_of(part.schema))
        case AnyOf():
            return _any([test_of(schema) for schema in part.schemas])
        case Not():
            return _not(test_of(part.schema))
        case Schema():
            return test_of(part)


def _required(name: str) -> Test:
    def test(value: Any, facts: Mapping[str, Any]) -> bool:
        return not is_object(value) or value.get(name) is not None

    return test


def _property(name: str, inner: Test) -> Test:
    def test(value: Any, facts: Mapping[str, Any]) -> bool:
        if not is_object(value):
            return True
        found = value.get(name)
        return found is None or inner(found, facts)

    return test


def _any(tests: list[Test]) -> Test:
    def test(value: Any, facts: Mapping[str, Any]) -> bool:
        for each in tests:  # noqa: SIM110
            if each(value, facts):
                return True
        return False

    return test


def _not(inner: Test) -> Test:
    def test(value: Any, facts: Mapping[str, Any]) -> bool:
        return not inner(value, facts)

    return test


def _atom(atom: Atom) -> Test:
    check_of = _CHECKS[atom.keyword]
    if not any(isinstance(operand, Fact) for operand in atom.operands):
        check = check_of(list(constants(atom.operands, {})))
        return lambda value, facts: check(value)
    return lambda value, facts: check_of(list(constants(atom.operands, facts)))(value)


def never(value: Any) -> bool:
    """What a comparison with an absent fact comes to."""
    return False


_TYPES: dict[str, Check] = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": lambda value: is_number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "array": is_list,
    "object": is_object,
}


def _type(operands: list[Any]) -> Check:
    return _TYPES[operands[0]]


def _one_of(operands: list[Any]) -> Check:
    """JSON equality: 1 equals 1.0, true equals neither."""
    truths = frozenset(each for each in operands if isinstance(each, bool))
    groups = [each for each in operands if isinstance(each, Among)]
    others = frozenset(each for each in operands if not isinstance(each, bool | Among))
    if groups:
        return lambda value: (
            _is_scalar(value)
            and (value in truths if isinstance(value, bool) else value in others or _in_any(value, groups))
        )
    if not others:
        return lambda value: isinstance(value, bool) and value in truths

    def check(value: Any) -> bool:
        if isinstance(value, bool):
            return value in truths
        return isinstance(value, _SCALARS) and value in others

    return check


def _is_scalar(value: Any) -> bool:
    return isinstance(value, _SCALARS)


def _in_any(value: Any, groups: list[Among]) -> bool:
    return is_number(value) and any(value in group for group in groups)


def _contains(operands: list[Any]) -> Check:
    equals = _one_of(operands)
    return lambda value: not is_list(value) or any(equals(item) for item in value)


def _bound(compare: Callable[[Any, Any], bool]) -> Callable[[list[Any]], Check]:
    def check_of(operands: list[Any]) -> Check:
        if len(operands) != 1 or not is_number(operands[0]):
            return never
        bound = operands[0]
        return lambda value: not is_number(value) or compare(value, bound)

    return check_of


def _time_bound(compare: Callable[[Any, Any], bool]) -> Callable[[list[Any]], Check]:
    def check_of(operands: list[Any]) -> Check:
        if len(operands) != 1 or not is_time(operands[0]):
            return never
        bound = operands[0]
        return lambda value: not isinstance(value, str) or compare(value, bound)

    return check_of


def _length(compare: Callable[[int, int], bool]) -> Callable[[list[Any]], Check]:
    def check_of(operands: list[Any]) -> Check:
        bound = operands[0]
        return lambda value: not isinstance(value, str) or compare(len(value), bound)

    return check_of


_CHECKS: dict[str, Callable[[list[Any]], Check]] = {
    "type": _type,
    "const": _one_of,
    "enum": _one_of,
    "contains": _contains,
    "minimum": _bound(operator.ge),
    "maximum": _bound(operator.le),
    "exclusiveMinimum": _bound(operator.gt),
    "exclusiveMaximum": _bound(operator.lt),
    "minLength": _length(operator.ge),
    "maxLength": _length(operator.le),
    "formatMinimum": _time_bound(operator.ge),
    "formatMaximum": _time_bound(operator.le),
}
