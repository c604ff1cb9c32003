"""Which fields of a form others depend on: whether leaving one is worth a question to the server."""

from typing import Any

from runtime import formulas
from runtime.definitions import dependencies
from runtime.definitions.documents import Form
from runtime.definitions.keeping import kept
from runtime.fields import Field

# These controls cannot hold a wrong value, as long as the document sets no limits of its own.
NEVER_WRONG = frozenset(
    (
        *("text", "long_text", "choice", "multi_choice", "rating", "yes_no", "member", "department"),
        *("file", "image", "signature"),
    )
)
LIMITS = frozenset(("minLength", "pattern", "minItems", "maxItems"))


@kept(512)
def static_fields(form: Form) -> frozenset[str]:
    """The fields that no rule, formula, check, fill or offer reads, that no rule clears or sets, that make no records
    alike, and that cannot be wrong when left.
    """
    read = _met_by_rules(form) | _read_by_formulas(form) | _read_by_references(form)
    read = read.union(*form.duplicates)
    return frozenset(key for key, one in form.fields.items() if key not in read and _never_wrong(one))


def offer_reads(one: Field) -> frozenset[str]:
    """The fields of the same record that decide what this reference offers."""
    return frozenset(_record_facts(one.options.get("offer")))


def _never_wrong(one: Field) -> bool:
    if "unique" in one.options or "fill" in one.options or LIMITS & {*one.schema, *one.options}:
        return False
    return one.type.name in NEVER_WRONG


def _met_by_rules(form: Form) -> set[str]:
    written = {key for rule in form.rules for key in (*rule.clear, *rule.set)}
    return written | {path.split(".")[0] for rule in form.rules for path in rule.when.reads}


def _read_by_formulas(form: Form) -> set[str]:
    set_by_rules = [value for rule in form.rules for value in rule.set.values()]
    found = [value for value in set_by_rules if isinstance(value, formulas.Formula)]
    found += [check.formula for check in form.checks]
    read = {key for formula in found for key in dependencies.fields_read(formula)}
    return read.union(*dependencies.sources(form.fields).values())


def _read_by_references(form: Form) -> set[str]:
    columns = (column for one in form.fields.values() for column in one.columns.values())
    return {name for one in (*form.fields.values(), *columns) for name in offer_reads(one)}


def _record_facts(document: Any) -> set[str]:
    """The `record.x` that a condition names as facts."""
    if isinstance(document, list):
        return {name for part in document for name in _record_facts(part)}
    if not isinstance(document, dict):
        return set()
    fact = document.get("fact")
    if isinstance(fact, str) and fact.startswith("record."):
        return {fact.split(".")[1]}
    return {name for part in document.values() for name in _record_facts(part)}
