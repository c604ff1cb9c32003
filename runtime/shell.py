"""What the frame around every page shows: navigation, unread notices, theme, icons."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from runtime import inbox
from runtime.access import can
from runtime.accounts.models import User
from runtime.assets import asset
from runtime.definitions import lookup
from runtime.definitions.documents import AppInfo
from runtime.fields import rich_text
from runtime.i18n import locale
from runtime.notifications.markdown import html
from runtime.text import localized

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
SPRITE = "vendor/tabler-icons-3.51.0.svg"


@dataclass(frozen=True)
class Place:
    """Somewhere to go; `forms` are filled for the app that the person is in."""

    url: str
    icon: str
    title: str
    forms: tuple["Place", ...] = ()


@dataclass(frozen=True)
class Places:
    """Where a person may go: the apps, and what an administrator and a designer have besides."""

    apps: tuple[Place, ...]
    administers: bool
    more: tuple[Place, ...]


@dataclass(frozen=True)
class Shell:
    """The frame of a signed-in person."""

    places: Places
    unread: int


PLACES: list[Callable[[User, str | None], list[Place]]] = []
"""Where else a person may go: from home (no app), or from the pages of an app. Others than the runtime add to it."""


def init_app(app: Flask) -> None:
    """Give the templates what the frame needs."""
    app.jinja_env.globals.update(
        asset=asset,
        icon=icon,
        theme=theme,
        here=here,
        shell=shell,
        markdown=markdown,
        rich=rich,
        places=places,
        navigation=navigation,
    )


def shell() -> Shell | None:
    """The frame for the person who asks; None for people without a session."""
    if not current_user.is_authenticated:
        return None
    user: User = current_user._get_current_object()
    apps = tuple(_app_place(user, app) for app in lookup.apps() if can(user, "read", app))
    administers = can(user, "administer", "platform")
    return Shell(Places(apps, administers, tuple(places())), inbox.unread(user))


def navigation(found: Places) -> Markup:
    """The links to the places, with a mark on the present one."""
    path = request.path
    within = any(place.url == path for app in found.apps for place in (app, *app.forms))
    is_place = within or any(place.url == path for place in found.more)
    inside = path.startswith("/apps/")
    return _navigation(found, path if is_place or not inside else "", locale())


@lru_cache(maxsize=500)
def _navigation(found: Places, path: str, _locale: str) -> Markup:
    template = current_app.jinja_env.get_template("_navigation.html")
    return Markup(template.module.navigation(found, path))  # type: ignore[attr-defined]  # noqa: S704


def places(app: str | None = None) -> list[Place]:
    """Where else the signed-in person may go from home, or from the pages of an app."""
    user: User = current_user._get_current_object()
    return [place for offer in PLACES for place in offer(user, app)]


def _app_place(user: User, app: AppInfo) -> Place:
    url = f"/apps/{app.key}/"
    inside = request.path.startswith(url)
    forms = (*_form_places(user, app, url), *places(app.key)) if inside else ()
    return Place(url, app.icon or "apps", localized(app.title, locale(), app.default_locale), forms)


def _form_places(user: User, app: AppInfo, url: str) -> tuple[Place, ...]:
    return tuple(
        Place(
            f"{url}forms/{form.key}/",
            form.icon or "forms",
            localized(form.title, locale(), app.default_locale),
        )
        for form in lookup.forms(app.key)
        if can(user, "read", form)
    )


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; decoration unless it has a label."""
    return _icon(asset(SPRITE), name, label)


@lru_cache(maxsize=1000)
def _icon(sprite: str, name: str, label: str) -> Markup:
    meaning = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}"></use></svg>').format(
        meaning, f"{sprite}#tabler-{name}"
    )


def markdown(body: str) -> Markup:
    """The Markdown of a message as HTML; what could run or load anything is removed there."""
    return Markup(html(body))  # noqa: S704


def rich(value: str) -> Markup:
    """Formatted text of a field as HTML; cleaned on the way in, and here once more."""
    return Markup(rich_text.shown(value))  # noqa: S704


def theme() -> str:
    """The theme this browser chose, or that this page is to be seen in: auto, light or dark."""
    chosen = g.get("theme") or request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


def theme_names() -> dict[str, str]:
    """The themes by their names in the reader's language."""
    return {"auto": _("Like the device"), "light": _("Light"), "dark": _("Dark")}


def here() -> str:
    """The present page as a path with its query, to come back to."""
    return request.full_path.rstrip("?")
