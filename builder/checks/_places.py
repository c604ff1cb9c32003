"""Where formulas and conditions stand in a document, and what each of them may name."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from builder.checks._constants import constant_of
from builder.checks._context import Context, Types
from runtime.definitions.documents import Document
from runtime.definitions.rules import in_force
from runtime.fields import ValueType

Path = tuple[str | int, ...]


class FormulaPlace(NamedTuple):
    """A formula: where it stands, what it may name, which type must come out (None: any)."""

    path: Path
    text: str
    types: Types
    result: ValueType | None


class ConditionPlace(NamedTuple):
    """A condition: where it stands, what it looks at, what its facts may name."""

    path: Path
    document: Any
    types: Types
    facts: Types


def form_key(document: Document) -> str:
    """The key of a form document."""
    return str(document["$id"]).rpartition(":")[2]


def formulas_of_form(document: Document, context: Context) -> Iterator[FormulaPlace]:
    """Formulas of fields, initial values, rules in force and checks."""
    form = form_key(document)
    known = context.formula_types(form)
    own = context.own_types(form)
    for key, field in context.fields(form).items():
        for option in ("formula", "initial"):
            if option in field.options:
                yield FormulaPlace(("properties", key, "fw", option), field.options[option], known, own[key])
    for index, rule in in_force(document.get("fw", {})):
        for key, text in rule["then"].get("set", {}).items():
            if isinstance(text, str):
                yield FormulaPlace(("fw", "rules", index, "then", "set", key), text, known, own.get(key))
    for index, check in enumerate(document.get("fw", {}).get("checks", ())):
        yield FormulaPlace(("fw", "checks", index, "formula"), check["formula"], known, ValueType.BOOL)


def formulas_of_automation(document: Document, context: Context) -> Iterator[FormulaPlace]:
    """Formulas of what actions match and set."""
    known = context.event_types(str(document["trigger"].get("form")))
    for index, action in enumerate(document["actions"]):
        target, fields = (
            context.record_types(str(action.get("form"))),
            context.fields(str(action.get("form"))),
        )
        for part in ("match", "set"):
            formulas: Mapping[str, Any] = action.get(part, {})
            for key, text in formulas.items():
                if isinstance(text, str):
                    is_constant = (
                        key in fields and fields[key].type.writable and constant_of(text) is not None
                    )
                    result = None if is_constant else target.get(key)  # constants.py judges it by its field
                    yield FormulaPlace(("actions", index, part, key), text, known, result)


def conditions_of_form(document: Document, context: Context) -> Iterator[ConditionPlace]:
    """Conditions of rules in force, of what references offer and of what roll-ups count."""
    form = form_key(document)
    seen, facts = context.rule_types(form), context.condition_facts(form)
    for index, rule in in_force(document.get("fw", {})):
        yield ConditionPlace(("fw", "rules", index, "when"), rule["when"], seen, facts)
    for key, field in context.fields(form).items():
        if "offer" in field.options and context.has("form", str(field.options.get("form"))):
            target = context.record_types(field.options["form"])
            yield ConditionPlace(("properties", key, "fw", "offer"), field.options["offer"], target, facts)
        if field.type.name == "roll_up" and "when" in field.options:
            counted = context.stored_types(str(field.options["form"]))
            yield ConditionPlace(("properties", key, "fw", "when"), field.options["when"], counted, {})


def conditions_of_automation(document: Document, context: Context) -> Iterator[ConditionPlace]:
    """The condition of an automation, and those of its actions."""
    known = context.event_types(str(document["trigger"].get("form")))
    if "when" in document:
        yield ConditionPlace(("when",), document["when"], known, known)
    for index, action in enumerate(document["actions"]):
        if "when" in action:
            yield ConditionPlace(("actions", index, "when"), action["when"], known, known)


def conditions_of_message(document: Document, context: Context) -> Iterator[ConditionPlace]:
    """What parts of a message depend on: the record and its recipient."""
    form = str(document.get("form", ""))
    seen, facts = context.rule_types(form), context.condition_facts(form)
    for index, each in enumerate(document.get("conditions", ())):
        yield ConditionPlace(("conditions", index, "when"), each["when"], seen, facts)


def conditions_of_view(document: Document, context: Context) -> Iterator[ConditionPlace]:
    """The filter of a view."""
    if "filter" in document:
        form = str(document["form"])
        yield ConditionPlace(
            ("filter",), document["filter"], context.record_types(form), context.condition_facts(form)
        )


def conditions_of_dashboard(document: Document, context: Context) -> Iterator[ConditionPlace]:
    """The filters of panels."""
    for index, panel in enumerate(document["panels"]):
        for place in conditions_of_view(panel, context):
            yield place._replace(path=("panels", index, *place.path))


def conditions_of_process(document: Document, context: Context) -> Iterator[ConditionPlace]:
    """Conditions of branches and waits, at any depth."""
    known = context.event_types(str(document["form"]))
    waiting: list[tuple[Path, Any]] = [(("steps",), document["steps"])]
    while waiting:
        path, steps = waiting.pop()
        for index, step in enumerate(steps):
            if "until" in step:
                yield ConditionPlace((*path, index, "until"), step["until"], known, known)
            for number, way in enumerate(step.get("ways", ())):
                inner = (*path, index, "ways", number)
                if "when" in way:
                    yield ConditionPlace((*inner, "when"), way["when"], known, known)
                waiting.append(((*inner, "steps"), way["steps"]))
