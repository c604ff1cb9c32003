"""Safe ways to mend a problem, one file each: a command that does nothing but what the problem asks for. Pure.

A plug-in has `name`, `kinds` (of documents it mends) and `repair(document, problem, context) -> Repair | None`.
It offers a repair only where there is one that nobody could mean otherwise; undo brings back what was there.
"""

from collections.abc import Sequence
from typing import Protocol

from builder.checks import Context
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


REPAIRS: Registry[Repairer] = Registry(__name__)


def find(kind: str, document: Document, problem: Problem, context: Context) -> Repair | None:
    """The one safe repair of a problem; None when there is none. The history of the context is of every document whose
    fields the document may have named.
    """
    asked = (each for each in REPAIRS.values() if kind in each.kinds)
    found = (each.repair(document, problem, context) for each in asked)
    return next((repair for repair in found if repair is not None), None)


__all__ = ["REPAIRS", "Repair", "Repairer", "dropping", "find", "former_fields"]
