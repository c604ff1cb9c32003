"""What the rules of a form say about a set of values: hidden, required, locked, set, told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from runtime.definitions.documents import Form
from runtime.definitions.rules import GIVEN, Message, Rule


@dataclass(frozen=True)
class State:
    """The effects in force. `hidden` maps a field to what becomes of its value: clear, keep or compute."""

    hidden: Mapping[str, str]
    required: frozenset[str]
    locked: frozenset[str]
    settings: tuple[tuple[str, Any], ...]  # (field, formula or constant or None), a later one wins
    messages: tuple[Message, ...] = ()


OPEN = State(hidden={}, required=frozenset(), locked=frozenset(), settings=())


def state(form: Form, values: Mapping[str, Any], facts: Mapping[str, Any]) -> State:
    """The state of the form with these values.

    A field with `show` rules is shown when one of them holds; a `hide` rule that holds wins over them. So are
    sections and tabs, and a field is shown only where they are. Rules of a row may look at its record too.
    """
    seen = context(form, values, facts)
    holding = [rule for rule in form.rules if rule.when.holds(seen, facts)]
    if not holding and not shown_by(form):
        return OPEN
    return State(
        hidden=_hidden(form, holding),
        required=frozenset().union(*(rule.require for rule in holding)),
        locked=frozenset().union(*(rule.lock for rule in holding)),
        settings=tuple(pair for rule in holding for pair in _settings(rule)),
        messages=tuple(message for rule in holding for message in rule.messages),
    )


def context(form: Form, values: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the conditions of rules look at: the values, of a row with its record."""
    return dict(values) if form.parent_table is None else {**values, "record": facts["record"]}


def _settings(rule: Rule) -> list[tuple[str, Any]]:
    return [*((key, None) for key in sorted(rule.clear)), *rule.set.items()]


@lru_cache(1024)
def shown_by(form: Form) -> Mapping[str, Rule]:
    """What stays hidden until a rule shows it: fields, sections and tabs, each with the first rule that may."""
    found: dict[str, Rule] = {}
    for rule in form.rules:
        for key in sorted(rule.show):
            found.setdefault(key, rule)
    return found


@lru_cache(1024)
def may_be_hidden(form: Form) -> frozenset[str]:
    """The fields that rules show or hide, by themselves or with a section or tab."""
    named = frozenset().union(*(rule.show | rule.hide for rule in form.rules))
    return named.intersection(form.fields).union(*(form.parts[name] for name in named & form.parts.keys()))


@lru_cache(1024)
def may_warn(form: Form) -> bool:
    """Whether a check or a rule of the form, or of its rows, or a record that is alike can warn."""
    levels = [check.level for check in form.checks]
    levels += [message.level for rule in form.rules for message in rule.messages]
    alike = form.duplicates and not form.refuses_duplicates
    return bool(alike) or "warning" in levels or any(map(may_warn, form.rows.values()))


def _hidden(form: Form, holding: list[Rule]) -> dict[str, str]:
    shown = frozenset().union(*(rule.show for rule in holding))
    hidden = {name: rule.hidden_value for name, rule in shown_by(form).items() if name not in shown}
    for rule in reversed(holding):  # the first rule that hides something says what becomes of its value
        hidden.update(dict.fromkeys(rule.hide, rule.hidden_value))
    return _fields_of(form, hidden)


def _fields_of(form: Form, hidden: Mapping[str, str]) -> dict[str, str]:
    """The hidden fields, each with what becomes of its value. What is said of the field itself comes before what is
    said of its section, and that before what is said of its tab.
    """
    found: dict[str, str] = {}
    for part, inside in form.parts.items():
        if part in hidden:
            found.update(dict.fromkeys(inside, hidden[part]))
    found |= {key: mode for key, mode in hidden.items() if key in form.fields}
    given = {key: "keep" for key in found if key in form.fields and form.fields[key].type.name in GIVEN}
    return found | given
