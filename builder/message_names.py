"""What the texts of a message may name, and the ways in which a value can be written, as the editor offers them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder.checks import Context
from builder.studio import Studio
from runtime.definitions.documents import MAX_HOPS
from runtime.fields import POINTERS, Field, ValueType
from runtime.notifications import liquid, messages
from runtime.text import search_key

TEXT, DATE, DATETIME, NUMBER = "text", "date", "datetime", "number"
KINDS = {
    ValueType.TEXT: TEXT,
    ValueType.DATE: DATE,
    ValueType.DATETIME: DATETIME,
    ValueType.NUMBER: NUMBER,
}
GENERAL: Mapping[str, tuple[Any, str]] = {
    "recipient.name": (_l("Name of the recipient"), TEXT),
    "starter.name": (_l("Name of whoever started it"), TEXT),
    "link": (_l("Address of the record"), ""),
    "record.title": (_l("Title of the record"), TEXT),
    "app.title": (_l("Name of the app"), TEXT),
    "today": (_l("Today"), DATE),
}
EXAMPLES = {
    TEXT: "Formwright",
    DATE: date(2026, 11, 5),
    DATETIME: datetime(2026, 11, 5, 9, 30),
    NUMBER: Decimal("1234.5"),
}


@dataclass(frozen=True)
class Variable:
    """A value that texts may name. `group` is the reference through which it is seen, `kind` says which ways of writing
    it there are.
    """

    name: str
    title: str
    group: str
    kind: str

    @property
    def search(self) -> str:
        """What it is found by."""
        return search_key(self.title, self.name, self.group)


@dataclass(frozen=True)
class Way:
    """A way of writing values of some kinds: the filter of the message language, and what comes of it."""

    filter: str
    title: Any
    kinds: tuple[str, ...]

    def example(self, locale: str) -> str:
        """What it makes of a value of its first kind; of an empty one when it is for those."""
        value = None if self.kinds == EVERY else EXAMPLES[self.kinds[0]]
        return str(liquid.parsed(f"{{{{ x | {self.filter} }}}}", locale, as_markdown=False).render(x=value))


EVERY = (TEXT, NUMBER, DATE, DATETIME)
WAYS = (
    Way('date: "short"', _l("Date, short"), (DATE, DATETIME)),
    Way('date: "long"', _l("Date, long"), (DATE, DATETIME)),
    Way('date: "full"', _l("Date with the weekday"), (DATE, DATETIME)),
    Way('datetime: "short"', _l("Date and time, short"), (DATETIME,)),
    Way('datetime: "long"', _l("Date and time, long"), (DATETIME,)),
    Way("number: 0", _l("Without decimals"), (NUMBER,)),
    Way("number: 2", _l("With two decimals"), (NUMBER,)),
    Way('money: "CNY"', _l("Amount of money"), (NUMBER,)),
    Way("truncate: 80", _l("The first 80 characters"), (TEXT,)),
    Way("upcase", _l("In capitals"), (TEXT,)),
    Way("downcase", _l("In small letters"), (TEXT,)),
    Way('default: "–"', _l("A dash when it is empty"), EVERY),
)


def variables(studio: Studio) -> Iterator[Variable]:
    """What a text may name: the fields of the form, then what is seen through its references, then the rest."""
    form, context = str(studio.document.get("form", "")), studio.context
    known = messages.variables_for(context.form(form), context.fields)
    found = [_field(studio, form, key) for key in context.fields(form) if key in known]
    found += [each for key in context.fields(form) for each in _beside(studio, form, key)]
    yield from sorted(found, key=lambda each: (bool(each.group), each.group))
    for name, (title, kind) in GENERAL.items():
        yield Variable(name, str(title), str(_("In general")), kind)


def _field(studio: Studio, form: str, key: str) -> Variable:
    fields = studio.context.fields(form)
    field, shown = fields[key], _shown(studio.context, form, key)
    through = fields.get(str(field.options.get("through"))) if field.type.name == "lookup" else None
    kind = TEXT if shown.type.name in POINTERS else KINDS.get(shown.type.value_type_of(shown), "")
    return Variable(key, studio.text(field.title), studio.text(through.title) if through else "", kind)


def _beside(studio: Studio, form: str, key: str) -> Iterator[Variable]:
    """What texts may name of the record that a reference points to."""
    field = studio.context.fields(form)[key]
    target = str(field.options.get("form"))
    for name in messages.seen_through(field, studio.context.fields(target)):
        seen = _field(studio, target, name)
        yield replace(seen, name=f"{key}.{name}", group=studio.text(field.title))


def _shown(context: Context, form: str, key: str, hops: int = MAX_HOPS) -> Field:
    """The field whose value is shown: of a look-up the one that it looks at."""
    fields = context.fields(form)
    field, through = fields[key], fields.get(str(fields[key].options.get("through")))
    if field.type.name != "lookup" or through is None or not hops:
        return field
    target, looked_at = str(through.options.get("form")), str(field.options["field"])
    return _shown(context, target, looked_at, hops - 1) if looked_at in context.fields(target) else field
