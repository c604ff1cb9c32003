"""The operator *is greater than*."""

from runtime.conditions.operators._base import NUMBERS, Operator
from runtime.fields import N_


class GreaterThan(Operator):
    name = "greater_than"
    label = N_("is greater than")
    sentence = N_("%(field)s is greater than %(value)s")
    for_types = NUMBERS
    keyword = "exclusiveMinimum"


plugin = GreaterThan()
