"""A form of several pages: all of it is sent each time, one part of it is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from runtime.forms.shown import ShownSection
from runtime.forms.tabs import ShownTab, in_tabs


@dataclass(frozen=True)
class Steps:
    """The pages that there are now, and at which of them somebody is."""

    all: Sequence[ShownTab]
    at: int

    @property
    def now(self) -> ShownTab:
        """The page that is shown."""
        return self.all[self.at]

    @property
    def is_last(self) -> bool:
        """Whether the form is sent from here."""
        return self.at == len(self.all) - 1

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the page that is shown."""
        return frozenset(one.key for part in self.now.sections for row in part.rows for one in row)

    @property
    def told(self) -> str:
        """Where somebody is, in words."""
        return str(_("Step %(number)s of %(total)s", number=self.at + 1, total=len(self.all)))


def steps(sections: Sequence[ShownSection], key: str, *, to_errors: bool = False) -> Steps:
    """The tabs as pages, or without tabs the sections; at the one with this key, or at the first one with an error."""
    found = _parts(sections)
    wrong = [at for at, one in enumerate(found) if one.errors] if to_errors else []
    here = next((at for at, one in enumerate(found) if one.key == key), 0)
    return Steps(found, wrong[0] if wrong else here)


def _parts(sections: Iterable[ShownSection]) -> list[ShownTab]:
    tabs = in_tabs(sections)
    if len(tabs) != 1 or tabs[0].key:
        return tabs or [ShownTab("", "", ())]
    return [ShownTab(one.key, one.title, [one]) for one in tabs[0].sections]  # type: ignore[attr-defined]
