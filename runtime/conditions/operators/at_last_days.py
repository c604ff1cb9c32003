"""The operator *is in the last n days*, of moments: from the beginning of the nth day before today until now."""

from runtime.conditions.operators._days import Span
from runtime.fields import N_, ValueType


class AtLastDays(Span):
    name = "at_last_days"
    label = N_("is in the last … days")
    sentence = N_("%(field)s is in the last %(value)s days")
    singular = N_("%(field)s is in the last %(value)s day")
    for_types = frozenset((ValueType.DATETIME,))
    low = "days.begin_before_{}"
    high = "now"


plugin = AtLastDays()
