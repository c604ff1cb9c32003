"""Fields that must be filled but can never be seen."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem

ALWAYS: tuple[Any, ...] = ({}, True)
NEVER: tuple[Any, ...] = ({"not": {}}, {"not": True}, False)


class HiddenRequired:
    """A required field that a rule without a condition hides, that only rules which can never hold show, or
    that one and the same rule hides and requires.
    """

    name = "hidden_required"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        rules = document.get("fw", {}).get("rules", ())
        hidden = _always_hidden(rules)
        found = [_problem(("required",), key) for key in document.get("required", ()) if key in hidden]
        return [*found, *_in_rules(rules, hidden)]


def _always_hidden(rules: Any) -> set[str]:
    hidden = {key for rule in rules if _is(rule["when"], ALWAYS) for key in rule["then"].get("hide", ())}
    showing = [(key, rule["when"]) for rule in rules for key in rule["then"].get("show", ())]
    seen = {key for key, when in showing if not _is(when, NEVER)}
    return hidden | ({key for key, _when in showing} - seen)


def _is(when: Any, known: tuple[Any, ...]) -> bool:
    # `in` alone would take 0 for False and {} for an empty list.
    return any(type(when) is type(each) and when == each for each in known)


def _in_rules(rules: Any, hidden: set[str]) -> Iterator[Problem]:
    for index, rule in enumerate(rules):
        then = rule["then"]
        if _is(rule["when"], NEVER):
            continue
        for key in then.get("require", ()):
            if key in hidden or key in then.get("hide", ()):
                yield _problem(("fw", "rules", index, "then", "require"), key)


def _problem(path: tuple[str | int, ...], key: str) -> Problem:
    sentence = _(
        "“%(key)s” must be filled, but it is always hidden then. Show it, or do not require it.", key=key
    )
    return Problem(path, "hidden_required", sentence, {"key": key})


plugin = HiddenRequired()
