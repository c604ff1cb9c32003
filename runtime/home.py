"""The first page after sign-in: the apps a person can see, and what to do next."""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import exists, func, select

from runtime import inbox
from runtime.access import can
from runtime.accounts.models import Department, User, UserRole
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import AppInfo
from runtime.forms.drafts import pages as drafts
from runtime.i18n import locale
from runtime.shell import Place
from runtime.text import localized

home = Blueprint("home", __name__)
NEW_BUTTONS = 5
NOTICES = 5
DRAFTS = 3


@dataclass(frozen=True)
class Card:
    """An app on the home page; `news` are the forms in which the person can fill a new record."""

    url: str
    icon: str
    title: str
    description: str
    news: tuple[Place, ...]


@dataclass(frozen=True)
class Todo:
    """One step of getting started."""

    done: bool
    title: str
    text: str
    url: str


@home.get("/")
def index() -> Response:
    """Apps, notices, and for an administrator the steps of getting started."""
    user = signed_in_user()
    cards = [_card(user, app) for app in lookup.apps() if can(user, "read", app)]
    administers = can(user, "administer", "platform")
    context = {
        "user": user,
        "cards": cards,
        "administers": administers,
        "steps": _unless_done(_steps()) if administers else [],
        "drafts": drafts.listed(user, DRAFTS),
        "notices": inbox.newest(user, NOTICES, unread_only=True),
    }
    return make_response(render_template("home/index.html", **context))


def _card(user: User, app: AppInfo) -> Card:
    def text(title: object) -> str:
        return localized(title, locale(), app.default_locale) if title else ""  # type: ignore[arg-type]

    url = f"/apps/{app.key}/"
    news = [
        Place(f"{url}forms/{form.key}/new", "plus", text(form.title))
        for form in lookup.forms(app.key)
        if can(user, "create", form)
    ]
    return Card(
        url,
        app.icon or "apps",
        text(app.title),
        text(app.document.get("description")),
        tuple(news[:NEW_BUTTONS]),
    )


def _unless_done(steps: list[Todo]) -> list[Todo]:
    return [] if all(step.done for step in steps) else steps


def _steps() -> list[Todo]:
    people = db.session.scalar(select(func.count(User.id)).where(User.active)) or 0
    managed = db.session.scalar(select(exists().where(Department.manager_id.is_not(None))))
    return [
        Todo(
            people > 1,
            _("Add the people you work with"),
            _("Each gets a link of their own to choose a password."),
            url_for("admin.users"),
        ),
        Todo(
            bool(managed),
            _("Make a department and name its manager"),
            _("Managers get copies of reminders and see the records of their department."),
            url_for("admin.departments"),
        ),
        Todo(
            _somebody_has_a_role(),
            _("Give people a role in an app"),
            _("Without a role nobody but an administrator sees the app."),
            url_for("admin.users"),
        ),
    ]


def _somebody_has_a_role() -> bool:
    return bool(db.session.scalar(select(exists().where(UserRole.id.is_not(None)))))
