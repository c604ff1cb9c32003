"""Puts an option of a tree below another one."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _choices
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, title_of
from builder.commands._workspace import Target, Workspace
from runtime.definitions.documents import parse_field
from runtime.fields import FIELD_TYPES, N_, FieldError


class PutUnder:
    """Lets an option lie below the option `above`, with all that lies below itself; "" puts it to the top."""

    name = "choice.under"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "field", "value", "above", field=KEY, value=KEY, above={"type": "string", "maxLength": 40}
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/parents/{arguments['value']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key, value, above = (
            work.open(target),
            arguments["field"],
            arguments["value"],
            arguments["above"],
        )
        schema = _choices.choice_in(form, key)
        field_type = FIELD_TYPES[schema["fw"]["type"]]
        if "parents" not in field_type.options["properties"]:
            refuse("field", "no_tree", _("The options of this field have no levels."))
        _choices.index_of(schema, value)
        if above:
            _choices.index_of(schema, above)
        _choices.put_below(schema, value, above)
        field = parse_field(key, schema)
        try:
            field.type.check_options(field)
        except FieldError:
            refuse("above", "ring", _("An option cannot lie below itself, nor deeper than eight levels."))
        words = said(
            N_("Moved the option %(option)s of %(field)s"),
            option=_choices.label_of(schema, value),
            field=title_of(form, key),
        )
        return Done(words, select=f"field/{key}")


plugin = PutUnder()
