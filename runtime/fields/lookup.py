"""The lookup field type: a live value of the record that a reference points to."""

from typing import Any

from runtime.fields._base import N_, Field, JsonValue
from runtime.fields._options import KEY, option, own_options
from runtime.fields._results import LOOKUP_RESULTS, NUMBER_OPTIONS, ResultField, result_option


class LookupField(ResultField):
    """Shows the present value of a field of the referenced record; nothing is stored.

    The value is shown as the looked-up field itself would show it. `result` names the type of the value for
    comparisons, and for showing it when that field is gone (text without it).
    """

    name = "lookup"
    label = N_("Look-up")
    icon = "eye-search"
    group = "link"
    stored = False
    results = LOOKUP_RESULTS
    usual = "text"
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

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        return value  # as the other form keeps it

    def check(self, value: JsonValue, field: Field) -> None:
        """Nothing: the other form judged it."""

    def value_schema(self, field: Field) -> dict[str, Any]:
        return super().value_schema(field) if "result" in field.options else {}

    def column(self, field: Field) -> None:
        return None


plugin = LookupField()
