"""The operator *is not in department*, of people."""

from runtime.conditions.operators._departments import Inside
from runtime.fields import N_


class NotInDepartment(Inside):
    name = "not_in_department"
    label = N_("is not in department")
    sentence = N_("%(field)s is not in %(value)s or a department below it")
    for_fields = frozenset(("member",))
    opposite = "in_department"
    root = "people"


plugin = NotInDepartment()
