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


def test_a_field_becomes_a_column_and_a_column_a_field_with_what_they_read() -> None:
    sum_ = field("formula", title="Sum", formula="qty * lines_tax", result="number")
    fields = {"qty": field("number"), "lines_tax": field("number"), "sum": sum_, "lines": LINES}
    left = {"list": {"columns": ["sum"]}, "duplicates": [["sum"]]}
    desk = Desk(form("order", fields, required=("sum",), **left))
    before = desk.form()

    desk.order("field.into", field="sum", table="lines", at=1)
    assert desk.done.select == "field/lines.sum"
    made = rows(desk)
    assert list(made["properties"]) == ["item", "sum", "qty"] and made["required"] == ["sum"]
    assert made["properties"]["sum"]["fw"]["formula"] == "record.qty * record.lines_tax"
    assert "sum" not in desk.form()["properties"] and "required" not in desk.form()
    assert not left.keys() & desk.form()["fw"].keys()

    desk.order("column.out", field="lines.sum", after="lines_tax")
    after = desk.form()
    assert after["properties"]["sum"] == before["properties"]["sum"] and after["required"] == ["sum"]
    assert rows(desk) == before["properties"]["lines"]["items"]
    assert desk.done.select == "field/sum"
    assert [row for each in after["fw"]["layout"] for row in each["rows"]] == [
        ["qty"],
        ["lines_tax"],
        ["sum"],
        ["lines"],
    ]


def test_a_key_that_is_taken_there_gets_a_number() -> None:
    desk = Desk(form("order", {"qty": field("number"), "lines": LINES}))
    desk.order("field.into", field="qty", table="lines")
    assert list(rows(desk)["properties"]) == ["item", "qty", "qty_2"]


@pytest.mark.parametrize(
    "name, arguments, code",
    [
        ("field.into", {"field": "lines", "table": "lines"}, "unfit"),
        ("field.into", {"field": "number", "table": "lines"}, "unfit"),
        ("field.into", {"field": "name", "table": "customer"}, "unknown"),
        ("field.into", {"field": "lines.item", "table": "lines"}, "unfit"),
        ("field.into", {"field": "customer", "table": "lines"}, "unfit"),
        ("field.into", {"field": "seen", "table": "lines"}, "unfit"),
        ("field.into", {"field": "used", "table": "lines"}, "used"),
        ("column.out", {"field": "lines.sum"}, "reads_row"),
        ("column.out", {"field": "lines.qty"}, "used"),
        ("column.out", {"field": "name"}, "unknown"),
    ],
)
def test_what_cannot_cross_is_refused_with_a_reason(
    name: str, arguments: dict[str, object], code: str
) -> None:
    columns = {**COLUMNS, "sum": field("formula", formula="qty * 2", result="number")}
    fields = {
        "name": field("text"),
        "number": field("serial", pattern="A-{n:4}"),
        "used": field("text"),
        "customer": field("reference", form="order", fill={"name": "name"}),
        "seen": field("lookup", through="customer", field="used"),
        "lines": field("sub_table", {"items": {"type": "object", "properties": columns}}, title="Items"),
    }
    check = {"key": "x", "formula": 'used = "x"', "at": "name", "message": "No"}
    desk = Desk(form("order", fields, checks=[check]))
    before = desk.form()

    assert desk.refused(name, **arguments) == code
    assert desk.form() == before


def test_what_was_published_does_not_cross_and_the_refusal_says_what_to_do() -> None:
    order = form("order", {"name": field("text"), "lines": LINES})
    desk = Desk(order, in_force=[order])
    assert desk.refused("field.into", field="name", table="lines") == "published"
    assert desk.refused("column.out", field="lines.item") == "published"


def test_a_column_that_was_never_published_gets_another_key_wherever_it_is_named() -> None:
    price = {"required": ["price"], "properties": {"record": {"required": ["price"]}}}
    columns = {
        "price": field("number"),
        "net": field("formula", formula="price * record.price + SUM(record.lines.price)", result="number"),
    }
    rule = {"key": "r", "when": price, "then": {"set": {"price": "price + 1"}, "require": ["price"]}}
    items = {"properties": columns, "required": ["price"], "fw": {"rules": [rule]}}
    total = field("formula", formula="SUM(lines.price) + price", result="number")
    fields = {"price": field("number"), "total": total, "lines": field("sub_table", {"items": items})}
    desk = Desk(form("order", fields))

    made = desk.order("field.rename", field="lines.price", key="cost")["properties"]

    assert desk.done.select == "field/lines.cost"
    assert made["total"]["fw"]["formula"] == "SUM(lines.cost) + price"
    inner = made["lines"]["items"]
    assert list(inner["properties"]) == ["cost", "net"] and inner["required"] == ["cost"]
    formula = inner["properties"]["net"]["fw"]["formula"]
    assert formula == "cost * record.price + SUM(record.lines.cost)"
    told = inner["fw"]["rules"][0]
    assert told["then"] == {"set": {"cost": "cost + 1"}, "require": ["cost"]}
    assert told["when"] == {"required": ["cost"], "properties": {"record": {"required": ["price"]}}}


@pytest.mark.parametrize(
    "key, code",
    [("qty", "key_twice"), ("Item", "key"), ("record", "reserved_key"), ("row_number", "reserved_key")],
)
def test_a_key_that_no_column_can_have_is_refused(desk: Desk, key: str, code: str) -> None:
    assert desk.refused("field.rename", field="lines.item", key=key) == code


def test_a_published_column_keeps_its_key() -> None:
    order = form("order", {"lines": LINES})
    assert Desk(order, in_force=(order,)).refused("field.rename", field="lines.item", key="x") == "published"


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("cell.span", {"span": 6}),
        ("field.copy", {}),
        ("field.delete", {}),
        ("field.move", {"after": "name"}),
        ("field.place", {"beside": "name", "side": "right"}),
        ("field.retype", {"type": "number"}),
        ("reference.fill", {"target": "name", "source": "name"}),
        ("section.wrap", {}),
    ],
)
def test_what_is_for_fields_of_the_canvas_is_refused_for_a_column(
    desk: Desk, name: str, arguments: dict[str, object]
) -> None:
    assert desk.refused(name, field="lines.item", **arguments) == "unknown"
