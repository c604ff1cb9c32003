"""The operator *is at least*."""

from runtime.conditions.operators._base import NUMBERS, Operator
from runtime.fields import N_


class AtLeast(Operator):
    name = "at_least"
    label = N_("is at least")
    sentence = N_("%(field)s is at least %(value)s")
    for_types = NUMBERS
    keyword = "minimum"


plugin = AtLeast()
