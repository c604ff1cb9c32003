"""What the rules of a form say about a set of values: hidden, required, locked, set by a rule. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from runtime.definitions.documents import Form
from runtime.definitions.rules import Rule


@dataclass(frozen=True)
class State:
    """The effects in force. `hidden` maps a field to what becomes of its value: clear, keep or compute."""

    hidden: Mapping[str, str]
    required: frozenset[str]
    locked: frozenset[str]
    settings: tuple[tuple[str, Any], ...]  # (field, formula or constant), a later one wins


OPEN = State(hidden={}, required=frozenset(), locked=frozenset(), settings=())


def state(form: Form, values: Mapping[str, Any], facts: Mapping[str, Any]) -> State:
    """The state of the form with these values.

    A field with `show` rules is shown when one of them holds; a `hide` rule that holds wins over them.
    """
    context = dict(values)
    holding = [rule for rule in form.rules if rule.when.holds(context, facts)]
    if not holding and not shown_by(form):
        return OPEN
    return State(
        hidden=_hidden(form, holding),
        required=frozenset().union(*(rule.require for rule in holding)),
        locked=frozenset().union(*(rule.lock for rule in holding)),
        settings=tuple(pair for rule in holding for pair in rule.set.items()),
    )


@lru_cache(1024)
def shown_by(form: Form) -> Mapping[str, Rule]:
    """The fields that stay hidden until a rule shows them, each with the first rule that may."""
    found: dict[str, Rule] = {}
    for rule in form.rules:
        for key in sorted(rule.show):
            found.setdefault(key, rule)
    return found


@lru_cache(1024)
def may_be_hidden(form: Form) -> frozenset[str]:
    """The fields that rules show or hide."""
    return frozenset().union(*(rule.show | rule.hide for rule in form.rules))


def _hidden(form: Form, holding: list[Rule]) -> dict[str, str]:
    shown = frozenset().union(*(rule.show for rule in holding))
    hidden = {key: rule.hidden_value for key, rule in shown_by(form).items() if key not in shown}
    for rule in reversed(holding):  # the first rule that hides a field says what becomes of its value
        hidden.update(dict.fromkeys(rule.hide, rule.hidden_value))
    return hidden
