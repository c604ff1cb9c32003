"""Short ways to work out a formula in a test."""

from datetime import UTC, datetime
from typing import Any

from runtime import formulas
from runtime.fields import ValueType

NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)  # already the 22nd in Shanghai
ZONE = "Asia/Shanghai"


def result(text: str, /, **values: Any) -> formulas.Value:
    """The value of a formula over fields by key."""
    return formulas.evaluate(
        formulas.parse(text), lambda path: values.get("__".join(path)), now=NOW, zone=ZONE
    )


def type_of(text: str, /, **types: ValueType) -> ValueType:
    """The type of a formula over fields by key; `lines__amount` stands for `lines.amount`."""
    return formulas.check(formulas.parse(text), {tuple(key.split("__")): kind for key, kind in types.items()})


def code_of(text: str, /, **values: Any) -> str:
    """The code of the error that parsing and working out ends with, empty when there is none."""
    try:
        result(text, **values)
    except formulas.FormulaError as error:
        return error.code
    return ""
