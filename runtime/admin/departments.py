"""The administrator's pages of departments."""

from flask import Response, flash, make_response, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from runtime.accounts import departments as service
from runtime.accounts.forms import text
from runtime.accounts.models import Department, User
from runtime.admin import admin
from runtime.admin.forms import DepartmentForm, number_or_none
from runtime.db import db
from runtime.errors import Conflict, NotFound
from runtime.htmx import go_to


@admin.get("/departments")
def departments() -> Response:
    """The tree of departments."""
    tree = service.tree()
    managers = {one.manager_id for one in tree if one.manager_id}
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(managers)))
    names = {row.id: row.name for row in rows}
    page = render_template(
        "admin/departments.html", tree=tree, depth=service.depth, managers=names, members=service.members()
    )
    return make_response(page)


@admin.route("/departments/new", methods=["GET", "POST"])
def new_department() -> Response:
    """Add a department."""
    return _edit(DepartmentForm(), Department(path=""))


@admin.route("/departments/<int:department_id>", methods=["GET", "POST"])
def department(department_id: int) -> Response:
    """Rename a department, move it, name its manager."""
    found = db.session.get(Department, department_id)
    if found is None:
        raise NotFound
    data = {"parent_id": found.parent_id or 0, "manager_id": found.manager_id or 0}
    return _edit(DepartmentForm(obj=found, data=data), found)


def _edit(form: DepartmentForm, department: Department) -> Response:
    inside = f"/{department.id}/"
    # It cannot move below itself, so it and what is under it are not offered.
    tree = [one for one in service.tree() if not department.id or inside not in one.path]
    form.offer(tree, db.session.scalars(select(User).where(User.active).order_by(User.name_key, User.id)))
    if not (form.validate_on_submit() and _save(form, department)):
        status = 422 if form.errors else 200
        return make_response(
            render_template("admin/department.html", form=form, department=department), status
        )
    db.session.commit()
    flash(_("%(name)s is saved.", name=department.name))
    return go_to(url_for("admin.departments"))


def _save(form: DepartmentForm, department: Department) -> bool:
    parent_id = number_or_none(form.parent_id.data)
    parent = db.session.get(Department, parent_id) if parent_id else None
    try:
        service.save(department, text(form.name), parent, number_or_none(form.manager_id.data))
    except Conflict as conflict:
        form.name.errors = [conflict.message]
        return False
    return True
