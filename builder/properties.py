"""The properties of what is selected on a form: its panel, who may see a field, what uses it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from builder import conversion, where_used
from builder.changing_type import ChangeOfType
from builder.choices import Choice, Choices
from builder.commands import Target
from builder.commands._fields import place_of
from builder.models_conversions import Conversion
from builder.panels import FieldCase, Panel, Refused, Setting, field_panel, form_panel, title_panel
from builder.panels._controls import Control, Option, told
from builder.problems import place
from builder.studio import Studio
from builder.who_sees import Seen, who_sees
from runtime.definitions import layout
from runtime.definitions.rules import in_force
from runtime.fields import FIELD_TYPES, Field, ValueType
from runtime.fields.sub_table import can_be_column

# What a field leaves by itself when it is deleted.
LEFT = tuple(("fw", name) for name in ("list", "unique", "duplicates", "title_field", "owner_field"))


@dataclass(frozen=True)
class Used:
    """Something that uses a thing, and where to see it; `suffers` when it needs mending without the thing."""

    words: str
    address: str
    suffers: bool = True


@dataclass(frozen=True)
class Properties:
    """What the panel shows. `kind` is form, field, section or tab."""

    studio: Studio
    kind: str
    key: str
    refused: Refused | None = None

    @property
    def ask(self) -> str:
        """The question that stands open: delete, icon, type or nothing."""
        return self.studio.asked.get("ask", "")

    @property
    def target(self) -> str:
        """The name by which rules act on the selected field, section or tab."""
        return self.key if self.kind == "field" else f"{self.kind}/{self.key}"

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.studio.asked.get("find", "")[:100]

    @cached_property
    def field(self) -> Field:
        """The selected field."""
        return known_fields(self.studio)[self.key]

    @property
    def is_column(self) -> bool:
        """Whether the selected field is a column of a sub-table."""
        return self.kind == "field" and "." in self.key

    @property
    def columns(self) -> list[tuple[str, Field]] | None:
        """The columns of the selected sub-table, by the keys that commands know; None for any other field."""
        if self.kind != "field" or self.field.type.value_type is not ValueType.ROWS:
            return None
        return [(f"{self.key}.{name}", column) for name, column in self.field.columns.items()]

    @property
    def column_types(self) -> list[tuple[str, str]]:
        """Name and title of each type that a column can have."""
        kinds = (kind for kind in FIELD_TYPES.values() if can_be_column(kind))
        return sorted(((kind.name, str(_(kind.label))) for kind in kinds), key=lambda pair: pair[1])

    @property
    def title(self) -> str:
        """What the selected thing is called."""
        if self.kind == "field":
            return self.studio.text(self.field.title)
        return self.studio.text(self._stored_title()) or str(_("Without a title"))

    @cached_property
    def panel(self) -> Panel:
        """Its controls, those that the search finds."""
        return self._panel().found(self.words)

    def _panel(self) -> Panel:
        setting = self._setting()
        if self.kind == "field":
            return field_panel(self._case(), setting)
        if self.kind == "form":
            return form_panel(self.studio.document, setting)
        return title_panel(self.kind, self.key, self._stored_title(), setting)

    def _stored_title(self) -> Any:
        own = self.studio.document.get("fw", {})
        if self.kind == "section":
            return self._section.title
        if self.kind == "tab":
            return next((tab["title"] for tab in own.get("tabs", ()) if tab["key"] == self.key), "")
        return self.studio.document.get("title", "")

    @property
    def _section(self) -> layout.Section:
        return next(section for section in sections(self.studio) if section.key == self.key)

    def _setting(self) -> Setting:
        return Setting(
            self.studio.context,
            command=lambda path: {
                "name": "field.set",
                "args": {"field": self.key, "path": ["fw", *path]},
            },
            locale=self.studio.locale,
            default_locale=self.studio.default_locale,
            form=self.studio.target.key,
            refused=self.refused,
        )

    def _case(self) -> FieldCase:
        own = self.studio.document.get("fw", {})
        return FieldCase(
            self.field,
            published=self.is_published,
            uniques=tuple(tuple(keys) for keys in own.get("unique", ())),
            span=_span(self.studio, self.key),
            conditional=self._is_required_by_rule(),
        )

    def _is_required_by_rule(self) -> bool:
        holder, name = place_of(self.studio.document, self.key)
        return any(name in rule["then"].get("require", ()) for _at, rule in in_force(holder.get("fw", {})))

    @cached_property
    def is_published(self) -> bool:
        """Whether a version in force has the field, so that its key and type stay."""
        found = self.studio.work.in_force.get(Target("form", self.studio.target.key), {})
        table, _dot, column = self.key.partition(".")
        fields = found.get("properties", {})
        return table in fields and (
            not column or column in fields[table].get("items", {}).get("properties", {})
        )

    @cached_property
    def seen(self) -> Seen | None:
        """How many roles see the field, and how many may change it."""
        return who_sees(self.studio, self.key)

    @cached_property
    def access(self) -> tuple[Control, ...]:
        """For each role of the app whether it may change, read or not see the field."""
        return told(list(self._access()), self.refused)

    def _access(self) -> Iterator[Control]:
        words = {"": _("Edit"), "read": _("Read"), "hidden": _("Hidden")}
        if not self.field.type.writable:
            words = {"": words["read"], "hidden": words["hidden"]}
        stored = self.field.options.get("access", {})
        for role in self.studio.app_document.get("roles", ()):
            right = stored.get(role["key"], "")
            yield Control(
                f"p-access-{role['key']}",
                "radio",
                self.studio.text(role.get("title")) or role["key"],
                options=tuple(Option(each, str(told), each == right) for each, told in words.items()),
                send={
                    "name": "field.set",
                    "args": {"field": self.key, "path": ["fw", "access", role["key"]]},
                },
                read={"as": "text"},
            )

    @cached_property
    def uses(self) -> list[Used]:
        """What uses the field, section, tab or form."""
        if self.kind == "form":
            return used_in(self.studio, *self.studio.target)
        find = where_used.of_field if self.kind == "field" else where_used.of_part
        find = where_used.of_column if self.is_column else find
        found = find(self.studio.context, self.studio.target.key, self.target, self.studio.text)
        return used_of(self.studio, found)

    @property
    def suffering(self) -> list[Used]:
        """What needs mending once the field, section or tab is deleted."""
        return [use for use in self.uses if use.suffers]

    @cached_property
    def choices(self) -> tuple[Choice, ...] | None:
        """The values that can be chosen; None for a field that offers none."""
        if self.kind != "field" or "enum" not in self.field.type.keywords:
            return None
        return self._choices.listed()

    @cached_property
    def pasted(self) -> Control:
        """Where lines are pasted to become options."""
        return self._choices.pasted()

    @property
    def _choices(self) -> Choices:
        return Choices(self.studio, self.key, self.field, self.refused)

    @cached_property
    def change_of_type(self) -> ChangeOfType:
        """What the field can become."""
        return ChangeOfType(self.studio, self.field, self.is_published)

    @cached_property
    def conversion(self) -> Conversion | None:
        """The taking over of values that the published field began with."""
        return conversion.of_field(self.studio.draft.definition_id, self.key) if self.is_published else None


def properties(studio: Studio, refused: Refused | None = None) -> Properties:
    """The properties of what is selected; of the form when nothing is, or what is not there."""
    kind, _slash, key = studio.selected.partition("/")
    if kind in _KNOWN and key in _KNOWN[kind](studio):
        return Properties(studio, kind, key, refused)
    return Properties(studio, "form", studio.target.key, refused)


def known_fields(studio: Studio) -> dict[str, Field]:
    """The fields of the form, and the columns of its sub-tables as commands call them: `lines.price`."""
    found = dict(studio.context.fields(studio.target.key))
    for key, field in list(found.items()):
        for name, column in field.columns.items():
            found[f"{key}.{name}"] = replace(column, key=f"{key}.{name}")
    return found


def sections(studio: Studio) -> tuple[layout.Section, ...]:
    """The sections of the form."""
    return layout.parse_layout(studio.document.get("fw", {}), studio.document["properties"])


_KNOWN: Mapping[str, Any] = {
    "field": known_fields,
    "section": lambda studio: [section.key for section in sections(studio)],
    "tab": lambda studio: [tab["key"] for tab in studio.document.get("fw", {}).get("tabs", ())],
}


def used_in(studio: Studio, kind: str, name: str) -> list[Used]:
    """What uses a form, a message or a role of the app."""
    return used_of(studio, where_used.of_definition(studio.context, kind, name, studio.text))


def used_of(studio: Studio, found: list[where_used.Use]) -> list[Used]:
    """The uses as a page lists them, each with its address."""
    return [Used(use.words, _address_of(studio, use), use.path[:2] not in LEFT) for use in found]


def _address_of(studio: Studio, use: where_used.Use) -> str:
    tab, query = place(use.kind, studio.context.documents[(use.kind, use.key)], use.path)
    return studio.to(use.kind, use.key, tab, **query)


def _span(studio: Studio, key: str) -> int | None:
    for section in sections(studio):
        for row in section.rows:
            if any(cell.field == key for cell in row):
                widths = layout.spans([cell.span for cell in row])
                return next(w for cell, w in zip(row, widths, strict=True) if cell.field == key)
    return None
