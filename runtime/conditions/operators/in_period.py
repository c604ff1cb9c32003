"""The operator *is in this week, last month …*, of dates."""

from runtime.conditions.operators._days import Period
from runtime.fields import N_, ValueType


class InPeriod(Period):
    name = "in_period"
    label = N_("is in (week, month, year)")
    sentence = N_("%(field)s is in %(value)s")
    for_types = frozenset((ValueType.DATE,))
    edges = ("first", "last")


plugin = InPeriod()
