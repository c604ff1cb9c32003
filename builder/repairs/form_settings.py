"""Settings of a form that name fields which are gone: list, title, what may not repeat."""

from typing import Any

from builder.checks import Context
from builder.repairs import Repair, dropping
from runtime.definitions.documents import Document
from runtime.errors import Problem

CODES = ("unknown_field", "not_stored")


class FormSettings:
    """Leaves out of a setting the name of the field that is not there; the rest of it stays. Who owns the records, and
    what several fields together may not repeat, is for people to say: both decide about records.
    """

    name = "form_settings"
    kinds = ("form",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        if problem.code not in CODES:
            return None
        own, key = document["fw"], str(problem.params.get("key", ""))
        match problem.path:
            case ("fw", "list", "columns"):
                return _listing(key, ["list", "columns"], [c for c in own["list"]["columns"] if c != key])
            case ("fw", "list", "sort"):
                return _listing(own["list"]["sort"].removeprefix("-"), ["list", "sort"], [])
            case ("fw", "title_field"):
                return _listing(own["title_field"], ["title_field"], [])
            case ("fw", "unique", int(index)) if len(own["unique"][index]) == 1:
                rest = own["unique"][:index] + own["unique"][index + 1 :]
                return _listing(" + ".join(own["unique"][index]), ["unique"], rest)
        return None


def _listing(what: str, path: list[str], rest: list[Any]) -> Repair:
    return dropping(what, "form.set", path=path, **({"value": rest} if rest else {"remove": True}))


plugin = FormSettings()
