"""The records that refer to one: of every form that does how many there are, and of one form the first few."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from runtime import access
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.keeping import kept
from runtime.fields import Reader
from runtime.forms.filling import reader_for
from runtime.forms.lists import columns, listing
from runtime.forms.lists.columns import Column
from runtime.forms.lists.listing import Row
from runtime.forms.lists.looks import filter_text
from runtime.forms.record.spot import Spot
from runtime.records import links, query
from runtime.records.links import Reference
from runtime.records.rows import Record
from runtime.text import localized

SHOWN = 5
MOST_COLUMNS = 5


@dataclass(frozen=True)
class Link:
    """One kind of records that refer to this one: a field of a form. `address` is the page with them open."""

    key: str
    title: str
    count: str
    address: str
    is_open: bool


@dataclass(frozen=True)
class Related:
    """All kinds, and the first records of the open one. `new` is where one more is begun, `all` their list."""

    links: tuple[Link, ...]
    path: str
    columns: tuple[Column, ...]
    rows: list[Row]
    new: str
    all: str
    goes_on: bool


def related(user: User, record: Record, spot: Spot) -> Related | None:
    """What refers to a record, as far as this person may read it; None where nothing can."""
    references = [Reference(other, key, record.id) for other, key in pointing_at(user, spot.form)]
    if not references:
        return None
    counts = query.counts(user, references)
    chosen = _chosen(references, counts)
    reader = reader_for(user, spot.form)
    return Related(
        links=tuple(
            Link(
                each.name,
                _title(each, references, reader),
                listing.number(count, reader),
                spot.to(related=each.name),
                each is chosen,
            )
            for each, count in zip(references, counts, strict=True)
        ),
        **_first(user, chosen, counts[references.index(chosen)], spot, reader),
    )


def pointing_at(user: User, form: Form) -> list[tuple[Form, str]]:
    """The fields that point at records of a form, of which the person may know."""
    return [
        (other, key)
        for other in lookup.forms(form.app)
        for key in _pointers(other).get(form.key, ())
        if access.can(user, "read", other) and key not in access.fields(user, other).hidden
    ]


@kept(1024)
def _pointers(form: Form) -> Mapping[str, tuple[str, ...]]:
    """The fields of a form that refer to records, by the form that they refer to."""
    found: dict[str, tuple[str, ...]] = {}
    for key, one in form.fields.items():
        if one.type.name in ("reference", "references"):
            target = str(one.options.get("form"))
            found[target] = (*found.get(target, ()), key)
    return found


def _chosen(references: list[Reference], counts: list[int]) -> Reference:
    """The one that the address names, else the first of which there are any."""
    named = request.args.get("related", "")
    own = [each for each in references if each.name == named]
    filled = [each for each, count in zip(references, counts, strict=True) if count]
    return [*own, *filled, *references][0]


def _title(one: Reference, among: list[Reference], reader: Reader) -> str:
    """The form; with the field, where several fields of it point here."""
    title = localized(one.form.title, reader.locale)
    if sum(each.form is one.form for each in among) == 1:
        return title
    return f"{title}: {localized(one.form.fields[one.key].title, reader.locale)}"


def _first(user: User, one: Reference, count: int, spot: Spot, reader: Reader) -> dict[str, Any]:
    """The first records of one kind, in the columns and the order of their form's list."""
    form = one.form
    place: dict[str, Any] = {"app": form.app, "form": form.key}
    hidden = access.fields(user, form).hidden
    wanted = [key for key in form.list_columns if key != one.key]
    fields = columns.shown(form, wanted, hidden)[:MOST_COLUMNS]
    head = listing.plain_columns(form, fields, reader)
    found = query.page(user, form, limit=SHOWN, total=False, reference=one).items if count else []
    path = url_for("forms.list_records", **place)
    new: dict[str, Any] = {f"f.{one.key}": str(one.record_id), "back": spot.to(related=one.name)}
    return {
        "path": path,
        "columns": head,
        "rows": listing.rows(user, form, head, found, reader),
        "goes_on": count > SHOWN,
        "new": url_for("forms.new_record", **place, **new) if access.can(user, "create", form) else "",
        "all": url_for("forms.list_records", **place, filter=filter_text(links.condition(one))),
    }
