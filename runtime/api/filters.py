"""The filter of a list: a condition over the fields and system values of one form's records."""

from typing import Any

from flask_babel import gettext as _

from runtime import documents
from runtime.api.body import BadRequest
from runtime.definitions.documents import Form
from runtime.errors import Invalid, Problem
from runtime.records import filters


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
    problems = filters.problems(form, document, hidden)
    if problems:
        raise Invalid([_placed(problem) for problem in problems])
    return document


def _placed(problem: Problem) -> Problem:
    return Problem(("filter", *problem.path), problem.code, problem.message)
