"""Whom a message goes to: people named by a field, as somebody's manager, by a role, by a department, by their
address, or as who started it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from runtime.accounts.models import Department, User, UserRole
from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.fields import JsonValue

KINDS = ("field", "manager_of", "role", "department", "user", "starter")
PARTS = ("to", "cc")
SYSTEM_FIELDS = ("created_by", "owner_id")
STARTER = "starter"
OWNERS = "department_id"  # the department of the record's owner

SENTENCES = {
    "recipient_kind": _l(
        "Choose one of: a field, the manager of a person, a role, a department, a person, who started it."
    ),
    "recipient_unknown": _l("A recipient has no setting “%(name)s”."),
    "recipient_part": _l("A recipient is “to” or “cc”."),
    "recipient_starter": _l("Write true to send to who started it."),
    "recipient_field": _l("“%(name)s” is no field with a person."),
    "recipient_role": _l("There is no role “%(name)s” in this app."),
    "recipient_department": _l("“%(name)s” is no field with a department."),
    "recipient_user": _l("Write an e-mail address."),
    "recipient_nobody": _l("Choose at least one recipient."),
}

REASONS = {
    "empty": _l("the field is empty"),
    "gone": _l("the account no longer exists"),
    "inactive": _l("the account is switched off"),
    "no_manager": _l("there is no manager"),
    "no_starter": _l("nobody started it"),
    "role_empty": _l("nobody has the role"),
    "department_empty": _l("nobody is in the department"),
}


class Recipient(NamedTuple):
    """A person who gets the message, and whether it is for them (`to`) or a copy (`cc`)."""

    user: User
    part: str


class Skipped(NamedTuple):
    """A recipient that came to nobody: where it was asked for, who it would be, a key of REASONS."""

    source: str
    user: User | None
    reason: str


class Resolved(NamedTuple):
    """Whom to send to, each person once, and who was left out and why."""

    recipients: list[Recipient]
    skipped: list[Skipped]


@dataclass(frozen=True)
class Spec:
    """One recipient of a document: its kind, what it names, `to` or `cc`."""

    kind: str
    name: str
    part: str

    @property
    def source(self) -> str:
        """How the document puts it: `manager_of owner`."""
        return STARTER if self.kind == STARTER else f"{self.kind} {self.name}"


@dataclass(frozen=True)
class _Case:
    """What the recipients are looked up in."""

    session: Session
    app: str
    people: Mapping[str, int | None]
    departments: Mapping[str, int | None]


def resolve(
    session: Session,
    specs: Sequence[Mapping[str, Any]],
    form: Form,
    values: Mapping[str, JsonValue],
    record_meta: Mapping[str, int | None],
    starter: User | None,
) -> Resolved:
    """The people whom `specs` mean for one record.

    `record_meta` has `created_by`, `owner_id` and `department_id`. Who is meant twice gets it once, rather as `to`.
    """
    people = {key: values.get(key) for key in _of_type(form, "member")}
    people |= {key: record_meta.get(key) for key in SYSTEM_FIELDS}
    people[STARTER] = starter.id if starter else None
    departments = {key: values.get(key) for key in _of_type(form, "department")}
    departments[OWNERS] = record_meta.get(OWNERS)
    case = _Case(session, form.app, people, departments)
    parts: dict[int, Recipient] = {}
    skipped: dict[Skipped, None] = {}
    for spec in map(_parsed, specs):
        for found in _found(spec, case):
            if isinstance(found, Skipped):
                skipped[found] = None
            elif found.id not in parts or spec.part == "to":
                parts[found.id] = Recipient(found, spec.part)
    return Resolved(list(parts.values()), list(skipped))


def _parsed(spec: Mapping[str, Any]) -> Spec:
    kind = next(kind for kind in KINDS if kind in spec)
    return Spec(kind, STARTER if kind == STARTER else str(spec[kind]), spec.get("as", "to"))


def _found(spec: Spec, case: _Case) -> Iterator[User | Skipped]:
    if spec.kind in _GROUPS:
        yield from _GROUPS[spec.kind](spec, case)
        return
    user_id = case.people.get(spec.name)
    if user_id is None:
        yield Skipped(spec.source, None, "no_starter" if spec.name == STARTER else "empty")
        return
    user = case.session.get(User, user_id)
    if user is None:
        yield Skipped(spec.source, None, "gone")
    elif spec.kind == "manager_of":
        yield _active(spec, manager_of(case.session, user), "no_manager")
    else:
        yield _active(spec, user, "gone")


def _active(spec: Spec, user: User | None, missing: str) -> User | Skipped:
    if user is None:
        return Skipped(spec.source, None, missing)
    return user if user.active else Skipped(spec.source, user, "inactive")


def _of_role(spec: Spec, case: _Case) -> Iterator[User | Skipped]:
    holders = select(UserRole.user_id).where(UserRole.app == case.app, UserRole.role == spec.name)
    yield from _all(spec, case, User.id.in_(holders), "role_empty")


def _of_department(spec: Spec, case: _Case) -> Iterator[User | Skipped]:
    department_id = case.departments.get(spec.name)
    if department_id is None:
        yield Skipped(spec.source, None, "empty")
        return
    yield from _all(spec, case, User.department_id == department_id, "department_empty")


def _by_address(spec: Spec, case: _Case) -> Iterator[User | Skipped]:
    yield from _all(spec, case, User.email == spec.name.lower(), "gone")


def _all(spec: Spec, case: _Case, wanted: ColumnElement[bool], nobody: str) -> Iterator[User | Skipped]:
    users = case.session.scalars(select(User).where(wanted).order_by(User.id)).unique().all()
    if not users:
        yield Skipped(spec.source, None, nobody)
    for user in users:
        yield _active(spec, user, "gone")


_GROUPS: Mapping[str, Callable[[Spec, _Case], Iterator[User | Skipped]]] = {
    "role": _of_role,
    "department": _of_department,
    "user": _by_address,
}


def manager_of(session: Session, user: User) -> User | None:
    """The manager of the person's department; who manages it has the one above. None when there is nobody.

    A department without a manager is passed over in the same way.
    """
    seen: set[int] = set()
    department_id = user.department_id
    while department_id is not None and department_id not in seen:
        seen.add(department_id)
        department = session.get(Department, department_id)
        if department is None:
            return None
        if department.manager_id is not None and department.manager_id != user.id:
            return session.get(User, department.manager_id)
        department_id = department.parent_id
    return None


def check_specs(
    specs: Sequence[Mapping[str, Any]], form: Form, roles: Collection[str] | None = None
) -> list[Problem]:
    """What is wrong with the recipients of a document; paths begin at the list, `roles` are the app's."""
    if not specs:
        return [_problem((), "recipient_nobody")]
    return [
        problem for index, spec in enumerate(specs) for problem in _spec_problems(index, spec, form, roles)
    ]


def _spec_problems(
    index: int, spec: Mapping[str, Any], form: Form, roles: Collection[str] | None
) -> Iterator[Problem]:
    for name in spec:
        if name not in (*KINDS, "as"):
            yield _problem((index, name), "recipient_unknown", name=name)
    if spec.get("as", "to") not in PARTS:
        yield _problem((index, "as"), "recipient_part")
    kinds = [kind for kind in KINDS if kind in spec]
    if len(kinds) != 1:
        yield _problem((index,), "recipient_kind")
        return
    code = _fault(kinds[0], spec[kinds[0]], form, roles)
    if code:
        yield _problem((index, kinds[0]), code, name=str(spec[kinds[0]]))


def _fault(kind: str, named: object, form: Form, roles: Collection[str] | None) -> str:
    if kind == STARTER:
        return "" if named is True else "recipient_starter"
    if kind == "role":
        known = isinstance(named, str) and (roles is None or named in roles)
        return "" if known else "recipient_role"
    if kind == "user":
        return "" if isinstance(named, str) and "@" in named else "recipient_user"
    if kind == "department":
        return "" if named in (OWNERS, *_of_type(form, "department")) else "recipient_department"
    people = {*SYSTEM_FIELDS, *_of_type(form, "member")}
    if kind == "manager_of":
        people.add(STARTER)
    return "" if named in people else "recipient_field"


def _of_type(form: Form, name: str) -> list[str]:
    return [key for key, field in form.fields.items() if field.type.name == name]


def _problem(path: tuple[str | int, ...], code: str, **params: object) -> Problem:
    return Problem(path, code, str(SENTENCES[code]) % params, params)
