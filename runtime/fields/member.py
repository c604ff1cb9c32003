"""The member field type."""

from runtime.fields._base import N_, Field, Names
from runtime.fields._ids import IdField


class MemberField(IdField):
    """A person who has an account. The value is the id; whether it may be chosen is judged by the save."""

    name = "member"
    label = N_("Member")
    icon = "user"
    group = "people"

    def named(self, value: int, field: Field, names: Names) -> str | None:
        return names.member(value)


plugin = MemberField()
