"""What the address of a list asks for, and the addresses that it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus, urlencode

from flask import url_for
from flask_babel import gettext as _

from runtime import documents
from runtime.definitions.documents import Form
from runtime.forms.lists import columns
from runtime.forms.lists.looks import MOST_COLUMNS, Look, filter_text
from runtime.forms.lists.views import WHOLE, Kept, View
from runtime.records import filters, orders, query

PER_PAGE = 50
MOST_ROWS = query.MAX_ROWS
LONGEST_SEARCH = 100
LONGEST_FILTER = 3000
"""Bytes of a filter in an address, where a Chinese character takes nine: a server takes addresses of 8 kB, and that of
changed rows holds the filter twice.
"""
PANELS = ("filter", "sort", "columns", "view", "export")
_NAMES = {"search": "q", "columns": "cols"}  # in an address


@dataclass(frozen=True)
class Asked:
    """What is asked for. Addresses tell what of it differs from what is `usual`.
    `told` says what of the address makes no sense and was left out.
    """

    look: Look
    usual: Look
    search: str = ""
    after: str = ""
    upto: int = PER_PAGE
    panel: str = ""
    view: str = ""
    told: tuple[str, ...] = ()


def read(form: Form, args: Mapping[str, str], kept: Kept, hidden: frozenset[str]) -> Asked:
    """What the address asks for; what makes no sense counts as not asked. An address that says nothing opens the
    list as the person likes it, one that names a view with the look of that.
    """
    told: list[str] = []
    view = _view(args, kept, told)
    usual = view.look if view else Look()
    usual = replace(usual, columns=usual.columns or form.list_columns)
    begin = usual if view else Look(columns=kept.columns)
    look = Look(
        _filter(form, args.get("filter", begin.filter), hidden, told),
        _sort(form, args.get("sort", begin.sort), hidden, told),
        _columns(form, args.get("cols"), hidden) or begin.columns,
    )
    upto = args.get("upto", "")
    rows = int(upto) if upto.isascii() and upto.isdecimal() and len(upto) < 6 else PER_PAGE
    return Asked(
        look=look,
        usual=usual,
        view=view.ref if view else WHOLE if kept.opens else "",
        search=args.get("q", "").strip()[:LONGEST_SEARCH],
        after=args.get("after", ""),
        upto=max(PER_PAGE, min(rows, MOST_ROWS)),
        panel=panel if (panel := args.get("panel", "")) in PANELS else "",
        told=tuple(told),
    )


def _view(args: Mapping[str, str], kept: Kept, told: list[str]) -> View | None:
    """The view that the address names; the one that the list opens with where it says nothing of the look."""
    silent = not any(name in args for name in ("filter", "sort", "cols", "c.mode"))
    ref = args.get("view", kept.opens if silent else "")
    found = kept.view(ref)
    if "view" in args and found is None and ref not in ("", WHOLE):
        told.append(_("There is no such view: this is the whole list."))
    return found


def _filter(form: Form, text: str, hidden: frozenset[str], told: list[str]) -> str:
    if not text:
        return ""
    if why := fault(form, text, hidden):
        told.append(_("The filter was left out: %(why)s", why=why))
        return ""
    document = documents.loads(text)
    return filter_text(document) if document is not True else ""


def fault(form: Form, text: str, hidden: frozenset[str]) -> str:
    """Why a list of this person cannot be filtered by this text; empty when it can."""
    if len(quote_plus(text)) > LONGEST_FILTER:
        return str(_("it is too long. Take a part of it away."))
    try:
        document = documents.loads(text)
    except (ValueError, RecursionError):
        return str(_("it cannot be read."))
    problems = filters.problems(form, document, hidden)
    return problems[0].message if problems else ""


def _sort(form: Form, text: str, hidden: frozenset[str], told: list[str]) -> str:
    found = orders.read(text) if text else ()
    if text and not (found and all(columns.may_sort(form, each.key, hidden) for each in found)):
        told.append(_("The list cannot be sorted that way: it has its usual order."))
        return ""
    return ",".join(each.name for each in found)


def _columns(form: Form, text: str | None, hidden: frozenset[str]) -> tuple[str, ...]:
    asked = dict.fromkeys((text or "")[: 41 * MOST_COLUMNS].split(","))
    return tuple(key for key in asked if columns.may_show(form, key, hidden))


class Places:
    """The addresses of a list, each as it is asked for now but for what is changed."""

    def __init__(self, form: Form, asked: Asked) -> None:
        self.asked = asked
        self.path = url_for("forms.list_records", app=form.app, form=form.key)
        look, usual = asked.look, asked.usual
        self._usual = {"filter": usual.filter, "sort": usual.sort, "columns": usual.columns, "upto": PER_PAGE}
        now = {"filter": look.filter, "sort": look.sort, "columns": look.columns, "upto": asked.upto}
        self.state: dict[str, str] = {}
        """What stands in the query of the address of what is asked for now."""
        self._put(
            self.state,
            {"view": asked.view, "search": asked.search, **now, "after": asked.after, "panel": asked.panel},
        )

    def to(self, **changes: Any) -> str:
        """The address with these parts of the look, or of what else is asked for, changed."""
        state = dict(self.state)
        self._put(state, changes)
        return f"{self.path}?{urlencode(state)}" if state else self.path

    def _put(self, state: dict[str, str], parts: Mapping[str, Any]) -> None:
        """Write these parts into the query of an address; what is usual is left out."""
        for part, value in parts.items():
            name = _NAMES.get(part, part)
            if value == self._usual.get(part, ""):
                state.pop(name, None)
            else:
                state[name] = ",".join(value) if isinstance(value, tuple) else str(value)
