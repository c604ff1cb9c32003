"""Messages: what a text may use, whether it can be sent, and what a person gets to read."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from liquid.exceptions import LiquidError

from runtime.definitions.documents import Form, MessageDoc
from runtime.errors import PermanentError, Problem
from runtime.fields import POINTERS, Field, JsonValue, Names, Reader, ValueType
from runtime.notifications.liquid import Link, Pointed, Shown, parsed
from runtime.notifications.liquid_check import Fault, faults
from runtime.notifications.markdown import html, plain
from runtime.records import lookups

__all__ = ["Record", "Rendered", "check", "context_for", "html", "plain", "render", "variables_for"]

MAX_SUBJECT = 200
MAX_SOURCE = {"subject": 500, "body": 20_000, "short": 500}
NEEDED = ("subject", "body")

GENERAL = frozenset(
    {
        *("record.id", "record.title", "record.link", "link", "app.title", "today"),
        *("starter.name", "recipient.name"),
    }
)

SENTENCES = {
    "missing_language": _l("Write this text in %(language)s too: the app speaks it."),
    "too_long": _l("The text is too long: use at most %(limit)s characters."),
    "empty": _l("Write a text."),
    "syntax": _l("Line %(line)s cannot be read: %(detail)s."),
    "unknown_variable": _l("Line %(line)s: there is no “%(detail)s” here."),
    "unknown_filter": _l("Line %(line)s: there is no filter “%(detail)s”."),
    "filter_arguments": _l("Line %(line)s: the filter is used wrongly (%(detail)s)."),
    "range": _l("Line %(line)s: a loop over numbers is not possible; loop over the rows of a sub-table."),
    "too_many_in_loops": _l("The loops have too many parts: use at most %(detail)s inside them."),
    "too_many_parts": _l("The text has too many parts: use at most %(detail)s."),
}


FieldsOf = Callable[[str], Mapping[str, Field]]
Through = Mapping[str, Mapping[str, tuple[Field, JsonValue | None]]]
"""By reference the fields of the record that it points to, each with its value."""


class Record(NamedTuple):
    """The record that a message is about: its id, its title, its address."""

    id: int
    title: str
    link: str


class Rendered(NamedTuple):
    """What one recipient gets: a line, Markdown, and a line for channels with little room (may be blank)."""

    subject: str
    body: str
    short: str


def variables_for(
    form: Form | None, fields_of: FieldsOf, document: Mapping[str, Any] = MappingProxyType({})
) -> frozenset[str]:
    """The dotted names that the message `document` about this form may use, `record.is.large` for its conditions;
    `fields_of` knows the fields of the app's forms.
    """
    known = form.fields if form else {}
    fields = {key for key, field in known.items() if _has_value(field)}
    beside = {
        f"{key}.{each}"
        for key, field in known.items()
        for each in seen_through(field, fields_of(str(field.options.get("form"))))
    }
    own = {f"record.is.{each['key']}" for each in document.get("conditions", ())}
    return GENERAL | fields | beside | own | {f"record.values.{key}" for key in fields}


def seen_through(field: Field, theirs: Mapping[str, Field]) -> list[str]:
    """What a message may name of the record that a reference points to: what stands in that record itself."""
    if field.type.name != "reference":
        return []
    return [key for key, each in theirs.items() if each.type.stored and _has_value(each)]


def check(document: Mapping[str, Any], variables: Set[str], languages: Sequence[str]) -> list[Problem]:
    """What keeps a message document from being sent; the document has passed its JSON Schema."""
    problems: list[Problem] = []
    for part in ("subject", "body", "short"):
        texts: Mapping[str, str] = document.get(part, {})
        if part in NEEDED or texts:
            missing = (language for language in languages if not texts.get(language, "").strip())
            problems += [_problem((part,), "missing_language", language=language) for language in missing]
        for locale, source in texts.items():
            problems += _text_problems(part, locale, source, variables)
    return problems


def _text_problems(part: str, locale: str, source: str, variables: Set[str]) -> list[Problem]:
    if len(source) > MAX_SOURCE[part]:
        return [_problem((part, locale), "too_long", limit=MAX_SOURCE[part])]
    found = faults(source, variables, as_markdown=part == "body")
    return [_fault_problem((part, locale), fault) for fault in found]


def _fault_problem(path: tuple[str, ...], fault: Fault) -> Problem:
    return _problem(path, fault.code, line=fault.line, detail=fault.detail)


def _problem(path: tuple[str, ...], code: str, **params: object) -> Problem:
    return Problem(path, code, str(SENTENCES[code]) % params, params)


def render(message: MessageDoc, locale: str, context: Mapping[str, Any], *, default: str = "en") -> Rendered:
    """The texts for one recipient, in their language or the app's default.

    `context` comes from `context_for`. Raises PermanentError for a text that fails or grows too long.
    """
    return Rendered(
        _line(_text(message.subject, locale, default, context))[:MAX_SUBJECT],
        _text(message.body, locale, default, context, as_markdown=True),
        _line(_text(message.short, locale, default, context))[:MAX_SUBJECT],
    )


def _text(
    texts: Mapping[str, str],
    locale: str,
    default: str,
    context: Mapping[str, Any],
    *,
    as_markdown: bool = False,
) -> str:
    spoken = next((one for one in (locale, default, *texts) if texts.get(one)), None)
    if spoken is None:
        return ""
    try:
        return parsed(texts[spoken], spoken, as_markdown=as_markdown).render(context)
    except (LiquidError, RecursionError, ArithmeticError, TypeError, ValueError) as error:
        reason = str(error.args[0]) if error.args else type(error).__name__
        raise PermanentError(f"message text ({spoken}): {reason}", code="message") from error


def _line(text: str) -> str:
    """One line: a line end in a subject would begin another mail header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def context_for(
    form: Form,
    values: Mapping[str, JsonValue],
    *,
    record: Record,
    starter: str,
    recipient: str,
    app: str,
    today: date,
    reader: Reader,
    names: Names,
    through: Through = MappingProxyType({}),
    holding: Mapping[str, bool] = MappingProxyType({}),
) -> dict[str, Any]:
    """What a message about a record may use, for one reader; plain dicts and values only.

    `{{ customer }}` is what people see; numbers, dates and yes/no also compare as what they are.
    `{{ record.values.result }}` is the value itself, as conditions know it (the key of a choice).
    `through` is by reference what the reader may see of the record there: `{{ customer.phone }}`.
    `holding` says which conditions of the message hold for this reader: `{% if record.is.large %}`.
    """
    fields = {key: field for key, field in form.fields.items() if _has_value(field)}
    shown = {key: lookups.origin(form, field)[1] for key, field in fields.items()}
    link = Link(record.link)
    texts = {key: _shown(values.get(key), field, reader, names) for key, field in shown.items()}
    pointed = {
        key: Pointed.of(
            texts[key], {name: _shown(each, field, reader, names) for name, (field, each) in seen.items()}
        )
        for key, seen in through.items()
        if isinstance(texts.get(key), str)
    }
    return {
        **texts,
        **pointed,
        "record": {
            "id": record.id,
            "title": record.title,
            "link": link,
            "values": {key: values.get(key) for key in fields},
            "is": dict(holding),
        },
        "link": link,
        "starter": {"name": starter},
        "recipient": {"name": recipient},
        "app": {"title": app},
        "today": today,
    }


def _has_value(field: Field) -> bool:
    return field.type.value_type_of(field) != ValueType.NOTHING


def _shown(value: JsonValue | None, field: Field, reader: Reader, names: Names) -> Any:
    if value is None or isinstance(value, bool):
        return value
    kind = field.type.value_type_of(field)
    text = field.type.display(value, field, reader, names)
    if kind == ValueType.NUMBER and isinstance(value, (int, Decimal)) and field.type.name not in POINTERS:
        return Shown.of(value, text)
    if kind == ValueType.DATE:
        return date.fromisoformat(value)
    if kind == ValueType.DATETIME:
        return datetime.fromisoformat(value).astimezone(ZoneInfo(reader.zone))
    return text
