"""Makes a field required, or no longer."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, SWITCH, field_in, is_on, place_of, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES, N_


class RequireField:
    """Switches `on` that a field must be filled, or off; without `on` it is off."""

    name = "field.required"
    kinds = ("form",)
    merges = False
    arguments = closed("field", field=KEY, on=SWITCH)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/required",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        field_type = FIELD_TYPES.get(field_in(form, key)["fw"]["type"])
        on = is_on(arguments.get("on", False))
        if on and (field_type is None or not field_type.writable):
            refuse("field", "not_writable", _("Nobody types this field, so it cannot be required."))
        holder, name = place_of(form, key)
        holder["required"] = [
            *(each for each in holder.get("required", ()) if each != name),
            *([name] if on else ()),
        ]
        if not holder["required"]:
            holder.pop("required")
        words = N_("Made %(field)s required") if on else N_("Made %(field)s optional")
        return Done(said(words, field=title_of(form, key)), select=f"field/{key}")


plugin = RequireField()
