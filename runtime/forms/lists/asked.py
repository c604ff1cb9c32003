"""What the address of a list asks for: what makes no sense there counts as not asked."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote_plus

from flask_babel import gettext as _

from runtime import documents
from runtime.definitions.documents import Form
from runtime.forms.lists import columns, lengths
from runtime.forms.lists.kinds import KINDS, LIST
from runtime.forms.lists.lengths import LONGEST_LANE
from runtime.forms.lists.looks import FIELDS, MOST_COLUMNS, Look, filter_text
from runtime.forms.lists.places import MOST_ROWS, PER_PAGE, Asked
from runtime.forms.lists.views import WHOLE, Kept, View
from runtime.records import filters, orders
from runtime.records.sources import is_id

LONGEST_SEARCH = 100
LONGEST_FILTER = 3000
"""Bytes of a filter in an address, where a Chinese character takes nine: a server takes addresses of 8 kB, and that of
changed rows holds the filter twice.
"""
PANELS = ("filter", "sort", "columns", "view", "export")


def read(form: Form, args: Mapping[str, str], kept: Kept, hidden: frozenset[str]) -> Asked:
    """What the address asks for; what makes no sense counts as not asked. An address that says nothing opens the
    list as the person likes it, one that names a view with the look of that.
    """
    told: list[str] = []
    view = _view(args, kept, told)
    usual = view.look if view else Look()
    usual = _settled(form, replace(usual, columns=usual.columns or form.list_columns), hidden, [])
    begin = usual if view else replace(Look(), columns=kept.columns, widths=kept.widths, frozen=kept.frozen)
    look = replace(
        _placed(begin, args),
        filter=_filter(form, args.get("filter", begin.filter), begin.filter, hidden, told),
        sort=_sort(form, args.get("sort", begin.sort), hidden, told),
        columns=_columns(form, args.get("cols"), hidden) or begin.columns,
    )
    return Asked(
        look=_settled(form, look, hidden, told),
        usual=usual,
        view=view.ref if view else WHOLE if kept.opens else "",
        search=args.get("q", "").strip()[:LONGEST_SEARCH],
        after=args.get("after", ""),
        upto=max(PER_PAGE, min(_number(args, "upto"), MOST_ROWS)),
        lane=args.get("lane", "")[:LONGEST_LANE],
        lanes=lengths.text(lengths.read(args.get("lanes", ""))) if look.kind == "board" else "",
        day=args.get("day", "")[:10],
        span=args.get("span", "")[:10],
        card=card if is_id(card := _number(args, "card")) else 0,
        panel=panel if (panel := args.get("panel", "")) in PANELS else "",
        told=tuple(told),
    )


def _view(args: Mapping[str, str], kept: Kept, told: list[str]) -> View | None:
    """The view that the address names; the one that the list opens with where it says nothing of the look."""
    silent = not any(name in args for name in ("filter", "sort", "cols", "kind", "c.mode"))
    ref = args.get("view", kept.opens if silent else "")
    found = kept.view(ref)
    if "view" in args and found is None and ref not in ("", WHOLE):
        told.append(_("There is no such view: this is the whole list."))
    return found


def _number(args: Mapping[str, str], name: str) -> int:
    text = args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0


def _placed(begin: Look, args: Mapping[str, str]) -> Look:
    """The kind that is asked for, and by which fields it places records; another kind begins with its own."""
    kind = args.get("kind", begin.kind)
    begin = begin if kind == begin.kind else Look()
    fields = {part: args.get(name, getattr(begin, part)) for part, name in FIELDS.items()}
    rest = {
        part: args.get(part, getattr(begin, part))
        for part in ("limits", "period", "figures", "widths", "layer")
    }
    rest["frozen"] = _number(args, "frozen") if "frozen" in args else begin.frozen
    return replace(begin, kind=kind, **rest, **fields)


def _settled(form: Form, look: Look, hidden: frozenset[str], told: list[str]) -> Look:
    """The look as its kind can draw it; that of a list where the kind is none, or none for this form."""
    kind = KINDS.get(look.kind)
    if kind is None or not kind.fits(form, hidden):
        told.append(_("The records cannot be shown that way: this is the list."))
        kind = KINDS[LIST]
    return kind.settled(form, look, hidden)


def _filter(form: Form, text: str, of_view: str, hidden: frozenset[str], told: list[str]) -> str:
    if not text:
        return ""
    if why := _wrong(form, text, hidden) if text == of_view else fault(form, text, hidden):
        told.append(_("The filter was left out: %(why)s", why=why))
        return ""
    document = documents.loads(text)
    return filter_text(document) if document is not True else ""


def fault(form: Form, text: str, hidden: frozenset[str]) -> str:
    """Why a list of this person cannot be filtered by this text; empty when it can."""
    if len(quote_plus(text)) > LONGEST_FILTER:
        return str(_("it is too long. Take a part of it away."))
    return _wrong(form, text, hidden)


def _wrong(form: Form, text: str, hidden: frozenset[str]) -> str:
    """Why this is no condition of a list; that of a view may be as long as it likes, for no address holds it."""
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
