"""What an action writes or looks for, field by field: where each value comes from, and what fits. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.checks import Context
from builder.sights import Sight, Source, Tell, sight
from runtime import formulas
from runtime.definitions.documents import Document
from runtime.fields import Field, Reader
from runtime.formulas import FormulaError
from runtime.formulas.nodes import Literal, Negate

CONSTANT, FORMULA = "=constant", "=formula"
CONSTANT_TYPES = ("text", "choice", "number", "bool")


@dataclass(frozen=True)
class Row:
    """A field that is written or matched. `mode` is the path of a source, or that it is a constant or a
    formula; `sources` are those that fit, `raw` the text of its constant or formula.
    """

    key: str
    title: str
    mode: str
    raw: str
    sources: tuple[Source, ...]
    field: Field | None
    takes_constant: bool
    source_title: str = ""


@dataclass(frozen=True)
class Mapped:
    """The rows of `set` or `match`, and the fields that could be added."""

    rows: tuple[Row, ...]
    left: tuple[tuple[str, str], ...]


def mapped(
    context: Context,
    automation: Document,
    action: Document,
    part: str,
    tell: Tell,
    reader: Reader,
    asked: str,
) -> Mapped:
    """The rows of a part of an action; `asked` names a field whose formula is to be shown."""
    seen = sight(context, f"event:{automation['trigger'].get('form', '')}", tell)
    known = targets(context, str(action.get("form", "")), part, tell)
    stored: Mapping[str, Any] = action.get(part, {})
    rows = tuple(
        _row(key, value, known.get(key), seen, reader, formula=key == asked) for key, value in stored.items()
    )
    return Mapped(rows, tuple((key, source.title) for key, source in known.items() if key not in stored))


def targets(context: Context, form: str, part: str, tell: Tell) -> dict[str, Source]:
    """The fields of a form that can be written, or matched, by key."""
    fields = context.fields(form)
    seen = sight(context, f"view:{form}", tell).sources
    own = {
        key: seen[key]
        for key, field in fields.items()
        if key in seen and (field.type.stored if part == "match" else field.type.writable)
    }
    return {"id": seen["id"], **own} if part == "match" and "id" in seen else own


def fitting(seen: Sight, target: Source | None) -> tuple[Source, ...]:
    """The sources whose values are of the kind that the field takes."""
    if target is None:
        return ()
    return tuple(source for source in seen.sources.values() if source.like == target.like)


def proposal(seen: Sight, target: Source) -> Any:
    """What a field that was just added is filled with: what is called the same, else the first that fits."""
    known = fitting(seen, target)
    same = next((source for source in known if source.path == f"record.{target.path}"), None)
    best = same or next(iter(known), None)
    return best.path if best is not None else first_constant(target.field)


def takes_constant(target: Source | None) -> bool:
    """Whether a fixed value can be entered: for what points to a record or a person a field is picked."""
    return target is not None and target.like in CONSTANT_TYPES


def first_constant(field: Field) -> Any:
    """A constant to begin with."""
    kind = field.type.value_type.value
    if kind == "bool":
        return True
    if kind == "number":
        return 0
    if kind in ("date", "datetime"):
        return "TODAY()" if kind == "date" else "NOW()"
    choices = field.type.choices(field, Reader("en", "UTC"))
    return quoted(choices[0][0]) if choices else quoted("")


def quoted(text: str) -> str:
    """A text as a formula writes it."""
    return '"' + text.replace('"', '""') + '"'


def constant_of(value: Any) -> Any:
    """The constant that a stored value is; None for a formula that reads or works out something."""
    if not isinstance(value, str):
        return value
    try:
        root = formulas.parse(value).root
    except FormulaError:
        return None
    if isinstance(root, Negate) and isinstance(root.operand, Literal):
        root = root.operand
        return -root.value if not isinstance(root.value, str | bool) else None
    return root.value if isinstance(root, Literal) else None


def _row(key: str, value: Any, target: Source | None, seen: Sight, reader: Reader, *, formula: bool) -> Row:
    field = target.field if target else None
    title = target.title if target else key
    sources = fitting(seen, target)
    row = Row(key, title, FORMULA, _text(value), sources, field, takes_constant(target))
    if formula:
        return row
    source = next((each for each in sources if each.path == value), None)
    if source is not None:
        return Row(key, title, source.path, "", sources, field, row.takes_constant, source.title)
    constant = constant_of(value)
    if constant is None or field is None or not row.takes_constant:
        return row
    return Row(key, title, CONSTANT, _raw(constant, field, reader), sources, field, True)


def _raw(constant: Any, field: Field, reader: Reader) -> str:
    try:
        raw = field.type.to_raw(constant, field, reader)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return str(constant)
    return raw if isinstance(raw, str) else str(constant)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def sources_by_group(row: Row) -> Iterator[tuple[str, list[Source]]]:
    """What fits, in groups."""
    groups: dict[str, list[Source]] = {}
    for source in row.sources:
        groups.setdefault(source.group, []).append(source)
    yield from groups.items()
