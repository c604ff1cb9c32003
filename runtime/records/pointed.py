"""By what the records follow each other that a field points to: by the titles of referred records and by names.

What it costs: whatever points at something is sorted by a look at that for each record, which no index spares. A key
beside each pointer would have to be written anew in all that point at a record whenever its title changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import FromClause, ScalarSelect, func, select

from runtime import access, spelling
from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import POINTERS, Field
from runtime.records import naming, paging
from runtime.records.orders import BEGINNING, Order, is_keyed
from runtime.records.sources import within
from runtime.records.tables import is_longer, table


@dataclass(frozen=True, eq=False)
class Titled:
    """All that a field may point to, as far as the reader knows what it is called: `id` and `title`, its key. The key
    is a text, or a value of `one`.
    """

    found: FromClause
    one: Field | None = None
    learned: dict[int | None, Any] = field(default_factory=lambda: {None: None})

    def by(self, pointer: Any) -> ScalarSelect[Any]:
        """The key of what a column points to; nothing where the reader does not know it."""
        return select(self.found.c.title).where(self.found.c.id == pointer).scalar_subquery()

    def learn(self, pointed: Iterable[int | None]) -> None:
        """Read the keys of these, in one statement."""
        if not (unknown := set(pointed) - self.learned.keys()):
            return
        self.learned.update(dict.fromkeys(unknown))
        for row in db.session.execute(select(self.found).where(self.found.c.id.in_(unknown))):
            self.learned[row.id] = self.one.type.from_column(row.title, self.one) if self.one else row.title

    def of(self, pointed: int | None) -> Any:
        """The key of one of them as JSON; nothing where the reader does not know it."""
        self.learn([pointed])
        return self.learned[pointed]

    def bound(self, key: Any) -> Any:
        """The key again, as SQL compares it; ValueError for what is none."""
        if key is None:
            return None
        return paging.bound(key, self.one) if self.one else paging.beginning(key, spelling.LONGEST)


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
    return Titled(select(Department.id, Department.name_key.label("title")).subquery())


def _records(user: User | None, form: Form, options: Mapping[str, Any]) -> Titled | None:
    target = lookup.form_if_any(form.app, str(options.get("form")))
    one = naming.title_field(target) if target else None
    if target is None or one is None or one.key in access.fields(user, target).hidden:
        return None
    title = naming.by_title(target, one)
    if not is_keyed(target, one.key) and is_longer(one, BEGINNING):  # a cursor has room for that alone
        title = func.substr(title, 1, BEGINNING, type_=title.type)
    own = select(table(target).c.id, title.label("title"))
    found = own.where(within(target, access.visible(user, "read", target))).subquery()
    return Titled(found, None if is_keyed(target, one.key) else one)
