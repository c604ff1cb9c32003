"""The rows of a condition as the macros of `templates/conditions/_rows.html` draw them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _

from runtime import documents
from runtime.conditions.operators import Operator
from runtime.fields import POINTERS, Field
from runtime.forms.conditions import controls, lines, words
from runtime.forms.conditions.controls import Spot
from runtime.forms.conditions.lines import Block, Kept, Line
from runtime.forms.conditions.sights import Sight, Source
from runtime.forms.conditions.words import Looker
from runtime.forms.shown import Choice, Shown

_DRAWN = ("fields/input.html", "fields/money.html", "fields/percent.html", "fields/choice.html")


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
class Rows:
    """All that the macros draw; `id` is unique on the page."""

    id: str
    sight: Sight
    block: Drawn

    def choices(self) -> list[tuple[str, list[Source]]]:
        """What a line can look at, in groups."""
        found: dict[str, list[Source]] = {}
        for source in self.sight.sources.values():
            found.setdefault(source.group, []).append(source)
        return list(found.items())


Counts = Mapping[str, Mapping[str, int]]
"""By the path of a choice how many records have each option."""


def rows(
    looker: Looker,
    id: str,
    seen: Sight,
    found: Block,
    faults: Mapping[str, str],
    counts: Counts = MappingProxyType({}),
) -> Rows:
    """These lines as rows, each with its fault; options are told with their `counts`, where there are any."""
    return Rows(id, seen, _Drawing(looker, id, seen, faults, counts).block(found, "c"))


@dataclass(frozen=True)
class _Drawing:
    looker: Looker
    id: str
    sight: Sight
    faults: Mapping[str, str]
    counts: Counts

    def block(self, found: Block, place: str) -> Drawn:
        items = tuple(self._item(item, f"{place}.{n}") for n, item in enumerate(found.items))
        return Drawn(place, "block", mode=found.mode, items=items)

    def _item(self, item: Line | Kept | Block, place: str) -> Drawn:
        if isinstance(item, Block):
            return self.block(item, place)
        if isinstance(item, Kept):
            sentence = words.condition(self.looker, item.document, self.sight)
            return Drawn(place, "kept", kept=documents.dumps(item.document), sentence=sentence)
        return self._line(item, place)

    def _line(self, line: Line, place: str) -> Drawn:
        source, fault = self.sight.sources.get(line.path), self.faults.get(place.removeprefix("c."), "")
        if source is None:
            return Drawn(place, "line", path=line.path, fault=fault)
        known = lines.operators(source)
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
        return () if operator is None else tuple(lines.facts(self.sight, source, operator))

    def _controls(self, line: Line, source: Source, operator: Operator | None, place: str) -> Iterator[Shown]:
        if operator is None or operator.values == "none" or line.fact:
            return
        reader, field = self.looker.reader, lines.value_field(source, operator)
        listed = tuple(self._option(line, *each) for each in field.type.choices(field, reader))
        for number, raw in enumerate(self._raws(line, operator, bool(listed))):
            label = _("Value") if number == 0 else _("Value %(number)s", number=number + 1)
            if field.type.name in POINTERS:
                yield self._picker(field, place, number, str(label), raw)
            else:
                yield self._control(field, listed, f"{place}.value", label, raw)

    def _option(self, line: Line, key: str, label: str) -> Choice:
        known = self.counts.get(line.path)
        if not known:
            return Choice(key, label)
        return Choice(key, f"{label} · {format_decimal(known.get(key, 0), locale=self.looker.reader.locale)}")

    def _raws(self, line: Line, operator: Operator, listed: bool) -> list[Any]:
        """What the controls hold: one each, of many values one control for all, or one more to fill."""
        raws: list[Any] = list(line.raws)
        if operator.values == "many":
            return [raws] if listed else [*[raw for raw in raws if raw.strip()], ""]
        wanted = 2 if operator.values == "two" else 1
        return (raws + [""] * wanted)[:wanted]

    def _picker(self, field: Field, place: str, number: int, label: str, raw: str) -> Shown:
        line = f"{self.id}-{place}"
        spot = Spot(f"{line}-v{number}", label, posts=f"{place}.value.{number}")
        told = [("aria-label", label)]
        if self.faults.get(place.removeprefix("c.")):
            told.append(("aria-describedby", f"{line}-fault"))
        found = controls.control(self.looker, field, raw, spot)
        return replace(found, attributes=(*found.attributes, *told))

    def _control(self, field: Field, listed: tuple[Choice, ...], name: str, label: str, raw: Any) -> Shown:
        kind = field.type
        template = "fields/choice.html" if listed else kind.template
        attributes = {} if listed else kind.attributes(field, self.looker.reader)
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
            prefix=kind.prefix(field, self.looker.reader),
        )
