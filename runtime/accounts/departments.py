"""The tree of departments. `path` holds the ids from the root, so "and below" is a prefix."""

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.errors import Conflict


def tree() -> list[Department]:
    """All departments, each after its parent, siblings by name."""
    below: dict[int | None, list[Department]] = {}
    for department in db.session.scalars(select(Department).order_by(Department.name_key)):
        below.setdefault(department.parent_id, []).append(department)
    return _under(None, below)


def _under(parent: int | None, below: dict[int | None, list[Department]]) -> list[Department]:
    return [one for child in below.get(parent, []) for one in (child, *_under(child.id, below))]


def depth(department: Department) -> int:
    """How many departments stand above it."""
    return department.path.count("/") - 2


def members() -> dict[int, int]:
    """How many active users each department has itself."""
    rows = db.session.execute(
        select(User.department_id, func.count().label("number"))
        .where(User.active, User.department_id.is_not(None))
        .group_by(User.department_id)
    )
    return {row.department_id: row.number for row in rows}


def save(department: Department, name: str, parent: Department | None, manager_id: int | None) -> None:
    """Store name, place and manager; Conflict when the name is taken or the parent lies below it."""
    same = select(Department.id).where(Department.name == name, Department.id != (department.id or 0))
    if db.session.scalar(same) is not None:
        raise Conflict(_("Another department has this name already."), code="name_taken")
    if parent is not None and department.id and f"/{department.id}/" in parent.path:
        raise Conflict(_("A department cannot stand below itself."), code="below_itself")
    department.name, department.manager_id = name, manager_id
    department.parent_id = parent.id if parent else None
    db.session.add(department)
    db.session.flush()
    _set_path(department, f"{parent.path if parent else '/'}{department.id}/")


def _set_path(department: Department, path: str) -> None:
    old, department.path = department.path, path
    if old and old != path:
        db.session.execute(
            update(Department)
            .where(Department.path.startswith(old, autoescape=True), Department.id != department.id)
            .values(path=path + func.substr(Department.path, len(old) + 1))
            .execution_options(synchronize_session="fetch")
        )
    db.session.flush()
