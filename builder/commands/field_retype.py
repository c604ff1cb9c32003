"""Changes the type of a field that was never published."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _retyping
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, own_field, title_of
from builder.commands._renaming import is_published
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES, N_


class RetypeField:
    """Makes `field` one of another `type`; key, place, titles and what both types know stay."""

    name = "field.retype"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "type", field=KEY, type=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        old = own_field(form, key)
        if arguments["type"] not in FIELD_TYPES:
            refuse("type", "unknown", _("There is no such field type."))
        if is_published(work, target, key):
            refuse(
                "field", "published", _("This field was published, so its type stays: convert it instead.")
            )
        new = _retyping.retyped(key, old, arguments["type"], work, target, [])
        form["properties"][key] = new
        if not FIELD_TYPES[arguments["type"]].writable and key in form.get("required", ()):
            form["required"] = [each for each in form["required"] if each != key]
        return Done(
            said(N_("Changed the type of %(field)s"), field=title_of(form, key)), select=f"field/{key}"
        )


plugin = RetypeField()
