"""Sets how wide a field is."""

from collections.abc import Sequence

from builder.commands import _layout
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, own_field, title_of
from builder.commands._workspace import Target, Workspace
from runtime.definitions.layout import COLUMNS, SPANS
from runtime.fields import N_


class SpanCell:
    """Gives a field `span` of the 12 columns. The others in its row share the rest; when they need more than
    that, the row is shared evenly.
    """

    name = "cell.span"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "span", field=KEY, span={"enum": [*SPANS, *map(str, SPANS)]})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/place",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        own_field(form, key)
        width = _layout.widen(_layout.arrange(form), key, int(arguments["span"]))
        words = said(
            N_("%(field)s takes %(width)s of %(columns)s columns"),
            field=title_of(form, key),
            width=width,
            columns=COLUMNS,
        )
        return Done(words, select=f"field/{key}")


plugin = SpanCell()
