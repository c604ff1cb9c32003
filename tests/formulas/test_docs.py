"""The manual and the functions say the same."""

from pathlib import Path

import pytest

from runtime.formulas import FUNCTIONS
from runtime.formulas.calendar import UNITS

MANUAL = Path(__file__).parents[2] / "docs" / "admins" / "formulas.md"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_manual_has_the_line_of_the_function(name: str) -> None:
    function = FUNCTIONS[name]

    assert f"| `{function.usage}` | {function.doc} |" in MANUAL.read_text(encoding="utf-8")


def test_the_manual_names_no_function_that_is_not_there() -> None:
    lines = [
        line for line in MANUAL.read_text(encoding="utf-8").splitlines() if "(" in line.partition("|")[2][:12]
    ]

    assert len(lines) == len(FUNCTIONS)


@pytest.mark.parametrize("unit", UNITS)
def test_the_manual_names_the_unit(unit: str) -> None:
    assert f'`"{unit}"`' in MANUAL.read_text(encoding="utf-8")
