"""What the columns of a spreadsheet are: found by their titles, chosen by the person, and how the rows are meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from runtime import access, spreadsheets
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import Conflict
from runtime.fields import ALL_POINTERS, LISTED, Field, ValueType
from runtime.records.tables import unique_sets
from runtime.records.wording import said
from runtime.text import in_all_languages, normalised
from runtime.transfer import meaning, synonyms
from runtime.transfer.meaning import Cell
from runtime.transfer.models import Import

ID = "#id"
SAMPLES = 5
MODES = {"create": ("create",), "update": ("update",), "both": ("create", "update")}


@dataclass(frozen=True)
class Column:
    """A column of the spreadsheet: its title, a few values, what it is taken for."""

    title: str
    samples: tuple[str, ...]
    target: str


def targets(user: User, form: Form) -> dict[str, Field]:
    """The fields that a column can be, for this person: what they may write, and what tells records apart."""
    rights, keys = access.fields(user, form), _telling(form)
    found: dict[str, Field] = {}
    for key, one in form.fields.items():
        if key in form.rows and key not in rights.closed:
            found |= _of_rows(key, form.rows[key], rights.closed)
        elif (
            meaning.is_importable(one)
            and key not in rights.hidden
            and (key not in rights.read_only or key in keys)
        ):
            found[key] = one
    return found


def _of_rows(key: str, of_rows: Form, closed: frozenset[str]) -> dict[str, Field]:
    own = {f"{key}.{name}": one for name, one in of_rows.fields.items() if meaning.is_importable(one)}
    return {path: one for path, one in own.items() if path not in closed}


def field_of(form: Form, key: str) -> Field | None:
    """The field that a column is, also one of a sub-table (`lines.price`); None for `#id` and for what is gone."""
    name, _dot, column = key.partition(".")
    if not column:
        return form.fields.get(key)
    return form.rows[name].fields.get(column) if name in form.rows else None


def _telling(form: Form) -> frozenset[str]:
    """The fields that no two records share."""
    single = (keys[0] for keys in unique_sets(form) if len(keys) == 1)
    return frozenset(key for key in single if form.fields[key].type.value_type not in LISTED)


def keys_among(user: User, form: Form, mapping: Sequence[str]) -> list[str]:
    """What of the chosen columns tells records apart."""
    telling = _telling(form) & targets(user, form).keys()
    return [key for key in dict.fromkeys(mapping) if key in telling or key == ID]


def modes(user: User, form: Form) -> list[str]:
    """What the person may do with the rows."""
    return [name for name, actions in MODES.items() if all(access.can(user, each, form) for each in actions)]


def may_take_back(user: User, form: Form, mode: str) -> bool:
    """Whether the person may take back what rows became: all rows or none are for no one else."""
    return "create" not in MODES[mode] or access.can(user, "delete", form)


def titles(head: Sequence[Sequence[Cell]], width: int) -> list[str]:
    """The titles of the columns: of the last of these rows, and where cells were merged, of those above."""
    rows = [[*row, *[None] * (width - len(row))] for row in head]
    found = [spreadsheets.title_of(rows, len(rows) - 1, at) if rows else "" for at in range(width)]
    return [
        title or _("Column %(letters)s", letters=spreadsheets.letters(at)) for at, title in enumerate(found)
    ]


def automatic(user: User, form: Form, names: Sequence[str]) -> list[str]:
    """For each column what it seems to be by its title, in any language, or by the key; else by what others call such a
    column. Nothing twice.
    """
    fields = targets(user, form)
    called = {key: _names(form, key, one) for key, one in fields.items()}
    known: dict[str, str] = {}
    for key in sorted(fields, key=lambda each: "." in each):
        for name in called[key]:
            known.setdefault(name, key)
    known.setdefault("id", ID)
    found = _each_once([known.get(_folded(name), "") for name in names])
    free = {key: one for key, one in fields.items() if key not in found and "." not in key}
    meant = (
        "" if key else synonyms.meant(_folded(name), free, called)
        for name, key in zip(names, found, strict=True)
    )
    return _each_once([key or other for key, other in zip(found, list(meant), strict=True)])


def _each_once(keys: Sequence[str]) -> list[str]:
    return [key if key not in keys[:at] else "" for at, key in enumerate(keys)]


def _names(form: Form, key: str, one: Field) -> list[str]:
    return [_folded(name) for name in (*_called(form, key), *in_all_languages(one.title), key)]


def _called(form: Form, key: str) -> list[str]:
    """What a column of a sub-table is called with the name of this, in every language."""
    name, _dot, column = key.partition(".")
    if not column:
        return []
    columns = in_all_languages(form.rows[name].fields[column].title)
    return [f"{table}: {each}" for table in in_all_languages(form.fields[name].title) for each in columns]


def _folded(name: str) -> str:
    plain = " ".join(normalised(name, "NFKC").casefold().split()).strip(" *:")
    return plain.replace(" :", ":").replace(": ", ":")


def chosen(user: User, form: Form, sent: Sequence[str]) -> list[str]:
    """The mapping that somebody chose; Conflict with a sentence for one that cannot be."""
    known = targets(user, form)
    found = [each if each in known or each == ID else "" for each in sent]
    filled = [each for each in found if each]
    twice = next((each for each in filled if filled.count(each) > 1), None)
    if twice is not None:
        raise Conflict(
            _("Two columns are to be %(field)s. Choose one of them.", field=label(form, twice)), code="twice"
        )
    if not any(each != ID for each in filled):
        raise Conflict(_("Choose at least one column."), code="none")
    return found


def label(form: Form, key: str) -> str:
    """What a column that is mapped is called."""
    if key == ID:
        return str(_("Number of the record (id)"))
    name, _dot, column = key.partition(".")
    if not column:
        return said(form.fields[key].title)
    titles = (said(form.fields[name].title), said(form.rows[name].fields[column].title))
    return column_of(*titles)


def column_of(table: str, column: str) -> str:
    """What a column of a sub-table is called beside those of the record."""
    return str(_("%(table)s: %(column)s", table=table, column=column))


def proposed(form: Form, mapping: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """How the texts of these columns seem to be meant: the order of days, a day that could be another, commas."""
    days = _texts(form, mapping, rows, (ValueType.DATE, ValueType.DATETIME))
    numbers = _texts(form, mapping, rows, (ValueType.NUMBER,))
    order, doubtful = meaning.order_of_days(days)
    return {
        "dates": order,
        "doubtful": doubtful,
        "commas": meaning.has_commas(numbers),
        "day": next(iter(days), ""),
        "number": next((text for text in numbers if "," in text or "." in text), ""),
        "has_days": bool(days),
        "has_numbers": bool(numbers),
    }


def _texts(
    form: Form, mapping: Sequence[str], rows: Sequence[Sequence[Cell]], kinds: Sequence[ValueType]
) -> list[str]:
    fields = [(at, field_of(form, key)) for at, key in enumerate(mapping)]
    places = [at for at, one in fields if one is not None and _is_of(one, kinds)]
    cells = (row[at] for at in places for row in rows if at < len(row))
    return [cell for cell in cells if isinstance(cell, str)]


def _is_of(one: Field, kinds: Sequence[ValueType]) -> bool:
    return one.type.value_type_of(one) in kinds and one.type.name not in ALL_POINTERS


def boxes(sent: Mapping[str, str]) -> dict[str, bool]:
    """What is chosen by a box or one of two, in which nothing can be wrong."""
    return {
        "clear": sent.get("blank") == "clear",
        "unknown": sent.get("unknown") == "create",
        "whole": sent.get("failing") == "whole",
        "rest": sent.get("repeated") == "rest",
        "commas": sent.get("commas") == "yes",
    }


def options(user: User, form: Form, own: Import, sent: Mapping[str, str]) -> dict[str, Any]:
    """The options that somebody chose; Conflict with a sentence for what cannot be."""
    mode, key = sent.get("mode", ""), sent.get("key", "")
    if mode not in modes(user, form):
        raise Conflict(_("Say what shall become of the rows."), code="mode")
    if mode != "create" and key not in keys_among(user, form, own.mapping):
        raise Conflict(_("Say by which column the records to change are found."), code="key")
    if sent.get("automations") not in ("run", "rest"):
        raise Conflict(_("Say whether automations shall start."), code="automations")
    chosen = boxes(sent)
    if chosen["whole"] and not may_take_back(user, form, mode):
        why = _("All rows or none is for those who may delete records here, since it may take rows back.")
        raise Conflict(why, code="whole")
    dates = sent.get("dates", "ymd")
    return {
        **chosen,
        "mode": mode,
        "key": key if mode != "create" else "",
        "automations": sent["automations"] == "run",
        "dates": dates if dates in meaning.ORDERS else "ymd",
    }
