"""What is worth a second look in a draft, one file each. Nothing here keeps it from being published.

A plug-in has `name`, `kinds` and `check(document, context) -> list[Problem]`, as publish checks have.
"""

from builder.checks import Check, Context
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.registry import Registry

ADVICE: Registry[Check] = Registry(__name__)


def run(kind: str, document: Document, context: Context) -> list[Problem]:
    """What every advice of this kind finds."""
    return [
        problem for each in ADVICE.values() if kind in each.kinds for problem in each.check(document, context)
    ]
