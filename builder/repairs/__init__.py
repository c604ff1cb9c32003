"""Safe ways to mend a problem, one file each: a command that does nothing but what the problem asks for. Pure.

A plug-in has `name`, `kinds` (of documents it mends) and `repair(document, problem, context) -> Repair | None`.
It offers a repair only where there is one that nobody could mean otherwise; undo brings back what was there.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from builder.checks import Context
from builder.checks._context import form_of_rows
from builder.checks._places import form_key
from builder.repairs._base import Repair, dropping, former_fields
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.registry import Registry


class Repairer(Protocol):
    """Mends problems of some sort. It is asked about documents of its `kinds` only."""

    name: str
    kinds: Sequence[str]

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        """The command that mends this problem; None when this is not the one for it, or there is no safe one."""
        ...


OF_COLUMNS = ("field.set", "field.required", "rule.effect", "rule.delete", "rule.set")
"""Commands that know columns and the rules of rows."""

REPAIRS: Registry[Repairer] = Registry(__name__)


def find(kind: str, document: Document, problem: Problem, context: Context) -> Repair | None:
    """The one safe repair of a problem; None when there is none. The history of the context is of every document whose
    fields the document may have named.
    """
    match (kind, *problem.path):
        case ("form", "properties", str(key), "items", *rest) if rest:
            return _in_rows(document, key, replace(problem, path=tuple(rest)), context)
    asked = (each for each in REPAIRS.values() if kind in each.kinds)
    found = (each.repair(document, problem, context) for each in asked)
    return next((repair for repair in found if repair is not None), None)


def _in_rows(document: Document, key: str, problem: Problem, context: Context) -> Repair | None:
    """The repair of what the rows of a sub-table have wrong: as a form of its own, whose columns and rules commands
    call `lines.price`.
    """
    rows = form_of_rows(document, key)
    known = context.with_rows(form_key(rows), rows, context.history)
    repair = find("form", rows, problem, known)
    if repair is None or repair.command not in OF_COLUMNS:
        return None
    named = {name: f"{key}.{value}" for name, value in repair.arguments.items() if name in ("field", "rule")}
    return replace(repair, arguments={**repair.arguments, **named})


__all__ = ["REPAIRS", "Repair", "Repairer", "dropping", "find", "former_fields"]
