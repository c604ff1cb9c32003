"""The rules of a form (when which effects apply) and its checks (what must be true), parsed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from runtime import conditions, formulas
from runtime.conditions import Condition
from runtime.formulas import Formula
from runtime.text import Title

Document = Mapping[str, Any]

GIVEN = (
    "serial",
    "roll_up",
)  # fields that keep their value where they are hidden: no save could give it again


@dataclass(frozen=True, eq=False)
class Message:
    """What a rule says at the field `at` while it holds. Level: error or warning. `key` is that of the rule."""

    key: str
    at: str
    level: str
    text: Title
    when: Condition


@dataclass(frozen=True, eq=False)
class Rule:
    """When `when` holds over the record, the effects apply; `set` maps a field to a formula or a constant.
    `show` and `hide` name fields, sections (`section/visit`) and tabs (`tab/money`), the others fields.
    """

    key: str
    when: Condition
    show: frozenset[str]
    hide: frozenset[str]
    require: frozenset[str]
    lock: frozenset[str]
    clear: frozenset[str]
    set: Mapping[str, Formula | Any]
    messages: tuple[Message, ...]
    hidden_value: str  # clear, keep, compute


@dataclass(frozen=True, eq=False)
class Check:
    """A formula that must be true; else `message` stands at the field `at`. Level: error or warning."""

    key: str
    formula: Formula
    level: str
    at: str
    message: Title


def in_force(own: Document) -> list[tuple[int, Document]]:
    """The rules in the `fw` of a form that are not switched off, each with its place among all."""
    return [(index, rule) for index, rule in enumerate(own.get("rules", ())) if not rule.get("off")]


def parse_rule(rule: Document) -> Rule:
    """A rule; in `set` a text is a formula, anything else a constant."""
    then, when = rule["then"], conditions.compile(rule["when"])
    return Rule(
        key=rule["key"],
        when=when,
        show=frozenset(then.get("show", ())),
        hide=frozenset(then.get("hide", ())),
        require=frozenset(then.get("require", ())),
        lock=frozenset(then.get("lock", ())),
        clear=frozenset(then.get("clear", ())),
        set=MappingProxyType(
            {key: _formula_or_constant(value) for key, value in then.get("set", {}).items()}
        ),
        messages=tuple(
            Message(rule["key"], at, said.get("level", "error"), said["text"], when)
            for at, said in then.get("message", {}).items()
        ),
        hidden_value=rule.get("hidden_value", "clear"),
    )


def _formula_or_constant(value: Any) -> Any:
    return formulas.parse(value) if isinstance(value, str) else value


def parse_check(check: Document) -> Check:
    """A check; its formula is parsed."""
    return Check(
        key=check["key"],
        formula=formulas.parse(check["formula"]),
        level=check.get("level", "error"),
        at=check["at"],
        message=check["message"],
    )
