"""What comes in and goes out: JSON bodies with Decimals, problems, entity tags."""

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, request
from flask_babel import gettext as _

from runtime import documents
from runtime.errors import FormwrightError, Problem


class BadRequest(FormwrightError):
    """The request itself is malformed: not JSON, the wrong shape, a bad parameter."""

    code, status = "bad_request", 400


class UnsupportedMediaType(FormwrightError):
    """The body is not declared as JSON."""

    code, status = "unsupported_media_type", 415


class PreconditionRequired(FormwrightError):
    """A change without If-Match: the caller must say which revision it read."""

    code, status = "precondition_required", 428


class PreconditionFailed(FormwrightError):
    """The record is no longer at the revision that the caller read."""

    code, status = "precondition_failed", 412


def read_object(*, required: Sequence[str] = (), max_depth: int = documents.MAX_DEPTH) -> dict[str, Any]:
    """The JSON object of the request's body; BadRequest when it is not one or lacks a required key."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType(_("Send JSON, with the header Content-Type: application/json."))
    try:
        body = documents.loads(request.get_data(cache=False), max_depth=max_depth)
    except (ValueError, RecursionError) as error:
        raise BadRequest(_("This is not JSON that we can read: %(why)s", why=str(error)[:200])) from error
    if not isinstance(body, dict):
        raise BadRequest(_("Send a JSON object."))
    for key in required:
        if not isinstance(body.get(key), dict):
            raise BadRequest(_("The object needs “%(key)s”, itself an object.", key=key))
    return body


def answer(value: Any, status: int = 200, *, revision: int | None = None) -> Response:
    """A JSON response; `revision` becomes its ETag."""
    response = current_app.response_class(
        documents.dumps(value) + "\n", status=status, mimetype="application/json"
    )
    if revision is not None:
        response.set_etag(str(revision))
    return response


def errors(problems: Sequence[Problem]) -> Response:
    """422 with what is wrong and where."""
    return answer({"errors": [problem.as_json() for problem in problems]}, 422)


def expected_revision() -> int:
    """The revision that If-Match names; 428 without one, 412 for a tag that cannot be ours."""
    tags = request.if_match
    if not tags:
        raise PreconditionRequired(
            _("Send If-Match with the ETag that you read, so that nobody's change is lost.")
        )
    names = list(tags)
    if len(names) != 1 or not names[0].isdecimal() or len(names[0]) > 10:
        raise PreconditionFailed(_("This record has changed since you read it. Read it again."))
    return int(names[0])
