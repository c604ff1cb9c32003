"""Copies a field."""

from collections.abc import Sequence

from builder.commands import _layout
from builder.commands._adding import place_new
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import (
    KEY,
    NUMBER,
    copied_title,
    copy_of,
    own_field,
    proposed_key,
    taken_keys,
    title_of,
)
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class CopyField:
    """Puts a copy of a field, with all its properties and required if the field is, into the row `row` of `section`
    (into its cell `cell`, else on a row of its own), to the right of the field `beside`, or at the end of `tab`; else
    on a row after the field.
    """

    name = "field.copy"
    kinds = ("form",)
    merges = False
    arguments = closed("field", field=KEY, section=KEY, row=NUMBER, cell=NUMBER, beside=KEY, tab=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        schema, title = copy_of(own_field(form, key)), title_of(form, key)
        _layout.arrange(form)  # before there is a field without a place
        told = copied_title(form, key, work)
        schema["fw"]["title"] = told
        new = proposed_key(title, taken_keys(work, target))
        form["properties"][new] = schema
        is_placed = {"section", "beside", "tab"} & arguments.keys()
        place_new(work, target, new, arguments if is_placed else {"after": key})
        if key in form.get("required", ()):
            form["required"] = [*form["required"], new]
        return Done(
            said(N_("Copied %(field)s"), field=title),
            said(
                N_("%(field)s added at position %(position)s of %(count)s"),
                field=told,
                **_layout.position(form, new),
            ),
            select=f"field/{new}",
        )


plugin = CopyField()
