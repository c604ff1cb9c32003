"""Lets a rule show a message at a field."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import LOCALE, TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SetMessage:
    """Lets a rule show a message at `field`: `value` is its text in the language `locale`, `level` an error, which
    refuses, or a warning. An empty text takes one language away, but not the last.
    """

    name = "rule.message"
    kinds = ("form",)
    merges = True
    arguments = closed("rule", "field", rule=TEXT, field=TEXT, value=TEXT, locale=LOCALE, level=_rules.LEVEL)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        place = f"rule/{arguments['rule']}/message/{arguments['field']}"
        parts = [arguments.get("locale", "text")] if "value" in arguments else []
        parts += ["level"] if "level" in arguments else []
        return [f"{place}/{part}" for part in parts] or [place]

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, field = work.open(target), arguments["field"]
        _rules.require_field(form, field)
        name = _rules.own_name(arguments["rule"], field)
        then = _rules.rule_of(form, arguments["rule"])["then"]
        shown = dict(then.get("message", {}).get(name, {}))
        before = shown.get("text", "")
        if "value" in arguments or not before:
            text = arguments.get("value", "")
            shown["text"] = _rules.message(work, before, arguments.get("locale", ""), text)
        if "level" in arguments:
            _rules.set_level(shown, arguments["level"])
        then.setdefault("message", {})[name] = shown
        return Done(said(N_("A rule shows a message at %(field)s"), field=_rules.title_of(form, field)))


plugin = SetMessage()
