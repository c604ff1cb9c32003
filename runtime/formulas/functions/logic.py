"""Functions that decide."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from runtime.fields import N_, ValueType
from runtime.formulas.errors import LIMITS, FormulaError
from runtime.formulas.functions._base import (
    ANY,
    BOOL,
    NUMBER,
    ONE,
    Argument,
    Function,
    Group,
    Lazy,
    Parameter,
    Scope,
    alike,
    always,
    counted,
    several,
)
from runtime.formulas.values import Value, same


def _type_of_if(arguments: Sequence[Argument]) -> ValueType:
    return alike("IF", *(each.type for each in arguments[1:]))


def _type_of_ifs(arguments: Sequence[Argument]) -> ValueType:
    if len(arguments) % 2:
        raise FormulaError("pairs", name="IFS")
    for each in arguments[::2]:
        if each.type != BOOL:
            raise FormulaError("wrong_type", name="IFS", expected=(BOOL,), found=each.type)
    return alike("IFS", *(each.type for each in arguments[1::2]))


def _type_of_switch(arguments: Sequence[Argument]) -> ValueType:
    cases = arguments[1:]
    alike("SWITCH", arguments[0].type, *(each.type for each in cases[:-1:2]))
    results = [*cases[1::2], *(cases[-1:] if len(cases) % 2 else ())]
    return alike("SWITCH", *(each.type for each in results))


def _type_of_rest(name: str, first: int) -> Callable[[Sequence[Argument]], ValueType]:
    return lambda arguments: alike(name, *(each.type for each in arguments[first:]))


def _if(scope: Scope, test: Lazy, yes: Lazy, no: Lazy = lambda: None) -> Value:
    return yes() if test() is True else no()


def _ifs(scope: Scope, *items: Lazy) -> Value:
    for test, result in zip(items[::2], items[1::2], strict=False):
        if test() is True:
            return result()
    return None


def _switch(scope: Scope, value: Lazy, *cases: Lazy) -> Value:
    wanted = value()
    for case, result in zip(cases[::2], cases[1::2], strict=False):
        if same(wanted, case()):
            return result()
    return cases[-1]() if len(cases) % 2 else None


def _choose(scope: Scope, place: Lazy, *items: Lazy) -> Value:
    found = place()
    return None if found is None else items[counted(found, least=1, most=len(items)) - 1]()


def _and(scope: Scope, *tests: Lazy) -> Value:
    return all(test() is True for test in tests)


def _or(scope: Scope, *tests: Lazy) -> Value:
    return any(test() is True for test in tests)


def _xor(scope: Scope, *tests: Lazy) -> Value:
    return sum(test() is True for test in tests) % 2 == 1


def _not(scope: Scope, test: Lazy) -> Value:
    return test() is not True


def _isblank(scope: Scope, value: Lazy) -> Value:
    return value() is None


def _iferror(scope: Scope, value: Lazy, otherwise: Lazy) -> Value:
    try:
        return value()
    except FormulaError as error:
        if error.code in LIMITS:
            raise
        return otherwise()


_TESTS = several("test", (BOOL,))

plugin = Group(
    "logic",
    N_("Logic"),
    (
        Function(
            "IF",
            (Parameter("test", (BOOL,)), Parameter("then", ONE), Parameter("otherwise", ONE, optional=True)),
            _type_of_if,
            _if,
            N_("`then` when the test is true, `otherwise` when it is false or blank (blank when left out)."),
            (
                ('IF(2 > 1, "more", "less")', "more"),
                ("IF(2 < 1, 5)", None),
                ("IF(true, 1, 1 / 0)", Decimal(1)),
            ),
        ),
        Function(
            "IFS",
            (
                Parameter("test", ONE),
                Parameter("then", ONE),
                Parameter("…", ONE, optional=True, repeated=True),
            ),
            _type_of_ifs,
            _ifs,
            N_(
                "Tests and results in turn: the result after the first test that is true; blank when none is."
            ),
            (('IFS(1 > 2, "a", 3 > 2, "b")', "b"), ('IFS(1 > 2, "a")', None)),
        ),
        Function(
            "SWITCH",
            (
                Parameter("value", ONE),
                Parameter("case", ONE),
                Parameter("then", ONE),
                Parameter("…", ONE, optional=True, repeated=True),
            ),
            _type_of_switch,
            _switch,
            N_(
                "Cases and results in turn: the result after the case that equals the value; a last one alone "
                "counts otherwise, else blank."
            ),
            (
                ('SWITCH("b", "a", 1, "b", 2)', Decimal(2)),
                ('SWITCH("z", "a", 1, 0)', Decimal(0)),
                ('SWITCH("z", "a", 1)', None),
            ),
        ),
        Function(
            "CHOOSE",
            (Parameter("place", (NUMBER,)), *several("value", ONE)),
            _type_of_rest("CHOOSE", 1),
            _choose,
            N_("The value at a place: the first for 1. A blank place gives blank."),
            (('CHOOSE(2, "low", "high")', "high"),),
        ),
        Function(
            "AND",
            _TESTS,
            always(BOOL),
            _and,
            N_("True when every test is true. A blank test is not true."),
            (("AND(1 < 2, 2 < 3)", True), ("AND(true, false)", False)),
        ),
        Function(
            "OR",
            _TESTS,
            always(BOOL),
            _or,
            N_("True when at least one test is true. A blank test is not true."),
            (("OR(1 > 2, 2 < 3)", True), ("OR(false, false)", False)),
        ),
        Function(
            "XOR",
            _TESTS,
            always(BOOL),
            _xor,
            N_("True when an odd number of tests is true. A blank test is not true."),
            (("XOR(true, false)", True), ("XOR(true, true)", False)),
        ),
        Function(
            "NOT",
            (Parameter("test", (BOOL,)),),
            always(BOOL),
            _not,
            N_("True when the test is false or blank."),
            (("NOT(1 > 2)", True), ("NOT(true)", False)),
        ),
        Function(
            "ISBLANK",
            (Parameter("value", ANY),),
            always(BOOL),
            _isblank,
            N_("True when there is no value. A text without characters is no value."),
            (('ISBLANK("")', True), ("ISBLANK(0)", False)),
        ),
        Function(
            "IFERROR",
            (Parameter("value", ONE), Parameter("otherwise", ONE)),
            _type_of_rest("IFERROR", 0),
            _iferror,
            N_("The value, or `otherwise` where it cannot be worked out. A blank value stays blank."),
            (("IFERROR(1 / 0, 0)", Decimal(0)), ("IFERROR(6 / 2, 0)", Decimal(3))),
        ),
    ),
)
