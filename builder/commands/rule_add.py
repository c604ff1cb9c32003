"""Adds a rule with one effect on one field."""

from collections.abc import Sequence
from typing import Any

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import LOCALE, TEXT, place_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddRule:
    """Puts a rule behind the others: `effect` on `field` when the condition `when` holds ({}: always). To show and to
    hide, `field` may be a section (`section/visit`) or a tab. A rule on a column (`lines.price`) is one of the rows:
    it looks at a row, and at its record as `record`. `value` is the formula of an effect `set`, or the text of a
    message, in the language `locale` and of this `level`.
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
        _rules.judge_condition(when, {}, *_rules.rule_types(work, target, field))
        holder, name = place_of(form, field)
        key = _rules.fresh(holder, "rules", f"{effect}_{name.replace('/', '_')}")
        then = {effect: _done_to(work, target, arguments, name)}
        _rules.listed(holder, "rules").append({"key": key, "when": when, "then": then})
        return Done(said(N_("Added a rule for %(field)s"), field=_rules.title_of(form, field)))


def _done_to(work: Workspace, target: Target, arguments: Arguments, name: str) -> Any:
    """What the effect acts on, as the rule holds it."""
    if arguments["effect"] == "set":
        return {name: _formula(work, target, arguments)}
    if arguments["effect"] == "message":
        return {name: _message(work, arguments)}
    return [name]


def _formula(work: Workspace, target: Target, arguments: Arguments) -> str:
    text = str(arguments.get("value", "")).strip()
    result = _rules.field_type(work, target, arguments["field"])
    _rules.judge_formula(text, _rules.formula_types(work, target, arguments["field"]), result)
    return text


def _message(work: Workspace, arguments: Arguments) -> dict[str, Any]:
    text = _rules.message(work, "", arguments.get("locale", ""), str(arguments.get("value", "")))
    shown: dict[str, Any] = {"text": text}
    _rules.set_level(shown, str(arguments.get("level", "")))
    return shown


plugin = AddRule()
