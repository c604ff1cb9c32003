"""The panel of a field: what every field has, the options of its type, and under “Advanced” the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from builder.panels import _keywords, _making
from builder.panels._controls import SHOWN, Command, Control, Option, Panel, Path, Setting, told
from runtime.fields import N_, POINTERS, Field, Reader, ValueType
from runtime.i18n import LANGUAGES

SPANS = ((3, "¼"), (4, "⅓"), (6, "½"), (8, "⅔"))
LATER = frozenset({"placeholder", "pattern", "pattern_message", "on_delete", "region"})
ELSEWHERE = frozenset(
    {"labels", "fill", "parents", "offer", "access", "converted_from", "title", "help", "initial", "print"}
)
"""Options that have a place of their own in the panel, or in that of the rules."""
INITIAL = {
    "title": N_("Initial value"),
    "description": N_("A formula that fills a new record."),
    "maxLength": 2000,
}


@dataclass(frozen=True)
class FieldCase:
    """A field of a draft: whether a version of the form has it, whether it may not repeat, how wide it is."""

    field: Field
    published: bool
    uniques: tuple[tuple[str, ...], ...]
    span: int | None
    conditional: bool
    """Whether a rule requires it at times."""

    @property
    def is_column(self) -> bool:
        """Whether it is a column of a sub-table."""
        return "." in self.field.key

    @property
    def is_filled(self) -> bool:
        """Whether a person gives it a value."""
        kept = self.field.type.stored or self.field.type.value_type is ValueType.ROWS
        return kept and self.field.type.writable


def field_panel(case: FieldCase, setting: Setting) -> Panel:
    """The controls of a field."""
    field = case.field
    general = [*_titles(case, setting), *_value(case, setting), *_width(case, setting)]
    room = SHOWN - len(general) - ("enum" in field.type.keywords)
    setting = replace(setting, advanced=LATER, leave_out=ELSEWHERE)
    own = _making.panel(field.type.options, field.options, setting, room)
    rest = [*own.advanced, *_limits(case, setting), *_later(case, setting)]
    return Panel((*told(general, setting.refused), *own.controls), told(rest, setting.refused))


def _set(case: FieldCase, *path: str) -> Command:
    return {"name": "field.set", "args": {"field": case.field.key, "path": list(path)}}


def _beside(case: FieldCase, setting: Setting) -> Setting:
    """For the keywords beside `fw`."""

    def command(path: Path) -> Command:
        return _set(case, *map(str, path))

    return replace(setting, command=command, prefix="k")


def _limits(case: FieldCase, setting: Setting) -> Iterator[Control]:
    field = case.field
    own = _making.controls(_keywords.schema_of(field.type.keywords), field.schema, _beside(case, setting))
    for control in own.values():
        yield _as_typed(control, field) if field.type.limits_are_typed else control


def _as_typed(control: Control, field: Field) -> Control:
    """The control of a value of the field, written as people write it there."""
    raw = field.type.to_raw(control.value, field, Reader("en", "UTC"))
    mode = {"class": "panel-number"}
    return replace(control, value=raw, read={"as": "text"}, attributes=mode, whole=True)


def titles(
    name: str, label: str, stored: Any, setting: Setting, command: Callable[[str], Command]
) -> Control:
    """A title that a command changes language by language; `command` gives it for one."""
    texts = {setting.default_locale: stored} if isinstance(stored, str) else dict(stored or {})
    parts = tuple(
        Control(
            f"p-{name}-{locale}",
            "text",
            LANGUAGES.get(locale, locale),
            value=texts.get(locale, ""),
            send=command(locale),
            read={"as": "text", "into": "text"},
            attributes={"lang": locale, "maxlength": "200"},
        )
        for locale in setting.languages
    )
    missing = {part.name for part in parts if not part.value and any(p.value for p in parts)}
    return Control(f"p-{name}", "languages", label, parts=parts, more={"missing": missing})


def _titles(case: FieldCase, setting: Setting) -> Iterator[Control]:
    def command(locale: str) -> Command:
        return {"name": "field.title", "args": {"field": case.field.key, "locale": locale}}

    yield titles("title", str(_("Title")), case.field.title, setting, command)
    text = Control("p-help", "title", str(_("Help")), value=case.field.help, send=_set(case, "fw", "help"))
    yield replace(_making.title(text, setting), help=str(_("A sentence under the question.")))


def _value(case: FieldCase, setting: Setting) -> Iterator[Control]:
    if not case.is_filled:
        return
    yield required(case)
    if case.field.type.value_type is ValueType.ROWS:
        return
    default = _default(case, setting)
    yield _initial(setting, case) if default is None else default


def required(case: FieldCase) -> Control:
    """Always, never, or when a rule says so."""
    chosen = "true" if case.field.required else "false"
    words = {"true": _("Always"), "false": _("Never")}
    return Control(
        "p-required",
        "required",
        str(_("Required")),
        options=tuple(Option(value, str(word), value == chosen) for value, word in words.items()),
        send={"name": "field.required", "args": {"field": case.field.key}},
        read={"as": "either", "into": "on"},
        more={"when": case.conditional and not case.field.required},
    )


def _default(case: FieldCase, setting: Setting) -> Control | None:
    """The value that a new record begins with; None for a type whose values cannot be written here."""
    field = case.field
    plain = Control(
        "k-default",
        "text",
        str(_("Default")),
        value=field.default,
        send=_set(case, "default"),
        read={"as": "text"},
    )
    if field.type.name == "choice":
        return _making.pick(plain, _choices(field, setting))
    if field.type.name == "multi_choice":
        picked = tuple(
            replace(each, chosen=each.value in (field.default or ())) for each in _choices(field, setting)
        )
        return replace(plain, kind="picks", options=picked, read={"as": "many"})
    if field.type.value_type is ValueType.BOOL:
        return _making.either(plain)
    if field.type.name in POINTERS:
        return None
    if field.type.limits_are_typed:
        return _as_typed(plain, field)
    if field.type.value_type is ValueType.NUMBER:
        mode = {"inputmode": "decimal", "class": "panel-number"}
        return replace(plain, read={"as": "number"}, attributes=mode)
    return plain if field.type.name in ("text", "long_text", "time") else None


def _choices(field: Field, setting: Setting) -> list[Option]:
    labels: Mapping[str, Any] = field.options.get("labels", {})
    return [
        Option(value, setting.text(labels.get(value, value)), value == field.default)
        for value in field.schema.get("enum", ())
    ]


def _initial(setting: Setting, case: FieldCase) -> Control:
    return _making.control("initial", INITIAL, case.field.options, setting)


def _width(case: FieldCase, setting: Setting) -> Iterator[Control]:
    if case.span is None:
        return
    widths = (*SPANS, (12, str(_("Full"))))
    yield Control(
        "p-span",
        "radio",
        str(_("Width")),
        options=tuple(Option(str(span), word, span == case.span) for span, word in widths),
        send={"name": "cell.span", "args": {"field": case.field.key}},
        read={"as": "number", "into": "span", "whole": True},
    )


def _later(case: FieldCase, setting: Setting) -> Iterator[Control]:
    field = case.field
    if case.is_filled and _default(case, setting) is not None:
        yield _initial(setting, case)
    yield _printed(case)
    yield _key(case)
    if field.type.stored and field.type.name not in ("serial", "roll_up") and not case.is_column:
        yield _unique(case)


def _printed(case: FieldCase) -> Control:
    return Control(
        "p-print",
        "flag",
        str(_("Print")),
        str(_("It stands on printed pages and in PDFs of a record.")),
        case.field.options.get("print", True),
        send=_set(case, "fw", "print"),
        read={"as": "flag", "default": True},
    )


def _key(case: FieldCase) -> Control:
    """The key: locked once stored records know it."""
    plain = Control(
        "p-key",
        "text",
        str(_("Key")),
        str(_("Names the field in formulas, in the API and in exported files.")),
        case.field.key,
        send={"name": "field.rename", "args": {"field": case.field.key}},
        read={"as": "text", "into": "key", "required": True},
        attributes={"maxlength": "40", "autocapitalize": "off", "spellcheck": "false"},
        whole=True,
    )
    if case.is_column:
        names = str(_("Names the column in formulas: alone in its row, after its sub-table in the record."))
        plain = replace(plain, value=case.field.key.rpartition(".")[2], help=names)
    if not case.published:
        return plain
    why = _(
        "This key was published: records, the API and other definitions know it. The title can still change."
    )
    return replace(plain, kind="locked", help=str(why))


def _unique(case: FieldCase) -> Control:
    own = (case.field.key,)
    return Control(
        "p-unique",
        "flag",
        str(_("No two records may have the same value")),
        value=own in case.uniques,
        send={"name": "form.set", "args": {"path": ["fw", "unique"]}},
        read={"as": "member", "all": [list(keys) for keys in case.uniques], "one": list(own)},
    )
