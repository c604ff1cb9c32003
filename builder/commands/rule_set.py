"""Lets a rule set the value of a field."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SetValue:
    """Lets a rule set `field` to what the formula `value` gives; an empty formula sets it no longer."""

    name = "rule.set"
    kinds = ("form",)
    merges = True
    arguments = closed("rule", "field", "value", rule=TEXT, field=TEXT, value=_rules.FORMULA)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"rule/{arguments['rule']}/set/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, field, text = work.open(target), arguments["field"], arguments["value"].strip()
        then, title = _rules.rule_of(form, arguments["rule"])["then"], _rules.title_of(form, field)
        name = _rules.own_name(arguments["rule"], field)
        if not text:
            _rules.take(then, "set", name)
            return Done(said(N_("A rule sets %(field)s no longer"), field=title))
        _rules.require_target(form, "set", field)
        result = _rules.field_type(work, target, field)
        _rules.judge_formula(text, _rules.formula_types(work, target, field), result)
        then.setdefault("set", {})[name] = text
        return Done(said(N_("A rule sets %(field)s"), field=title))


plugin = SetValue()
