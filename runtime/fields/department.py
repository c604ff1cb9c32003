"""The department field type."""

from runtime.fields._base import N_, Field, Names
from runtime.fields._ids import IdField


class DepartmentField(IdField):
    """A department of the organisation. The value is its id."""

    name = "department"
    label = N_("Department")
    icon = "sitemap"
    group = "people"

    def named(self, value: int, field: Field, names: Names) -> str | None:
        return names.department(value)


plugin = DepartmentField()
