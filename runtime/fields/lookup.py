"""The lookup field type: a live value of the record that a reference points to."""

from typing import Any

from runtime.fields._base import N_, Field, FieldType, JsonValue, Names, Raw, Reader, ValueType
from runtime.fields._options import KEY, option, own_options
from runtime.fields._results import LOOKUP_RESULTS, NUMBER_OPTIONS, result_option, result_type


class LookupField(FieldType):
    """Shows the present value of a field of the referenced record; nothing is stored.

    The value is shown as the looked-up field itself would show it. `result` names the type of the value for
    comparisons, and for showing it when that field is gone (text without it).
    """

    name = "lookup"
    label = N_("Look-up")
    icon = "eye-search"
    group = "link"
    template = "fields/output.html"
    stored = False
    writable = False
    options = own_options(
        "through",
        "field",
        through=option(N_("Through"), N_("Key of the reference field of this form."), "customer", KEY),
        field=option(N_("Field"), N_("Key of the field of the other form."), "phone", KEY),
        result=result_option(LOOKUP_RESULTS, "text"),
        **NUMBER_OPTIONS,
    )
    example_options = {"through": "customer", "field": "grade"}
    examples = (("A", "A"),)
    counterexamples = ("a\x00b",)

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue | None:
        return _result(field).read(text, field, reader)

    def value_schema(self, field: Field) -> dict[str, Any]:
        return _result(field).value_schema(field) if "result" in field.options else {}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        return _result(field).to_raw(value, field, reader)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _result(field).show(value, field, reader, names)

    def value_type_of(self, field: Field) -> ValueType:
        return _result(field).value_type

    def column(self, field: Field) -> None:
        return None


def _result(field: Field) -> FieldType:
    return result_type(field, LOOKUP_RESULTS, "text")


plugin = LookupField()
