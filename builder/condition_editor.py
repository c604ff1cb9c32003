"""The editor of one condition as a page draws it: macro `condition` in `builder/rules/_condition.html`.

A screen makes an `Editor` with `editor(studio, place, document)`; the macro draws it as a form whose posts
`builder.routes.conditions` turns into the command of the place, once every line is complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.sights import sight
from builder.studio import Studio
from runtime import documents
from runtime.forms.conditions import drawing, lines, posts, words
from runtime.forms.conditions.drawing import Rows
from runtime.forms.conditions.lines import Block, Line
from runtime.forms.conditions.sights import Sight


@dataclass(frozen=True)
class Place:
    """Where a condition stands: the command that stores it, which takes the condition as argument `into`
    beside `arguments`, and what it can look at (a name of `builder.sights`). `id` is unique on the page.
    """

    id: str
    command: str
    sight: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    into: str = "when"

    @property
    def do(self) -> str:
        """The command without the condition, as its form carries it."""
        return documents.dumps({"name": self.command, "args": dict(self.arguments)})


@dataclass(frozen=True)
class Editor:
    """All that the macro draws. `says` is the stored condition in words; `open` that lines wait to be
    completed, so that what is stored is something else than what is shown.
    """

    place: Place
    rows: Rows
    says: str
    open: bool
    empty: bool

    @property
    def sight(self) -> Sight:
        """What its rows can look at."""
        return self.rows.sight


def editor(studio: Studio, place: Place, document: Any, start: Line | None = None) -> Editor:
    """The editor of a condition ({} for one that always holds); `start` is a first line to complete."""
    seen, reader = sight_of(studio, place.sight), studio.reader
    waiting = _waiting(studio, place)
    found = waiting or lines.block(document, seen, reader)
    if not found.items and start is not None:
        found = Block("all", (start,))
    faults = lines.finished(found, seen, reader).faults
    drawn = drawing.rows(studio, place.id, seen, found, faults)
    says = words.condition(studio, document, seen)
    return Editor(place, drawn, says, bool(waiting and faults), not found.items)


def sight_of(studio: Studio, name: str) -> Sight:
    """What a condition of this draft can look at."""
    return sight(studio.context, name, studio.text)


def _waiting(studio: Studio, place: Place) -> Block | None:
    """The lines that this person has begun here and that say nothing yet."""
    if studio.asked.get("rows_of") != place.id:
        return None
    return posts.from_text(studio.asked.get("rows", ""))
