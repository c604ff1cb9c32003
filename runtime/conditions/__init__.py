"""Conditions: a JSON Schema of a closed subset that holds when the context is valid against it.

Five readers: `evaluation` (Python), `sql` (where), `sentences` (phrase), `editing` (rows), `export`.
Pure: no session, no clock, no request; sentences and problems ask flask_babel for the reader's language.
"""

from runtime.conditions.checking import check, problem
from runtime.conditions.editing import Group, Mode, Row, from_rows, rows, together
from runtime.conditions.errors import ConditionError
from runtime.conditions.evaluation import Condition, compile
from runtime.conditions.export import to_schema
from runtime.conditions.sentences import phrase
from runtime.conditions.sql import where

__all__ = [
    "Condition",
    "ConditionError",
    "Group",
    "Mode",
    "Row",
    "check",
    "compile",
    "from_rows",
    "phrase",
    "problem",
    "rows",
    "to_schema",
    "together",
    "where",
]
