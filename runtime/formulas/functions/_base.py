"""What a function of formulas is, and what the groups of functions share.

An argument is worked out only when the function asks for it (it is a call without arguments), so that
`IF(qty = 0, 0, total / qty)` never divides by zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from runtime.documents import plain_number
from runtime.fields import ValueType
from runtime.formulas.errors import FormulaError
from runtime.formulas.values import MAX_TEXT, Value, shown

BOOL, NUMBER, DATE, TIME = ValueType.BOOL, ValueType.NUMBER, ValueType.DATE, ValueType.TIME
DATETIME, TEXT, LIST, PATH = ValueType.DATETIME, ValueType.TEXT, ValueType.LIST, ValueType.PATH

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
        return "…" if parameter.name == "…" else f"{parameter.name}, …"
    return f"[{parameter.name}]" if parameter.optional else parameter.name


def unit_of(text: str) -> str:
    """The unit that a text names, in any case, singular or plural: `Days` is `day`."""
    return text.strip().lower().removesuffix("s")


@dataclass(frozen=True)
class Group:
    """The functions of one subject: a file each; its instance is the file's `plugin`."""

    name: str
    title: str
    functions: tuple[Function, ...]


def always(result: ValueType) -> Callable[[Sequence[Argument]], ValueType]:
    """The result is of this type whatever the arguments are."""
    return lambda arguments: result


def _giving(
    result: ValueType,
    name: str,
    parameters: tuple[Parameter, ...],
    run: Callable[..., Value],
    doc: str,
    *examples: tuple[str, Value],
) -> Function:
    return Function(name, parameters, always(result), run, doc, examples)


of_numbers, of_texts, of_dates = (partial(_giving, result) for result in (NUMBER, TEXT, DATE))
"""Make the functions whose result is always a number, a text, a date: name, parameters, work, doc, examples."""


def alike(name: str, *kinds: ValueType) -> ValueType:
    """The type that all of these have; `different_types` when they differ."""
    for kind in kinds[1:]:
        if kind != kinds[0]:
            raise FormulaError("different_types", name=name, left=kinds[0], right=kind)
    return kinds[0]


def strict(work: Callable[..., Value]) -> Callable[..., Value]:
    """A function of values that is blank as soon as one of them is."""

    def run(scope: Scope, *items: Lazy) -> Value:
        values = [item() for item in items]
        return None if any(value is None for value in values) else work(*values)

    return run


def text(value: Value) -> str:
    """A value as a text; a blank one as none."""
    return shown(value)


def limited(found: str) -> Value:
    """A text as a result; blank without characters, `text_too_long` with too many."""
    if len(found) > MAX_TEXT:
        raise FormulaError("text_too_long", limit=MAX_TEXT)
    return found or None


def counted(value: Value, *, least: int = 0, most: int = MAX_TEXT) -> int:
    """A count of characters, places or days: the whole part of a number; `count` outside the bounds."""
    if not isinstance(value, Decimal) or not least <= value <= most:
        found = plain_number(value) if isinstance(value, Decimal) else ""
        raise FormulaError("count", found=found, least=least, most=most)
    return int(value)


ANY: Types = (TEXT, NUMBER, DATE, DATETIME, TIME, BOOL, LIST, PATH)
ONE: Types = (TEXT, NUMBER, DATE, DATETIME, TIME, BOOL)
WORDS: Types = (TEXT, NUMBER, DATE, TIME)
"""What a function of texts takes: values that are written in one way only."""
LISTS: Types = (LIST, PATH)


def several(name: str, types: Types) -> tuple[Parameter, Parameter]:
    """One argument or more."""
    return Parameter(name, types), Parameter(name, types, optional=True, repeated=True)
