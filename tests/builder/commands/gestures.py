"""Any command with any arguments, drawn for a form as it is then."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from builder.commands._layout import arrange
from runtime.fields import FIELD_TYPES

Draw = Any
Step = tuple[str, dict[str, Any]]
TITLES = ("", "Name", "名称", "a'b\"c", "Id", "e\u0301" * 20)
LOCALES = ("en", "zh")


def gesture(draw: Draw, form: dict[str, Any]) -> Step:
    """A command that could be done to this form; some are refused all the same."""
    sections = arrange(deepcopy(form))
    fields = list(form["properties"])
    tabs = [tab["key"] for tab in form.get("fw", {}).get("tabs", ())]
    made = [_adding(draw, fields), *_of_sections(draw, [section["key"] for section in sections], tabs)]
    if fields:
        made += _of_fields(draw, form, [section["key"] for section in sections])
        made.append(("field.move", {"field": _one(draw, fields), "tab": _one(draw, [*tabs, "none"])}))
    chosen: Step = draw(st.sampled_from(made))
    return chosen


def _one(draw: Draw, among: Any) -> Any:
    return draw(st.sampled_from(list(among)))


def _adding(draw: Draw, fields: list[str]) -> Step:
    arguments = {"type": _one(draw, FIELD_TYPES), "title": _one(draw, TITLES), "locale": _one(draw, LOCALES)}
    if fields and draw(st.booleans()):
        arguments[_one(draw, ("after", "beside"))] = _one(draw, fields)
    return "field.add", arguments


def _of_fields(draw: Draw, form: dict[str, Any], sections: list[str]) -> list[Step]:
    fields = list(form["properties"])
    one, other, by = _one(draw, fields), _one(draw, fields), _one(draw, (-1, 1))
    some = draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3, unique=True))
    place = {"section": _one(draw, sections), "row": draw(st.integers(0, 4))}
    cell = {"cell": draw(st.integers(0, 4))} if draw(st.booleans()) else {}
    text = {"locale": _one(draw, LOCALES), "text": _one(draw, TITLES)}
    return [
        ("field.move", {"field": one, "by": by}),
        ("field.move", {"field": one, "after": other}),
        ("field.move", {"field": one, **place, **cell}),
        ("field.place", {"field": one, "beside": other, "side": _one(draw, ("left", "right"))}),
        ("cell.span", {"field": one, "span": _one(draw, (3, 4, 6, 8, 12))}),
        ("field.copy", {"field": one}),
        ("field.delete", {"field": one}),
        ("field.into", {"field": one, "table": other, "at": draw(st.integers(0, 3))}),
        ("field.title", {"field": one, **text, "rekey": draw(st.booleans())}),
        ("field.rename", {"field": one, "key": _one(draw, ("key", "z", other))}),
        ("field.required", {"field": one, "on": draw(st.booleans())}),
        ("field.set", {"field": one, "path": ["fw", "help", text["locale"]], "value": text["text"]}),
        ("field.set", {"field": one, "path": ["maxLength"], "value": draw(st.integers(1, 9))}),
        ("choice.paste", {"field": one, "lines": "\n".join(some), "replace": draw(st.booleans())}),
        ("choice.add", {"field": one, "text": text["text"]}),
        ("choice.rename", {"field": one, "value": _one(draw, _values(form, one)), "to": text["text"] or "A"}),
        (
            "choice.under",
            {"field": one, "value": _one(draw, _values(form, one)), "above": _one(draw, _values(form, one))},
        ),
        ("fields.move", {"fields": some, "by": by}),
        ("fields.delete", {"fields": some}),
        ("fields.paste", {"form": "order", "fields": some, "after": other, "cut": draw(st.booleans())}),
        ("group.save", {"fields": some, "title": text["text"]}),
        ("section.wrap", {"field": one}),
        ("form.set", {"path": ["title_field"], "value": one}),
        ("list.move", {"field": one, "by": by}),
        ("form.set", {"path": ["list", "columns"], "value": some}),
    ]


def _values(form: dict[str, Any], field: str) -> list[str]:
    return [*form["properties"][field].get("enum", ()), "none"]


def _of_sections(draw: Draw, sections: list[str], tabs: list[str]) -> list[Step]:
    one, other, by = _one(draw, sections), _one(draw, sections), _one(draw, (-1, 1))
    text = {"locale": _one(draw, LOCALES), "text": _one(draw, TITLES)}
    made: list[Step] = [
        ("section.add", {"title": text["text"], "after": one}),
        ("section.title", {"section": one, **text}),
        ("section.move", {"section": one, "by": by}),
        ("section.move", {"section": one, "after": other}),
        ("section.delete", {"section": one}),
        ("tab.add", {"title": text["text"]}),
        (
            "fields.add",
            {"fields": [{"type": "choice", "title": "C", "options": list(TITLES)}, {"type": "date"}]},
        ),
        ("form.set", {"path": ["title", text["locale"]], "value": text["text"]}),
        ("group.add", {"group": "name"}),
    ]
    if tabs:
        tab = _one(draw, tabs)
        made += [
            ("tab.title", {"tab": tab, **text}),
            ("tab.move", {"tab": tab, "by": by}),
            ("tab.delete", {"tab": tab}),
            ("section.move", {"section": one, "tab": tab}),
            ("section.add", {"tab": tab}),
        ]
    return made
