"""Language and zone of the person who reads: negotiation, catalogues, and texts of moments."""

import os
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, format_datetime, format_time, refresh
from flask_babel import gettext as _
from flask_login import current_user
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from runtime import config
from runtime.fields import Reader
from runtime.text import LOCALES
from runtime.times import now

TRANSLATIONS = Path(config.ROOT) / "runtime" / "translations"
LOCALE_COOKIE = "locale"
LANGUAGES = {"en": "English", "zh": "中文"}  # each in its own language, so that its readers find it
HTML_LANG = {"en": "en", "zh": "zh-CN"}
DEFAULT_ZONE = "UTC"


def init_app(app: Flask) -> None:
    """Compile stale catalogues and connect Flask-Babel."""
    compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    _Babel(app, locale_selector=_locale_or_none, timezone_selector=_zone_or_none)
    texts = _Babel.domain_instance
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: texts.get_translations().ugettext(text),
        ngettext=lambda one, many, count: texts.get_translations().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _in_templates(texts)
    app.jinja_env.filters.update(moment=moment_text, clock=clock_text, ago=ago)
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, html_lang=html_lang)


def _in_templates(texts: Domain) -> Callable[..., str]:
    """What `_` does in templates, as Jinja has it: but a page has dozens of texts, of which most never vary."""

    @pass_eval_context
    def gettext(context: EvalContext, text: str, **variables: Any) -> str:
        found = _said(texts.get_translations(), text, context.autoescape)
        return found % variables if variables or "%" in found else found

    return gettext


@lru_cache(8_000)
def _said(translations: Any, text: str, is_markup: bool) -> str:
    found: str = translations.ugettext(text)
    return Markup(found) if is_markup else found  # noqa: S704


class _Catalogue(Domain):  # type: ignore[misc]
    """The texts of the language of the request, asked for at the first text instead of at every one."""

    def get_translations(self) -> Any:
        """Kept under the name that Flask-Babel drops when the language is switched or forced."""
        try:
            own = g._get_current_object()
        except RuntimeError:  # nobody asks
            return super().get_translations()
        found = getattr(getattr(own, "_flask_babel", None), "babel_translations", None)
        if found is None:
            found = super().get_translations()
            own._flask_babel.babel_translations = found
        return found


class _Babel(Babel):  # type: ignore[misc]
    domain_instance = _Catalogue()


def compile_catalogues() -> None:
    """Write the .mo of every .po that has none or an older one."""
    for source in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    # Several processes start at once: each writes its own file, the last rename wins.
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        write_mo(file, catalogue)
    Path(name).replace(target)


def negotiate(accepted: LanguageAccept) -> str:
    """The first of a browser's languages that we speak. Every Chinese tag (zh-Hans-CN, zh-TW) means zh."""
    for tag, quality in accepted:
        primary = tag.lower().replace("_", "-").split("-")[0]
        if quality > 0 and primary in LOCALES:
            return primary
    return LOCALES[0]


def locale() -> str:
    """The language of this request: the user's setting, else the cookie, else what the browser asks for."""
    if "locale" not in g:
        g.locale = _users_locale() or _browsers_locale()
    chosen: str = g.locale
    return chosen


def _users_locale() -> str | None:
    return current_user.locale if current_user.is_authenticated else None


def _browsers_locale() -> str:
    cookie = request.cookies.get(LOCALE_COOKIE, "")
    return cookie if cookie in LOCALES else negotiate(request.accept_languages)


def reader() -> Reader:
    """How this person reads texts: language and zone."""
    zone = current_user.zone if current_user.is_authenticated else ""
    return Reader(locale(), zone or DEFAULT_ZONE)


def switch(name: str) -> None:
    """Say the rest of this request in another language."""
    g.locale = name
    refresh()


def without_database() -> None:
    """Settle the language from the browser alone: the page to come reports that something broke."""
    g.setdefault("locale", _browsers_locale())


def html_lang() -> str:
    """The `lang` attribute of the page."""
    return HTML_LANG[locale()]


@cache
def zones() -> list[str]:
    """Every zone that a person can choose, the cities of a continent together."""
    cities = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [*sorted(cities), "UTC"]


def moment_text(moment: datetime) -> str:
    """Date and time in the reader's language and zone."""
    return str(format_datetime(moment))


def clock_text(moment: datetime) -> str:
    """The time of day in the reader's language and zone."""
    return str(format_time(moment, "short"))


def ago(moment: datetime) -> str:
    """How long ago a moment was, in words; `just now` within a minute."""
    passed = now() - moment
    if timedelta(0) <= passed < timedelta(minutes=1):
        return str(_("just now"))
    return format_timedelta(-passed, add_direction=True, locale=locale())


def _locale_or_none() -> str | None:
    return locale() if has_request_context() else None


def _zone_or_none() -> str | None:
    if not has_request_context() or "reader" not in g:
        return None
    return str(ZoneInfo(g.reader.zone))
