"""The operator *is not and does not lie below*, for values of a tree."""

from runtime.conditions.operators._base import PATHS, Operator
from runtime.fields import N_


class IsNotBelow(Operator):
    name = "is_not_below"
    label = N_("is not and does not lie below")
    sentence = N_("%(field)s is not %(value)s and does not lie below it")
    for_types = PATHS
    opposite = "is_or_below"


plugin = IsNotBelow()
