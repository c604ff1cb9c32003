"""A person at work on a draft: what every tab of the designer knows, and the addresses that it links to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import url_for

from builder import publish
from builder.checks import Context
from builder.commands import Target, Workspace
from builder.workspaces import context_of
from runtime.accounts.models import User
from runtime.definitions.models import Draft
from runtime.fields import Field, Reader
from runtime.text import Title, localized

PLURALS = {
    "form": "forms",
    "view": "views",
    "automation": "automations",
    "message": "messages",
    "app": "app",
}
KINDS = {plural: kind for kind, plural in PLURALS.items()}

TRIED = ("record", "row", "to", "lang", "scheme", "width")


@dataclass(frozen=True)
class Studio:
    """A person, the draft that they work on, and what the address says: the tab, `sel`, what is asked for."""

    user: User
    target: Target
    draft: Draft
    work: Workspace
    locale: str
    tab: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    """What the browser shows already: see builder/kept.py."""
    scripted: bool = False
    """Whether a script is known to run, so that lists for browsers without one are left out."""
    _addresses: dict[Any, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def app(self) -> str:
        """The key of the app."""
        return self.work.app

    @property
    def document(self) -> Any:
        """The draft's document, not to be changed."""
        return self.draft.document

    @property
    def revision(self) -> int:
        """The draft's revision, which commands carry."""
        return self.draft.revision

    @property
    def selected(self) -> str:
        """What is selected, such as `field/amount`."""
        return self.asked.get("sel", "")

    @property
    def tried_with(self) -> dict[str, str]:
        """The record, and the row of it, with which the address asks to try rules; of a message also how it is read."""
        return {name: self.asked[name] for name in TRIED if self.asked.get(name)}

    @cached_property
    def history(self) -> tuple[Any, ...]:
        """The documents of every version of this definition, oldest first."""
        return publish.earlier_documents(self.app, *self.target)

    @cached_property
    def context(self) -> Context:
        """The documents of the app as publish checks see them."""
        return context_of(self.app, self.work.documents)

    def text(self, title: Title | None) -> str:
        """A title as this person reads it."""
        return localized(title, self.locale, self.default_locale) if title else ""

    @property
    def heading(self) -> str:
        """What the draft is called."""
        return self.text(self.work.read(self.target).get("title")) or self.target.key

    @cached_property
    def app_document(self) -> Mapping[str, Any]:
        """The app's own document; empty when it has none yet."""
        found: Mapping[str, Any] = self.work.documents.get(Target("app", self.app), {})
        return found

    @property
    def zone(self) -> str:
        """The zone of the app."""
        return str(self.app_document.get("zone", "UTC"))

    @property
    def reader(self) -> Reader:
        """How this person types values, in the zone of the app."""
        return Reader(self.locale, self.zone)

    @property
    def default_locale(self) -> str:
        """The language of texts that are a plain string."""
        return str(self.app_document.get("default_locale") or self.languages[0])

    @property
    def languages(self) -> list[str]:
        """The languages of the app."""
        return list(self.app_document.get("languages", ["en"]))

    def url(self, tab: str | None = None, **query: str) -> str:
        """The address of a tab of this draft; this one unless another is named."""
        tab = self.tab if tab is None else tab
        asked = (tab, *query.items())
        if asked not in self._addresses:  # a page has some of them a hundred times
            self._addresses[asked] = address(self.app, self.target, tab, **query)
        return self._addresses[asked]

    def picks_from(self, field: Field) -> str:
        """The address that a picker of this field searches."""
        own = {"form": field.options["form"]} if "form" in field.options else {}
        return url_for("pickers.options_of", app=self.app, points_to=field.type.name, **own)

    def to(self, kind: str, key: str, tab: str = "", **query: str) -> str:
        """The address of another draft of the app."""
        return address(self.app, Target(kind, key), tab, **query)


def address(app: str, target: Target, tab: str = "", **query: str) -> str:
    """The address of a draft in the designer."""
    place = {"app": app, "kinds": PLURALS[target.kind], "key": target.key, "tab": tab or None}
    return url_for("designer.show", **place, **query)  # type: ignore[arg-type]
