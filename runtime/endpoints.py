"""Marks on view functions. Without a mark a view needs a signed-in person and may write."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """The view answers people who have not signed in."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def reads_only(view: View) -> View:
    """The view begins by reading, though it is asked by POST: what writes, it does in `writing()`."""
    view.reads_only = True  # type: ignore[attr-defined]
    return view


def from_anywhere(view: View) -> View:
    """The view may be sent to without a token of ours, as from a page in a frame of another site, where browsers keep
    our cookies back: it does nothing in the name of whoever is signed in.
    """
    view.from_anywhere = True  # type: ignore[attr-defined]
    return view


def takes_files(view: View) -> View:
    """The view takes files, so that what is sent to it may be large."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def marked(mark: str) -> bool:
    """Whether the view of the present request carries the mark."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, mark, False))


def is_api() -> bool:
    """Whether the caller is a program that speaks JSON and shows a bearer token."""
    return request.path.startswith("/api/")


def id_argument(name: str) -> int | None:
    """An id in the query of the address; None when there is none, or something that cannot be one."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
