"""Who may do what: `can` answers for one target, `visible` as a condition that queries compile, `fields` for the
fields of the records that remain.

The first two come from one set of grants (role × form × action × scope), so a list never shows what a page
refuses. Denied unless granted. An administrator sees the records of every app, a designer none without a role.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from runtime import conditions
from runtime.accounts.models import Department, User, UserRole
from runtime.db import db
from runtime.definitions import lookup, roll_ups
from runtime.definitions.documents import MAX_HOPS, AppInfo, Form, Grant, Role
from runtime.definitions.keeping import kept
from runtime.fields import Field, ValueType

RECORD_ACTIONS = ("create", "read", "update", "delete")
EVERYTHING: Mapping[str, Any] = {}
NOTHING: Mapping[str, Any] = {"not": {}}
_MAX_ENUM = 1_000  # of a condition
OWNERS = ("owner_id", "department_id")  # what tells the owner of a record, beside the owner field
_ABOUT_OTHERS = frozenset(("reference", "references", "lookup", "roll_up", "member", "department"))

Document = Mapping[str, Any]


class Owned(Protocol):
    """A record as far as rights go."""

    @property
    def owner_id(self) -> int | None: ...
    @property
    def created_by(self) -> int | None: ...
    @property
    def department_id(self) -> int | None: ...
    @property
    def whole(self) -> Mapping[str, Any]: ...


R = TypeVar("R", bound=Owned)

Target = Form | tuple[Form, Owned] | AppInfo | str


def can(user: User | None, action: str, target: Target) -> bool:
    """Whether the user may do this: create, read, update, delete with a form or one of its records; read an
    app; design an app or the "platform"; administer the "platform".
    """
    if user is None or not user.active:
        return False
    if action in ("design", "administer"):
        return user.is_admin or (action == "design" and user.is_designer)
    if isinstance(target, AppInfo):
        return action == "read" and (user.is_admin or bool(_roles(user, target.key)))
    if isinstance(target, Form):
        return action in RECORD_ACTIONS and (
            user.is_admin or _may_fill(user, action, target) or bool(_grants(user, action, target))
        )
    if isinstance(target, tuple):
        form, record = target
        return _compiled(json.dumps(visible(user, action, form))).holds(_context(record), {})
    return False


@lru_cache(1024)
def _compiled(scope: str) -> conditions.Condition:
    """What `visible` says, ready to be judged: made once for all who may do the same."""
    return conditions.compile(json.loads(scope))


def is_for(user: User, app: str, roles: Collection[str]) -> bool:
    """Whether what is for these roles of an app is for this person, too; for everybody without any. Whoever may design
    finds it also, for he may change it.
    """
    return not roles or can(user, "design", "platform") or not set(roles).isdisjoint(_roles(user, app))


def readers(form: Form) -> list[Role]:
    """The roles that may read records of a form."""
    known = lookup.app_info(form.app).roles.values()
    return [each for each in known if any(g.form == form.key and "read" in g.actions for g in each.grants)]


def among(user: User, action: str, form: Form, records: Iterable[R]) -> list[R]:
    """Those of the records with which the user may do this: what `can` says of each."""
    if not can(user, action, form):
        return []
    allowed = _compiled(json.dumps(visible(user, action, form)))
    return [each for each in records if allowed.holds(_context(each), {})]


def who_can(users: Iterable[User], action: str, form: Form, record: Owned) -> list[User]:
    """Those of the people who may do this with a record: what `can` says of each, with the departments read once."""
    with departments_read_once():
        return [user for user in users if can(user, action, (form, record))]


def visible(user: User | None, action: str, form: Form) -> Document:
    """The condition on the records with which the user may do this; `NOTHING` when there are none."""
    if user is None or not user.active:
        return NOTHING
    if user.is_admin:
        return EVERYTHING
    scopes = dict.fromkeys(grant.scope for grant in _grants(user, action, form))
    if "all" in scopes:
        return EVERYTHING
    return any_of(_SCOPES[scope](user, form) for scope in scopes)


@dataclass(frozen=True)
class FieldRights:
    """What of a form's fields somebody may not do: see the `hidden`, write the `read_only`. `unread` are the fields
    of other forms (reference, field there) that may not be shown through a reference of this form. A field of the rows
    of a sub-table is called `lines.price`.
    """

    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    unread: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def closed(self) -> frozenset[str]:
        """The fields that may not be written."""
        return self.hidden | self.read_only

    def of_rows(self, key: str) -> "FieldRights":
        """The rights on the fields of the rows of a sub-table."""
        if not (self.hidden or self.read_only or self.unread):
            return self
        start = f"{key}."
        return FieldRights(
            frozenset(each.removeprefix(start) for each in self.hidden if each.startswith(start)),
            frozenset(each.removeprefix(start) for each in self.read_only if each.startswith(start)),
            frozenset((a.removeprefix(start), b) for a, b in self.unread if a.startswith(start)),
        )

    def as_of_rows(self, key: str) -> "FieldRights":
        """Rights on the fields of rows as the form names them whose sub-table it is."""
        return FieldRights(
            frozenset(f"{key}.{each}" for each in self.hidden),
            frozenset(f"{key}.{each}" for each in self.read_only),
            frozenset((f"{key}.{reference}", each) for reference, each in self.unread),
        )

    def with_limits_of(self, other: "FieldRights") -> "FieldRights":
        """What is left of these rights within others."""
        return FieldRights(
            self.hidden | other.hidden, self.read_only | other.read_only, self.unread | other.unread
        )


EVERY_FIELD = FieldRights()


def fields(user: User | None, form: Form) -> FieldRights:
    """The rights on the fields of the records of a form. Of several roles with a right on the form the widest
    counts; who has none, as somebody who is only sent a message, sees no field that any role is denied.
    """
    if user is not None and user.active and user.is_admin:
        return EVERY_FIELD
    if user is not None and any(user.guest_of):
        return _fields_of_guests(form, user.guest_files)
    return _fields(form, lambda each: _roles_on(user, each))


def fields_as(role: str, form: Form) -> FieldRights:
    """The rights of somebody with this one role, as a designer tries them."""
    return _fields(form, lambda _each: frozenset((role,)))


def fields_with(roles: frozenset[str], form: Form) -> FieldRights:
    """The rights of somebody who has these roles of the app and is no administrator."""
    return _fields(form, lambda each: _granting(roles, each))


def as_role(user: User, app: str, role: str) -> User:
    """This person as if the role were all he is in the app, as a designer tries it; as nobody in particular when he
    is neither an administrator nor in that role, so that nobody is lent what others may see.
    """
    lent = user.is_admin or role in _roles(user, app)
    seen = User(id=user.id, name=user.name, is_admin=False, is_designer=False, active=user.active)
    seen.department_id = user.department_id
    set_committed_value(seen, "department", user.department)
    set_committed_value(seen, "roles", [UserRole(user_id=user.id, app=app, role=role)] if lent else [])
    return seen


def guest(form: Form, visit: str = "", *, files: bool = False) -> User:
    """Whoever fills in a form that is open to the public: he may add records of it and read none. By his visit his own
    files are known, where the form takes files of guests.
    """
    seen = User(name="", is_admin=False, is_designer=False, active=True, zone="", locale="")
    seen.guest_of, seen.visit, seen.guest_files = (form.app, form.key), visit, files
    set_committed_value(seen, "department", None)
    set_committed_value(seen, "roles", [])
    return seen


def _may_fill(user: User, action: str, form: Form) -> bool:
    return action == "create" and user.guest_of == (form.app, form.key)


@kept(1024)
def _fields_of_guests(form: Form, files: bool) -> FieldRights:
    """What a guest may fill in: nothing that any role is denied, nothing that would show him records, people or
    departments, and files only where the form takes them of people whom nobody knows.
    """
    inner = ((f"{key}.{each}", one) for key, rows in form.rows.items() for each, one in rows.fields.items())
    shut = (name for name, one in [*form.fields.items(), *inner] if _is_closed_to_guests(one, files))
    return _fields(form, lambda _each: frozenset()).with_limits_of(FieldRights(frozenset(shut)))


def _is_closed_to_guests(one: Field, files: bool) -> bool:
    return one.type.name in _ABOUT_OTHERS or (one.type.value_type is ValueType.FILES and not files)


def hides_owner(form: Form, hidden: frozenset[str]) -> bool:
    """Whether the owner of a record and his department must not be told where these fields are hidden: they follow
    from the owner field.
    """
    return form.owner_field in hidden


def untold(form: Form, hidden: frozenset[str]) -> frozenset[str]:
    """What must not be told of a record where these fields are hidden: they, and the owner where he is one of them."""
    return hidden.union(OWNERS) if hides_owner(form, hidden) else hidden


def facts(user: User | None) -> dict[str, Any]:
    """The user as conditions and formulas may name him: `user.id`, `user.department_id`; no empty ones."""
    if user is None:
        return {}
    known = {"id": user.id, "department_id": user.department_id}
    return {key: value for key, value in known.items() if value is not None}


def all_of(*documents: Document | None) -> Document:
    """The condition that holds when all of these hold; None and `EVERYTHING` add nothing."""
    parts = [document for document in documents if document]
    if not parts:
        return EVERYTHING
    return parts[0] if len(parts) == 1 else {"allOf": parts}


def any_of(documents: Iterable[Document]) -> Document:
    """The condition that holds when one of these holds; of none at all: never."""
    parts = [document for document in documents if document != NOTHING]
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 else {"anyOf": parts}


def ways(document: Document) -> list[Document]:
    """The conditions of which one must hold for this one to hold: `any_of` taken apart."""
    if document.keys() != {"anyOf"}:
        return [document]
    return [way for part in document["anyOf"] for way in ways(part)]


def _roles(user: User, app_key: str) -> list[str]:
    return [role.role for role in user.roles if role.app == app_key]


def _grants(user: User, action: str, form: Form) -> list[Grant]:
    """The grants of the user's roles for this action on this form; a role that is gone grants nothing."""
    keys = _roles(user, form.app)
    if not keys:
        return []
    roles = lookup.app_info(form.app).roles
    return [
        grant
        for key in keys
        if key in roles
        for grant in roles[key].grants
        if grant.form == form.key and action in grant.actions
    ]


def _equal(key: str, value: int) -> Document:
    return {"required": [key], "properties": {key: {"const": value}}}


def _own(user: User, _form: Form) -> Document:
    return {"anyOf": [_equal("owner_id", user.id), _equal("created_by", user.id)]}


def _department(user: User, _form: Form) -> Document:
    return NOTHING if user.department_id is None else _equal("department_id", user.department_id)


def _department_below(user: User, _form: Form) -> Document:
    if user.department is None:
        return NOTHING
    ids = below(user.department)
    chunks = [ids[i : i + _MAX_ENUM] for i in range(0, len(ids), _MAX_ENUM)]
    return any_of(
        {"required": ["department_id"], "properties": {"department_id": {"enum": chunk}}} for chunk in chunks
    )


def _unowned(_user: User, form: Form) -> Document:
    """Nobody's records: the owner field is empty; without such a field, nobody made them (samples)."""
    return {"not": {"required": [form.owner_field or "owner_id"]}}


# While several people or records are asked for: what is in and below each department, by its path.
_below: ContextVar[dict[str, list[int]] | None] = ContextVar("_below", default=None)


@contextmanager
def departments_read_once() -> Iterator[None]:
    """What is asked inside, of many people or records in one transaction, reads the tree of departments once."""
    token = _below.set({})
    try:
        yield
    finally:
        _below.reset(token)


_SCOPES = {
    "own": _own,
    "department": _department,
    "department_below": _department_below,
    "unowned": _unowned,
}


def below(department: Department) -> list[int]:
    """The ids of a department and of all departments under it."""
    if not department.path:
        return [department.id]
    known = _below.get()
    if known is None:
        inside = select(Department.id).where(Department.path.startswith(department.path, autoescape=True))
        return sorted({department.id, *db.session.scalars(inside)})
    if not known:
        known.update(_all_below())
    return known.get(department.path, [department.id])


def _all_below() -> dict[str, list[int]]:
    """What is in and below each department, by its path."""
    found: dict[str, list[int]] = {}
    for row in db.session.execute(select(Department.id, Department.path).order_by(Department.id)):
        parts = row.path.split("/")[1:-1]
        for depth in range(len(parts)):
            found.setdefault(f"/{'/'.join(parts[: depth + 1])}/", []).append(row.id)
    return found


def _context(record: Owned) -> dict[str, Any]:
    system = {
        "owner_id": record.owner_id,
        "created_by": record.created_by,
        "department_id": record.department_id,
    }
    return {**record.whole, **{key: value for key, value in system.items() if value is not None}}


def _roles_on(user: User | None, form: Form) -> frozenset[str]:
    """The user's roles that grant him anything on this form."""
    if user is None or not user.active:
        return frozenset()
    return _granting(_roles(user, form.app), form)


def _granting(keys: Iterable[str], form: Form) -> frozenset[str]:
    """Those of these roles that grant anything on a form."""
    roles = lookup.app_info(form.app).roles
    return frozenset(
        key for key in keys if key in roles and any(grant.form == form.key for grant in roles[key].grants)
    )


def _fields(form: Form, roles: Callable[[Form], frozenset[str]]) -> FieldRights:
    rights = _fields_beside_rows(form, roles)
    for key, rows in form.rows.items():
        inner = _fields(rows, lambda each, rows=rows: roles(form if each is rows else each))  # type: ignore[misc]
        if inner is not EVERY_FIELD:
            rights = rights.with_limits_of(inner.as_of_rows(key))
    return rights


def _fields_beside_rows(form: Form, roles: Callable[[Form], frozenset[str]]) -> FieldRights:
    own = _own_fields(form, roles(form)) if _limited(form) else EVERY_FIELD
    unread: set[tuple[str, str]] = set()
    for target, pairs in _shown_through(form).items():
        there = lookup.form_if_any(form.app, target)
        if there is not None:
            unread.update(pair for pair in pairs if _hides(there, pair[1], roles))
    return _with_unread(form, own, frozenset(unread)) if unread else own


def _hides(form: Form, key: str, roles: Callable[[Form], frozenset[str]], hops: int = MAX_HOPS) -> bool:
    """Whether a field may not be seen: itself, or what it shows of other records."""
    if _limited(form) and key in _own_fields(form, roles(form)).hidden:
        return True
    target, shown = _sources(form, key)
    there = lookup.form_if_any(form.app, target) if shown and hops else None
    return there is not None and any(_hides(there, each, roles, hops - 1) for each in shown)


def _sources(form: Form, key: str) -> tuple[str, frozenset[str]]:
    """The form and the fields of it of whose values a look-up or a roll-up tells; none for other fields."""
    if looked_up := form.looked_up(key):
        return looked_up.form, frozenset((looked_up.field,))
    roll_up = roll_ups.of(form).get(key)
    return (roll_up.form, roll_up.shows) if roll_up else ("", frozenset())


@kept(1024)
def _limited(form: Form) -> frozenset[str]:
    """The fields that not every role may see and write."""
    return frozenset(key for key, field in form.fields.items() if field.options.get("access"))


@kept(4096)
def _own_fields(form: Form, roles: frozenset[str]) -> FieldRights:
    hidden, read_only = set(), set()
    for key in _limited(form):
        denied = form.fields[key].options["access"]
        rights = {denied.get(role, "edit") for role in roles}
        if "edit" in rights:
            continue
        if "read" not in rights:
            hidden.add(key)
        elif form.fields[key].type.writable:
            read_only.add(key)
    return FieldRights(frozenset(hidden), frozenset(read_only))


@kept(1024)
def _shown_through(form: Form) -> Mapping[str, frozenset[tuple[str, str]]]:
    """What look-ups, fills and roll-ups show of other records: for each form, the references to it, or the roll-ups
    over it, with fields of it.
    """
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for field in form.fields.values():
        through = form.fields.get(str(field.options.get("through")), field)
        sources = {*field.options.get("fill", {}).values(), *_sources(form, field.key)[1]}
        if sources:
            target, pairs = str(through.options.get("form")), {(through.key, each) for each in sources}
            found[target] = found.get(target, frozenset()) | pairs
    return found


@kept(4096)
def _with_unread(form: Form, own: FieldRights, unread: frozenset[tuple[str, str]]) -> FieldRights:
    """A look-up of what may not be seen where it stands is hidden too, and so is a roll-up over it."""
    showing = (
        key
        for key, field in form.fields.items()
        if any((field.options.get("through", key), each) in unread for each in _sources(form, key)[1])
    )
    return FieldRights(own.hidden.union(showing), own.read_only, unread)
