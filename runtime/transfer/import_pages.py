"""What the pages of an import show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime import access, encodings
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import Field, Reader
from runtime.forms.filling import reader_for
from runtime.records.wording import said
from runtime.times import now
from runtime.transfer import groups, importing, mapping, meaning, repeats, sources, staging
from runtime.transfer.mapping import ID, SAMPLES, Column
from runtime.transfer.models import Import, ImportRow
from runtime.transfer.planning import Desk

LOOKED_AT = 1_000  # rows from which days and numbers are told
SHOWN = 25  # rows with problems on a page
LONGEST_SAMPLE = 60

SEPARATORS = {",": ",", ";": ";", "|": "|", "\t": "⇥"}


def columns(user: User, form: Form, own: Import, chosen: Sequence[str]) -> dict[str, Any]:
    """Each column with what it is taken for, and what it could be."""
    first = importing.head(own, staging.HEAD_ROWS)
    body = [row.cells for row in first if row.number > own.head][:SAMPLES]
    found = [
        Column(title, _samples(body, at), chosen[at] if at < len(chosen) else "")
        for at, title in enumerate(importing.titles(own))
    ]
    known = mapping.targets(user, form)
    left_out = [said(one.title) for key, one in form.fields.items() if _is_left_out(one) and key not in known]
    return {
        "columns": found,
        "targets": [(key, mapping.label(form, key), _is_required(form, key)) for key in known],
        "heads": [(row.number, " · ".join(_samples([row.cells], None))) for row in first],
        "encodings": _encodings(own),
        "before": repeats.before(own),
        "separator": SEPARATORS.get(own.told.get("separator", ""), ""),
        "left_out": left_out,
        "id": ID,
    }


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
    first = {"mode": modes[0] if len(modes) == 1 else "create", "key": keys[0] if keys else ""}
    return {
        "rows_inside": groups.has_rows(own.mapping),
        "seems": seems,
        "modes": modes,
        "keys": [(key, mapping.label(form, key)) for key in keys],
        "now": {**first, "dates": seems["dates"], "commas": seems["commas"], "clear": False, **chosen},
    }


def as_sent(sent: Mapping[str, str]) -> dict[str, Any]:
    """What was chosen, refused or not."""
    kept = {name: sent[name] for name in ("mode", "key", "dates") if name in sent}
    known = {"run": True, "rest": False}
    automations = {"automations": known[sent["automations"]]} if sent.get("automations") in known else {}
    return {
        **kept,
        **automations,
        "clear": sent.get("blank") == "clear",
        "commas": sent.get("commas") == "yes",
    }


def progress(own: Import) -> dict[str, Any]:
    """How far the job is."""
    counts = importing.counts(own)
    left = {"checking": counts.get("new", 0), "running": counts.get("ready", 0)}
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


def rows(user: User, form: Form, own: Import, after: int) -> dict[str, Any]:
    """The whole page: how far it is, how many rows are in each state, a page of those with problems."""
    listed = () if own.is_at_work else importing.rows(own, ("bad", "kept"), SHOWN + 1, after)
    desk, reader = Desk(user, form, own), reader_for(user, form)
    return {
        **progress(own),
        "further": groups.count(own) if groups.has_rows(own.mapping) and not own.is_at_work else 0,
        "faulty": [each for row in listed[:SHOWN] for each in _by_row(faults(desk, row, reader))],
        "next": listed[SHOWN - 1].number if len(listed) > SHOWN else None,
        "after": after,
        "before": repeats.before(own) if own.state == "checked" else None,
        "may_change": importing.may_change(own),
        "may_undo": importing.may_undo(own),
        "is_broken": own.error == importing.FAILED,
    }


def faults(desk: Desk, row: ImportRow, reader: Reader) -> list[Fault]:
    """What is wrong with a row."""
    cells = {row.number: desk.cells(row)}
    found: dict[tuple[int, str], Fault] = {}
    for key, why, *where in row.problems:
        one, number = desk.targets.get(key), int(where[0]) if where else row.number
        if number not in cells:
            cells[number] = desk.cells(db.session.get_one(ImportRow, (row.import_id, number)))
        known = desk.is_used(key)
        value = desk.shown(key, cells[number].get(key)) if known else ""
        title = mapping.label(desk.form, key) if known or key in _seen(desk) else ""
        name = f"v.{number}.{key}" if known and row.state == "bad" else ""
        choices = one.type.choices(one, reader) if one is not None and one.type.name == "choice" else ()
        found.setdefault((number, key or why), Fault(number, name, title, value, why, choices))
    return list(found.values())


def _by_row(found: Sequence[Fault]) -> list[tuple[int, list[Fault]]]:
    """The problems of a record by the rows in which they stand."""
    rows: dict[int, list[Fault]] = {}
    for each in found:
        rows.setdefault(each.number, []).append(each)
    return sorted(rows.items())


def _seen(desk: Desk) -> frozenset[str]:
    return frozenset(desk.form.fields) - access.fields(desk.user, desk.form).hidden
