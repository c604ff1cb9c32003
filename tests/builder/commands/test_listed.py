"""The columns of the list of a form's records are moved."""

import pytest

from tests.builder.commands.support import Desk
from tests.builder.factory import field, form

FIELDS = {key: field("text", title=key.upper()) for key in "abcdef"}


def columns(desk: Desk) -> list[str] | None:
    found: list[str] | None = desk.form()["fw"].get("list", {}).get("columns")
    return found


def test_the_first_fields_become_the_columns_when_one_of_them_moves() -> None:
    desk = Desk(form("order", {"note": field("note"), **FIELDS}))
    desk.order("list.move", field="a", by=-1)
    assert columns(desk) is None, "it is the first one already"
    assert desk.say == "A is now column 1 of 5"
    desk.order("list.move", field="a", by=2)
    assert columns(desk) == ["b", "c", "a", "d", "e"]
    assert desk.refused("list.move", field="f", by=1) == "unknown"


@pytest.mark.parametrize(("by", "wanted"), [(2, "bca"), (99, "bca"), (1, "bac"), (-1, "abc")])
def test_a_column_moves_so_far_and_no_farther_than_the_end(by: int, wanted: str) -> None:
    desk = Desk(form("order", FIELDS, list={"columns": ["a", "gone", "b", "c"], "sort": "a"}))
    desk.order("list.move", field="a", by=by)
    assert [each for each in columns(desk) or () if each != "gone"] == list(wanted)
    assert desk.form()["fw"]["list"]["sort"] == "a"


def test_look_ups_that_a_list_shows_stay_when_a_column_moves() -> None:
    fields = {
        **FIELDS,
        "of": field("lookup", through="a", field="x"),
        "astray": field("lookup", through="gone"),
    }
    desk = Desk(form("order", fields, list={"columns": ["a", "of", "b", "astray"]}))
    desk.order("list.move", field="a", by=2)
    assert columns(desk) == ["of", "b", "a"]
    desk.order("list.move", field="of", by=1)
    assert columns(desk) == ["b", "of", "a"]
