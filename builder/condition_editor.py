"""The editor of one condition as a page draws it: macro `condition` in `builder/rules/_condition.html`.

A screen makes an `Editor` with `editor(studio, place, document)`; the macro draws it as a form whose posts
`builder.routes.conditions` turns into the command of the place, once every line is complete.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _

from builder import condition_posts, condition_rows, sentences, value_controls
from builder.condition_rows import Block, Kept, Line
from builder.sights import Sight, Source, sight
from builder.studio import Studio
from builder.value_controls import Spot
from runtime import documents
from runtime.conditions.operators import Operator
from runtime.forms.shown import Choice, Shown

_DRAWN = ("fields/input.html", "fields/money.html", "fields/percent.html", "fields/choice.html")


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
class Drawn:
    """One line, kept part or block of the editor; `place` is the prefix of its controls."""

    place: str
    sort: str
    mode: str = "all"
    items: "tuple[Drawn, ...]" = ()
    kept: str = ""
    sentence: str = ""
    path: str = ""
    operator: str = ""
    operators: tuple[Operator, ...] = ()
    fact: str = ""
    facts: tuple[Source, ...] = ()
    controls: tuple[Shown, ...] = ()
    several: bool = False
    fault: str = ""


@dataclass(frozen=True)
class Editor:
    """All that the macro draws. `says` is the stored condition in words; `open` that lines wait to be
    completed, so that what is stored is something else than what is shown.
    """

    place: Place
    sight: Sight
    block: Drawn
    says: str
    open: bool
    empty: bool

    def choices(self) -> list[tuple[str, list[Source]]]:
        """What a line can look at, in groups."""
        found: dict[str, list[Source]] = {}
        for source in self.sight.sources.values():
            found.setdefault(source.group, []).append(source)
        return list(found.items())


def editor(studio: Studio, place: Place, document: Any, start: Line | None = None) -> Editor:
    """The editor of a condition ({} for one that always holds); `start` is a first line to complete."""
    seen, reader = sight_of(studio, place.sight), studio.reader
    waiting = _waiting(studio, place)
    found = waiting or condition_rows.block(document, seen, reader)
    if not found.items and start is not None:
        found = Block("all", (start,))
    faults = condition_rows.finished(found, seen, reader).faults
    drawing = _Drawing(studio, place, seen, faults)
    says = sentences.condition(studio, document, seen)
    return Editor(place, seen, drawing.block(found, "c"), says, bool(waiting and faults), not found.items)


def sight_of(studio: Studio, name: str) -> Sight:
    """What a condition of this draft can look at."""
    return sight(studio.context, name, studio.text)


def _waiting(studio: Studio, place: Place) -> Block | None:
    """The lines that this person has begun here and that say nothing yet."""
    if studio.asked.get("rows_of") != place.id:
        return None
    return condition_posts.from_text(studio.asked.get("rows", ""))


@dataclass(frozen=True)
class _Drawing:
    studio: Studio
    at: Place
    sight: Sight
    faults: Mapping[str, str]

    def block(self, found: Block, place: str) -> Drawn:
        items = tuple(self._item(item, f"{place}.{n}") for n, item in enumerate(found.items))
        return Drawn(place, "block", mode=found.mode, items=items)

    def _item(self, item: Line | Kept | Block, place: str) -> Drawn:
        if isinstance(item, Block):
            return self.block(item, place)
        if isinstance(item, Kept):
            sentence = sentences.condition(self.studio, item.document, self.sight)
            return Drawn(place, "kept", kept=documents.dumps(item.document), sentence=sentence)
        return self._line(item, place)

    def _line(self, line: Line, place: str) -> Drawn:
        source, fault = self.sight.sources.get(line.path), self.faults.get(place.removeprefix("c."), "")
        if source is None:
            return Drawn(place, "line", path=line.path, fault=fault)
        known = condition_rows.operators(source)
        operator = next((each for each in known if each.name == line.operator), None)
        return Drawn(
            place,
            "line",
            path=line.path,
            operator=line.operator,
            operators=tuple(known),
            fact=line.fact,
            facts=self._facts(source, operator),
            controls=tuple(self._controls(line, source, operator, place)),
            several=operator is not None and operator.values == "many",
            fault=fault,
        )

    def _facts(self, source: Source, operator: Operator | None) -> tuple[Source, ...]:
        takes_one = operator is not None and operator.values == "one"
        return tuple(self.sight.facts_like(source)) if takes_one else ()

    def _controls(self, line: Line, source: Source, operator: Operator | None, place: str) -> Iterator[Shown]:
        if operator is None or operator.values == "none" or line.fact:
            return
        reader = self.studio.reader
        listed = tuple(Choice(*each) for each in source.field.type.choices(source.field, reader))
        for number, raw in enumerate(self._raws(line, operator, bool(listed))):
            label = _("Value") if number == 0 else _("Value %(number)s", number=number + 1)
            if source.points:
                yield self._picker(source, place, number, str(label), raw)
            else:
                yield self._control(source, listed, f"{place}.value", label, raw)

    def _raws(self, line: Line, operator: Operator, listed: bool) -> list[Any]:
        """What the controls hold: one each, of many values one control for all, or one more to fill."""
        raws: list[Any] = list(line.raws)
        if operator.values == "many":
            return [raws] if listed else [*[raw for raw in raws if raw.strip()], ""]
        wanted = 2 if operator.values == "two" else 1
        return (raws + [""] * wanted)[:wanted]

    def _picker(self, source: Source, place: str, number: int, label: str, raw: str) -> Shown:
        line = f"{self.at.id}-{place}"
        spot = Spot(f"{line}-v{number}", label, posts=f"{place}.value.{number}")
        told = [("aria-label", label)]
        if self.faults.get(place.removeprefix("c.")):
            told.append(("aria-describedby", f"{line}-fault"))
        found = value_controls.control(self.studio, source.field, raw, spot)
        return replace(found, attributes=(*found.attributes, *told))

    def _control(self, source: Source, listed: tuple[Choice, ...], name: str, label: str, raw: Any) -> Shown:
        kind = source.field.type
        template = "fields/choice.html" if listed else kind.template
        attributes = {} if listed else kind.attributes(source.field, self.studio.reader)
        known = {choice.key for choice in listed}
        raws = raw if isinstance(raw, list) else [raw]
        gone = tuple(Choice(each, each) for each in raws if each and each not in known) if listed else ()
        first = () if isinstance(raw, list) else (Choice("", _("Choose…")),)
        return Shown(
            key=name,
            title=label,
            help="",
            template=template if template in _DRAWN else "fields/input.html",
            raw=raw if isinstance(raw, str) else tuple(raw),
            attributes=(*attributes.items(), ("aria-label", label)),
            choices=(*first, *listed, *gone) if listed else (),
            prefix=kind.prefix(source.field, self.studio.reader),
        )
