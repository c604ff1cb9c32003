"""What an action writes or looks for, field by field: where each value comes from, and what fits. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder import converting
from builder.checks import Context
from builder.checks._constants import constant_of
from builder.panels import Control
from builder.sights import Tell, sight
from runtime.definitions.documents import Document
from runtime.fields import POINTERS, Field, Raw, Reader, ValueType
from runtime.forms.conditions.sights import Sight, Source

CONSTANT, FORMULA = "=constant", "=formula"


@dataclass(frozen=True)
class Row:
    """A field that is written or matched. `mode` is the path of a source, or that it is a constant or a
    formula; `sources` are those that fit, `raw` the text of its constant or formula, and `control` takes the
    constant.
    """

    key: str
    title: str
    mode: str
    raw: Raw
    sources: tuple[Source, ...]
    field: Field | None
    control: Control | None = None


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
    if best is not None:
        return best.path
    return "TODAY()" if target.type is ValueType.DATE else first_constant(target.field)


def first_constant(field: Field) -> Any:
    """A constant to begin with: nothing, where no value is likelier than others."""
    if field.type.value_type is ValueType.BOOL:
        return True
    if field.type.value_type is ValueType.NUMBER and field.type.name not in POINTERS:
        return 0 if converting.is_taken(0, field) else quoted("")
    is_text = field.type.value_type is ValueType.TEXT
    choices = field.type.choices(field, Reader("en", "UTC")) if is_text else []
    return quoted(choices[0][0] if choices else "")


def quoted(text: str) -> str:
    """A text as a formula writes it."""
    return '"' + text.replace('"', '""') + '"'


def _row(key: str, value: Any, target: Source | None, seen: Sight, reader: Reader, *, formula: bool) -> Row:
    field = target.field if target else None
    title = target.title if target else key
    sources = fitting(seen, target)
    row = Row(key, title, FORMULA, _text(value), sources, field)
    if formula:
        return row
    if value in {each.path for each in sources}:
        return Row(key, title, value, "", sources, field)
    constant = constant_of(value)
    if constant is None or field is None:
        return row
    return Row(key, title, CONSTANT, _raw(constant, field, reader), sources, field)


def _raw(constant: Any, field: Field, reader: Reader) -> Raw:
    try:
        return field.type.to_raw(constant, field, reader)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return str(constant)


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
