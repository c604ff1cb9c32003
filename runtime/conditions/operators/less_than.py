"""The operator *is less than*."""

from runtime.conditions.operators._base import NUMBERS, Operator
from runtime.fields import N_


class LessThan(Operator):
    name = "less_than"
    label = N_("is less than")
    sentence = N_("%(field)s is less than %(value)s")
    for_types = NUMBERS
    keyword = "exclusiveMaximum"


plugin = LessThan()
