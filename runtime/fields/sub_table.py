"""The sub_table field type: rows of fields of their own."""

from typing import Any

from runtime.fields._base import (
    N_,
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Names,
    Reader,
    ValueType,
    kept,
)

MAX_ROWS = 5000
OUTSIDE = frozenset(("sub_table", "serial", "rich_text", "roll_up", "references"))
"""Types that no column can have: they would need rows, a series of numbers or an editor for each row, records that
refer to a row, or links of one."""


class SubTableField(FieldType):
    """Rows of a table inside a record, such as the items of a quote: each holds the fields under `items`.

    The value is the list of rows in their order. A row that is stored has an `id`, by which it is known when it is
    changed or moved. Formulas of a row name its own fields (`qty * price`) and those of the record
    (`record.discount`); formulas of the record name a column (`SUM(lines.amount)`).
    """

    name = "sub_table"
    label = N_("Sub-table")
    icon = "table"
    group = "common"
    template = "fields/sub_table.html"
    in_cells = False
    script = "rows.js row-panel.js"
    stored = False  # it has a table of its own, not a column
    value_type = ValueType.ROWS
    keywords = ("items", "minItems", "maxItems")
    example_schema = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "product": {"type": "string", "fw": {"type": "text"}},
                "qty": {"type": "number", "minimum": 0, "fw": {"type": "number"}},
            },
        },
    }
    counterexamples = ("x", ["1", "2"])

    def value_schema(self, field: Field) -> dict[str, Any]:
        columns = {key: one.type.value_schema(one) for key, one in stored_columns(field).items()}
        items = {
            "type": "object",
            "properties": {"id": {"type": "integer", "minimum": 1}, **columns},
            "required": [key for key, one in field.columns.items() if one.required],
            "additionalProperties": False,
        }
        limits = {name: limit for name, limit in kept(field).items() if name != "items"}
        return {"type": "array", "minItems": 1, "maxItems": MAX_ROWS, **limits, "items": items}

    def column(self, field: Field) -> None:
        return None

    def check_options(self, field: Field) -> None:
        if not field.columns:
            raise FieldError("no_columns")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        raise FieldError("rows")

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        """The rows as they were sent, without the empty ones at the end; what stands in them is judged row by row."""
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise FieldError("rows")
        rows = list(value)
        while rows and all(cell is None for cell in rows[-1].values()):
            rows.pop()
        if len(rows) > MAX_ROWS:
            raise FieldError("most_rows", limit=MAX_ROWS)
        return rows or None

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        if reader.locale == "zh":
            return f"{len(value)} 行"
        return "1 row" if len(value) == 1 else f"{len(value)} rows"


def can_be_column(kind: FieldType) -> bool:
    """Whether a field of this type has a place in a row."""
    return kind.name not in OUTSIDE and kind.value_type not in (ValueType.NOTHING, ValueType.FILES)


def stored_columns(field: Field) -> dict[str, Field]:
    """The fields of a row that are kept with it."""
    return {key: one for key, one in field.columns.items() if one.type.stored}


def fewest_rows(field: Field) -> int:
    """How many rows there must be, once there are any."""
    return int(field.schema.get("minItems", 0))


def most_rows(field: Field) -> int:
    """How many rows there may be."""
    return min(int(field.schema.get("maxItems", MAX_ROWS)), MAX_ROWS)


plugin = SubTableField()
