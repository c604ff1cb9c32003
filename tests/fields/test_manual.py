"""The manual names every field that the designer offers."""

from pathlib import Path

import pytest

from runtime.fields import FIELD_TYPES

MANUAL = Path(__file__).parents[2] / "docs" / "admins" / "fields.md"


@pytest.mark.parametrize("name", FIELD_TYPES)
def test_the_manual_has_the_field(name: str) -> None:
    rows = [line.split("|")[1] for line in MANUAL.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert FIELD_TYPES[name].label in {label.strip() for row in rows for label in row.split(",")}
