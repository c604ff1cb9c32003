"""The tabs of the designer, one file each.

A plug-in has `kind` (of the definition that it is a tab of), `name` (the last part of its address), `title`,
`order`, `template` and `context(studio)`, what the template draws. A tab posts commands; whatever else it
does has a file in `builder.routes`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from builder.studio import Studio
from runtime.registry import Registry


class Screen(Protocol):
    """One tab. `name` is unique among all screens: kind and tab, such as `form.fields`."""

    name: str
    kind: str
    tab: str
    title: Any
    order: int
    template: str

    def count(self, studio: Studio) -> int | None:
        """A number behind the title, such as how many rules there are; None for none."""
        ...

    def context(self, studio: Studio) -> Mapping[str, Any]: ...


SCREENS: Registry[Screen] = Registry(__name__)


def screens(kind: str) -> list[Screen]:
    """The tabs of a kind of definition, in their order."""
    return sorted((screen for screen in SCREENS.values() if screen.kind == kind), key=lambda s: s.order)


def screen(kind: str, tab: str) -> Screen | None:
    """One tab; the first one for an empty name."""
    return next((each for each in screens(kind) if tab in ("", each.tab)), None)


__all__ = ["SCREENS", "Screen", "screen", "screens"]
