"""What the rows of an import would do: their values, and which record each of them changes. A batch at a time."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from runtime import access, documents, problems
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from runtime.fields import ALL_POINTERS, Field, FieldError, Reader
from runtime.fields._ids import read_id
from runtime.records import pointing, store
from runtime.records.sources import Actor, within
from runtime.records.tables import table, unique_sets
from runtime.transfer import groups, meaning, sub_rows, unknown
from runtime.transfer import mapping as mapping_of
from runtime.transfer.mapping import ID
from runtime.transfer.meaning import Cell, Manner
from runtime.transfer.models import Import, ImportRow

Told = list[list[str]]
"""A field, or nothing, and a sentence each; of a further row its number, too."""


@dataclass
class Plan:
    """What one row would do, with the further rows of its record. `record_id` is None for a new record, `lines` are the
    numbers of the rows that the rows of a sub-table came from. `is_made` says that the row became this record before,
    `waits` what the fields are called that no record has yet (`unknown.py`), `is_later` that one may still come.
    """

    number: int
    lines: dict[str, list[int]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    record_id: int | None = None
    is_made: bool = False
    waits: dict[str, str] = field(default_factory=dict)
    is_later: bool = False
    problems: Told = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """Whose import it is, of which form, and what he may do there; made anew for each batch. `written` are the records
    that rows of the batch became, by their names; None for a name that several have.
    """

    user: User
    form: Form
    own: Import
    written: dict[str, int | None] = field(default_factory=dict, compare=False)

    @cached_property
    def targets(self) -> Mapping[str, Field]:
        """The fields that the person may give."""
        return mapping_of.targets(self.user, self.form)

    @property
    def actor(self) -> Actor:
        return Actor(user=self.user, origin="import")

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.user.locale, self.user.zone or self.form.zone)

    @cached_property
    def naming_key(self) -> str:
        """The field by whose value rows of the file name each other; "" where no column refers to the form itself."""
        return unknown.naming_key(self) if unknown.has_own(self.form, self.own.mapping) else ""

    @cached_property
    def manner(self) -> Manner:
        return Manner(self.reader, self.own.options["dates"], bool(self.own.options["commas"]))

    def cells(self, row: ImportRow) -> dict[str, Cell]:
        """The cells of a row by what their columns are; what was typed in their stead counts."""
        there = dict(zip_longest(self.own.mapping, row.cells[: len(self.own.mapping)]))
        fixes = {key: text or None for key, text in row.fixes.items() if key in there}
        return {key: cell for key, cell in {**there, **fixes}.items() if self.is_used(key)}

    def is_used(self, key: str) -> bool:
        """Whether a column that is this means anything: an id only where it tells which record is meant."""
        return key in self.targets or (key == ID and self.own.options.get("key") == ID)

    def shown(self, key: str, cell: Cell) -> str:
        """The text of a cell of this column, as it is mended."""
        return meaning.shown(mapping_of.field_of(self.form, key), cell, self.manner.commas)


def plans(desk: Desk, rows: Sequence[ImportRow]) -> list[Plan]:
    """The plan of each row; one with problems is not to be carried out."""
    further = groups.further(desk.own, rows)
    found = [
        [(each.number, desk.cells(each)) for each in (row, *further.get(row.number, ()))] for row in rows
    ]
    names = _names(desk, (cells for lines in found for _number, cells in lines))
    made = [_plan(desk, lines, names) for lines in found]
    _find(desk, made)
    sub_rows.match(desk.form, desk.own.mapping, made, access.fields(desk.user, desk.form).hidden)
    return made


def _names(desk: Desk, rows: Iterable[Mapping[str, Cell]]) -> pointing.Names:
    fields = desk.targets
    asked = [
        (fields[key], meaning.text(fields[key], cell))
        for cells in rows
        for key, cell in cells.items()
        if key in fields and fields[key].type.name in ALL_POINTERS and cell is not None
    ]
    return pointing.names_of(desk.user, desk.form, asked, desk.reader)


Lines = Sequence[tuple[int, Mapping[str, Cell]]]
"""The rows of one record: their numbers and cells."""


def _plan(desk: Desk, lines: Lines, names: pointing.Names) -> Plan:
    number, first = lines[0]
    plan = Plan(number)
    plan.values |= _values(desk, plan, number, {key: first[key] for key in first if "." not in key}, names)
    for key in sub_rows.of(desk.targets, desk.own.mapping):
        cells = [(at, sub_rows.cells(key, each)) for at, each in lines]
        filled = [(at, own) for at, own in cells if any(cell is not None for cell in own.values())]
        if not filled and not desk.own.options["clear"]:
            continue  # what is there stays
        rows = [_values(desk, plan, at, own, names) for at, own in filled]
        plan.values[key] = [sub_rows.named(row) for row in rows] or None
        plan.lines[key] = [at for at, _own in filled]
    return plan


def _values(
    desk: Desk, plan: Plan, number: int, cells: Mapping[str, Cell], names: pointing.Names
) -> dict[str, Any]:
    """What the cells of one row mean; what they do not mean is added to the problems of the plan."""
    found = {}
    for key, cell in cells.items():
        if cell is None and not desk.own.options["clear"]:
            continue
        try:
            found[key] = _value(desk, key, cell, names)
        except FieldError as error:
            if error.code == "nobody" and unknown.may_wait(desk, key):
                plan.waits[key] = meaning.text(desk.targets[key], cell)
                continue
            title = mapping_of.label(desk.form, key)
            why = problems.sentence(error.code, error.params, title)
            plan.problems.append(_problem(key, why, plan, number))
    return found


def _problem(key: str, why: str, plan: Plan, number: int) -> list[str]:
    return [key, why] if number == plan.number else [key, why, str(number)]


def _value(desk: Desk, key: str, cell: Cell, names: pointing.Names) -> Any:
    if key != ID:
        return meaning.value(desk.targets[key], cell, desk.manner, names)
    return read_id(meaning.text(None, cell).lstrip("#"), "whole") if cell is not None else None


def _find(desk: Desk, made: list[Plan]) -> None:
    """The records that the rows change, by the column that tells them apart."""
    key, mode = desk.own.options["key"], desk.own.options["mode"]
    if mode == "create":
        for plan in made:
            plan.values.pop(ID, None)
        return
    known = _ids(desk, key, [plan.values[key] for plan in made if plan.values.get(key) is not None])
    for plan in made:
        wanted = plan.values.get(key)
        plan.record_id = None if wanted is None else known.get(wanted)
        if plan.record_id is not None and key != ID:
            del plan.values[key]  # it is the same already
        plan.values.pop(ID, None)
        if plan.record_id is None and not plan.problems and (mode == "update" or (key == ID and wanted)):
            plan.problems.append([key, _missing(desk.form, key, wanted)])


def _missing(form: Form, key: str, wanted: Any) -> str:
    title = mapping_of.label(form, key)
    if wanted is None:
        return str(_("Fill in %(title)s: it tells which record is meant.", title=title))
    return str(_("There is no record with this value of %(title)s, or you may not see it.", title=title))


def _ids(desk: Desk, key: str, wanted: Sequence[Any]) -> dict[Any, int]:
    """The ids of the records with these values of the column that tells records apart."""
    own, one = table(desk.form).c, desk.form.fields.get(key)
    column = own.id if one is None else own[key]
    values = {each if one is None else one.type.to_column(each, one): each for each in wanted}
    readable = within(desk.form, access.visible(desk.user, "read", desk.form))
    rows = db.session.execute(select(own.id, column).where(column.in_(list(values)), readable))
    return {values[row[1]]: row[0] for row in rows}


def probed(desk: Desk, plan: Plan) -> dict[str, Any]:
    """What the record would hold; problems are added to the plan."""
    if plan.problems:
        return {}
    try:
        return dict(store.probe(desk.actor, desk.form, plan.values, record_id=plan.record_id))
    except (Invalid, Forbidden, NotFound, Conflict) as error:
        plan.problems = [each for each in told(error, plan) if each[0] not in plan.waits]
        return {}


def told(error: Invalid | Forbidden | NotFound | Conflict, plan: Plan) -> Told:
    """What a save says against a row, and against further rows of its record."""
    if not isinstance(error, Invalid):
        return [["", error.message]]
    return [_said(each, plan) for each in error.problems]


def _said(found: Problem, plan: Plan) -> list[str]:
    key, *way = [*found.path] or [""]
    lines = plan.lines.get(str(key), [])
    if len(way) < 2 or not isinstance(way[0], int) or way[0] >= len(lines):
        return [str(key), found.message]
    return _problem(f"{key}.{way[1]}", found.message, plan, lines[way[0]])


def marks(desk: Desk, plan: Plan, values: Mapping[str, Any]) -> dict[str, Told]:
    """What no other row may hold as well, by digest, with what is wrong when one does."""
    form = desk.form
    found = {}
    for keys in unique_sets(form):
        given = plan.record_id is None or any(key in plan.values for key in keys)
        if given and all(key in values for key in keys):
            found[_digest([keys, [values[key] for key in keys]])] = [_taken(desk, keys)]
    if plan.record_id is not None:
        key = desk.own.options["key"]
        found[_digest(["record", plan.record_id])] = [
            [key, _("Another row of the file changes the same record.")]
        ]
    return found


def _taken(desk: Desk, keys: Sequence[str]) -> list[str]:
    shown = [key for key in keys if key not in access.fields(desk.user, desk.form).hidden]
    if not shown:
        return ["", _("Another row of the file has the same values.")]
    title = mapping_of.label(desk.form, shown[-1])
    return [shown[-1], _("Another row of the file has this value of %(title)s, too.", title=title)]


def _digest(about: Any) -> str:
    return hashlib.sha256(documents.dumps(about).encode("utf-8", "replace")).hexdigest()
