"""What the canvas of a form draws: its fields where they stand, each by the templates of the runtime.

The HTML of a field depends on that field alone, so it is kept: a command draws again only what it changed. And it is
drawn only when it is looked at: what the browser shows already is known by what it is drawn from, see builder/kept.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from builder.studio import Studio
from runtime import documents
from runtime.definitions import layout
from runtime.definitions.documents import Form, parse_form
from runtime.definitions.rules import in_force
from runtime.errors import FormwrightError
from runtime.fields import FIELD_TYPES, NOBODY, Reader
from runtime.fields.sub_table import can_be_column
from runtime.forms import state
from runtime.forms.drawn import drawn as html_of
from runtime.forms.shown import Files, Picker
from runtime.forms.situation import Situation
from runtime.i18n import reader
from runtime.records.store import Judged
from runtime.text import Title

DRAWN = 4000  # fields whose HTML is kept
EFFECTS = ("show", "hide", "require", "lock", "clear", "set", "message")


@dataclass(frozen=True)
class Mark:
    """A sign on a field: an icon and what it means."""

    icon: str
    text: str


class Source(NamedTuple):
    """All that the HTML of a field is drawn from: `needed` is the JSON of the properties that it takes."""

    where: tuple[str, str]
    key: str
    needed: str
    required: bool
    reading: Reader


@dataclass(frozen=True)
class Cell:
    """A field on the canvas."""

    key: str
    title: str
    kind: str
    """The type in words."""
    source: Source
    span: int
    required: bool
    marks: tuple[Mark, ...]
    columns: int | None = None
    """How many columns it has, if it is a sub-table."""
    outside: bool = False
    """Whether it can be no column of one."""

    @property
    def html(self) -> Markup:
        """The field as the runtime draws it."""
        return drawn(self.source)

    @property
    def told(self) -> str:
        """The field as a screen reader names it."""
        parts = [self.title, self.kind, *([_("required")] if self.required else [])]
        return ", ".join([*parts, *(mark.text for mark in self.marks)])


@dataclass(frozen=True)
class Section:
    """A titled group of rows of cells."""

    key: str
    title: str
    rows: tuple[tuple[Cell, ...], ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Tab:
    """A page of the form; one without a key in a form without tabs."""

    key: str
    title: str
    sections: tuple[Section, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Canvas:
    """All of a form."""

    tabs: tuple[Tab, ...]

    @property
    def sections(self) -> list[Section]:
        """The sections of all tabs."""
        return [section for tab in self.tabs for section in tab.sections]

    @property
    def cells(self) -> list[Cell]:
        """The fields in the order of reading."""
        return [cell for section in self.sections for row in section.rows for cell in row]

    def cell(self, key: str) -> Cell | None:
        """The field of this key."""
        return next((cell for cell in self.cells if cell.key == key), None)


def canvas(studio: Studio) -> Canvas:
    """The form as its draft has it now."""
    own = studio.document.get("fw", {})
    fields = _Fields(studio)
    sections = [
        (parsed.tab, _section(studio, parsed, fields))
        for parsed in layout.parse_layout(own, studio.document["properties"])
    ]
    tabs = [(tab.key, studio.text(tab.title)) for tab in layout.parse_tabs(own)] or [("", "")]
    return Canvas(
        tuple(
            Tab(key, title, tuple(each for at, each in sections if at == key), fields.ruled(f"tab/{key}"))
            for key, title in tabs
        )
    )


def _section(studio: Studio, parsed: layout.Section, fields: "_Fields") -> Section:
    title, marks = studio.text(parsed.title), fields.ruled(f"section/{parsed.key}")
    return Section(parsed.key, title, fields.rows(parsed.rows), marks)


class _Fields:
    """The fields of a draft, drawn one after the other."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._properties: Mapping[str, Any] = studio.document["properties"]
        self._required = frozenset(studio.document.get("required", ()))
        self._ruled = _counted(studio.document)
        self._fillers = _fillers(self._properties)
        self._reader = reader()
        self._kinds: dict[str, str] = {}

    def rows(self, rows: Sequence[Sequence[layout.Cell]]) -> tuple[tuple[Cell, ...], ...]:
        """Rows of the layout with what stands in their cells; places of fields that are gone are left out."""
        drawn = []
        for row in rows:
            there = [cell for cell in row if cell.field in self._properties]
            widths = layout.spans([cell.span for cell in there])
            drawn.append(
                tuple(self._cell(cell.field, width) for cell, width in zip(there, widths, strict=True))
            )
        return tuple(row for row in drawn if row)

    def _cell(self, key: str, span: int) -> Cell:
        own = self._properties[key]["fw"]
        return Cell(
            key=key,
            title=self._studio.text(own.get("title")) or key,
            kind=self._kind(str(own.get("type"))),
            source=self._source(key),
            span=span,
            required=key in self._required,
            marks=tuple(self._marks(key, own)),
            columns=_columns(self._properties[key]),
            outside=str(own.get("type")) in _outside(),
        )

    def _kind(self, name: str) -> str:
        if name not in self._kinds:
            kind = FIELD_TYPES.get(name)
            self._kinds[name] = str(_(kind.label)) if kind else name
        return self._kinds[name]

    def _source(self, key: str) -> Source:
        """The field and the fields without which it cannot be drawn."""
        through = str(self._properties[key]["fw"].get("through", ""))
        names = [key, *(name for name in (through, *self._fillers.get(key, ())) if name in self._properties)]
        needed = documents.dumps({name: _plain(self._properties[name]) for name in names})
        where = (self._studio.app, self._studio.target.key)
        return Source(where, key, needed, key in self._required, self._reader)

    def ruled(self, name: str) -> tuple[Mark, ...]:
        """The sign of what rules act on: a field, or a section or tab by its name in rules."""
        rules = self._ruled.get(name, 0)
        return (Mark("git-branch", ngettext("%(num)d rule", "%(num)d rules", rules)),) if rules else ()

    def _marks(self, key: str, own: Mapping[str, Any]) -> list[Mark]:
        marks = [*self.ruled(key)]
        if {"formula", "initial"} & own.keys():
            marks.append(Mark("math-function", _("has a formula")))
        if _untranslated(own, self._studio.languages):
            marks.append(Mark("language-hiragana", _("a translation is missing")))
        return marks


@lru_cache(DRAWN)
def drawn(source: Source) -> Markup:
    """The HTML of a field for one reader."""
    where, key, needed, required, reading = source
    try:
        form = _form(where, documents.load_stored(needed))
        fresh = _fresh(form, required, key)
        now = Situation(form, fresh, reading, NOBODY, _picker(where), files=_files(where))
        shown = state.shown(now, key)
    except (KeyError, TypeError, ValueError, FormwrightError):
        return Markup("<p>{}</p>").format(_("This field cannot be drawn yet."))
    return html_of(shown)


def _form(where: tuple[str, str], properties: Mapping[str, Any]) -> Form:
    app, key = where
    document = {"$id": f"urn:formwright:{app}:{key}", "title": key, "properties": properties}
    return parse_form(
        document, app=app, definition_id=0, version_id=0, number=0, table_name="", zone=reader().zone
    )


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A property without what only decides its value: that may be broken while somebody works on it."""
    own = {name: value for name, value in schema["fw"].items() if name not in ("initial", "offer", "access")}
    if "formula" in own:
        own["formula"] = "1"
    return {**schema, "fw": own}


def _fresh(form: Form, required: bool, key: str) -> Judged:
    """A new record in which nothing is hidden."""
    values = {name: one.default for name, one in form.fields.items() if one.default is not None}
    needed = frozenset([key] if required else [])
    return Judged(values, frozenset(form.fields), needed, frozenset(), (), (), (), {})


def _picker(where: tuple[str, str]) -> Any:
    app, form = where
    return lambda key, told: Picker(url_for("forms.options_of", app=app, form=form, field=key), "", told)


def _files(where: tuple[str, str]) -> Any:
    app, form = where
    return lambda key, _raw: Files(upload=url_for("files.upload", app=app, form=form, field=key))


def _fillers(properties: Mapping[str, Any]) -> dict[str, list[str]]:
    """For each field the references that fill it."""
    found: dict[str, list[str]] = {}
    for key, schema in properties.items():
        for target in schema["fw"].get("fill", {}):
            found.setdefault(target, []).append(key)
    return found


def _counted(document: Mapping[str, Any]) -> dict[str, int]:
    """How many rules in force do something to each field, section and tab; to a sub-table those of its rows too."""
    tables = document["properties"].items()
    found = {key: len(in_force(schema["items"].get("fw", {}))) for key, schema in tables if "items" in schema}
    for _index, rule in in_force(document.get("fw", {})):
        for key in {key for effect in EFFECTS for key in rule.get("then", {}).get(effect, ())}:
            found[key] = found.get(key, 0) + 1
    return found


def _columns(schema: Mapping[str, Any]) -> int | None:
    if schema["fw"].get("type") != "sub_table":
        return None
    return len(schema.get("items", {}).get("properties", ()))


def _untranslated(own: Mapping[str, Any], languages: Sequence[str]) -> bool:
    """Whether a text that people read lacks one of the app's languages."""
    texts: list[Title] = [own[name] for name in ("title", "help", "placeholder") if own.get(name)]
    texts += own.get("labels", {}).values()
    return len(languages) > 1 and any(
        isinstance(text, str) or not all(text.get(language) for language in languages) for text in texts
    )


@cache
def _outside() -> frozenset[str]:
    """The types that no column can have."""
    return frozenset(name for name, kind in FIELD_TYPES.items() if not can_be_column(kind))
