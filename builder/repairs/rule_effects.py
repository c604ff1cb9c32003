"""Effects of rules on what is gone, can never be seen, or works out its own value."""

from flask_babel import gettext as _

from builder.checks import Context
from builder.repairs import Repair, dropping
from runtime.definitions.documents import Document
from runtime.errors import Problem

MENDED = ("unknown_field", "unknown_section", "unknown_tab", "hidden_required", "not_writable")


class RuleEffects:
    """Takes the effect out of the rule; a rule that does nothing else goes with it."""

    name = "rule_effects"
    kinds = ("form",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        if problem.code not in MENDED:
            return None
        match problem.path:
            case ("fw", "rules", int(index), "then", str(effect)):
                return _without(document["fw"]["rules"][index], effect, str(problem.params["key"]))
        return None


def _without(rule: Document, effect: str, key: str) -> Repair:
    then = rule["then"]
    if len(then) == 1 and set(then[effect]) == {key}:
        return Repair(_("Deletes the rule: it does nothing else."), "rule.delete", {"rule": rule["key"]})
    return dropping(key, "rule.effect", rule=rule["key"], effect=effect, field=key, off=True)


plugin = RuleEffects()
