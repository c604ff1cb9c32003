"""The operator *is not and does not lie below*, of departments."""

from runtime.conditions.operators._departments import Inside
from runtime.fields import N_


class NotWithinDepartment(Inside):
    name = "not_within_department"
    label = N_("is not and does not lie below")
    sentence = N_("%(field)s is not %(value)s and does not lie below it")
    for_fields = frozenset(("department",))
    opposite = "within_department"
    root = "departments"


plugin = NotWithinDepartment()
