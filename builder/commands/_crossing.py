"""A field that becomes a column of a sub-table, or the reverse: what is against it, and what it reads then. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from builder.commands._base import refuse
from builder.commands._names import with_paths
from builder.where_used import Use
from runtime import formulas
from runtime.formulas import FormulaError
from runtime.text import Title, localized

LEFT = tuple(("fw", name) for name in ("list", "unique", "duplicates", "title_field", "owner_field"))
"""What a field leaves by itself, as when it is deleted."""
FORMULAS = ("formula", "initial")
Schema = dict[str, Any]


def tell(title: Title) -> str:
    """A title for a refusal, in the language of whoever is refused."""
    return localized(title, str(get_locale() or "en"))


def refuse_unfit(schema: Schema) -> None:
    """Refuse what makes sense only beside the fields that it works with."""
    own = schema["fw"]
    if own["type"] == "lookup":
        refuse(
            "field", "unfit", _("A look-up stays beside its reference. Add another one where you need it.")
        )
    if own.get("fill"):
        refuse(
            "field", "unfit", _("It fills in other fields, which stay where they are. Take that out first.")
        )


def refuse_used(uses: Iterable[Use]) -> None:
    """Refuse to move what is named elsewhere, with the list of where: there it would mean something else."""
    words = [use.words for use in uses if use.path[:2] not in LEFT]
    if words:
        listed = _(", ").join(dict.fromkeys(words))
        refuse("field", "used", _("These name it, so change them first: %(uses)s.", uses=listed))


def into_rows(schema: Schema, fields: Iterable[str]) -> Schema:
    """The schema as one of a row: the fields of the form, which it read, are those of its record."""
    known = frozenset(fields)
    return _with_formulas(schema, lambda path: ("record", *path) if path[0] in known else path)


def out_of_rows(schema: Schema, columns: Iterable[str]) -> Schema:
    """The schema as one of the form; refused where it reads its row."""
    known = frozenset(columns)
    if any(known & _bare(schema["fw"].get(option)) for option in FORMULAS):
        refuse("field", "reads_row", _("Its formula reads other columns of the row. Change that first."))
    return _with_formulas(schema, lambda path: path[1:] if path[0] == "record" else path)


def _bare(text: Any) -> frozenset[str]:
    try:
        names = formulas.parse(text).names if isinstance(text, str) else ()
    except FormulaError:
        return frozenset()
    return frozenset(path[0] for path in names if len(path) == 1)


def _with_formulas(schema: Schema, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Schema:
    own = {key: with_paths(each, change) if key in FORMULAS else each for key, each in schema["fw"].items()}
    return {**schema, "fw": own}
