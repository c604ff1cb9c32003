"""The language in which somebody fills in a public form: what he chose last on it, else what his browser asks for."""

from typing import Any

from flask import g, request, url_for

from runtime import i18n
from runtime.fields import Reader

NAME = "lang"
SENT = "_lang"
_TOLD = ("mailed", "apart")  # of a page, in its address
_DRAWN_AT = {"public_later.mail": "public_later.kept"}  # a page that is drawn by a post, and where it is got


def speak(zone: str) -> None:
    """Answer in the language that the page or its address names; in frames browsers keep our cookies back."""
    if name := chosen():
        i18n.switch(name)
    g.reader = Reader(i18n.locale(), zone)


def chosen() -> str:
    """The language that was chosen on this form, "" for none."""
    pressed = request.form.get("_do", "").partition(":")[2]
    asked = pressed if is_pressed() else request.form.get(SENT) or request.args.get(NAME, "")
    return asked if asked in i18n.LANGUAGES else ""


def is_pressed() -> bool:
    """Whether this was sent by the button for the other language."""
    return request.form.get("_do", "").startswith("language:")


def there(endpoint: str, **place: Any) -> str:
    """The address of another page of the form, in the language that was chosen."""
    spoken: dict[str, Any] = {NAME: chosen() or None}
    return url_for(endpoint, **place, **spoken)


def other() -> str:
    """This page in the other language."""
    assert request.endpoint is not None
    query = {name: texts for name, texts in request.args.lists() if name.startswith("f.") or name in _TOLD}
    name = next(each for each in i18n.LANGUAGES if each != i18n.locale())
    query[NAME] = [name]
    place: dict[str, Any] = {**(request.view_args or {}), **query}
    return url_for(_DRAWN_AT.get(request.endpoint, request.endpoint), **place)
