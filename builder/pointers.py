"""What values of a draft's fields may point to: published records, people, departments."""

from sqlalchemy import Select, select

from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Field
from runtime.records import query

OFFERED = 200  # to choose from in a list
NEWEST = 20  # records to try something with


def published(app: str, form: str) -> Form | None:
    """The form in force; None for one that was never published."""
    try:
        return lookup.form(app, form)
    except NotFound:
        return None


def offered(user: User, app: str, field: Field) -> list[tuple[int, str]]:
    """The first records, people or departments that a field may point to, by title."""
    if field.type.name == "member":
        return _rows(select(User.id, User.name).where(User.active).order_by(User.name, User.id))
    if field.type.name == "department":
        return _rows(select(Department.id, Department.name).order_by(Department.path, Department.name))
    form = published(app, str(field.options.get("form")))
    return query.options(user, form, limit=OFFERED) if form else []


def newest(user: User, form: Form | None, search: str = "", limit: int = NEWEST) -> list[tuple[int, str]]:
    """The newest records that a person may read, of those found by `search` if given: id and title."""
    if form is None:
        return []
    found = query.page(user, form, sort="-id", limit=limit, search=search, total=False).items
    titles = query.titles(form, [each.id for each in found], user=user)
    return [(each.id, titles.get(each.id, f"#{each.id}")) for each in found]


def _rows(chosen: Select[int, str]) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in db.session.execute(chosen.limit(OFFERED))]
