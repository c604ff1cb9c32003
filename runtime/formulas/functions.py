"""The functions of formulas: one entry of FUNCTIONS each.

An argument is worked out only when the function asks for it (it is a call without arguments), so that
`IF(qty = 0, 0, total / qty)` never divides by zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from runtime.fields import N_, ValueType
from runtime.formulas import calendar
from runtime.formulas.errors import FormulaError
from runtime.formulas.values import Value, moment, text_of, total, whole

BOOL, NUMBER, DATE = ValueType.BOOL, ValueType.NUMBER, ValueType.DATE
DATETIME, TEXT, LIST = ValueType.DATETIME, ValueType.TEXT, ValueType.LIST

Lazy = Callable[[], Value]
Types = tuple[ValueType, ...]


class Scope(NamedTuple):
    """What a function may know beside its arguments: the moment and the zone of the people."""

    now: datetime
    zone: str


class Argument(NamedTuple):
    """What is known of an argument before any value: its type, and its text when it is written as one."""

    type: ValueType
    literal: str | None


@dataclass(frozen=True)
class Parameter:
    """One place in the brackets. `units` asks for one of these texts, written out."""

    name: str
    types: Types
    optional: bool = False
    repeated: bool = False
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    """A function of formulas; `doc` is English, translated where it is shown; `examples` are (formula, result)
    and are run as tests.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Callable[[Sequence[Argument]], ValueType]
    run: Callable[..., Value]
    doc: str
    examples: tuple[tuple[str, Value], ...]

    @property
    def usage(self) -> str:
        """How it is written: `DATEADD(start, count, unit)`; `…` for more of the same, `[ ]` for optional."""
        return f"{self.name}({', '.join(map(_shown, self.parameters))})"

    def parameter(self, index: int) -> Parameter | None:
        """The parameter that the argument at `index` fills; None when there is no place for it."""
        if index < len(self.parameters):
            return self.parameters[index]
        last = self.parameters[-1] if self.parameters else None
        return last if last and last.repeated else None

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        needed = sum(not parameter.optional for parameter in self.parameters)
        return count >= needed and (count == 0 or self.parameter(count - 1) is not None)


def _shown(parameter: Parameter) -> str:
    if parameter.repeated:
        return f"{parameter.name}, …"
    return f"[{parameter.name}]" if parameter.optional else parameter.name


def unit_of(text: str) -> str:
    """The unit that a text names, in any case, singular or plural: `Days` is `day`."""
    return text.strip().lower().removesuffix("s")


def _always(result: ValueType) -> Callable[[Sequence[Argument]], ValueType]:
    return lambda arguments: result


def _type_of_if(arguments: Sequence[Argument]) -> ValueType:
    if len(arguments) == 3 and arguments[1].type != arguments[2].type:
        raise FormulaError("different_types", name="IF", left=arguments[1].type, right=arguments[2].type)
    return arguments[1].type


def _type_of_dateadd(arguments: Sequence[Argument]) -> ValueType:
    _refuse_time_units(arguments[0], arguments[2])
    return arguments[0].type


def _type_of_datedif(arguments: Sequence[Argument]) -> ValueType:
    if arguments[0].type != arguments[1].type:
        raise FormulaError("different_types", name="DATEDIF", left=arguments[0].type, right=arguments[1].type)
    _refuse_time_units(arguments[0], arguments[2])
    return NUMBER


def _refuse_time_units(date: Argument, unit: Argument) -> None:
    name = unit_of(unit.literal or "")
    if date.type == DATE and name in calendar.TIME_UNITS:
        raise FormulaError("unit_needs_time", unit=name)


def _if(scope: Scope, test: Lazy, yes: Lazy, no: Lazy = lambda: None) -> Value:
    return yes() if test() is True else no()


def _and(scope: Scope, *tests: Lazy) -> Value:
    return all(test() is True for test in tests)


def _or(scope: Scope, *tests: Lazy) -> Value:
    return any(test() is True for test in tests)


def _not(scope: Scope, test: Lazy) -> Value:
    return test() is not True


def _isblank(scope: Scope, value: Lazy) -> Value:
    return value() is None


def _today(scope: Scope) -> Value:
    return scope.now.astimezone(ZoneInfo(scope.zone)).date().isoformat()


def _dateadd(scope: Scope, start: Lazy, count: Lazy, unit: Lazy) -> Value:
    first, number = start(), count()
    if first is None or number is None:
        return None
    return text_of(calendar.add(moment(first), whole(number), _known_unit(unit), scope.zone))


def _datedif(scope: Scope, start: Lazy, end: Lazy, unit: Lazy) -> Value:
    first, last = start(), end()
    if first is None or last is None:
        return None
    return Decimal(calendar.count(moment(first), moment(last), _known_unit(unit), scope.zone))


def _known_unit(unit: Lazy) -> str:
    name = unit_of(str(unit()))
    if name not in calendar.UNITS:
        raise FormulaError("not_a_unit", units=calendar.UNITS)
    return name


def _sum(scope: Scope, *items: Lazy) -> Value:
    values = [item() for item in items]
    return total([total(value) if isinstance(value, list) else value for value in values])


def _table(*functions: Function) -> dict[str, Function]:
    return {function.name: function for function in functions}


_ANY: Types = (TEXT, NUMBER, DATE, DATETIME, BOOL, LIST)
_ONE: Types = (TEXT, NUMBER, DATE, DATETIME, BOOL)
_WHEN: Types = (DATE, DATETIME)
_UNIT = Parameter("unit", (TEXT,), units=calendar.UNITS)
_TESTS = (Parameter("test", (BOOL,)), Parameter("test", (BOOL,), optional=True, repeated=True))

FUNCTIONS = _table(
    Function(
        "IF",
        (Parameter("test", (BOOL,)), Parameter("then", _ONE), Parameter("otherwise", _ONE, optional=True)),
        _type_of_if,
        _if,
        N_("`then` when the test is true, `otherwise` when it is false or blank (blank when left out)."),
        (('IF(2 > 1, "more", "less")', "more"), ("IF(2 < 1, 5)", None), ("IF(true, 1, 1 / 0)", Decimal(1))),
    ),
    Function(
        "AND",
        _TESTS,
        _always(BOOL),
        _and,
        N_("True when every test is true. A blank test is not true."),
        (("AND(1 < 2, 2 < 3)", True), ("AND(true, false)", False)),
    ),
    Function(
        "OR",
        _TESTS,
        _always(BOOL),
        _or,
        N_("True when at least one test is true. A blank test is not true."),
        (("OR(1 > 2, 2 < 3)", True), ("OR(false, false)", False)),
    ),
    Function(
        "NOT",
        (Parameter("test", (BOOL,)),),
        _always(BOOL),
        _not,
        N_("True when the test is false or blank."),
        (("NOT(1 > 2)", True), ("NOT(true)", False)),
    ),
    Function(
        "ISBLANK",
        (Parameter("value", _ANY),),
        _always(BOOL),
        _isblank,
        N_("True when there is no value. A text without characters is no value."),
        (('ISBLANK("")', True), ("ISBLANK(0)", False)),
    ),
    Function(
        "SUM",
        (
            Parameter("value", (NUMBER, LIST)),
            Parameter("value", (NUMBER, LIST), optional=True, repeated=True),
        ),
        _always(NUMBER),
        _sum,
        N_("All numbers added up, those of every row for a sub-table. Blank counts as 0."),
        (("SUM(1, 2, 3.5)", Decimal("6.5")),),
    ),
    Function(
        "TODAY",
        (),
        _always(DATE),
        _today,
        N_("Today's date in the zone of the app."),
        (("TODAY() - TODAY()", Decimal(0)),),
    ),
    Function(
        "DATEADD",
        (Parameter("start", _WHEN), Parameter("count", (NUMBER,)), _UNIT),
        _type_of_dateadd,
        _dateadd,
        N_(
            "`start` moved by whole units; a negative count goes back. A month end stays a month end at most: "
            "one month after 31 January is the last day of February. Hours and minutes need a date with time."
        ),
        (('DATEADD(TODAY(), 1, "week") - TODAY()', Decimal(7)),),
    ),
    Function(
        "DATEDIF",
        (Parameter("start", _WHEN), Parameter("end", _WHEN), _UNIT),
        _type_of_datedif,
        _datedif,
        N_("How many whole units lie from `start` to `end`; negative when `end` is earlier."),
        (
            ('DATEDIF(TODAY(), TODAY() + 15, "week")', Decimal(2)),
            ('DATEDIF(TODAY(), TODAY() - 1, "day")', Decimal(-1)),
        ),
    ),
)
