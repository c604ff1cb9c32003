"""The filter of a list: a condition over the fields and system values of one form's records."""

from typing import Any

from flask_babel import gettext as _

from runtime import access, conditions, documents
from runtime.api.body import BadRequest
from runtime.conditions import ConditionError
from runtime.db import Moment
from runtime.definitions.documents import Form
from runtime.errors import Invalid, Problem
from runtime.fields import ValueType
from runtime.records.tables import SYSTEM, stored

OWNERS = ("owner_id", "department_id")
FACTS = {"user.id": ValueType.NUMBER, "user.department_id": ValueType.NUMBER}


def read(form: Form, text: str | None, hidden: frozenset[str]) -> Any:
    """The condition, None without one; BadRequest when it is not JSON, Invalid when it does not fit the form.

    A field that is `hidden` from whoever asks is as good as none.
    """
    if not text:
        return None
    try:
        document = documents.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(
            _("The filter is not JSON that we can read: %(why)s", why=str(error)[:200])
        ) from error
    problems = conditions.check(document, _types(form, hidden), FACTS)
    if problems:
        raise Invalid([_placed(problem) for problem in problems])
    return document


def refused(error: ConditionError) -> Invalid:
    """What is said of a condition that no list can be filtered by."""
    return Invalid([_placed(conditions.problem(error))])


def _placed(problem: Problem) -> Problem:
    return Problem(("filter", *problem.path), problem.code, problem.message)


def _types(form: Form, hidden: frozenset[str]) -> dict[str, ValueType]:
    """What a filter may look at: what is stored, without the text that the quick search looks through."""
    left_out = {"search_text", *(OWNERS if access.hides_owner(form, hidden) else ())}
    system = {
        name: ValueType.DATETIME if isinstance(column, Moment) else ValueType.NUMBER
        for name, column in SYSTEM.items()
        if name not in left_out
    }
    own = {key: field.type.value_type_of(field) for key, field in stored(form).items() if key not in hidden}
    return {"id": ValueType.NUMBER, **system, **own}
