"""The operator *is in department*, of people: that one or one below it."""

from runtime.conditions.operators._departments import Inside
from runtime.fields import N_


class InDepartment(Inside):
    name = "in_department"
    label = N_("is in department")
    sentence = N_("%(field)s is in %(value)s or a department below it")
    for_fields = frozenset(("member",))
    root = "people"


plugin = InDepartment()
