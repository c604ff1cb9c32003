"""Adds a rule with one effect on one field."""

from collections.abc import Sequence
from typing import Any

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import LOCALE, TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddRule:
    """Puts a rule behind the others: `effect` on `field` when the condition `when` holds ({}: always). To show and to
    hide, `field` may be a section (`section/visit`) or a tab. `value` is the formula of an effect `set`, or the text
    of a message, in the language `locale` and of this `level`.
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
        locale=LOCALE,
        level=_rules.LEVEL,
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        field, effect, when = arguments["field"], arguments["effect"], arguments["when"]
        _rules.require_target(form, effect, field)
        _rules.judge_condition(when, {}, *_rules.rule_types(work, target))
        key = _rules.fresh(form, "rules", f"{effect}_{field.replace('/', '_')}")
        then = {effect: _done_to(work, target, arguments)}
        _rules.listed(form, "rules").append({"key": key, "when": when, "then": then})
        return Done(said(N_("Added a rule for %(field)s"), field=_rules.title_of(form, field)))


def _done_to(work: Workspace, target: Target, arguments: Arguments) -> Any:
    """What the effect acts on, as the rule holds it."""
    field, effect = arguments["field"], arguments["effect"]
    if effect == "set":
        return {field: _formula(work, target, arguments)}
    if effect == "message":
        return {field: _message(work, arguments)}
    return [field]


def _formula(work: Workspace, target: Target, arguments: Arguments) -> str:
    text = str(arguments.get("value", "")).strip()
    result = _rules.field_type(work, target, arguments["field"])
    _rules.judge_formula(text, _rules.formula_types(work, target), result)
    return text


def _message(work: Workspace, arguments: Arguments) -> dict[str, Any]:
    text = _rules.message(work, "", arguments.get("locale", ""), str(arguments.get("value", "")))
    shown: dict[str, Any] = {"text": text}
    _rules.set_level(shown, str(arguments.get("level", "")))
    return shown


plugin = AddRule()
