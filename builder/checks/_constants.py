"""Values of actions that are fixed: what is no text, and formulas that are nothing but a literal. Pure."""

from typing import Any

from runtime import formulas
from runtime.formulas import FormulaError
from runtime.formulas.nodes import Literal, Negate


def constant_of(value: Any) -> Any:
    """The constant that a stored value is; None for a formula that reads or works out something."""
    if not isinstance(value, str):
        return value
    try:
        root = formulas.parse(value).root
    except FormulaError:
        return None
    if isinstance(root, Negate) and isinstance(root.operand, Literal):
        root = root.operand
        return -root.value if not isinstance(root.value, str | bool) else None
    return root.value if isinstance(root, Literal) else None
