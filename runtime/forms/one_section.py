"""A record of which one section is filled: what is wrong elsewhere is told, too."""

from collections.abc import Mapping
from typing import Any

from runtime.forms.pages import Filling
from runtime.forms.shown import ShownSection
from runtime.text import localized


def keys(sections: list[ShownSection]) -> set[str]:
    """The fields that are filled; "" for what belongs to none."""
    return {"", *(one.key for section in sections for row in section.rows for one in row)}


def told(filling: Filling, here: set[str], known: Mapping[str, Any]) -> dict[str, object]:
    """What is to tell of fields beside those that are filled `here`: by their titles, for no link leads to them."""
    told: dict[str, object] = {}
    for kind in ("problems", "cautions"):
        told[kind] = [_or_by_title(filling, here, name, words) for name, words in known[kind]]
    names = [name for kind in ("problems", "cautions") for name, _words in known[kind]]
    return {**told, "elsewhere": any(name.partition(".")[0] not in here for name in names)}


def _or_by_title(filling: Filling, here: set[str], name: str, words: str) -> tuple[str, str]:
    key = name.partition(".")[0]
    if key in here:
        return name, words
    title = localized(filling.form.fields[key].title, filling.reader.locale)
    return "", words if title in words else f"{title}: {words}"
