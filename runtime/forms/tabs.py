"""The sections of a page by the tabs in which they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol


class InTab(Protocol):
    """A section as a page shows it: key and title of its tab, and how many of its fields have an error."""

    @property
    def tab(self) -> str: ...
    @property
    def tab_title(self) -> str: ...
    @property
    def errors(self) -> int: ...
    @property
    def rows(self) -> Sequence[Sequence[Any]]: ...


@dataclass(frozen=True)
class ShownTab:
    """A tab with its sections; the key is "" in a form without tabs."""

    key: str
    title: str
    sections: Sequence[InTab]

    @property
    def errors(self) -> int:
        """How many of its fields have an error."""
        return sum(section.errors for section in self.sections)


def in_tabs(sections: Iterable[InTab]) -> list[ShownTab]:
    """The tabs that have something to show, in their order."""
    groups = ((tab, list(among)) for tab, among in groupby(sections, key=lambda section: section.tab))
    return [ShownTab(tab, among[0].tab_title, among) for tab, among in groups]
