"""Running commands on documents that are only in memory."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from builder import commands, diff
from builder.commands import Done, Target, Workspace
from runtime.definitions.layout import spans
from runtime.errors import Invalid
from runtime.i18n import TRANSLATIONS, compile_catalogues
from tests.builder.factory import APP, app

Document = dict[str, Any]
TWO_LANGUAGES = app(languages=["en", "zh"])


@cache
def _flask() -> Flask:
    compile_catalogues()
    found = Flask(__name__)
    Babel(found, default_translation_directories=str(TRANSLATIONS))
    return found


def speaking() -> AbstractContextManager[Any]:
    """What sentences need."""
    return _flask().app_context()


class Desk:
    """The drafts of an app, and the last thing that was done to them. `in_force` is what was published."""

    def __init__(self, *documents: Document, in_force: tuple[Document, ...] = ()) -> None:
        self.documents = _by_target(TWO_LANGUAGES, *documents)
        self.in_force = _by_target(*in_force)
        self.done: Done

    def do(self, kind: str, key: str, name: str, arguments: Mapping[str, Any]) -> Done:
        """Do a command; what it made can be taken back, and documents that it read stay as they were."""
        before = deepcopy(self.documents)
        work = Workspace(APP, self.documents, self.in_force)
        with speaking():
            self.done = commands.run(work, Target(kind, key), name, dict(arguments))
        assert before == self.documents, "a command changes copies"
        for target, after in work.changed.items():
            made = diff.changes(before.get(target), after)
            assert diff.same(diff.take_back(after, made), before.get(target))
            assert diff.same(diff.make_again(before.get(target), made), after)
        self.documents = {**self.documents, **work.changed}
        return self.done

    def order(self, name: str, **arguments: Any) -> Document:
        """Do a command to the form `order`; the form then."""
        self.do("form", "order", name, arguments)
        return self.form()

    def refused(self, name: str, **arguments: Any) -> str:
        """The code with which a command to the form `order` is refused; nothing changes."""
        before = deepcopy(self.documents)
        with pytest.raises(Invalid) as caught:
            self.order(name, **arguments)
        assert self.documents == before
        return caught.value.problems[0].code

    def form(self, key: str = "order") -> Document:
        """A form as it is now."""
        found: Document = self.documents[Target("form", key)]
        return found

    def get(self, kind: str, key: str) -> Document:
        """Any document as it is now."""
        found: Document = self.documents[Target(kind, key)]
        return found

    @property
    def words(self) -> str:
        """What the last command did, as the history tells it."""
        with speaking():
            return self.done.words.tell("en")

    @property
    def say(self) -> str:
        """What was said aloud about the last command."""
        with speaking():
            return (self.done.say or self.done.words).tell("en")


def _by_target(*documents: Document) -> dict[Target, Document]:
    named = {}
    for document in documents:
        kind = document["$schema"].split(":")[2]
        key = document["$id"].rpartition(":")[2] if kind == "form" else document["key"]
        named[Target(kind, key)] = document
    return named


def rows(form: Document, section: int = 0) -> list[Any]:
    """The rows of a section."""
    found: list[Any] = form["fw"]["layout"][section]["rows"]
    return found


def sections(form: Document) -> list[str]:
    """The keys of the sections."""
    return [section["key"] for section in form["fw"]["layout"]]


def check_layout(form: Document) -> None:
    """What holds for every layout: a place for each field, rows that fit, keys, tabs in order."""
    layout, tabs = form["fw"]["layout"], [tab["key"] for tab in form["fw"].get("tabs", ())]
    cells = [cell for section in layout for row in section["rows"] for cell in row]
    placed = [cell if isinstance(cell, str) else cell["field"] for cell in cells]
    assert sorted(placed) == sorted(form["properties"])
    assert len({section["key"] for section in layout}) == len(layout) > 0
    for section in layout:
        assert section.get("tab", "") in (tabs or [""])
        for row in section["rows"]:
            given = [None if isinstance(cell, str) else cell["span"] for cell in row]
            assert 1 <= len(row) <= 4
            assert sum(spans(given)) <= 12
    order = [tabs.index(section["tab"]) for section in layout if tabs]
    assert order == sorted(order)
