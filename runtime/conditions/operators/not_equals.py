"""The operator *is not*."""

from runtime.conditions.operators._base import SINGLE, Operator
from runtime.fields import N_


class NotEquals(Operator):
    name = "not_equals"
    label = N_("is not")
    sentence = N_("%(field)s is not %(value)s")
    for_types = SINGLE
    opposite = "equals"


plugin = NotEquals()
