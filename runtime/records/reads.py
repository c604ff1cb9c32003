"""Which fields of a form read, fill or hide which others: known from the form alone, so worked out once."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from runtime import formulas
from runtime.definitions import dependencies
from runtime.definitions.documents import Form
from runtime.fields import ValueType
from runtime.formulas import Formula
from runtime.records.state import may_be_hidden


@lru_cache(1024)
def with_first_values(form: Form) -> frozenset[str]:
    """The fields that rules may hide and that begin with a value."""
    begin = (key for key, one in form.fields.items() if one.default is not None or "initial" in one.options)
    return frozenset(begin) & may_be_hidden(form)


@lru_cache(1024)
def through_trees(form: Form) -> tuple[str, ...]:
    """The fields whose values are ways through a tree."""
    return tuple(key for key, one in form.fields.items() if one.type.value_type is ValueType.PATH)


@lru_cache(1024)
def fills(form: Form) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """For each filled field: the references that fill it, with the field of theirs that is copied."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for key, each in form.fields.items():
        for target, source in each.options.get("fill", {}).items():
            found[target] = (*found.get(target, ()), (key, source))
    return found


@lru_cache(1024)
def names_read(form: Form) -> frozenset[str]:
    """Every field that a rule, a formula or a check of the form, or of its rows, reads."""
    calculated = (each for each in form.fields.values() if each.type.name == "formula")
    parsed: Iterable[Formula] = [
        *(formulas.parse(each.options["formula"]) for each in calculated),
        *(check.formula for check in form.checks),
        *(value for rule in form.rules for value in rule.set.values() if isinstance(value, Formula)),
    ]
    paths = [*(path for formula in parsed for path in formula.names), *_paths_of_conditions(form)]
    of_rows = (names for key, names in dependencies.sources(form.fields).items() if key in form.rows)
    return frozenset(map(field_of, paths)).union(*of_rows)


def field_of(path: tuple[str, ...]) -> str:
    """The field of its own record that a formula's path reads: `qty`, `record.qty`, `lines.amount`."""
    return path[1] if path[0] == "record" and len(path) > 1 else path[0]


def _paths_of_conditions(form: Form) -> list[tuple[str, ...]]:
    conditions = [rule.when for rule in form.rules] + list(form.offers.values())
    return [tuple(path.split(".")) for condition in conditions for path in condition.reads]
