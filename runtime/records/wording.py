"""Problems at fields, said in the language of whoever reads them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale

from runtime import problems
from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.text import Title, localized


def problem(form: Form, key: str, code: str, params: Mapping[str, Any] | None = None) -> Problem:
    """A problem at a field of the form."""
    sentence = problems.sentence(code, params or {}, said(form.fields[key].title))
    return Problem((key,), code, sentence, dict(params or {}))


def said(title: Title) -> str:
    """A title of a document in the reader's language."""
    return localized(title, locale())


def locale() -> str:
    """The reader's language, `en` or `zh`."""
    return str(get_locale() or "en")[:2]
