"""The operator *is in the next n days*, of dates: today, or one of the n days after."""

from runtime.conditions.operators._days import Span
from runtime.fields import N_, ValueType


class InNextDays(Span):
    name = "in_next_days"
    label = N_("is in the next … days")
    sentence = N_("%(field)s is in the next %(value)s days")
    singular = N_("%(field)s is in the next %(value)s day")
    for_types = frozenset((ValueType.DATE,))
    low = "days.today"
    high = "days.after_{}"


plugin = InNextDays()
