"""The operator *is or lies below*, of departments."""

from runtime.conditions.operators._departments import Inside
from runtime.fields import N_


class WithinDepartment(Inside):
    name = "within_department"
    label = N_("is or lies below")
    sentence = N_("%(field)s is %(value)s or lies below it")
    for_fields = frozenset(("department",))
    root = "departments"


plugin = WithinDepartment()
