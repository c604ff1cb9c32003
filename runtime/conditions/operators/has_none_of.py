"""The operator *has none of*."""

from runtime.conditions.operators._base import LISTS, Operator
from runtime.fields import N_


class HasNoneOf(Operator):
    name = "has_none_of"
    label = N_("has none of")
    sentence = N_("%(field)s does not have %(value)s")
    for_types = LISTS
    values = "many"
    opposite = "has_any_of"


plugin = HasNoneOf()
