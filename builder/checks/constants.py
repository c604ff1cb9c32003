"""Fixed values of actions that their field does not take."""

from collections.abc import Iterator

from builder.checks import Context
from builder.checks._constants import constant_of
from builder.converting import judged
from runtime import problems
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field, FieldError
from runtime.records.wording import said


class Constants:
    """A fixed value that an action writes must be one that its field takes; one that it looks for must be able to
    stand in a record. Nothing is a value to write, which empties the field, and none to look for.
    """

    name = "constants"
    kinds = ("automation",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [
            problem
            for index, action in enumerate(document["actions"])
            for part in ("match", "set")
            for key, field in context.fields(str(action.get("form"))).items()
            if key in action.get(part, {}) and field.type.writable
            for problem in _of_value(("actions", index, part, key), field, action[part][key])
        ]


def _of_value(path: tuple[str | int, ...], field: Field, value: object) -> Iterator[Problem]:
    constant = constant_of(value)
    if constant is None or (constant == "" and "set" in path):
        return
    try:
        if constant == "":
            raise FieldError("required")
        judged(constant, field)
    except FieldError as error:
        if error.code == "enum" and "match" in path:
            return  # records may still hold what can no longer be chosen
        yield Problem(path, error.code, problems.sentence(error.code, error.params, said(field.title)))


plugin = Constants()
