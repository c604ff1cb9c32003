"""The errors that cross package borders, each with the place that the person can mend."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one place: JSON path (`["lines", 0, "qty"]`), a stable code, a sentence.

    `message` is already in the reader's language. `params` are the numbers the sentence names.
    """

    path: tuple[str | int, ...]
    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"path": list(self.path), "code": self.code, "message": self.message}


class FormwrightError(Exception):
    """Base of the named errors; `message` may be shown to a person."""

    code = "error"
    status = 500

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code


class NotFound(FormwrightError):
    """No such thing, or none that this person may know of."""

    code, status = "not_found", 404


class Forbidden(FormwrightError):
    """The person may know of it but not do this."""

    code, status = "forbidden", 403


class OtherPerson(Forbidden):
    """The page was drawn for another person than the one who sends it: nothing of it is taken for his own."""

    code = "other_person"


class Conflict(FormwrightError):
    """Somebody was faster: stale revision, reused submit token with other data."""

    code, status = "conflict", 409


class Invalid(FormwrightError):
    """Values or a document that break their rules; nothing was stored."""

    code, status = "invalid", 422

    def __init__(self, problems: list[Problem], message: str = "") -> None:
        super().__init__(message or "; ".join(p.message for p in problems))
        self.problems = problems


class TemporaryError(FormwrightError):
    """Outside trouble that may pass: try again later, with back-off."""

    code = "temporary"


class PermanentError(FormwrightError):
    """Trying again cannot help: stop and show it."""

    code = "permanent"
