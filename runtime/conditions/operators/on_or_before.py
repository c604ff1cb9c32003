"""The operator *is on or before*."""

from runtime.conditions.operators._base import TIMES, Operator
from runtime.fields import N_


class OnOrBefore(Operator):
    name = "on_or_before"
    label = N_("is on or before")
    sentence = N_("%(field)s is on or before %(value)s")
    for_types = TIMES
    keyword = "formatMaximum"
    json_type = "string"


plugin = OnOrBefore()
