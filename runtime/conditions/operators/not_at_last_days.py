"""The operator *is not in the last n days*, of moments."""

from runtime.conditions.operators._days import Span
from runtime.fields import N_, ValueType


class NotAtLastDays(Span):
    name = "not_at_last_days"
    label = N_("is not in the last … days")
    sentence = N_("%(field)s is not in the last %(value)s days")
    singular = N_("%(field)s is not in the last %(value)s day")
    for_types = frozenset((ValueType.DATETIME,))
    opposite = "at_last_days"
    low = ""
    high = ""


plugin = NotAtLastDays()
