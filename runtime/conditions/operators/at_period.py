"""The operator *is in this week, last month …*, of moments."""

from runtime.conditions.operators._days import Period
from runtime.fields import N_, ValueType


class AtPeriod(Period):
    name = "at_period"
    label = N_("is in (week, month, year)")
    sentence = N_("%(field)s is in %(value)s")
    for_types = frozenset((ValueType.DATETIME,))
    edges = ("begin", "end")


plugin = AtPeriod()
