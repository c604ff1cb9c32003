"""Operators of the condition editor: one file each, found by the registry; see `_base.Operator`."""

from runtime.conditions.operators._base import NotThisOperator, Operator
from runtime.registry import Registry

OPERATORS: Registry[Operator] = Registry("runtime.conditions.operators")

__all__ = ["OPERATORS", "NotThisOperator", "Operator"]
