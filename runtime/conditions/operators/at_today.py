"""The operator *is today*, of moments."""

from runtime.conditions.operators._days import Span
from runtime.fields import N_, ValueType


class AtToday(Span):
    name = "at_today"
    label = N_("is today")
    sentence = N_("%(field)s is today")
    for_types = frozenset((ValueType.DATETIME,))
    values = "none"
    asks = ""
    low = "days.begin"
    high = "days.end"


plugin = AtToday()
