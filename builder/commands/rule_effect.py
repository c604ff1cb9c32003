"""Adds an effect to a rule, or takes one away."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

OFF = {"type": "boolean"}


class SetEffect:
    """Lets a rule show, hide, require or lock `field` too; with `off` no longer. `rule.set` sets values."""

    name = "rule.effect"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "rule", "effect", "field", rule=TEXT, effect={"enum": list(_rules.LISTED)}, field=TEXT, off=OFF
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"rule/{arguments['rule']}/{arguments['effect']}/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, field = work.open(target), arguments["field"]
        if not field:  # the list of fields before one is chosen
            return Done(said(N_("Choose a field")))
        then = _rules.rule_of(form, arguments["rule"])["then"]
        title = _rules.title_of(form, field)
        if arguments.get("off"):
            _take(then, arguments["effect"], field)
            return Done(said(N_("Took %(field)s out of a rule"), field=title))
        _rules.require_field(form, field)
        listed = then.setdefault(arguments["effect"], [])
        listed += [] if field in listed else [field]
        return Done(said(N_("Added %(field)s to a rule"), field=title))


def _take(then: dict[str, Any], effect: str, field: str) -> None:
    rest = [each for each in then.get(effect, ()) if each != field]
    then[effect] = rest
    if not rest:
        del then[effect]
    if not then:
        refuse("field", "last", _("A rule needs something to do. Delete the rule instead."))


plugin = SetEffect()
