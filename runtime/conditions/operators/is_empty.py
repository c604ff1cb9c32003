"""The operator *is empty*."""

from runtime.conditions.operators._base import FILLED, Operator
from runtime.fields import N_


class IsEmpty(Operator):
    name = "is_empty"
    label = N_("is empty")
    sentence = N_("%(field)s is empty")
    for_types = FILLED
    values = "none"
    opposite = "is_not_empty"


plugin = IsEmpty()
