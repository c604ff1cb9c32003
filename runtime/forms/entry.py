"""What a person sent: WTForms reads the posted texts, the field types make values of them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.fields import Field, FieldError, JsonValue, Raw, Reader
from runtime.problems import sentence
from runtime.records.reads import fills
from runtime.text import localized

log = logging.getLogger(__name__)

# Their controls post a blank of their own before the answer, so that "nothing chosen" arrives too.
LAST_COUNTS = frozenset(
    ("fields/choice.html", "fields/yes_no.html", "fields/picker.html", "fields/rating.html")
)


@dataclass(frozen=True)
class Entry:
    """`raw` is each field as typed, `values` what was meant (None clears), `problems` what cannot be read.

    `left` are filled fields that nobody has answered, so that a reference may fill them again: they stand as
    the server drew them (`was`), or were emptied before another record was picked.
    """

    raw: dict[str, Raw] = field(default_factory=dict)
    values: dict[str, JsonValue] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    was: dict[str, str] = field(default_factory=dict)


def controls(form: Form, keys: Iterable[str]) -> BaseForm:
    """The WTForms form of these fields: no validators, names are the keys."""
    return BaseForm([(key, form.fields[key].type.control(form.fields[key])) for key in keys])


def read(
    form: Form, posted: MultiDict[str, str], reader: Reader, closed: frozenset[str] = frozenset()
) -> Entry:
    """The entry of a posted form; names that are no writable field of this version are not looked at, nor those
    of fields that are `closed` to whoever sent it.
    """
    forged = closed & posted.keys()
    if forged:
        log.info("form %s: ignored %s, which the sender may not write", form.key, ", ".join(sorted(forged)))
    keys = [
        key for key, one in form.fields.items() if one.type.writable and key in posted and key not in forged
    ]
    bound = controls(form, keys)
    bound.process(posted)
    raw = {key: raw_of(form.fields[key], bound[key].raw_data or []) for key in keys}
    was = {key: text.replace("\r\n", "\n") for key in keys if (text := posted.get(f"_was.{key}")) is not None}
    left = frozenset(
        key
        for key, text in was.items()
        if as_one(raw[key]) == text or _emptied_before(form, key, raw, posted)
    )
    values, problems = _parsed(form, {key: text for key, text in raw.items() if key not in left}, reader)
    return Entry(raw, values, problems, left, was)


def as_one(raw: Raw) -> str:
    """What a control holds as one text."""
    return raw if isinstance(raw, str) else ", ".join(filter(None, raw))


def _emptied_before(form: Form, key: str, raw: Mapping[str, Raw], posted: Mapping[str, str]) -> bool:
    """Whether the field is empty and a record that fills it was picked since the page was drawn."""

    def picked_anew(reference: str) -> bool:
        return (
            bool(raw.get(reference)) and posted.get(f"_picked.{reference}", raw[reference]) != raw[reference]
        )

    return not raw[key] and any(picked_anew(reference) for reference, _source in fills(form).get(key, ()))


def raw_of(one: Field, texts: Sequence[str]) -> Raw:
    """What the control of a field holds, from all that it posts."""
    texts = [text.replace("\r\n", "\n") for text in texts]
    if len(texts) > 1 and one.type.template not in LAST_COUNTS:
        return texts
    return texts[-1]


def _parsed(
    form: Form, raw: Mapping[str, Raw], reader: Reader
) -> tuple[dict[str, JsonValue], dict[str, Problem]]:
    values: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for key, text in raw.items():
        one = form.fields[key]
        try:
            values[key] = one.type.parse(text, one, reader)
        except FieldError as error:
            problems[key] = problem_of(one, error, reader)
    return values, problems


def problem_of(one: Field, error: FieldError, reader: Reader) -> Problem:
    """A field's refusal as a problem at this field, in the reader's words."""
    message = sentence(error.code, error.params, localized(one.title, reader.locale))
    return Problem((one.key,), error.code, message, error.params)
