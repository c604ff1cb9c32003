"""Going somewhere by its name: pages, lists, views, new records, records of the app one is in; of what one may read.

Whatever is offered is asked for its rights here and once more where it is opened.
"""

from collections.abc import Callable, Iterable, Iterator
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
from runtime.forms.lists import views
from runtime.htmx import page_or_partial
from runtime.i18n import locale
from runtime.records import query, search
from runtime.shell import Place, places
from runtime.text import localized, search_key

going = Blueprint("going", __name__)
LONGEST = 100
MOST_PLACES = 15
MOST_FORMS = 5
"""Forms of which the records are searched, that of the page first: three statements each."""
RECORDS = 5
"""Of each form that are shown."""
LEAST = 2
"""Letters from which on records are searched; one sign is enough in Chinese."""


@dataclass(frozen=True)
class Target(Place):
    """Somewhere to go, and what that is part of."""

    within: str = ""


@dataclass(frozen=True)
class Spot:
    """Where somebody stands: the app, and in it the definition that the address names; empty for neither."""

    app: str = ""
    kinds: str = ""
    """Such as `forms`."""
    key: str = ""
    designs: bool = False


OFFERS: list[Callable[[User, Spot], Iterable[Target]]] = []
"""Where else a person may go from a spot. Others than the runtime add to it."""


@going.get("/go")
def index() -> Response:
    """What has this name; htmx gets the list alone, as options."""
    user, sought = signed_in_user(), request.args.get("q", "").strip()[:LONGEST].replace("\x00", "")
    at = request.args.get("at", "")
    spot = spot_of(request.headers.get("HX-Current-URL") or at)
    found = [*_named(user, sought, spot), *_records(user, sought, spot)]
    return page_or_partial("home/go.html", "home/_go_options.html", sought=sought, at=at, found=found)


def spot_of(address: str) -> Spot:
    """Where the page of an address is, whatever stands there."""
    try:
        parts = urlsplit(address).path.split("/")[1:]
    except ValueError:
        return Spot()
    if parts[0:1] != ["apps"]:
        return Spot()
    _apps, app, kinds, key, rest = (*parts[:5], *[""] * (5 - len(parts[:5])))
    return Spot(app, kinds, key, rest == "design")


def _named(user: User, sought: str, spot: Spot) -> list[Target]:
    """The places whose names hold all words, the best first, of equal ones those of the app one is in."""
    words = search.words_of(sought)
    known = {each.url: each for each in _places(user, spot, views_too=bool(words))}
    found = []
    for each in known.values():
        rank = _rank(each, words)
        if rank is not None:
            elsewhere = not (spot.app and each.url.startswith(f"/apps/{spot.app}/"))
            found.append(((rank, elsewhere), each))
    return [each for _rank, each in sorted(found, key=lambda pair: pair[0])][:MOST_PLACES]


def _rank(target: Target, words: list[str]) -> int | None:
    """0 where a word of the name, or its pinyin, begins so, 1 where the name has all words, 2 where they are found only
    together with what it is part of; None where they are not.
    """
    name = search_key(target.title)
    if all(word in name for word in words):
        return 0 if not words or any(own.startswith(words[0]) for own in name.split()) else 1
    whole = search_key(f"{target.title} {target.within}")
    return 2 if all(word in whole for word in words) else None


def _places(user: User, spot: Spot, *, views_too: bool) -> Iterator[Target]:
    readable: list[Form] = []
    for app in lookup.apps():
        if can(user, "read", app):
            title = localized(app.title, locale(), app.default_locale)
            yield Target(f"/apps/{app.key}/", app.icon or "apps", title)
            for form in lookup.forms(app.key):
                readable += [form] if can(user, "read", form) else []
                yield from _of_form(user, app, form, title)
            yield from (Target(each.url, each.icon, each.title, within=title) for each in places(app.key))
    yield from _views(user, readable) if views_too else ()
    yield from (target for offer in OFFERS for target in offer(user, spot))
    yield from _pages(user)


def _pages(user: User) -> Iterator[Target]:
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


def _views(user: User, forms: list[Form]) -> Iterator[Target]:
    for form, ref, title in views.named(user, forms, locale()):
        url = url_for("forms.list_records", app=form.app, form=form.key, view=ref)
        yield Target(url, "bookmark", title, within=localized(form.title, locale()))


def _records(user: User, sought: str, spot: Spot) -> Iterator[Target]:
    """The first records that a quick search finds, of a few forms of the app."""
    if (len(sought) < LEAST and sought.isascii()) or not any(app.key == spot.app for app in lookup.apps()):
        return
    readable = [form for form in lookup.forms(spot.app) if can(user, "read", form)]
    readable.sort(key=lambda form: (spot.kinds, spot.key) != ("forms", form.key))
    for form in readable[:MOST_FORMS]:
        title = localized(form.title, locale())
        for record in query.glance(user, form, sought, RECORDS):
            url = url_for("forms.show_record", app=spot.app, form=form.key, record_id=record.id)
            yield Target(url, form.icon or "forms", query.title(form, record), within=title)
