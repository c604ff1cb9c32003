"""Which field follows from which, by fills, look-ups, formulas, roll-ups and rules: in a form, and through forms."""

from collections.abc import Iterator, Mapping

from builder.checks import _places
from builder.checks._context import Context, outer_form
from runtime import conditions, formulas
from runtime.definitions import dependencies, layout
from runtime.definitions.documents import Document
from runtime.definitions.rules import in_force
from runtime.fields import Field


def sources(document: Document, fields: Mapping[str, Field]) -> dict[str, frozenset[str]]:
    """For each field the fields that it follows from. A rule makes what it shows, hides, clears or sets follow from
    what its condition reads, with a section or tab all fields in it. FormulaError or
    ConditionError for a part that cannot be read.
    """
    in_rows = bool(outer_form(_places.form_key(document)))
    found = {key: set(names) for key, names in dependencies.sources(fields, in_rows=in_rows).items()}
    for key, names in _by_rules(document, fields, in_rows):
        found.setdefault(key, set()).update(names)
    return {key: frozenset(names & fields.keys()) for key, names in found.items()}


def through_forms(context: Context) -> dict[str, frozenset[str]]:
    """The same for the fields of all forms of the app, named like `visit.amount`, with what look-ups show and roll-ups
    count of other forms.
    """
    found: dict[str, frozenset[str]] = {}
    for form, document in context.of("form").items():
        fields = context.fields(form)
        own = sources(document, fields)
        for key, field in fields.items():
            names = {f"{form}.{name}" for name in own.get(key, ())}
            found[f"{form}.{key}"] = frozenset(names.union(_elsewhere(field, fields)))
    return found


def _elsewhere(field: Field, beside: Mapping[str, Field]) -> Iterator[str]:
    """The fields of other forms that a field follows from; a sub-table from all that its columns show."""
    options = field.options
    if field.type.name == "lookup" and options.get("through") in beside:
        yield f"{beside[options['through']].options.get('form')}.{options.get('field')}"
    if field.type.name == "roll_up":
        read = conditions.compile(options["when"]).reads if options.get("when") else ()
        names = (options.get("reference"), options.get("field"), *map(_own, read))
        yield from (f"{options.get('form')}.{name}" for name in names if name)
    for column in field.columns.values():
        yield from _elsewhere(column, field.columns)


def _by_rules(
    document: Document, fields: Mapping[str, Field], in_rows: bool
) -> Iterator[tuple[str, set[str]]]:
    own = document.get("fw", {})
    parts = layout.parts_of(own, fields)
    for _index, rule in in_force(own):
        paths = conditions.compile(rule["when"]).reads
        read = {_own(path) for path in paths if not (in_rows and path.startswith("record."))}
        then = rule["then"]
        for name in {*then.get("show", ()), *then.get("hide", ()), *then.get("clear", ())}:
            yield from ((key, read) for key in parts.get(name, (name,)))
        for key, value in then.get("set", {}).items():
            named = dependencies.fields_read(value, in_rows=in_rows) if isinstance(value, str) else set()
            yield key, read | named


def _own(path: str) -> str:
    return path.removeprefix("record.").partition(".")[0]


UNREADABLE = (conditions.ConditionError, formulas.FormulaError)
