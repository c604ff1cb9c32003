"""The operator *is none of*."""

from runtime.conditions.operators._base import SINGLE, Operator
from runtime.fields import N_


class NotOneOf(Operator):
    name = "not_one_of"
    label = N_("is none of")
    sentence = N_("%(field)s is none of %(value)s")
    for_types = SINGLE
    values = "many"
    opposite = "one_of"


plugin = NotOneOf()
