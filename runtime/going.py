"""Going somewhere by its name: pages, forms, new records, and records of the app one is in; of what one may read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from runtime.access import can
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.definitions import lookup
from runtime.definitions.documents import AppInfo, Form
from runtime.htmx import page_or_partial
from runtime.i18n import locale
from runtime.records import query, search
from runtime.shell import Place, places
from runtime.text import localized, search_key

going = Blueprint("going", __name__)
LONGEST = 100
MOST_PLACES = 20
MOST_FORMS = 12
"""Forms of which the records are searched."""
RECORDS = 4
"""Of each form that are shown."""
LEAST = 2
"""Characters from which on records are searched."""


@dataclass(frozen=True)
class Target(Place):
    """Somewhere to go, and where that is."""

    within: str = ""


@going.get("/go")
def index() -> Response:
    """What has this name; htmx gets the list alone."""
    user, sought = signed_in_user(), request.args.get("q", "").strip()[:LONGEST].replace("\x00", "")
    here = request.args.get("app") or _app_of(request.headers.get("HX-Current-URL", ""))
    found = [*_named(user, sought, here), *_records(user, sought, here)]
    return page_or_partial("home/go.html", "home/_go.html", sought=sought, go_app=here, found=found)


def _app_of(address: str) -> str:
    try:
        parts = urlsplit(address).path.split("/")
    except ValueError:
        return ""
    return parts[2] if len(parts) > 2 and parts[1] == "apps" else ""


def _named(user: User, sought: str, here: str) -> list[Target]:
    """The places whose names hold all words, those of the app one is in first."""
    words = search.words_of(sought)
    known = sorted(_places(user), key=lambda each: here == "" or f"/apps/{here}/" not in each.url)
    return [
        each for each in known if all(word in search_key(f"{each.title} {each.within}") for word in words)
    ][:MOST_PLACES]


def _places(user: User) -> Iterator[Target]:
    for app in lookup.apps():
        if can(user, "read", app):
            title = localized(app.title, locale(), app.default_locale)
            yield Target(f"/apps/{app.key}/", app.icon or "apps", title)
            for form in lookup.forms(app.key):
                yield from _of_form(user, app, form, title)
            yield from (Target(each.url, each.icon, each.title, within=title) for each in places(app.key))
    yield Target(url_for("home.index"), "home", _("Home"))
    yield Target(url_for("inbox.index"), "inbox", _("Inbox"))
    yield Target(url_for("drafts.index"), "notes", _("Drafts"))
    yield Target(url_for("accounts.profile"), "user-circle", _("Profile"))
    yield from (Target(each.url, each.icon, each.title) for each in places())
    if can(user, "administer", "platform"):
        yield Target(url_for("admin.users"), "users", _("Users"))
        yield Target(url_for("admin.departments"), "sitemap", _("Departments"))
        yield Target(url_for("admin.runs"), "bolt", _("Automation runs"))
        yield Target(url_for("admin.deliveries"), "send", _("Deliveries"))


def _of_form(user: User, app: AppInfo, form: Form, within: str) -> Iterator[Target]:
    title = localized(form.title, locale(), app.default_locale)
    place: dict[str, Any] = {"app": app.key, "form": form.key}
    if can(user, "read", form):
        yield Target(url_for("forms.list_records", **place), form.icon or "forms", title, within=within)
    if can(user, "create", form):
        new = _("New: %(form)s", form=title)
        yield Target(url_for("forms.new_record", **place), "plus", new, within=within)


def _records(user: User, sought: str, here: str) -> Iterator[Target]:
    """The first records of each form of the app that a quick search finds."""
    if len(sought) < LEAST or not any(app.key == here for app in lookup.apps()):
        return
    readable = [form for form in lookup.forms(here) if can(user, "read", form)]
    for form in readable[:MOST_FORMS]:
        title = localized(form.title, locale())
        for record in query.page(user, form, search=sought, limit=RECORDS, total=False).items:
            url = url_for("forms.show_record", app=here, form=form.key, record_id=record.id)
            yield Target(url, form.icon or "forms", query.title(form, record), within=title)
