"""The filter of a list: a condition over the fields and system values of one form's records."""

from typing import Any

from flask_babel import gettext as _

from runtime import conditions, documents
from runtime.api.body import BadRequest
from runtime.conditions import ConditionError
from runtime.db import Moment
from runtime.definitions.documents import Form
from runtime.errors import Invalid, Problem
from runtime.fields import ValueType
from runtime.records.tables import SYSTEM, stored

FACTS = {"user.id": ValueType.NUMBER, "user.department_id": ValueType.NUMBER}


def read(form: Form, text: str | None) -> Any:
    """The condition, None without one; BadRequest when it is not JSON, Invalid when it does not fit the form."""
    if not text:
        return None
    try:
        document = documents.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(
            _("The filter is not JSON that we can read: %(why)s", why=str(error)[:200])
        ) from error
    problems = conditions.check(document, _types(form), FACTS)
    if problems:
        raise Invalid([_placed(problem) for problem in problems])
    return document


def refused(error: ConditionError) -> Invalid:
    """What is said of a condition that no list can be filtered by."""
    return Invalid([_placed(conditions.problem(error))])


def _placed(problem: Problem) -> Problem:
    return Problem(("filter", *problem.path), problem.code, problem.message)


def _types(form: Form) -> dict[str, ValueType]:
    """What a filter may look at: what is stored, without the text that the quick search looks through."""
    system = {
        name: ValueType.DATETIME if isinstance(column, Moment) else ValueType.NUMBER
        for name, column in SYSTEM.items()
        if name != "search_text"
    }
    own = {key: field.type.value_type_of(field) for key, field in stored(form).items()}
    return {"id": ValueType.NUMBER, **system, **own}
