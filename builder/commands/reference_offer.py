"""Says which records a reference offers."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import TEXT, field_in
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SetOffer:
    """Lets a reference, or one in a column (`lines.product`), offer only the records that meet the condition `offer`,
    which may compare with fields of the record; {} offers all again.
    """

    name = "reference.offer"
    kinds = ("form",)
    merges = True
    arguments = closed("field", "offer", field=TEXT, offer=_rules.CONDITION)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/offer",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        _rules.require_field(form, key)
        own = field_in(form, key)["fw"]
        if own["type"] not in ("reference", "references") or "form" not in own:
            refuse("field", "no_reference", _("Only a reference to a form offers records."))
        context = _rules.context_of(work)
        types, facts = (
            context.record_types(own["form"]),
            context.condition_facts(_rules.rows_form(target, key)),
        )
        _rules.judge_condition(arguments["offer"], own.get("offer", {}), types, facts, "offer")
        own["offer"] = arguments["offer"]
        if arguments["offer"] == {}:
            del own["offer"]
        return Done(said(N_("Changed what %(field)s offers"), field=_rules.title_of(form, key)))


plugin = SetOffer()
