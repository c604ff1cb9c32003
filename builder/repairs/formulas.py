"""Slips of the pen in formulas: a name or function written almost right, a bracket or quote that is missing."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context, _places
from builder.checks._context import paths
from builder.checks._places import FormulaPlace, Path
from builder.formula_words import corrected
from builder.repairs import Repair, former_fields
from runtime import formulas
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.formulas import FormulaError

SLIPS = 5  # in one formula: whoever made more writes it anew


class Formulas:
    """Writes what was meant, if the formula then works and gives what its place takes."""

    name = "formulas"
    kinds = ("form", "automation")

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        if problem.code not in ("unknown_name", "unknown_function", "unfinished", "open_text"):
            return None
        read = _places.formulas_of_form if "$id" in document else _places.formulas_of_automation
        place = next((each for each in read(document, context) if each.path == problem.path), None)
        text = _meant(place, former_fields(context)) if place else ""
        command = _writing(document, problem.path, text)
        return Repair(_("It then reads: %(formula)s", formula=text[:200]), *command) if text else None


def _meant(place: FormulaPlace, former: Collection[str]) -> str:
    """The formula as it was meant; blank where that is not plain."""
    text = place.text
    for _slip in range(SLIPS):
        try:
            found = formulas.check(formulas.parse(text), paths(place.types))
        except FormulaError as error:
            text = corrected(error, text, place.types, former)
        else:
            return text if place.result in (None, found) else ""
    return ""


def _writing(document: Document, path: Path, text: str) -> tuple[str, Mapping[str, Any]]:
    """The command that writes a formula at a path."""
    match path:
        case ("fw", "rules", int(index), "then", "set", str(key)):
            rule = document["fw"]["rules"][index]["key"]
            return "rule.set", {"rule": rule, "field": key, "value": text}
        case ("fw", "checks", int(index), *_rest):
            check = document["fw"]["checks"][index]["key"]
            return "check.set", {"check": check, "part": "formula", "value": text}
        case ("actions", int(index), part, key):
            action = str(document["actions"][index].get("key", index))
            return "action.value", {"action": action, "part": part, "field": key, "formula": text}
    return "field.set", {"field": path[1], "path": list(path[2:]), "value": text}


plugin = Formulas()
