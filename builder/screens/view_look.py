"""What a view shows: its kind, filter, columns and order, whom it is for, and how it looks then."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder import problems as judged
from builder.commands._views import NAMES, columns_of
from builder.commands.list_move import may_be_listed
from builder.condition_editor import Place, editor
from builder.panels import Control, Option
from builder.panels._controls import told
from builder.settings import title_control
from builder.studio import Studio
from builder.view_preview import preview
from runtime.fields import Field
from runtime.forms.conditions.lines import Line
from runtime.forms.lists import stretches, totals
from runtime.forms.lists.columns import is_number, sortable
from runtime.forms.lists.kinds import KINDS, LIST, Kind
from runtime.forms.lists.kinds._base import Part
from runtime.forms.lists.kinds._notes import LAYERS
from runtime.records.orders import MOST_SORTS

MOST_COLUMNS = 100


class ViewLook:
    """Tab “View”."""

    name = "view.look"
    kind = "view"
    tab = "look"
    title = _l("View")
    order = 10
    template = "builder/view/look.html"
    script = ("designer-lift.js", "designer-lists.js")

    def count(self, studio: Studio) -> int | None:
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The controls, the lists of columns and sorts, the editor of the filter, and the preview."""
        form = str(studio.document["form"])
        fields = studio.context.fields(form)
        columns = columns_of(studio.work, studio.document)
        titles = {key: studio.text(one.title) or key for key, one in fields.items()}
        begun = Line() if studio.asked.get("ask") == "filter" and "filter" not in studio.document else None
        place = Place("filter", "view.filter", f"view:{form}")
        return {
            "controls": told(list(_controls(studio, fields)), g.get("refused")),
            "limits": told(list(_limits(studio, fields)), g.get("refused")),
            "figures": told(list(_figures(studio, fields, columns)), g.get("refused")),
            "filter": editor(studio, place, studio.document.get("filter", {}), begun),
            "columns": [(key, titles.get(key, key), _without(columns, key)) for key in columns],
            "own_columns": "columns" in studio.document,
            "left": _left(studio, fields, titles, columns),
            "preview": preview(studio),
            "said": [each.message for each in judged.errors(studio)],
            "form_address": studio.to("form", form, "list"),
            "form_title": studio.text(studio.context.documents.get(("form", form), {}).get("title")) or form,
            **_sorting(studio, fields, titles),
        }


def _without(keys: list[str], key: str) -> list[str]:
    return [each for each in keys if each != key]


def _left(
    studio: Studio, fields: Mapping[str, Field], titles: Mapping[str, str], columns: list[str]
) -> list[tuple[str, str, list[str]]]:
    """The fields that could be columns, too: key, title, and the columns with it."""
    form = studio.context.documents.get(("form", str(studio.document["form"])), {"properties": {}})
    left = [key for key in fields if key not in columns and may_be_listed(form, key)]
    return [(key, titles[key], [*columns, key]) for key in left] if len(columns) < MOST_COLUMNS else []


def _controls(studio: Studio, fields: Mapping[str, Field]) -> Iterator[Control]:
    document = studio.document
    kind = KINDS.get(str(document["kind"]), KINDS[LIST])
    yield title_control(studio, "v-title", _("Title"), document.get("title", ""), _set("title"))
    shown = sorted((each for each in KINDS.values()), key=lambda each: each.rank)
    options = tuple(
        Option(each.name, _(each.label), each is kind) for each in shown if _fits(each, fields, kind)
    )
    yield Control("v-kind", "pick", _("Shown as"), options=options, send=_set("kind"), read={"as": "text"})
    for part in kind.parts:
        yield _part(studio, part, fields)
    yield from _period(studio, fields)
    yield from _layer(studio)
    yield _roles(studio)


def _fits(kind: Kind, fields: Mapping[str, Field], now: Kind) -> bool:
    """Whether the form has the fields that a kind needs; the one it is stays to be seen."""
    return kind is now or all(any(map(p.fits, fields.values())) for p in kind.parts if p.needed)


def _set(*path: str) -> dict[str, Any]:
    return {"name": "view.set", "args": {"path": list(path)}}


def _part(studio: Studio, part: Part, fields: Mapping[str, Field]) -> Control:
    now = studio.document.get(part.name, "")
    fitting = {key: studio.text(one.title) or key for key, one in fields.items() if part.fits(one)}
    none = _("As it fits") if part.needed else "–"
    if now and now not in fitting:
        fitting[now] = _("%(key)s (gone)", key=now)
    options = (Option("", none, not now), *(Option(key, title, key == now) for key, title in fitting.items()))
    return Control(
        f"v-{part.name}", "pick", _(part.label), options=options, send=_set(part.name), read={"as": "text"}
    )


def _period(studio: Studio, fields: Mapping[str, Field]) -> Iterator[Control]:
    """By which stretches of time a list is grouped, where it is by a date."""
    by = fields.get(studio.document.get("group_by", ""))
    if studio.document["kind"] == LIST and by is not None and by.type.name in ("date", "datetime"):
        now = studio.document.get("period", stretches.USUAL)
        options = tuple(Option(name, _(title), name == now) for name, title in stretches.PERIODS.items())
        yield Control(
            "v-period", "pick", _(NAMES["period"]), options=options, send=_set("period"), read={"as": "text"}
        )


def _layer(studio: Studio) -> Iterator[Control]:
    """What a calendar says of its days beside their records."""
    if studio.document["kind"] == "calendar":
        now = studio.document.get("layer", "")
        options = (
            Option("", "–", not now),
            *(Option(name, _(title), name == now) for name, title in LAYERS.items()),
        )
        yield Control(
            "v-layer", "pick", _(NAMES["layer"]), options=options, send=_set("layer"), read={"as": "text"}
        )


def _figures(studio: Studio, fields: Mapping[str, Field], columns: list[str]) -> Iterator[Control]:
    """What a list tells of the numbers in its columns, of each group and of all."""
    numbers = (fields[key] for key in columns if key in fields) if studio.document["kind"] == LIST else ()
    for one in numbers:
        now = studio.document.get("figures", {}).get(one.key, "")
        ways = (("", _("no figure")), *((name, _(title)) for name, title in totals.FUNCTIONS.items()))
        if one.type.stored and is_number(one):
            yield Control(
                f"v-figure-{one.key}",
                "pick",
                studio.text(one.title) or one.key,
                options=tuple(Option(name, title, name == now) for name, title in ways),
                send=_set("figures", one.key),
                read={"as": "text"},
            )


def _roles(studio: Studio) -> Control:
    chosen = studio.document.get("roles", ())
    known = {each["key"]: studio.text(each.get("title")) or each["key"] for each in _all_roles(studio)}
    gone = {key: _("%(key)s (gone)", key=key) for key in chosen if key not in known}
    options = tuple(Option(key, title, key in chosen) for key, title in {**known, **gone}.items())
    about = _("Whoever may read the list finds it, unless you choose roles here.")
    return Control(
        "v-roles", "picks", _("Only for"), about, options=options, send=_set("roles"), read={"as": "many"}
    )


def _all_roles(studio: Studio) -> Iterator[Any]:
    yield from studio.app_document.get("roles", ())


def _limits(studio: Studio, fields: Mapping[str, Field]) -> Iterator[Control]:
    """How many records each column of a board should have at most."""
    lane = fields.get(studio.document.get("group_by", ""))
    if studio.document["kind"] != "board" or lane is None or lane.type.name != "choice":
        return
    for number, (value, label) in enumerate(lane.type.choices(lane, studio.reader)):
        yield Control(
            f"v-limit-{number}",
            "text",
            label,
            value=studio.document.get("limits", {}).get(value),
            send=_set("limits", value),
            read={"as": "number", "whole": True, "minimum": 1, "maximum": 9999},
            attributes={"inputmode": "numeric", "class": "panel-number"},
        )


def _sorting(studio: Studio, fields: Mapping[str, Field], titles: Mapping[str, str]) -> dict[str, Any]:
    """The sorts: key, title, whether it falls, the order with it turned and without it; and what could follow."""
    known = {
        **titles,
        "id": _("Order of creation"),
        "created_at": _("Created at"),
        "updated_at": _("Changed at"),
    }
    names = [each for each in str(studio.document.get("sort", "")).split(",") if each]
    sorts = []
    for name in names:
        key, falls = name.removeprefix("-"), name.startswith("-")
        turned = [key if each == name and falls else f"-{key}" if each == name else each for each in names]
        without = ",".join(_without(names, name))
        sorts.append((key, known.get(key, key), falls, ",".join(turned), without))
    taken = {each[0] for each in sorts}
    offered = [key for key in known if key not in taken and (key not in fields or sortable(fields[key]))]
    further = [] if len(sorts) >= MOST_SORTS else [(k, known[k], ",".join([*names, k])) for k in offered]
    return {"sorts": sorts, "further": further}


plugin = ViewLook()
