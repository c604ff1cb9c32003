"""The roll_up field type: an aggregate over the records that refer to this one."""

from decimal import Decimal

from runtime.fields._base import N_, ValueType
from runtime.fields._options import KEY, option, own_options
from runtime.fields._results import NUMBER_OPTIONS, ROLL_UP_RESULTS, ResultField, result_option

FUNCTIONS = ("count", "sum", "min", "max", "average")


class RollUpField(ResultField):
    """Counts the records of another form that refer to this one, or takes the sum, the smallest, the greatest or the
    average of a field of theirs, of the type `result` (number without it).

    The value is stored, and changes in the transaction that writes one of those records. It covers all of them, also
    those that the reader may not read. Empty values count for nothing; the count and the sum of no records are 0.
    """

    name = "roll_up"
    label = N_("Roll-up")
    icon = "sum"
    group = "link"
    value_type = ValueType.NUMBER
    results = ROLL_UP_RESULTS
    usual = "number"
    options = own_options(
        "function",
        "form",
        "reference",
        function=option(
            N_("Function"),
            N_("What is worked out over the records that refer to this one."),
            "sum",
            {"enum": list(FUNCTIONS)},
        ),
        form=option(N_("Form"), N_("Key of the form whose records refer to this one."), "visit", KEY),
        reference=option(
            N_("Refers by"),
            N_("Key of its reference field that points to this form."),
            "customer",
            {**KEY, "means": "field:reference"},
        ),
        field=option(
            N_("Field"),
            N_("Key of its field that the function takes. Without it, records are counted."),
            "amount",
            {**KEY, "means": "field:number,date,datetime,time"},
        ),
        when=option(
            N_("Only records with"),
            N_("A condition on their own fields that they must meet."),
            {"required": ["state"], "properties": {"state": {"const": "won"}}},
            {"type": "object"},
        ),
        result=result_option(ROLL_UP_RESULTS, "number"),
        **NUMBER_OPTIONS,
    )
    example_options = {"function": "sum", "form": "visit", "reference": "customer", "field": "amount"}
    examples = (("12.5", Decimal("12.5")), ("0", Decimal(0)))
    counterexamples = ("x", "1e400")


plugin = RollUpField()
