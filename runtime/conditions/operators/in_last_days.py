"""The operator *is in the last n days*, of dates: today, or one of the n days before."""

from runtime.conditions.operators._days import Span
from runtime.fields import N_, ValueType


class InLastDays(Span):
    name = "in_last_days"
    label = N_("is in the last … days")
    sentence = N_("%(field)s is in the last %(value)s days")
    singular = N_("%(field)s is in the last %(value)s day")
    for_types = frozenset((ValueType.DATE,))
    low = "days.before_{}"
    high = "days.today"


plugin = InLastDays()
