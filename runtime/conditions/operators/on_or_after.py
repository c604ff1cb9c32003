"""The operator *is on or after*."""

from runtime.conditions.operators._base import TIMES, Operator
from runtime.fields import N_


class OnOrAfter(Operator):
    name = "on_or_after"
    label = N_("is on or after")
    sentence = N_("%(field)s is on or after %(value)s")
    for_types = TIMES
    keyword = "formatMinimum"
    json_type = "string"


plugin = OnOrAfter()
