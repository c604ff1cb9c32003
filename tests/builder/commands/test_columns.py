"""Columns of a sub-table: added, called, required, moved and deleted, each step taken back."""

import pytest

from runtime import documents
from tests.builder.commands.support import Desk
from tests.builder.factory import field, form

COLUMNS = {"item": field("text", title="Item"), "qty": field("number", title="Quantity")}
LINES = field("sub_table", {"items": {"type": "object", "properties": COLUMNS}}, title="Items")


@pytest.fixture
def desk() -> Desk:
    return Desk(form("order", {"name": field("text"), "lines": LINES}))


def rows(desk: Desk) -> dict[str, object]:
    found: dict[str, object] = desk.form()["properties"]["lines"]["items"]
    return found


def test_a_new_sub_table_has_a_column_to_begin_with(desk: Desk) -> None:
    made = desk.order("field.add", type="sub_table")["properties"]["sub_table"]
    assert list(made["items"]["properties"]) == ["item"]


def test_a_column_is_added_called_required_moved_and_deleted(desk: Desk) -> None:
    desk.order("column.add", field="lines", type="money", title="Price")
    assert desk.done.select == "field/lines.price"
    desk.order("field.title", field="lines.price", locale="zh", text="单价")
    desk.order("field.required", field="lines.price", on=True)
    desk.order("field.set", field="lines.price", path=["minimum"], value=1)
    desk.order("column.move", field="lines.price", by=-1)
    made = rows(desk)
    assert list(made["properties"]) == ["item", "price", "qty"] and made["required"] == ["price"]
    assert made["properties"]["price"]["fw"]["title"] == {"en": "Price", "zh": "单价"}
    assert made["properties"]["price"]["minimum"] == 1
    desk.order("column.delete", field="lines.price")
    assert list(rows(desk)["properties"]) == ["item", "qty"]
    assert desk.done.select == "field/lines"


@pytest.mark.parametrize("type_", ["sub_table", "serial", "heading", "file", "nothing"])
def test_what_has_no_place_in_a_row_is_no_column(desk: Desk, type_: str) -> None:
    assert desk.refused("column.add", field="lines", type=type_) == "unknown"


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("column.add", {"field": "name", "type": "text"}),
        ("column.add", {"field": "nothing", "type": "text"}),
        ("column.move", {"field": "lines.nothing", "by": 1}),
        ("column.move", {"field": "name", "by": 1}),
        ("column.delete", {"field": "lines"}),
        ("column.delete", {"field": "name.item"}),
        ("field.title", {"field": "lines.nothing", "locale": "en", "text": "x"}),
    ],
)
def test_what_is_not_there_is_refused(desk: Desk, name: str, arguments: dict[str, object]) -> None:
    assert desk.refused(name, **arguments) == "unknown"


def test_a_key_that_the_rows_need_or_once_had_is_not_proposed() -> None:
    now = form("order", {"lines": LINES})
    then = form(
        "order",
        {"lines": field("sub_table", {"items": {"type": "object", "properties": {"gone": field("text")}}})},
    )
    desk = Desk(now, in_force=(then,))
    desk.order("column.add", field="lines", type="text", title="Gone")
    desk.order("column.add", field="lines", type="text", title="Row number")
    assert list(rows(desk)["properties"])[2:] == ["gone_2", "row_number_2"]


def test_a_column_is_added_at_a_place_as_if_it_had_been_moved_there(desk: Desk) -> None:
    at_once, in_steps = desk, Desk(desk.form())
    at_once.order("column.add", field="lines", type="money", title="Price", at=0)
    assert at_once.say == "Price is now column 1 of 3"
    in_steps.order("column.add", field="lines", type="money", title="Price")
    in_steps.order("column.move", field="lines.price", by=-1)
    in_steps.order("column.move", field="lines.price", by=-1)
    assert documents.dumps(at_once.form()) == documents.dumps(in_steps.form())
    in_steps.order("column.move", field="lines.price", by=9)
    assert list(rows(in_steps)["properties"]) == ["item", "qty", "price"]
