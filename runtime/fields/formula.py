"""The formula field type: a value computed from the record."""

from decimal import Decimal

from runtime.fields import number
from runtime.fields._base import N_, ValueType
from runtime.fields._options import option, own_options
from runtime.fields._results import FORMULA_RESULTS, NUMBER_OPTIONS, ResultField, result_option


class FormulaField(ResultField):
    """A value that the product computes on every save and stores, of the type `result` (number without it).

    Computed numbers are rounded half up to the decimals that the field keeps: 6, for money 2, for percent 2 of
    what people read.
    """

    name = "formula"
    label = N_("Formula")
    icon = "math-function"
    group = "link"
    value_type = ValueType.NUMBER
    results = FORMULA_RESULTS
    usual = "number"
    keywords = number.plugin.keywords + FORMULA_RESULTS["text"].keywords
    options = own_options(
        "formula",
        formula=option(
            N_("Formula"),
            N_("Computes the value from other fields, by their keys."),
            "qty * price",
            {"type": "string", "minLength": 1, "maxLength": 2000},
        ),
        result=result_option(FORMULA_RESULTS, "number"),
        **NUMBER_OPTIONS,
    )
    example_options = {"formula": "qty * price"}
    examples = (("12.5", Decimal("12.5")),)
    counterexamples = ("x", "1e400")


plugin = FormulaField()
