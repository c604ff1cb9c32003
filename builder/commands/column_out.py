"""Moves a column out of its sub-table."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder import where_used
from builder.checks.keys import RESERVED
from builder.commands import _crossing, _layout, _rules
from builder.commands._adding import MAX_FIELDS, place_new
from builder.commands._base import Arguments, Done, closed, free_key, refuse, said
from builder.commands._columns import rows_of
from builder.commands._fields import AFTER, KEY, NUMBER, copy_of, taken_keys, title_of
from builder.commands._renaming import is_published
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class ColumnOut:
    """Makes the column `field` (`lines.price`) a field of the form: in the row `row` of `section` (in its cell `cell`,
    else on a row of its own), on a row after the field `after`, to the right of the field `beside`, or at the end of
    `tab`; else after its sub-table. Only while it was never published, and while nothing else names it.
    """

    name = "column.out"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "field", field=KEY, section=KEY, row=NUMBER, cell=NUMBER, after=AFTER, beside=KEY, tab=KEY
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        rows, name = rows_of(form, key)
        _refuse(work, target, key)
        _layout.arrange(form)  # before there is a field without a place
        table, title = key.partition(".")[0], title_of(form, key)
        schema = copy_of(rows["properties"].pop(name))
        schema = _crossing.out_of_rows(schema, rows["properties"])
        own = free_key(name, {*taken_keys(work, target), *RESERVED})
        form["properties"][own] = schema
        if name in rows.get("required", ()):
            rest = [each for each in rows.pop("required") if each != name]
            rows.update({"required": rest} if rest else {})
            form["required"] = [*form.get("required", ()), own]
        given = {each for each in ("section", "after", "beside", "tab") if arguments.get(each)}
        place_new(work, target, own, arguments if given else {"after": table})
        return Done(
            said(N_("Moved %(field)s out of %(table)s"), field=title, table=title_of(form, table)),
            said(
                N_("%(field)s moved to position %(position)s of %(count)s"),
                field=title,
                **_layout.position(form, own),
            ),
            select=f"field/{own}",
        )


def _refuse(work: Workspace, target: Target, key: str) -> None:
    form = work.read(target)
    rows, name = rows_of(form, key)
    if is_published(work, target, key):
        refuse("field", "published", _(
            "This column was published, and rows hold its values. Add a field of its type instead, and delete the"
            " column when nobody needs it any more."
        ))  # fmt: skip
    if len(form["properties"]) >= MAX_FIELDS:
        refuse("field", "limit", _("A form may have at most %(limit)s fields.", limit=MAX_FIELDS))
    _crossing.refuse_unfit(rows["properties"][name])
    _crossing.refuse_used(where_used.of_column(_rules.context_of(work), target.key, key, _crossing.tell))


plugin = ColumnOut()
