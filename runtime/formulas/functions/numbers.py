"""Functions of one number or two."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal

from runtime.fields import N_
from runtime.formulas.errors import FormulaError
from runtime.formulas.functions._base import (
    BOOL,
    NUMBER,
    Function,
    Group,
    Parameter,
    always,
    counted,
    of_numbers,
    strict,
)
from runtime.formulas.values import EXACT, Value, bounded, number

MOST_DIGITS = 12
MOST_POWER = 1000


def _rounding(how: str) -> Callable[..., Value]:
    def run(value: Value, digits: Value = Decimal(0)) -> Value:
        exact, places = number(value), counted(digits, least=-MOST_DIGITS, most=MOST_DIGITS)
        if -exact.as_tuple().exponent <= places:  # type: ignore[operator]
            return exact
        scaled = exact.scaleb(places).to_integral_value(how)
        return bounded(lambda: EXACT.create_decimal(scaled.scaleb(-places)))

    return strict(run)


def _steps(how: str) -> Callable[..., Value]:
    """A number brought to a multiple of another one."""

    def run(value: Value, step: Value = Decimal(1)) -> Value:
        exact, width = number(value), abs(number(step))
        if not width:
            return Decimal(0)
        return bounded(lambda: EXACT.multiply(EXACT.divide(exact, width).to_integral_value(how), width))

    return strict(run)


def _mod(value: Value, by: Value) -> Value:
    exact, divisor = number(value), number(by)
    if not divisor:
        raise FormulaError("division_by_zero")

    def rest() -> Decimal:
        whole = EXACT.divide(exact, divisor).to_integral_value(ROUND_FLOOR)
        return EXACT.subtract(exact, EXACT.multiply(whole, divisor))

    return bounded(rest)


def _quotient(value: Value, by: Value) -> Value:
    if not number(by):
        raise FormulaError("division_by_zero")
    return bounded(lambda: EXACT.divide(number(value), number(by)).to_integral_value(ROUND_DOWN))


def _power(base: Value, exponent: Value) -> Value:
    low, high = number(base), number(exponent)
    if abs(high) > MOST_POWER or (not low and high < 0) or (low < 0 and high != high.to_integral_value()):
        raise FormulaError("no_result", name="POWER")
    return Decimal(1) if not high else bounded(lambda: EXACT.power(low, high))


def _above_zero(name: str, work: Callable[[Decimal], Decimal], *, zero: bool = False) -> Callable[..., Value]:
    def run(value: Value) -> Value:
        exact = number(value)
        if exact < 0 or (not exact and not zero):
            raise FormulaError("no_result", name=name)
        return bounded(lambda: work(exact))

    return strict(run)


def _log(value: Value, base: Value = Decimal(10)) -> Value:
    exact, foot = number(value), number(base)
    if exact <= 0 or foot <= 0 or foot == 1:
        raise FormulaError("no_result", name="LOG")
    if foot == 10:
        return bounded(lambda: EXACT.log10(exact))
    return bounded(lambda: EXACT.divide(EXACT.ln(exact), EXACT.ln(foot)))


def _exp(value: Value) -> Value:
    if abs(number(value)) > MOST_POWER:
        raise FormulaError("overflow")
    return bounded(lambda: EXACT.exp(number(value)))


def _parity(odd: int) -> Callable[..., Value]:
    return strict(lambda value: int(number(value)) % 2 == odd)


_ONE = (Parameter("number", (NUMBER,)),)
_DIGITS = (*_ONE, Parameter("digits", (NUMBER,), optional=True))
_STEP = (*_ONE, Parameter("step", (NUMBER,), optional=True))
_BY = (Parameter("number", (NUMBER,)), Parameter("divisor", (NUMBER,)))


D = Decimal

plugin = Group(
    "numbers",
    N_("Numbers"),
    (
        of_numbers(
            "ABS",
            _ONE,
            strict(lambda value: abs(number(value))),
            N_("The number without its sign. Blank for blank."),
            ("ABS(-2.5)", D("2.5")),
        ),
        of_numbers(
            "SIGN",
            _ONE,
            strict(lambda value: D((number(value) > 0) - (number(value) < 0))),
            N_("1 for a number above zero, -1 for one below, 0 for zero. Blank for blank."),
            ("SIGN(-2.5)", D(-1)),
        ),
        of_numbers(
            "ROUND",
            _DIGITS,
            _rounding(ROUND_HALF_UP),
            N_(
                "The number with so many digits after the point, a half away from zero; none when left out, "
                "-2 for hundreds. Blank for blank."
            ),
            ("ROUND(2.345, 2)", D("2.35")),
            ("ROUND(-2.5)", D(-3)),
            ("ROUND(1250, -2)", D(1300)),
        ),
        of_numbers(
            "ROUNDUP",
            _DIGITS,
            _rounding(ROUND_UP),
            N_("Like ROUND, but always away from zero."),
            ("ROUNDUP(2.341, 2)", D("2.35")),
        ),
        of_numbers(
            "ROUNDDOWN",
            _DIGITS,
            _rounding(ROUND_DOWN),
            N_("Like ROUND, but always towards zero."),
            ("ROUNDDOWN(2.349, 2)", D("2.34")),
        ),
        of_numbers(
            "MROUND",
            (*_ONE, Parameter("step", (NUMBER,))),
            _steps(ROUND_HALF_UP),
            N_("The multiple of a step that is nearest. Blank for blank."),
            ("MROUND(13, 5)", D(15)),
        ),
        of_numbers(
            "CEILING",
            _STEP,
            _steps(ROUND_CEILING),
            N_("The next multiple of a step that is not less; of 1 when left out. Blank for blank."),
            ("CEILING(12.1, 5)", D(15)),
            ("CEILING(2.1)", D(3)),
        ),
        of_numbers(
            "FLOOR",
            _STEP,
            _steps(ROUND_FLOOR),
            N_("The next multiple of a step that is not more; of 1 when left out. Blank for blank."),
            ("FLOOR(12.9, 5)", D(10)),
        ),
        of_numbers(
            "INT",
            _ONE,
            strict(lambda value: number(value).to_integral_value(ROUND_FLOOR)),
            N_("The next whole number that is not more. Blank for blank."),
            ("INT(-2.1)", D(-3)),
        ),
        of_numbers(
            "TRUNC",
            _DIGITS,
            _rounding(ROUND_DOWN),
            N_("The number cut off after so many digits; none when left out. Blank for blank."),
            ("TRUNC(-2.9)", D(-2)),
        ),
        of_numbers(
            "MOD",
            _BY,
            strict(_mod),
            N_("What is left over by a division, with the sign of the divisor. Blank for blank."),
            ("MOD(7, 3)", D(1)),
            ("MOD(-7, 3)", D(2)),
        ),
        of_numbers(
            "QUOTIENT",
            _BY,
            strict(_quotient),
            N_("The whole part of a division. Blank for blank."),
            ("QUOTIENT(7, 3)", D(2)),
        ),
        of_numbers(
            "POWER",
            (Parameter("base", (NUMBER,)), Parameter("exponent", (NUMBER,))),
            strict(_power),
            N_("The base to the power of an exponent of at most 1,000. Blank for blank."),
            ("POWER(2, 10)", D(1024)),
            ("POWER(9, 0.5)", D(3)),
        ),
        of_numbers(
            "SQRT",
            _ONE,
            _above_zero("SQRT", EXACT.sqrt, zero=True),
            N_("The square root; none of a number below zero. Blank for blank."),
            ("SQRT(2.25)", D("1.5")),
        ),
        of_numbers(
            "EXP",
            _ONE,
            strict(_exp),
            N_("e to the power of the number. Blank for blank."),
            ("EXP(0)", D(1)),
        ),
        of_numbers(
            "LN",
            _ONE,
            _above_zero("LN", EXACT.ln),
            N_("The natural logarithm of a number above zero. Blank for blank."),
            ("LN(1)", D(0)),
        ),
        of_numbers(
            "LOG",
            (*_ONE, Parameter("base", (NUMBER,), optional=True)),
            strict(_log),
            N_("The logarithm of a number above zero to a base; to 10 when left out. Blank for blank."),
            ("LOG(1000)", D(3)),
            ("ROUND(LOG(8, 2), 9)", D(3)),
        ),
        Function(
            "ISEVEN",
            _ONE,
            always(BOOL),
            _parity(0),
            N_("True for an even number; digits after the point do not count. Blank for blank."),
            (("ISEVEN(4)", True), ("ISEVEN(3.9)", False)),
        ),
        Function(
            "ISODD",
            _ONE,
            always(BOOL),
            _parity(1),
            N_("True for an odd number; digits after the point do not count. Blank for blank."),
            (("ISODD(3)", True),),
        ),
    ),
)
