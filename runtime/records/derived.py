"""What else of a record changes with its roll-ups: the formulas that read them. Nobody saves the record then, so its
rules and checks wait for whoever edits it next, and it gets neither a revision nor an event.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from runtime import surroundings, times
from runtime.definitions import dependencies
from runtime.definitions.documents import Form
from runtime.fields import FieldError
from runtime.records import rows, search, subtables
from runtime.records.judge import validators
from runtime.records.rows import Record, Values
from runtime.records.sources import Actor, Database
from runtime.records.state import state
from runtime.records.values import Case, settle

PRODUCT = Actor(user=None, origin="roll_up", trusted=True)


def after(form: Form, record: Record, changed: Mapping[str, Any]) -> tuple[Values, Values]:
    """The values of the record with these of its roll-ups, and the columns that are to be written. The rows of its
    sub-tables are written here.
    """
    values = _with(record.values, changed)
    keys = following(form, frozenset(changed))
    if not keys:
        return values, rows.to_columns(form, values, changed)
    whole = subtables.filled(form, [replace(record, values=values)])[0]
    found = _recalculated(form, whole, keys)
    subtables.write(form, record.id, whole.values, _with(whole.values, found))
    values = _with(values, {key: value for key, value in found.items() if key not in form.rows})
    own = rows.to_columns(form, values, (key for key in (*changed, *keys) if key not in form.rows))
    return values, {**own, "search_text": search.text_of(form, values)}


def fits(form: Form, key: str, value: Any) -> bool:
    """Whether a field can hold the value."""
    field = form.fields[key]
    try:
        field.type.check(value, field)
    except (FieldError, TypeError, ValueError, ArithmeticError):
        return False
    return validators(form)[key].is_valid(value)


@lru_cache(1024)
def following(form: Form, changed: frozenset[str]) -> tuple[str, ...]:
    """The formulas, and the sub-tables with formulas, whose values follow from these fields."""
    sources = dependencies.sources(form.fields)
    found: set[str] = set()
    for key in form.computed_order:
        is_formula = form.fields[key].type.name == "formula" or key in form.rows
        if is_formula and sources[key] & (changed | found):
            found.add(key)
    return tuple(key for key in form.computed_order if key in found)


def _recalculated(form: Form, record: Record, keys: tuple[str, ...]) -> Values:
    """The values of these fields; None for one that cannot be worked out or kept."""
    case = Case(
        form=_without_rules(form),
        sources=Database(PRODUCT, form.app),
        now=times.now(),
        stored=record.values,
        system=rows.system(record),
        person=False,
    )
    settled = subtables.kept_values(form, settle(case, {}).values)
    kept = _kept(form, record)
    found: Values = {}
    for key in keys:
        if key in kept:
            found[key] = record.values.get(key)
        elif key in form.rows:
            found[key] = [_fitting(form.rows[key], row) for row in settled.get(key, ())] or None
        else:
            found[key] = _fitting(form, settled).get(key) if key in settled else None
    return found


@lru_cache(1024)
def _without_rules(form: Form) -> Form:
    """The form as it reckons with what is stored: rules change that only when somebody saves."""
    rows_of = {key: replace(each, rules=()) for key, each in form.rows.items()}
    return replace(form, rules=(), rows=rows_of)


def _kept(form: Form, record: Record) -> set[str]:
    """The fields that a rule keeps as they are, or keeps empty, while it hides them."""
    facts = {**surroundings.around(form.zone, {}), "record": record.values, "user": {}}
    hidden = state(form, record.values, facts).hidden
    return {
        key
        for key, mode in hidden.items()
        if mode == "keep" or (mode == "clear" and key not in record.values)
    }


def _fitting(form: Form, values: Mapping[str, Any]) -> Values:
    """The values without calculated ones that their columns cannot hold."""
    return {
        key: value
        for key, value in values.items()
        if key not in form.fields or form.fields[key].type.name != "formula" or fits(form, key, value)
    }


def _with(values: Mapping[str, Any], changed: Mapping[str, Any]) -> Values:
    """The values with these changed; None takes one away."""
    return {key: value for key, value in {**values, **changed}.items() if value is not None}
