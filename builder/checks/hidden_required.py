"""Fields that must be filled but can never be seen, or are always emptied."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions import layout
from runtime.definitions.documents import Document
from runtime.definitions.rules import in_force
from runtime.errors import Problem

ALWAYS: tuple[Any, ...] = ({}, True)
Parts = Mapping[str, frozenset[str]]
NEVER: tuple[Any, ...] = ({"not": {}}, {"not": True}, False)


class HiddenRequired:
    """A required field that a rule without a condition hides or clears, that only rules which can never hold show,
    or that one and the same rule hides or clears and requires; by itself or with its section or tab. What another rule
    sets is not always empty.
    """

    name = "hidden_required"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        own = document.get("fw", {})
        rules, parts = in_force(own), layout.parts_of(own, document["properties"])
        hidden = _fields(_always_hidden([rule for _index, rule in rules]), parts)
        filled = {key for _index, rule in rules for key in rule["then"].get("set", ())}
        for _index, rule in rules:
            hidden |= _cleared(rule, filled) if _is(rule["when"], ALWAYS) else set()
        found = [_problem(("required",), key) for key in document.get("required", ()) if key in hidden]
        return [*found, *_in_rules(rules, hidden, filled, parts)]


def _fields(names: Iterable[str], parts: Parts) -> set[str]:
    """The fields that rules mean by these names of fields, sections and tabs."""
    return {key for name in names for key in parts.get(name, (name,))}


def _always_hidden(rules: list[Document]) -> set[str]:
    hidden = {name for rule in rules if _is(rule["when"], ALWAYS) for name in rule["then"].get("hide", ())}
    showing = [(name, rule["when"]) for rule in rules for name in rule["then"].get("show", ())]
    seen = {name for name, when in showing if not _is(when, NEVER)}
    return hidden | ({name for name, _when in showing} - seen)


def _cleared(rule: Document, filled: set[str]) -> set[str]:
    return set(rule["then"].get("clear", ())) - filled


def _is(when: Any, known: tuple[Any, ...]) -> bool:
    # `in` alone would take 0 for False and {} for an empty list.
    return any(type(when) is type(each) and when == each for each in known)


def _in_rules(
    rules: list[tuple[int, Document]], hidden: set[str], filled: set[str], parts: Parts
) -> Iterator[Problem]:
    for index, rule in rules:
        then = rule["then"]
        if _is(rule["when"], NEVER):
            continue
        unseen = hidden | _fields(then.get("hide", ()), parts) | _cleared(rule, filled)
        for key in then.get("require", ()):
            if key in unseen:
                yield _problem(("fw", "rules", index, "then", "require"), key)


def _problem(path: tuple[str | int, ...], key: str) -> Problem:
    sentence = _(
        "“%(key)s” must be filled, but it is always hidden or cleared then. Change that, or do not require it.",
        key=key,
    )
    return Problem(path, "hidden_required", sentence, {"key": key})


plugin = HiddenRequired()
