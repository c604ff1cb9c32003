"""What the pages of an import show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select

from runtime import access, encodings
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records.wording import said
from runtime.times import now
from runtime.transfer import groups, importing, mapping, meaning, repeats, sources, staging, unknown
from runtime.transfer.mapping import ID, SAMPLES, Column
from runtime.transfer.meaning import Cell
from runtime.transfer.models import Import, ImportRow
from runtime.transfer.planning import Desk, Told

LOOKED_AT = 1_000  # rows from which days and numbers are told
SHOWN, LISTED = 25, 100  # records with problems, and problems, on a page
LONGEST_SAMPLE = 60

SEPARATORS = {",": ",", ";": ";", "|": "|", "\t": "⇥"}


NEW_FIELDS: list[Callable[[User, Form], str]] = []
"""Where this person makes fields of columns, or "": what designs forms adds it."""


def columns(user: User, form: Form, own: Import, chosen: Sequence[str]) -> dict[str, Any]:
    """Each column with what it is taken for, and what it could be."""
    first = importing.head(own, staging.HEAD_ROWS)
    body = [row.cells for row in first if row.number > own.head][:SAMPLES]
    found = [
        Column(title, _samples(body, at), chosen[at] if at < len(chosen) else "")
        for at, title in enumerate(importing.titles(own))
    ]
    known, free = mapping.targets(user, form), [at for at, each in enumerate(found) if not each.target]
    left_out = [said(one.title) for key, one in form.fields.items() if _is_left_out(one) and key not in known]
    return {
        "columns": found,
        "targets": [(key, mapping.label(form, key), _is_required(form, key)) for key in known],
        "heads": [(row.number, " · ".join(_samples([row.cells], None))) for row in first],
        "encodings": _encodings(own),
        "before": repeats.before(own),
        "separator": SEPARATORS.get(own.told.get("separator", ""), ""),
        "left_out": left_out,
        "new_fields": next(filter(None, (where(user, form) for where in NEW_FIELDS)), "") if free else "",
        "unknown": _pasted(
            [[found[at].title for at in free], *([_at(row, at) for at in free] for row in body)]
        ),
        "id": ID,
    }


def _at(row: Sequence[Cell], at: int) -> str:
    return meaning.text(None, row[at])[:LONGEST_SAMPLE] if at < len(row) else ""


def _pasted(rows: Sequence[Sequence[str]]) -> str:
    """Titles and some rows below them, as somebody would paste them."""
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)


def _encodings(own: Import) -> list[tuple[str, str, str]]:
    """The encodings that a text can be read in: key, name, and what each makes of some lines of it."""
    if not own.told.get("encoding"):
        return []
    try:
        with sources.place(own.key).open("rb") as file:
            found = encodings.samples(file)
    except FileNotFoundError:
        return []
    return [(key, encodings.NAMES[key], text) for key, text in found.items()]


def _is_required(form: Form, key: str) -> bool:
    name, _dot, column = key.partition(".")
    return column in form.rows[name].required if column else key in form.required


def _is_left_out(one: Field) -> bool:
    return one.type.stored and not meaning.is_importable(one)


def _samples(rows: Sequence[Sequence[Any]], at: int | None) -> tuple[str, ...]:
    """The values of a column, or of a whole row."""
    cells = [row[at] for row in rows if at < len(row)] if at is not None else list(rows[0])[:SAMPLES]
    return tuple(meaning.text(None, cell)[:LONGEST_SAMPLE] for cell in cells if cell is not None)


def options(user: User, form: Form, own: Import, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What can be chosen, with what the texts of the columns seem to mean."""
    looked = [row.cells for row in importing.head(own, LOOKED_AT) if row.number > own.head]
    seems = mapping.proposed(form, own.mapping, looked)
    modes = mapping.modes(user, form)
    keys = mapping.keys_among(user, form, own.mapping)
    first = {"mode": modes[0] if len(modes) == 1 else "create", "key": keys[0] if keys else "", "rest": True}
    return {
        "before": repeats.before(own),
        "referring": [mapping.label(form, key) for key in _making(user, form, own)],
        "rows_inside": groups.has_rows(own.mapping),
        "whole": any(mapping.may_take_back(user, form, mode) for mode in modes),
        "seems": seems,
        "modes": modes,
        "keys": [(key, mapping.label(form, key)) for key in keys],
        "now": {**first, "dates": seems["dates"], "commas": seems["commas"], "clear": False, **chosen},
    }


def _making(user: User, form: Form, own: Import) -> list[str]:
    """The columns of names of which this person may make records."""
    desk = Desk(user, form, own)
    offered = unknown.offered(form, own.mapping)
    return [key for key in offered if unknown.titled(desk, unknown.of_form(form, key)) is not None]


def as_sent(sent: Mapping[str, str]) -> dict[str, Any]:
    """What was chosen, refused or not."""
    kept = {name: sent[name] for name in ("mode", "key", "dates") if name in sent}
    known = {"run": True, "rest": False}
    automations = {"automations": known[sent["automations"]]} if sent.get("automations") in known else {}
    return {**kept, **automations, **mapping.boxes(sent)}


def progress(own: Import) -> dict[str, Any]:
    """How far the job is."""
    counts = importing.counts(own)
    left = {
        "checking": counts.get("new", 0),
        "running": counts.get("ready", 0) + counts.get("later", 0),
    }
    left["resetting"] = left["grouping"] = total = sum(counts.values())
    left["undoing"] = sum(counts.get(each, 0) for each in importing.DONE)
    total = own.doing if own.state in ("running", "undoing") else total
    done = total - left.get(own.state, 0)
    return {"done": done, "total": total, "seconds": _seconds(own, done, total), "counts": counts}


def _seconds(own: Import, done: int, total: int) -> int | None:
    """How long the rest takes, if it goes on as it began."""
    if own.started_at is None or not done or own.state not in ("running", "undoing"):
        return None
    return max(1, round((now() - own.started_at).total_seconds() * (total - done) / done))


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a row: in which, where, what stands there, why, and how it may be typed anew. `name` is that
    of the control, empty where nothing can be typed.
    """

    number: int
    name: str
    title: str
    value: str
    why: str
    choices: Sequence[tuple[str, str]] = ()


Place = tuple[int, int]
"""Behind which record a page begins, and how many problems of the next one stand before it."""


def rows(user: User, form: Form, own: Import, after: Place) -> dict[str, Any]:
    """The whole page: how far it is, how many rows are in each state, a page of what is wrong with them."""
    desk = Desk(user, form, own)
    listed, then = ([], None) if own.is_at_work else _page_of(own, after)
    told = progress(own)
    return {
        **told,
        "further": groups.count(own) if groups.has_rows(own.mapping) and not own.is_at_work else 0,
        "faulty": [each for row, told in listed for each in _by_row(faults(desk, row, told))],
        "next": then and _written(then),
        "after": _written(after) if any(after) else "",
        "before": repeats.doubled(own, told["counts"].get("same", 0)) if own.state == "checked" else None,
        "may_change": importing.may_change(own),
        "may_undo": importing.may_undo(own),
        "is_broken": own.error == importing.FAILED,
    }


def place_of(text: str) -> Place:
    """Where a page begins by what an address says; the first for what says nothing."""
    numbers = [part for part in text.split(".")[:2] if part.isascii() and part.isdecimal() and len(part) < 9]
    record, before = [*map(int, numbers), 0, 0][:2]
    return record, before


def _written(place: Place) -> str:
    return f"{place[0]}.{place[1]}" if place[1] else str(place[0])


def _page_of(own: Import, after: Place) -> tuple[list[tuple[ImportRow, Told]], Place | None]:
    """The records of a page with what is to be told of each, and where the next page begins. One record may have
    thousands of problems, in the rows of its tables.
    """
    record, before = after
    listed: list[tuple[ImportRow, Told]] = []
    left = LISTED
    for row in importing.rows(own, ("bad", "kept"), SHOWN + 1, record):
        told = _once(row)[before:]
        if len(listed) == SHOWN or not left:
            return listed, (record, before)
        listed.append((row, told[:left]))
        if len(told) > left:
            return listed, (record, before + left)
        left, record, before = left - len(told), row.number, 0
    return listed, None


def _once(row: ImportRow) -> Told:
    """What is wrong with a record, once for each cell, in the order of the rows."""
    found: dict[tuple[int, str], list[str]] = {}
    for each in row.problems:
        found.setdefault((_number(row, each), each[0] or each[1]), each)
    return [found[each] for each in sorted(found, key=lambda each: each[0])]


def _number(row: ImportRow, told: Sequence[str]) -> int:
    return int(told[2]) if len(told) > 2 else row.number


def faults(desk: Desk, row: ImportRow, told: Told) -> list[Fault]:
    """What is wrong with a record, of which this is told."""
    numbers = {_number(row, each) for each in told}
    mine = (ImportRow.import_id == row.import_id, ImportRow.number.in_(numbers))
    cells = {each.number: desk.cells(each) for each in db.session.scalars(select(ImportRow).where(*mine))}
    return [_fault(desk, row, each, cells[_number(row, each)]) for each in told]


def _fault(desk: Desk, row: ImportRow, told: Sequence[str], cells: Mapping[str, Cell]) -> Fault:
    key, why, number = told[0], told[1], _number(row, told)
    one, known = desk.targets.get(key), desk.is_used(key)
    value = desk.shown(key, cells.get(key)) if known else ""
    title = mapping.label(desk.form, key) if known or key in _seen(desk) else ""
    name = f"v.{number}.{key}" if known and row.state == "bad" else ""
    choices = one.type.choices(one, desk.reader) if one is not None and one.type.name == "choice" else ()
    return Fault(number, name, title, value, why, choices)


def _by_row(found: Sequence[Fault]) -> list[tuple[int, list[Fault]]]:
    """The problems of a record by the rows in which they stand."""
    return [(number, list(some)) for number, some in groupby(found, lambda each: each.number)]


def _seen(desk: Desk) -> frozenset[str]:
    return frozenset(desk.form.fields) - access.fields(desk.user, desk.form).hidden
