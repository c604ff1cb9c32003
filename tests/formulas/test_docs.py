"""The manual and the functions say the same."""

import re
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
    named = re.findall(r"^\| `([A-Z]+)\(", MANUAL.read_text(encoding="utf-8"), re.M)

    assert sorted(named) == sorted(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_manual_shows_the_first_example(name: str) -> None:
    for formula, _result in FUNCTIONS[name].examples[:1]:
        assert f"`{formula}`" in MANUAL.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_what_becomes_of_blanks(name: str) -> None:
    assert not FUNCTIONS[name].parameters or re.search(r"[Bb]lank|no value|^Like [A-Z]+", FUNCTIONS[name].doc)


@pytest.mark.parametrize("unit", UNITS)
def test_the_manual_names_the_unit(unit: str) -> None:
    assert f'`"{unit}"`' in MANUAL.read_text(encoding="utf-8")
