"""Values to try a draft with that nobody typed: of each field one that it would take."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from builder.pointers import newest
from builder.studio import Studio
from runtime import times
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import LISTED, Field, JsonValue
from runtime.records.judge import validators
from runtime.text import localized

TITLED = ("text", "long_text")


def sample(studio: Studio, user: User, form: Form) -> dict[str, JsonValue]:
    """A value for each field that people fill in, as far as there is one: records that this person may read, nobody's
    files.
    """
    found: dict[str, Any] = {}
    for key, validator in validators(form).items():
        if form.fields[key].type.writable:
            fitting = (
                each for each in _candidates(studio, user, form.fields[key]) if validator.is_valid(each)
            )
            found[key] = next(fitting, None)
    rows = {key: [sample(studio, user, each)] for key, each in form.rows.items()}
    return {key: value for key, value in {**found, **rows}.items() if value is not None}


def _candidates(studio: Studio, user: User, field: Field) -> Iterator[JsonValue]:
    kind = field.type
    if kind.name in _POINTED:
        yield from filter(None, [_POINTED[kind.name](studio.app, user, field)])
        return
    for key, _label in kind.choices(field, studio.reader):
        yield [key] if kind.value_type in LISTED else key
    if kind.name in TITLED:
        yield localized(field.title, studio.locale)
    if kind.name == "date":
        yield times.today(studio.zone).isoformat()
    yield from (value for _raw, value in kind.examples)


def _record(app: str, user: User, field: Field) -> int | None:
    form = lookup.form_if_any(app, str(field.options["form"]))
    return next((each for each, _title in newest(user, form, limit=1)), None)


def _records(app: str, user: User, field: Field) -> list[int] | None:
    record_id = _record(app, user, field)
    return None if record_id is None else [record_id]


def _nothing(_app: str, _user: User, _field: Field) -> None:
    return None


_POINTED: Mapping[str, Callable[[str, User, Field], JsonValue]] = {
    "reference": _record,
    "references": _records,
    "member": lambda _app, user, _field: user.id,
    "department": lambda _app, user, _field: user.department_id,
    **dict.fromkeys(("file", "image", "signature"), _nothing),
}
