"""The operator *is at most*."""

from runtime.conditions.operators._base import NUMBERS, Operator
from runtime.fields import N_


class AtMost(Operator):
    name = "at_most"
    label = N_("is at most")
    sentence = N_("%(field)s is at most %(value)s")
    for_types = NUMBERS
    keyword = "maximum"


plugin = AtMost()
