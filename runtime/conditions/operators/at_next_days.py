"""The operator *is in the next n days*, of moments: from now until the end of the nth day after today."""

from runtime.conditions.operators._days import Span
from runtime.fields import N_, ValueType


class AtNextDays(Span):
    name = "at_next_days"
    label = N_("is in the next … days")
    sentence = N_("%(field)s is in the next %(value)s days")
    singular = N_("%(field)s is in the next %(value)s day")
    for_types = frozenset((ValueType.DATETIME,))
    low = "now"
    high = "days.end_after_{}"


plugin = AtNextDays()
