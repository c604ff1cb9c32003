"""Conditions that look at what does not exist, or compare what cannot be compared."""

from collections.abc import Callable, Iterator

from builder.checks import Context, _places
from runtime import conditions
from runtime.definitions.documents import Document
from runtime.errors import Problem

_READ: dict[str, Callable[[Document, Context], Iterator[_places.ConditionPlace]]] = {
    "form": _places.conditions_of_form,
    "automation": _places.conditions_of_automation,
    "message": _places.conditions_of_message,
    "view": _places.conditions_of_view,
    "dashboard": _places.conditions_of_dashboard,
    "process": _places.conditions_of_process,
}


class Conditions:
    """Every condition names fields and facts that exist, with keywords and constants that fit their types."""

    name = "conditions"
    kinds = tuple(_READ)

    def check(self, document: Document, context: Context) -> list[Problem]:
        places = _READ[_kind(document)](document, context)
        return [
            Problem((*place.path, *problem.path), problem.code, problem.message)
            for place in places
            for problem in conditions.check(place.document, place.types, place.facts)
        ]


def _kind(document: Document) -> str:
    return str(document["$schema"]).split(":")[2]


plugin = Conditions()
