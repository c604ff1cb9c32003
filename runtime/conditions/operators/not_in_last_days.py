"""The operator *is not in the last n days*, of dates."""

from runtime.conditions.operators._days import Span
from runtime.fields import N_, ValueType


class NotInLastDays(Span):
    name = "not_in_last_days"
    label = N_("is not in the last … days")
    sentence = N_("%(field)s is not in the last %(value)s days")
    singular = N_("%(field)s is not in the last %(value)s day")
    for_types = frozenset((ValueType.DATE,))
    opposite = "in_last_days"
    low = ""
    high = ""


plugin = NotInLastDays()
