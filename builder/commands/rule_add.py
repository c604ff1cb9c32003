"""Adds a rule with one effect on one field."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddRule:
    """Puts a rule behind the others: `effect` (show, hide, require, lock or set) on `field` when the condition
    `when` holds ({}: always). `value` is the formula of an effect `set`.
    """

    name = "rule.add"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "field",
        "effect",
        "when",
        field=TEXT,
        effect={"enum": list(_rules.EFFECTS)},
        when=_rules.CONDITION,
        value=_rules.FORMULA,
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        field, effect, when = arguments["field"], arguments["effect"], arguments["when"]
        _rules.require_field(form, field)
        _rules.judge_condition(when, {}, *_rules.rule_types(work, target))
        then = {effect: [field]} if effect != "set" else {"set": {field: _value(work, target, arguments)}}
        key = _rules.fresh(form, "rules", f"{effect}_{field}")
        _rules.listed(form, "rules").append({"key": key, "when": when, "then": then})
        return Done(said(N_("Added a rule for %(field)s"), field=_rules.title_of(form, field)))


def _value(work: Workspace, target: Target, arguments: Arguments) -> str:
    text = str(arguments.get("value", "")).strip()
    result = _rules.field_type(work, target, arguments["field"])
    _rules.judge_formula(text, _rules.formula_types(work, target), result)
    return text


plugin = AddRule()
