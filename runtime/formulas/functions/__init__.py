"""The functions of formulas: one file for each group, found by the registry; see `_base.Function`."""

from collections.abc import Mapping

from runtime.formulas.functions._base import Argument, Function, Group, Parameter, Scope, unit_of
from runtime.registry import Registry

GROUPS: Registry[Group] = Registry("runtime.formulas.functions")


def _by_name() -> Mapping[str, Function]:
    found: dict[str, Function] = {}
    for group in GROUPS.values():
        for function in group.functions:
            if function.name in found:
                raise ValueError(f"{function.name} is registered twice")
            found[function.name] = function
    return found


FUNCTIONS = _by_name()

__all__ = ["FUNCTIONS", "GROUPS", "Argument", "Function", "Group", "Parameter", "Scope", "unit_of"]
