"""Parts of automations that name what is gone: recipients, fields that are listened to, values that are written."""

from builder.checks import Context
from builder.repairs import Repair, dropping
from runtime.definitions.documents import Document
from runtime.errors import Problem

WRONG_RECIPIENTS = ("recipient_field", "recipient_role", "recipient_department", "recipient_user")


class AutomationParts:
    """Leaves out the part while others remain: without the last one the automation would mean something else. What
    records are looked for by stays: with less of it an action would change more of them.
    """

    name = "automation_parts"
    kinds = ("automation",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        match problem.path:
            case ("actions", int(index), "to", int(number), str(kind)):
                known = problem.code in WRONG_RECIPIENTS
                return _recipient(document["actions"][index], index, number, kind) if known else None
            case ("actions", int(index), "set", *rest) if problem.code in ("unknown_field", "not_writable"):
                key = str(rest[0] if rest else problem.params["key"])
                return _value(document["actions"][index], index, key)
            case ("trigger", "fields") if problem.code == "unknown_field":
                return _listened(document["trigger"]["fields"], str(problem.params["key"]))
        return None


def _recipient(action: Document, index: int, number: int, kind: str) -> Repair | None:
    who, rest = action["to"][number].get(kind), [each for i, each in enumerate(action["to"]) if i != number]
    if all(each.get("as") == "cc" for each in rest):
        return None
    # The whole list: by its number alone another recipient could be taken out, where somebody did so meanwhile.
    return dropping(str(who), "action.set", action=_name(action, index), path=["to"], value=rest)


def _value(action: Document, index: int, key: str) -> Repair | None:
    if len(action["set"]) < 2:
        return None
    return dropping(key, "action.value", action=_name(action, index), part="set", field=key, remove=True)


def _listened(fields: list[str], key: str) -> Repair | None:
    rest = [each for each in fields if each != key]
    return dropping(key, "trigger.set", path=["fields"], value=rest) if rest else None


def _name(action: Document, index: int) -> str:
    return str(action.get("key", index))


plugin = AutomationParts()
