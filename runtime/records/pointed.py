"""By what the records follow each other that a field points to: by the titles of referred records and by names.

What it costs: whatever points at something is sorted by a look at that for each record, which no index spares. A key
beside each pointer would have to be written anew in all that point at a record whenever its title changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, ScalarSelect, func, select

from runtime import access
from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import POINTERS, Field
from runtime.records import naming
from runtime.records.orders import Order
from runtime.records.sources import within
from runtime.records.tables import table


@dataclass(frozen=True, eq=False)
class Titled:
    """All that a field may point to, as far as the reader knows what it is called: `id` and `title`, its key."""

    found: FromClause

    def by(self, pointer: Any) -> ScalarSelect[Any]:
        """The key of what a column points to; nothing where the reader does not know it."""
        return select(self.found.c.title).where(self.found.c.id == pointer).scalar_subquery()

    def of(self, pointed: int | None) -> Any:
        """The key of one of them."""
        if pointed is None:
            return None
        return db.session.scalar(select(self.found.c.title).where(self.found.c.id == pointed))


def ordered(user: User | None, form: Form, by: Order) -> Order:
    """The order by titles and names as this person knows them, where it is by what points at something."""
    fields = {key: form.fields[key] for key in by.keys if key in form.fields}
    found = {key: titled for key, one in fields.items() if (titled := _titled(user, form, one))}
    return by.with_titles(found) if found else by


def _titled(user: User | None, form: Form, one: Field) -> Titled | None:
    if one.type.name not in POINTERS:
        return None
    if one.type.name == "reference":
        return _records(user, form, one.options)
    if one.type.name == "member":
        return Titled(select(User.id, User.name_key.label("title")).subquery())
    return Titled(select(Department.id, func.lower(Department.name).label("title")).subquery())


def _records(user: User | None, form: Form, options: Mapping[str, Any]) -> Titled | None:
    target = lookup.form_if_any(form.app, str(options.get("form")))
    field = naming.title_field(target) if target else None
    if target is None or field is None or field.key in access.fields(user, target).hidden:
        return None
    own = select(table(target).c.id, naming.by_title(target, field).label("title"))
    return Titled(own.where(within(target, access.visible(user, "read", target))).subquery())
