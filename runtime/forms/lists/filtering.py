"""The filter of a list: what it can look at, its rows as a page edits them, and each part of it in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from runtime import conditions
from runtime.accounts.models import User
from runtime.conditions import ConditionError, Group
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Field, Reader
from runtime.forms.conditions import drawing, lines, posts, words
from runtime.forms.conditions.drawing import Counts, Rows
from runtime.forms.conditions.lines import Block, Line
from runtime.forms.conditions.sights import (
    ASKED,
    DEPARTMENT,
    PLAIN,
    Sight,
    Source,
    drawn,
    like,
    moments,
    system,
    user,
)
from runtime.forms.lists.looks import filter_text
from runtime.records import filters
from runtime.records.tables import stored
from runtime.text import localized

ID = "filter"
_IN_DEPARTMENTS = ("member", "department")


@dataclass(frozen=True)
class Onlooker:
    """Somebody before the list of a form, as the rows of its filter know him."""

    user: User
    form: Form
    reader: Reader
    asked: Mapping[str, str] = field(default_factory=dict)
    scripted: bool = False

    @property
    def app(self) -> str:
        """The key of the app."""
        return self.form.app

    def picks_from(self, one: Field) -> str:
        """The address that a picker of this field searches."""
        return url_for("lists.options_of", app=self.form.app, form=self.form.key, path=one.key)


@dataclass(frozen=True)
class Chip:
    """One part of the filter in words, and the filter without it."""

    says: str
    without: str


@dataclass(frozen=True)
class Posted:
    """Rows that a page sent. `filter` is what they say, None while something is missing."""

    block: Block
    filter: str | None
    faults: Mapping[str, str]


def sight(form: Form, hidden: frozenset[str], locale: str) -> Sight:
    """What a filter of this list can look at: what the API's filter can, in the same order as the form."""
    known = filters.types(form, hidden)
    own = []
    for key, one in stored(form).items():
        kind = one.type.value_type_of(one)
        if key in known and kind in PLAIN:
            own.append(Source(key, localized(one.title, locale), "", kind, like(one, kind), drawn(one, kind)))
    sources = [*own, *(each for each in system(form.key) if each.path in known)]
    return Sight(
        "", {each.path: each for each in sources}, {each.path: each for each in (*user(), *moments())}
    )


def picked(seen: Sight, path: str) -> Field:
    """What a row picks from: what its field points to, or departments for *is in department*; NotFound for others."""
    source = seen.sources.get(path)
    if source is not None and source.points:
        return source.field
    if path == DEPARTMENT and any(each.field.type.name in _IN_DEPARTMENTS for each in seen.sources.values()):
        return ASKED["department"]
    raise NotFound


def posted(sent: Any, seen: Sight, reader: Reader) -> Posted | None:
    """The rows that a request brings, after what its button does to them; None when it brings none."""
    if "c.mode" not in sent:
        return None
    act = sent.get("act", "")
    block = posts.with_defaults(posts.acted(posts.read(sent), act), seen)
    done = lines.finished(block, seen, reader)
    searches = sent.get("_do", "").startswith("search:")
    waits = bool(done.faults) or searches or (act.startswith(("add", "group")) and posts.has_blank(block))
    return Posted(block, None if waits else filter_text(done.document), done.faults)


def block_of(looker: Onlooker, seen: Sight, filter: Any, sent: Posted | None) -> Block:
    """The rows that were sent, else those of the list; at least one to begin with."""
    block = sent.block if sent else lines.block(filter, seen, looker.reader) if filter else Block()
    return block if block.items else Block(block.mode, (Line(),))


def rows(looker: Onlooker, seen: Sight, block: Block, sent: Posted | None, counts: Counts) -> Rows:
    """The filter as rows, options of choices with how many records have each."""
    return drawing.rows(looker, ID, seen, block, sent.faults if sent else {}, counts)


def chips(looker: Onlooker, seen: Sight, filter: Any) -> list[Chip]:
    """Each part of the filter that can go alone, in words."""
    try:
        group = conditions.rows(filter)
    except ConditionError:
        group = Group("any")
    if group.mode != "all" or not group.items:
        return [Chip(words.condition(looker, filter, seen), "")]
    found = []
    for number, item in enumerate(group.items):
        rest = Group("all", (*group.items[:number], *group.items[number + 1 :]))
        part = conditions.from_rows(Group("all", (item,)))
        without = filter_text(conditions.from_rows(rest)) if rest.items else ""
        found.append(Chip(words.condition(looker, part, seen), without))
    return found
