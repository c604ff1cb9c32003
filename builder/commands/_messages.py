"""What commands on the conditions of a message share."""

from typing import Any

from flask_babel import gettext as _

from builder.checks._context import Types
from builder.commands import _rules
from builder.commands._base import refuse
from builder.commands._workspace import Target, Workspace
from runtime.definitions.documents import Document

MOST = 20


def types(work: Workspace, target: Target) -> tuple[Types, Types]:
    """What the conditions of a message look at, and what their facts may name."""
    form, context = str(work.read(target).get("form", "")), _rules.context_of(work)
    return context.rule_types(form), context.condition_facts(form)


def condition_of(message: Document, key: str) -> dict[str, Any]:
    """A condition by key, refused when there is none."""
    found: dict[str, Any] | None = next(
        (each for each in message.get("conditions", ()) if each["key"] == key), None
    )
    return (
        refuse("condition", "unknown", _("There is no such condition any more.")) if found is None else found
    )


def judge(work: Workspace, target: Target, when: Any, before: Any) -> None:
    """Refuse a condition with a fault that the one before did not have, and one that always holds."""
    if when in ({}, True):
        refuse("when", "empty", _("Choose what must hold."))
    _rules.judge_condition(when, before, *types(work, target))
