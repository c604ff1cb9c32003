"""Uninstalling an app: gone from every page at once. Its tables stay, for columns are only ever added, and
installing it again brings the records back.
"""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from builder import definitions, drafts
from builder.models_packages import InstalledPackage
from runtime.accounts.models import User, UserRole
from runtime.automations.models import Timer
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.models import App, Definition
from runtime.errors import Conflict, NotFound
from runtime.records import tables
from runtime.text import Title


@dataclass(frozen=True)
class Loss:
    """What is no longer seen or done: forms with how many records, automations, planned moments, people."""

    forms: tuple[tuple[Title, int], ...]
    automations: int
    timers: int
    people: int


def loss(app: str) -> Loss:
    """What uninstalling takes away; NotFound for an app that there is not."""
    definitions.app_document(app)
    forms = tuple((form.title, _records(form)) for form in lookup.forms(app))
    ids = [automation.definition_id for automation in lookup.automations(app)]
    timers = select(func.count(Timer.id)).where(Timer.automation_id.in_(ids), Timer.state == "planned")
    people = select(func.count(func.distinct(UserRole.user_id))).where(UserRole.app == app)
    return Loss(forms, len(ids), db.session.scalar(timers) or 0, db.session.scalar(people) or 0)


def _records(form: Form) -> int:
    return db.session.scalar(select(func.count()).select_from(tables.table(form))) or 0


def uninstall(user: User | None, app: str, typed: str, names: list[str]) -> None:
    """Take every definition of an app out of force and its drafts away. Conflict unless one of its names was
    typed.
    """
    drafts.require_designer(user)
    drafts.lock(app)
    owner = db.session.scalar(select(App).where(App.key == app))
    if owner is None:
        raise NotFound(_("There is no such app."))
    if typed.strip() not in names:
        raise Conflict(_("Type the name of the app to uninstall it."), code="name")
    found = db.session.scalars(select(Definition).where(Definition.app_id == owner.id)).all()
    definitions.take_out(found)
    db.session.execute(delete(InstalledPackage).where(InstalledPackage.app_id == owner.id))
    owner.package_version = ""
    db.session.flush()
