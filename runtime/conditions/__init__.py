"""Conditions: a JSON Schema of a closed subset that holds when the context is valid against it.

Five readers: `evaluation` (Python), `sql` (where), `sentences` (phrase), `editing` (rows), `export`.
Pure: no Flask, no session, no clock; sentences alone ask flask_babel for the reader's language.
"""

from runtime.conditions.errors import ConditionError
from runtime.conditions.evaluation import Condition, compile
from runtime.conditions.export import to_schema
from runtime.conditions.sql import where

__all__ = ["Condition", "ConditionError", "compile", "to_schema", "where"]
