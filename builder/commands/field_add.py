"""Adds a field of a type."""

from collections.abc import Sequence

from builder.commands import _layout
from builder.commands._adding import add_field, place_new
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import AFTER, KEY, LOCALE, NUMBER, TITLE, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddField:
    """Puts a new field of `type` into the row `row` of `section` (into its cell `cell`, else on a row of its
    own), or on a row after the field `after`, or to the right of the field `beside`, or at the end of `tab`, which
    gets a section if it has none; else at the end. A plain text as `title` is in `locale`; without a title its type
    names it.
    """

    name = "field.add"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "type",
        type=KEY,
        title=TITLE,
        locale=LOCALE,
        section=KEY,
        row=NUMBER,
        cell=NUMBER,
        after=AFTER,
        beside=KEY,
        tab=KEY,
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        _layout.arrange(form)  # before there is a field without a place
        title, locale = arguments.get("title", ""), arguments.get("locale", "")
        key = add_field(work, target, arguments["type"], title, locale)
        place_new(work, target, key, arguments)
        return Done(
            said(N_("Added %(field)s"), field=title_of(form, key)),
            said(
                N_("%(field)s added at position %(position)s of %(count)s"),
                field=title_of(form, key),
                **_layout.position(form, key),
            ),
            select=f"field/{key}",
        )


plugin = AddField()
