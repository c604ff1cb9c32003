"""Adds an effect to a rule, or takes one away."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

OFF = {"type": "boolean"}


class SetEffect:
    """Lets a rule show, hide, require, lock or clear `field` too, or show or hide a section (`section/visit`) or tab;
    with `off` no longer. `rule.set` and `rule.message` say to what, and with `off` these are taken back here too.
    A rule of rows (`lines.ask_price`) acts on their columns (`lines.price`).
    """

    name = "rule.effect"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "rule", "effect", "field", rule=TEXT, effect={"enum": list(_rules.EFFECTS)}, field=TEXT, off=OFF
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"rule/{arguments['rule']}/{arguments['effect']}/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, effect, field = work.open(target), arguments["effect"], arguments["field"]
        if not field:  # the list of fields before one is chosen
            return Done(said(N_("Choose a field")))
        then = _rules.rule_of(form, arguments["rule"])["then"]
        title = _rules.title_of(form, field)
        name = _rules.own_name(arguments["rule"], field)
        if arguments.get("off"):
            _rules.take(then, effect, name)
            return Done(said(N_("Took %(field)s out of a rule"), field=title))
        if effect not in _rules.LISTED:
            refuse("effect", "value", _("Say what the rule is to set or to show."))
        _rules.require_target(form, effect, field)
        listed = then.setdefault(effect, [])
        listed += [] if name in listed else [name]
        return Done(said(N_("Added %(field)s to a rule"), field=title))


plugin = SetEffect()
