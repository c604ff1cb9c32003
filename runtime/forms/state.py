"""From a judged entry to what the page shows: visible fields in their layout, texts, marks and messages."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from runtime.definitions.documents import Form
from runtime.definitions.keeping import kept
from runtime.definitions.layout import COLUMNS, Section, visible_rows
from runtime.errors import Problem
from runtime.fields import NOBODY, POINTERS, Field, FieldError, JsonValue, Raw, Reader, ValueType, note
from runtime.forms import row_tables
from runtime.forms.drawn import LONGEST, MOST_CHOICES
from runtime.forms.entry import Entry, as_one
from runtime.forms.reads import static_fields
from runtime.forms.shown import Choice, Part, Picker, Shown, ShownSection, Step
from runtime.forms.situation import Handles, Situation
from runtime.records import lookups
from runtime.records.reads import fills
from runtime.records.store import Judged
from runtime.text import localized

CHOICE = "fields/choice.html"
BOXES, STEPS = "fields/multi_choice.html", "fields/steps.html"
OUTPUT, PARTS = "fields/output.html", "fields/parts.html"
NOTE = "fields/note.html"
REFERENCES = "fields/references.html"
BY_THEMSELVES = frozenset(
    (CHOICE, "fields/input.html", "fields/money.html", "fields/percent.html", "fields/textarea.html")
) | {"fields/yes_no.html", "fields/rating.html"}
"""Templates of fields that one text or number fills, and that ask nobody for a name."""
RADIOS_AT_MOST = 6


def problems_by_field(judged: Judged, entry: Entry, handles: Handles) -> dict[str, Problem]:
    """The first problem of each field in the order of the form, and of each cell (`lines.n1.price`); what cannot be
    read comes before all rules.

    Problems of fields that are hidden or locked, or that a rule clears or sets, are nobody's to mend; "" holds one
    that belongs to no field.
    """
    open_fields = judged.visible - judged.locked - judged.overruled
    found = {
        name: each for name, each in entry.every_problem.items() if name.partition(".")[0] in open_fields
    }
    for problem in judged.problems:
        found.setdefault(handles.name_of(problem), problem)
    return found


def in_order(form: Form, problems: Mapping[str, Problem]) -> list[tuple[str, Problem]]:
    """Problems as the fields stand on the page, those of the whole form first."""
    places = ["", *(cell.field for section in form.layout for row in section.rows for cell in row)]
    place = {key: index for index, key in enumerate(places)}
    return sorted(problems.items(), key=lambda item: place.get(item[0].partition(".")[0], len(places)))


def to_tell(
    problems: Mapping[str, Problem], entry: Entry, focus: str, told: frozenset[str], *, late: bool = False
) -> dict[str, str]:
    """The messages for a form that is still being filled: those told already, and unless all others come `late` new
    ones of fields that hold something and were left. An empty field is not scolded before the form is sent.
    """
    return {
        key: problem.message
        for key, problem in problems.items()
        if key in told or (not late and key != focus and _is_filled(entry.raw_at(key)))
    }


def _is_filled(raw: Raw | None) -> bool:
    return bool(raw.strip() if isinstance(raw, str) else raw)


def sections(now: Situation) -> list[ShownSection]:
    """The visible fields in the sections and rows of the layout; what is hidden leaves no trace."""
    tabs = {tab.key: localized(tab.title, now.reader.locale) for tab in now.form.tabs}
    drawn = [
        ShownSection(
            key=section.key,
            title=localized(section.title, now.reader.locale),
            rows=_rows(now, section),
            tab=section.tab,
            tab_title=tabs.get(section.tab, ""),
        )
        for section in now.form.layout
    ]
    return [section for section in drawn if section.rows]


def _rows(now: Situation, section: Section) -> tuple[tuple[Shown, ...], ...]:
    rows = visible_rows(section, now.judged.visible)
    return tuple(tuple(shown(now, key, span) for key, span in row) for row in rows)


def shown(now: Situation, key: str, span: int = COLUMNS) -> Shown:
    """One field as it stands now, so many columns wide."""
    raw, value = _raw(now, now.form.fields[key]), now.judged.values.get(key)
    alone = key in _by_itself(now.form) and key not in now.judged.locked and not _is_told_of(now, key)
    if not alone or isinstance(raw, list) or isinstance(value, list | dict) or len(raw) > LONGEST:
        return _shown(now, key, span, raw)
    required = key in now.judged.required
    return _by_its_value(now.form, key, span, now.reader, raw, value, required, now.in_cell)


def _is_told_of(now: Situation, key: str) -> bool:
    """Whether there is something to say at the field, or what the server filled in is remembered."""
    said = (now.errors, now.warnings, now.alike, now.merges, now.clashes)
    return any(key in each for each in said) or (now.is_new_row and key in now.form.initials)


@kept(1024)
def _by_itself(form: Form) -> frozenset[str]:
    """The fields whose look follows from their own value alone, while they are open and nothing is said at them."""
    return frozenset(
        key
        for key, one in form.fields.items()
        if one.type.writable
        and one.type.template in BY_THEMSELVES
        and key not in fills(form)
        and len(one.schema.get("enum", ())) <= MOST_CHOICES  # each is kept with every value
    )


@kept(4096)
def _by_its_value(
    form: Form,
    key: str,
    span: int,
    reader: Reader,
    raw: Raw,
    value: JsonValue,
    required: bool,
    in_cell: bool,
) -> Shown:
    """Such a field: mostly it looks as it did the last time, and most fields of a form stay as they are."""
    wanted = frozenset({key} if required else ())
    judged = Judged({key: value}, frozenset({key}), wanted, frozenset(), (), (), (), {})
    alone = Situation(form, judged, reader, NOBODY, _no_picker, in_cell=in_cell)
    return _shown(alone, key, span, raw)


def _no_picker(key: str, _title: str) -> Picker:
    raise AssertionError(f"{key} searches nothing")


def _shown(now: Situation, key: str, span: int, raw: Raw) -> Shown:
    one = now.form.fields[key]
    value = now.judged.values.get(key)
    open_to_typing = one.type.writable and key not in now.judged.locked
    parts = _parts(one, raw, now.reader) if open_to_typing and not now.in_cell else ()
    attributes = _attributes(one, now.reader) if open_to_typing and not parts else {}
    choices = _choices(now, one, raw) if open_to_typing else ()
    template = PARTS if parts else one.type.template if open_to_typing or not one.type.stored else OUTPUT
    steps = shown_steps(one, raw, now.reader) if open_to_typing else ()
    return Shown(
        key=key,
        title=localized(one.title, now.reader.locale),
        help=localized(one.help, now.reader.locale) if one.help else "",
        template=template,
        raw=raw if isinstance(raw, str) else tuple(raw),
        display=_display(now, one) if template in (OUTPUT, NOTE) else "",
        attributes=tuple((name, text) for name, text in attributes.items() if name != "maxlength"),
        choices=choices,
        steps=steps,
        parts=parts,
        grouped=bool(steps or parts)
        or key in now.form.rows
        or template == REFERENCES
        or (bool(choices) and choices[0].key != ""),
        picker=_picker(now, one, raw) if open_to_typing else None,
        files=now.files(key, raw) if one.type.value_type is ValueType.FILES else None,
        prefix=one.type.prefix(one, now.reader),
        most=attributes.get("maxlength", ""),
        required=open_to_typing and key in now.judged.required,
        static=key in static_fields(now.form),
        error=now.errors.get(key, ""),
        warning=now.warnings.get(key, ""),
        alike=now.alike.get(key, ()),
        merge=now.merges.get(key, ""),
        was=_was(now, one, value) if open_to_typing else None,
        picked=as_one(raw) if open_to_typing and "fill" in one.options else None,
        clash=now.clashes.get(key),
        span=span,
        table=row_tables.table(now, key, _Cells) if key in now.form.rows else None,
    )


def _parts(one: Field, raw: Raw, reader: Reader) -> tuple[Part, ...]:
    """The boxes of a field that is typed in parts."""
    return tuple(Part(str(_(label)), text) for label, text in one.type.parts(one, raw, reader))


def _attributes(one: Field, reader: Reader) -> dict[str, str]:
    """What the type says of its control, and the example that stands in it while it is empty."""
    attributes, example = one.type.attributes(one, reader), one.options.get("placeholder")
    return {**attributes, "placeholder": localized(example, reader.locale)} if example else attributes


def _raw(now: Situation, one: Field) -> Raw:
    """What the control holds: the typed text while wrong or `exact`, else the value's usual spelling."""
    value, typed = now.judged.values.get(one.key), now.entry.raw.get(one.key)
    if typed is None or one.key in now.entry.left:
        return one.type.to_raw(value, one, now.reader)
    wrong = one.key in now.entry.problems or one.key in now.errors
    if wrong or (now.exact and value == now.entry.values.get(one.key)):
        return typed
    return one.type.to_raw(value, one, now.reader)


def _display(now: Situation, one: Field) -> str:
    if one.type.template == NOTE:
        return note.text_of(one, now.reader.locale)
    if one.type.name == "serial" and one.key not in now.judged.values:
        return str(_("Given when you save"))
    _home, shown_as = lookups.origin(now.form, one)
    return shown_as.type.display(now.judged.values.get(one.key), shown_as, now.reader, now.names)


def _choices(now: Situation, one: Field, raw: Raw) -> tuple[Choice, ...]:
    if one.type.template == STEPS:
        return ()
    if one.type.template == REFERENCES:
        return _picked(now, one, [raw] if isinstance(raw, str) else raw)
    choices = _offered(now.form, one.key, now.reader)
    if one.type.template == BOXES:
        return (*choices, *_gone(choices, [raw] if isinstance(raw, str) else raw))
    if one.type.template != CHOICE:
        return choices
    choices = (*choices, *_gone(choices, [str(raw)], _display(now, one)))
    if len(choices) > RADIOS_AT_MOST:
        return (Choice("", ""), *choices)
    return choices if one.key in now.judged.required else (*choices, Choice("", _("No answer")))


@kept(1024)
def _offered(form: Form, key: str, reader: Reader) -> tuple[Choice, ...]:
    """What can be chosen: made once, for a field that is kept with each of its values holds all of it each time."""
    one = form.fields[key]
    return tuple(Choice(raw, label) for raw, label in one.type.choices(one, reader))


def _picked(now: Situation, one: Field, raws: Sequence[str]) -> tuple[Choice, ...]:
    """The records that a list refers to, by their titles."""
    return tuple(Choice(raw, _title(now, one, raw)) for raw in dict.fromkeys(raws) if raw)


def _title(now: Situation, one: Field, raw: str) -> str:
    try:
        return one.type.display(one.type.parse(raw, one, now.reader), one, now.reader, now.names)
    except FieldError:
        return raw


def _gone(choices: Sequence[Choice], raws: list[str], shown: str = "") -> list[Choice]:
    """Values that are no longer offered stay until somebody chooses another."""
    known = {choice.key for choice in choices}
    return [Choice(raw, shown or raw) for raw in raws if raw and raw not in known]


def shown_steps(one: Field, raw: Raw, reader: Reader) -> tuple[Step, ...]:
    """The levels of a field that is asked level by level."""
    return tuple(
        Step(chosen, tuple(Choice(key, label) for key, label in offered))
        for chosen, offered in one.type.steps(one, raw, reader)
    )


def _picker(now: Situation, one: Field, raw: Raw) -> Picker | None:
    if one.type.template == REFERENCES:
        return now.picker(one.key, "")
    if one.type.name not in POINTERS:
        return None
    try:
        chosen = one.type.parse(raw, one, now.reader)
    except FieldError:
        chosen = None
    return now.picker(one.key, one.type.display(chosen, one, now.reader, now.names))


def _was(now: Situation, one: Field, value: object) -> str | None:
    """What the server filled in last, so that the next answer tells a person's text from a filled one."""
    if one.key not in fills(now.form) and not (now.is_new_row and one.key in now.form.initials):
        return None
    if one.key in now.entry.was and one.key not in now.entry.left:
        return now.entry.was[one.key]
    return as_one(one.type.to_raw(value, one, now.reader))


class _Cells:
    """A cell is drawn as every other field is."""

    shown = staticmethod(shown)
    raw = staticmethod(_raw)
    was = staticmethod(_was)
