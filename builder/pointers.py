"""Records that a person may try things with, and whether a value may point to what it points to."""

from typing import Any

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records import query
from runtime.records.sources import Actor, Database

NEWEST = 20  # records to try something with


def may_point(user: User, app: str, field: Field, value: Any) -> bool:
    """Whether this person could pick what the value of a field points to."""
    sources = Database(Actor(user, "page"), app)
    if field.type.name == "member":
        return value in sources.members([value])
    if field.type.name == "department":
        return value in sources.departments([value])
    return sources.record(str(field.options.get("form")), value) is not None


def newest(user: User, form: Form | None, search: str = "", limit: int = NEWEST) -> list[tuple[int, str]]:
    """The newest records that a person may read, of those found by `search` if given: id and title."""
    if form is None:
        return []
    found = query.page(user, form, sort="-id", limit=limit, search=search, total=False).items
    titles = query.titles(form, [each.id for each in found], user=user)
    return [(each.id, titles.get(each.id, f"#{each.id}")) for each in found]
