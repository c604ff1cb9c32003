"""The page of a list, and the part of it that htmx draws again."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request
from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Reader
from runtime.forms.conditions.drawing import Rows
from runtime.forms.drafts import keeping
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.lists import asked as asking
from runtime.forms.lists import choosing, columns, facets, filtering, lengths, sharing, views
from runtime.forms.lists.choosing import Box, Grouped
from runtime.forms.lists.filtering import Chip, Onlooker, Posted
from runtime.forms.lists.kinds import KINDS, LIST, Kind
from runtime.forms.lists.places import PER_PAGE, Asked, Places
from runtime.forms.lists.views import Kept, View
from runtime.htmx import is_htmx, replace_url, retarget
from runtime.records import orders, query, search
from runtime.text import localized


@dataclass(frozen=True)
class SortLine:
    """One sort of the list: where it is turned round and where it is left out."""

    key: str
    title: str
    descending: bool
    turn: str
    without: str


@dataclass(frozen=True)
class Tools:
    """What stands above the rows: the parts of the filter, and the panel that is open."""

    chips: tuple[tuple[Chip, str], ...] = ()
    clear: str = ""
    rows: Rows | None = None
    boxes: tuple[Box, ...] = ()
    grouped: Grouped | None = None
    sorts: tuple[SortLine, ...] = ()
    further: tuple[tuple[str, str], ...] = ()
    has_rows: bool = False
    """Whether records have rows of sub-tables that a file can hold."""
    fresh: bool = False
    """Whether the panel was just opened, so that the focus goes there."""


def show(user: User, form: Form) -> Response:
    """The list that this request asks for; htmx gets the list, or the next rows of it."""
    reader, hidden = reader_for(user, form), access.fields(user, form).hidden
    kept = views.kept(user, form, reader.locale)
    asked = asking.read(form, request.args, kept, hidden)
    if is_htmx() and asked.look.kind == "board":
        asked = lengths.continued(asked, request.headers.get("HX-Current-URL", ""))
    sent = None
    if "c.mode" in request.args:
        seen = filtering.sight(form, hidden, reader.locale)
        sent = filtering.posted(request.args, seen, reader)
    if sent:
        asked, sent = with_filter(form, asked, sent, hidden)
        if sent.filter is not None and not is_htmx():
            return make_response(redirect(Places(form, replace(asked, panel="")).to(), 303))
    return page(user, form, asked, kept, sent)


def with_filter(form: Form, asked: Asked, sent: Posted, hidden: frozenset[str]) -> tuple[Asked, Posted]:
    """The list by the rows that were sent; by what it was filtered by before, while something is missing or wrong."""
    why = asking.fault(form, sent.filter, hidden) if sent.filter else ""
    if why:
        sent = replace(sent, filter=None)
        asked = replace(asked, told=(*asked.told, _("The filter stays as it was: %(why)s", why=why)))
    look = asked.look if sent.filter is None else replace(asked.look, filter=sent.filter)
    return replace(asked, look=look, panel="filter", after=""), sent


def page(
    user: User,
    form: Form,
    asked: Asked,
    kept: Kept,
    sent: Posted | None = None,
    problem: str = "",
    refusal: str = "",
) -> Response:
    """The list in this state; `problem` is what is wrong with the view that was to be saved, `refusal` why a record
    was not moved.
    """
    reader, kind = reader_for(user, form), KINDS[asked.look.kind]
    fits = not asked.after or _goes_on(user, form, asked, kind)
    asked = asked if fits else replace(asked, after="")
    shown = kind.draw(user, form, asked, reader)
    context: dict[str, Any] = {"form": form, "list": shown, "may_create": access.can(user, "create", form)}
    context["may_delete"] = access.can(user, "delete", form)
    context["may_import"] = context["may_create"] or access.can(user, "update", form)
    context["may_choose"] = may_choose(user, form)
    context["may_update"] = access.can(user, "update", form)
    context |= titles_of(form)
    if is_htmx() and asked.after:
        return replace_url(make_response(render_template(kind.more, **context)), shown.address)
    context["tools"] = tools(user, form, asked, reader, sent)
    context["views"] = (
        menu(user, form, asked, kept, reader, problem) if kept.views or asked.panel == "view" else None
    )
    context |= {"kind": kind, "kinds": kinds(user, form, asked), "refusal": refusal}
    context["typed"] = request.form.get("to", "") if refusal else ""
    status = 422 if problem or refusal else 200
    if not is_htmx():
        context["drafts"] = keeping.count(user, form) if context["may_create"] else 0
        context["scope"] = scope(form, access.fields(user, form).hidden, reader)
        return make_response(render_template("records/list.html", **context), status)
    answer = replace_url(
        make_response(render_template("records/_list.html", **context), status), shown.address
    )
    return answer if fits else retarget(answer, "#list", "outerMorph")


def scope(form: Form, hidden: frozenset[str], reader: Reader) -> str:
    """What the quick search looks through, of that which this person may see."""
    looked = [
        localized(form.fields[key].title, reader.locale) for key in search.keys(form) if key not in hidden
    ]
    return str(_("Search in: %(fields)s", fields=", ".join(looked)) if looked else _("Search"))


def may_choose(user: User, form: Form) -> bool:
    """Whether the person may do anything with records that he chooses in the list."""
    return access.can(user, "delete", form) or access.can(user, "update", form)


def _goes_on(user: User, form: Form, asked: Asked, kind: Kind) -> bool:
    """Whether what is asked for continues what is shown. Another order, published meanwhile, knows another place, and
    a view may be of another kind by now: then the list begins anew, as far as it had come.
    """
    if request.args.get("kind", kind.name) not in ("", kind.name) or not kind.goes_on(asked):
        return False
    hidden = access.fields(user, form).hidden
    return query.is_cursor(user, form, kind.order(form, asked.look, hidden), asked.after)


def kinds(user: User, form: Form, asked: Asked) -> list[tuple[Kind, str]]:
    """The ways in which the records can be shown, with their addresses; none where there is but the list."""
    hidden = access.fields(user, form).hidden
    offered = [each for each in KINDS.values() if each.fits(form, hidden)]
    plain = replace(asked, panel="", after="", lane="", card=0, day="", span="", upto=PER_PAGE)
    places = Places(form, plain)
    links = [
        (each, places.to(kind=each.name, group_by="", date_field=""))
        for each in sorted(offered, key=lambda each: each.rank)
    ]
    return links if len(links) > 1 else []


@dataclass(frozen=True)
class Menu:
    """The views of the list, and the one that is shown. `changed` says that the list differs from it, and `mine` that
    this person may save and delete it.
    """

    links: tuple[tuple[View, str], ...]
    whole: str
    now: View | None
    changed: bool
    mine: bool
    opens: bool
    may_share: bool
    own: int = 0
    """How many views are this person's own."""
    readers: tuple[tuple[str, str], ...] = ()
    """The roles with which a view can be shared: key and title."""
    problem: str = ""


def _readers(form: Form, reader: Reader) -> tuple[tuple[str, str], ...]:
    return tuple((each.key, localized(each.title, reader.locale)) for each in access.readers(form))


def menu(user: User, form: Form, asked: Asked, kept: Kept, reader: Reader, problem: str = "") -> Menu:
    """The views as links, and what the form that saves one holds."""
    path, now = Places(form, asked).path, kept.view(asked.view)
    may_share = sharing.may_share(user)
    return Menu(
        links=tuple((each, f"{path}?{urlencode({'view': each.ref})}") for each in kept.views),
        whole=f"{path}?view={views.WHOLE}" if kept.opens else path,
        now=now,
        changed=now is not None and asked.look != asked.usual,
        mine=now is not None and (may_share or not now.is_shared),
        opens=now is not None and kept.opens == now.ref,
        may_share=may_share,
        own=sum(not each.is_shared for each in kept.views),
        readers=_readers(form, reader) if may_share and asked.panel == "view" else (),
        problem=problem,
    )


def tools(user: User, form: Form, asked: Asked, reader: Reader, sent: Posted | None) -> Tools:
    """What stands above the rows; next to nothing where there is neither a filter nor an open panel."""
    if not asked.look.filter and not asked.panel:
        return Tools()
    hidden = access.fields(user, form).hidden
    looker = Onlooker(user, form, reader, request.args, scripted=is_htmx())
    places, condition = Places(form, replace(asked, after="", panel="")), asked.look.condition
    seen = filtering.sight(form, hidden, reader.locale)
    chips = filtering.chips(looker, seen, condition) if condition else []
    found = Tools(
        chips=tuple((chip, places.to(filter=chip.without)) for chip in chips),
        clear=places.to(filter=""),
        fresh=sent is None and request.method == "GET",
    )
    if asked.panel == "filter":
        block = filtering.block_of(looker, seen, condition, sent)
        counts = facets.counts(looker, seen, block, asked.search)
        return replace(found, rows=filtering.rows(looker, seen, block, sent, counts))
    if asked.panel == "columns":
        grouped = choosing.grouped(form, asked.look, hidden, reader) if asked.look.kind == LIST else None
        return replace(found, boxes=tuple(choosing.boxes(form, asked.look, hidden, reader)), grouped=grouped)
    if asked.panel == "export":
        return replace(found, has_rows=bool(columns.of_rows(form, hidden)))
    return replace(found, **_sorting(form, asked, hidden, reader)) if asked.panel == "sort" else found


def _sorting(form: Form, asked: Asked, hidden: frozenset[str], reader: Reader) -> dict[str, Any]:
    places, now = Places(form, replace(asked, after="")), columns.order_of(form, asked.look.sort, hidden)
    titles = columns.sort_titles(form, hidden, reader)
    sorts = tuple(
        SortLine(
            each.key,
            titles.get(each.key, each.key),
            each.descending,
            places.to(sort=columns.added(now, each.key)),
            places.to(sort=columns.without(now, each.key)),
        )
        for each in (orders.read(now) if now else ())
    )
    taken = {each.key for each in sorts}
    full = len(sorts) == orders.MOST_SORTS
    further = tuple(
        (title, places.to(sort=columns.added(now, key)))
        for key, title in titles.items()
        if key not in taken and not full
    )
    return {"sorts": sorts, "further": further}
