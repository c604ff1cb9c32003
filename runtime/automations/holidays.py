"""The holidays of an app, as its own document lists them."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from runtime.definitions.documents import AppInfo, Document


def calendar(document: Document) -> Mapping[date, bool]:
    """Whether people work on the days that an app's document lists; the week decides about all others."""
    return {
        date.fromisoformat(listed["date"]): bool(listed.get("working", False))
        for listed in document.get("holidays", ())
    }


@lru_cache(256)
def of(app: AppInfo) -> Mapping[date, bool]:
    """The calendar of an app in force."""
    return calendar(app.document)
