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
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.fields import Field, FieldError, Reader
from runtime.fields._ids import read_id
from runtime.records import pointing, store
from runtime.records.sources import Actor, allowed
from runtime.records.tables import table, unique_sets
from runtime.transfer import mapping as mapping_of
from runtime.transfer import meaning
from runtime.transfer.mapping import ID
from runtime.transfer.meaning import Cell, Manner
from runtime.transfer.models import Import, ImportRow

Told = list[list[str]]
"""Pairs of a field, or nothing, and a sentence."""


@dataclass
class Plan:
    """What one row would do. `record_id` is None for a new record."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    record_id: int | None = None
    problems: Told = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """Whose import it is, of which form, and what he may do there; made anew for each batch."""

    user: User
    form: Form
    own: Import

    @cached_property
    def targets(self) -> Mapping[str, Field]:
        """The fields that the person may give."""
        return mapping_of.targets(self.user, self.form)

    @property
    def actor(self) -> Actor:
        return Actor(user=self.user, origin="import")

    @property
    def reader(self) -> Reader:
        return Reader(self.user.locale, self.user.zone or self.form.zone)

    @property
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
        return meaning.shown(self.form.fields.get(key), cell, self.manner.commas)


def plans(desk: Desk, rows: Sequence[ImportRow]) -> list[Plan]:
    """The plan of each row; one with problems is not to be carried out."""
    found = {row.number: desk.cells(row) for row in rows}
    names = _names(desk, found.values())
    made = [_plan(desk, number, cells, names) for number, cells in found.items()]
    _find(desk, made)
    return made


def _names(desk: Desk, rows: Iterable[Mapping[str, Cell]]) -> pointing.Names:
    fields = desk.form.fields
    asked = [
        (fields[key], meaning.text(fields[key], cell))
        for cells in rows
        for key, cell in cells.items()
        if key in fields and fields[key].type.name in pointing.POINTERS and cell is not None
    ]
    return pointing.names_of(desk.user, desk.form, asked, desk.reader)


def _plan(desk: Desk, number: int, cells: Mapping[str, Cell], names: pointing.Names) -> Plan:
    plan = Plan(number)
    for key, cell in cells.items():
        if cell is None and not desk.own.options["clear"]:
            continue
        try:
            plan.values[key] = _value(desk, key, cell, names)
        except FieldError as error:
            title = mapping_of.label(desk.form, key)
            plan.problems.append([key, problems.sentence(error.code, error.params, title)])
    return plan


def _value(desk: Desk, key: str, cell: Cell, names: pointing.Names) -> Any:
    if key != ID:
        return meaning.value(desk.form.fields[key], cell, desk.manner, names)
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
    readable = allowed(desk.form, access.visible(desk.user, "read", desk.form))
    rows = db.session.execute(select(own.id, column).where(column.in_(list(values)), readable))
    return {values[row[1]]: row[0] for row in rows}


def probed(desk: Desk, plan: Plan) -> dict[str, Any]:
    """What the record would hold; problems are added to the plan."""
    if plan.problems:
        return {}
    try:
        return dict(store.probe(desk.actor, desk.form, plan.values, record_id=plan.record_id))
    except (Invalid, Forbidden, NotFound, Conflict) as error:
        plan.problems = told(error)
        return {}


def told(error: Invalid | Forbidden | NotFound | Conflict) -> Told:
    """What a save says against a row."""
    if not isinstance(error, Invalid):
        return [["", error.message]]
    return [[str(each.path[0]) if each.path else "", each.message] for each in error.problems]


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
