"""Adds several fields at once."""

from collections.abc import Sequence
from typing import Any

from builder.commands import _layout
from builder.commands._adding import add_field, options_from
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._defaults import offers_values, set_options
from builder.commands._fields import AFTER, KEY, LOCALE, TEXT, TITLE, own_field
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

FIELD = closed("type", type=KEY, title=TITLE, options={"type": "array", "items": TEXT, "maxItems": 1000})


class AddFields:
    """Puts new fields, each with a type and perhaps a title and the texts of its options, on rows behind the
    field `after`, or at the end. Plain texts are in `locale`.
    """

    name = "fields.add"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "fields",
        fields={"type": "array", "items": FIELD, "minItems": 1, "maxItems": 500},
        after=AFTER,
        locale=LOCALE,
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        sections = _layout.arrange(form)
        after = arguments.get("after") or next(iter(_layout.order(sections)[-1:]), "")
        if after:
            own_field(form, after, "after")
        first = ""
        for asked in arguments["fields"]:
            key = _added(work, target, asked, arguments.get("locale", ""))
            if after:
                _layout.put_after(sections, key, after)
            else:
                _layout.put_row(sections[-1], 0, key)
            first, after = first or key, key
        words = said(
            N_("Added %(number)s fields from position %(position)s of %(count)s"),
            number=len(arguments["fields"]),
            **_layout.position(form, first),
        )
        return Done(words, select=f"field/{first}")


def _added(work: Workspace, target: Target, asked: dict[str, Any], locale: str) -> str:
    key = add_field(work, target, asked["type"], asked.get("title", ""), locale)
    schema = work.open(target)["properties"][key]
    options = options_from(asked.get("options", ()), work, locale)
    if options and offers_values(schema):
        set_options(schema, options)
    return key


plugin = AddFields()
