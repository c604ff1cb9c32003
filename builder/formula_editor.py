"""The editor of one formula as a page draws it: macro `formula` in `builder/rules/_formula.html`.

A screen makes one with `formula_editor(studio, place, text)`. Its form posts to `builder.routes.formulas`,
which reads titles as keys and does the command of the place, or shows what is wrong with what was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder import formula_words, trying
from builder.checks._context import outer_form
from builder.formula_words import Fault, Nameable, nameable
from builder.studio import Studio
from builder.trying import Tried
from runtime import documents, formulas, times
from runtime.fields import Field, FieldError, ValueType
from runtime.forms.conditions.sights import PLAIN, plain_field
from runtime.formulas import FormulaError
from runtime.formulas.errors import TYPE_WORDS
from runtime.records.reads import field_of
from runtime.records.values import at_path, canonical


@dataclass(frozen=True)
class FormulaPlace:
    """Where a formula stands: the command that stores it, which takes the text as argument `into` beside
    `arguments`; what it may name (`form:visit`, `event:visit`); which type must come out (a ValueType's value,
    "" for any); `shows`, the field of the form that shows results; `removes`, the argument that is true
    instead when the text is emptied. `id` is unique on the page.
    """

    id: str
    command: str
    scope: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    into: str = "value"
    wanted: str = ""
    shows: str = ""
    removes: str = ""

    @property
    def do(self) -> str:
        """The command without the formula, as its form carries it."""
        return documents.dumps({"name": self.command, "args": dict(self.arguments)})


@dataclass(frozen=True)
class Preview:
    """What a formula comes to: the type, and with a record its result; or what is wrong. `names` are the
    values it reads.
    """

    fault: Fault | None = None
    type: str = ""
    record: str = ""
    result: str = ""
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FormulaEditor:
    """All that the macro draws."""

    place: FormulaPlace
    text: str
    preview: Preview


def formula_editor(
    studio: Studio, place: FormulaPlace, text: str, tested: Tried | None = None
) -> FormulaEditor:
    """The editor of a formula; `tested` is the record that shows a result, else the newest one does."""
    if studio.asked.get("formula_of") == place.id:
        text = studio.asked.get("formula", "")
    return FormulaEditor(place, text, preview(studio, place, text, tested))


def preview(studio: Studio, place: FormulaPlace, text: str, tested: Tried | None = None) -> Preview:
    """What a text comes to at a place; nothing for none."""
    if not text.strip(" ="):
        return Preview()  # most options have none, and to look at all fields takes long
    named = nameable(studio.context, place.scope, studio.text)
    text = formula_words.read(text, named)
    if not text:
        return Preview()
    names = tuple(formula_words.names_read(text, named))
    try:
        found = formula_words.result_type(text, named)
    except FormulaError as error:
        return Preview(formula_words.fault(error, text, named), names=names)
    if place.wanted and found.value != place.wanted:
        return Preview(formula_words.wrong_result(found, ValueType(place.wanted)), names=names)
    return _with_result(studio, place, text, found, names, named, tested)


def _with_result(
    studio: Studio,
    place: FormulaPlace,
    text: str,
    found: ValueType,
    names: tuple[tuple[str, str], ...],
    named: Nameable,
    tested: Tried | None,
) -> Preview:
    kind = str(TYPE_WORDS[found])
    tested = tested or trial(studio, place)
    if tested is None or _reads_hidden(text, tested):
        return Preview(type=kind, names=names)
    try:
        result = _shown(studio, place, text, found, tested)
    except FormulaError as error:
        return Preview(formula_words.fault(error, text, named), kind, tested.title, names=names)
    return Preview(None, kind, tested.title, result, names)


def _reads_hidden(text: str, tested: Tried) -> bool:
    return any(_is_hidden(path, tested) for path in formulas.parse(text).names)


def _is_hidden(path: tuple[str, ...], tested: Tried) -> bool:
    hidden = (tested.outer if tested.outer and len(path) > 1 else tested).judged.hidden
    own = path[1:] if path[0] == "record" else path
    return field_of(path) in hidden or ".".join(own) in hidden  # of a column the whole way


def trial(studio: Studio, place: FormulaPlace) -> Tried | None:
    """The draft with the record that the address asks for, or the newest; None where no form is at hand."""
    form = place.scope.removeprefix("form:")
    if studio.target.kind != "form" or studio.target.key not in (form, outer_form(form)):
        return None
    tested = trying.tried(studio, trying.chosen_or_newest(studio))
    if tested is None or form == studio.target.key:
        return tested
    table = form.rpartition(".")[2]
    return trying.row(studio, tested, table) if table in tested.form.rows else None


def _shown(studio: Studio, place: FormulaPlace, text: str, found: ValueType, tested: Tried) -> str:
    def read(path: tuple[str, ...]) -> Any:
        facts = tested.judged.facts
        if path[0] == "user":
            return facts["user"].get(path[-1])
        if tested.outer is not None and len(path) == 1:
            return tested.judged.values.get(path[0])
        return at_path(facts["record"], path[1:] if path[0] == "record" else path, {})

    result = formulas.evaluate(formulas.parse(text), read, now=times.now(), zone=tested.form.zone)
    one = tested.form.fields.get(place.shows) or plain_field("result", PLAIN.get(found, "text"))
    return _display(studio, one, result, tested)


def _display(studio: Studio, one: Field, result: Any, tested: Tried) -> str:
    if result is None:
        return ""
    try:
        return one.type.display(canonical(one, result), one, studio.reader, tested.names)
    except (FieldError, TypeError, ValueError, ArithmeticError, AttributeError):
        return str(result)
