"""Formulas that cannot be read, name what does not exist, or give the wrong type."""

from collections.abc import Iterator

from flask_babel import gettext as _

from builder.checks import Context, _places
from builder.checks._context import paths
from runtime import formulas
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.formulas import FormulaError
from runtime.formulas.errors import TYPE_WORDS


class Formulas:
    """Every formula is well formed, its names and functions exist, and its type is that of its target."""

    name = "formulas"
    kinds = ("form", "automation")

    def check(self, document: Document, context: Context) -> list[Problem]:
        read = _places.formulas_of_form if "$id" in document else _places.formulas_of_automation
        return [problem for place in read(document, context) for problem in _of_place(place)]


def _of_place(place: _places.FormulaPlace) -> Iterator[Problem]:
    try:
        found = formulas.check(formulas.parse(place.text), paths(place.types))
    except FormulaError as error:
        yield Problem(place.path, error.code, formulas.sentence(error))
        return
    if place.result is not None and found != place.result:
        words = {"found": str(TYPE_WORDS[found]), "needed": str(TYPE_WORDS[place.result])}
        yield Problem(
            place.path, "wrong_result", _("This gives %(found)s, but %(needed)s is needed.", **words)
        )


plugin = Formulas()
