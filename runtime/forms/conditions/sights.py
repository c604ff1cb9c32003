"""What the rows of a condition can look at and compare with, each with the field that reads and shows its values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from runtime.definitions.documents import parse_field
from runtime.fields import LISTED, N_, POINTERS, Field, ValueType

ALONE = ("member", "department", "choice")
"""Types whose values compare with their like only."""

_POINTING: Mapping[str, str] = {"reference": "record", "references": "records"}
_SYSTEM: Mapping[str, tuple[str, str]] = {
    "id": ("record", N_("This record")),
    "created_at": ("datetime", N_("Created at")),
    "created_by": ("member", N_("Created by")),
    "updated_at": ("datetime", N_("Changed at")),
    "updated_by": ("member", N_("Changed by")),
    "owner_id": ("member", N_("Owner")),
    "department_id": ("department", N_("Department of the owner")),
}
_USER: Mapping[str, tuple[str, str]] = {
    "user.id": ("member", N_("Me, whoever is signed in")),
    "user.department_id": ("department", N_("My department")),
}
_MOMENTS: Mapping[str, tuple[str, str]] = {
    "days.today": ("date", N_("Today")),
    "now": ("datetime", N_("Now")),
}
TITLES = {path: title for path, (_kind, title) in {**_SYSTEM, **_USER, **_MOMENTS}.items()}
"""What no form names itself, by path: titles for `gettext`."""
PLAIN = {
    ValueType.TEXT: "text",
    ValueType.NUMBER: "number",
    ValueType.DATE: "date",
    ValueType.DATETIME: "datetime",
    ValueType.TIME: "time",
    ValueType.BOOL: "yes_no",
    ValueType.LIST: "multi_choice",
    ValueType.PATH: "tree_choice",
    ValueType.FILES: "file",
    ValueType.ROWS: "sub_table",
}


DEPARTMENT = "_department"


@dataclass(frozen=True)
class Source:
    """One thing that a row can look at or compare with. `like` says what it can be compared with: sources
    that are alike, so that a person is never compared with an amount, though both are numbers.
    """

    path: str
    title: str
    group: str
    type: ValueType
    like: str
    field: Field

    @property
    def points(self) -> bool:
        """Whether its values are ids of something that has a title."""
        return self.field.type.name in POINTERS


@dataclass(frozen=True)
class Sight:
    """The sources of a condition, and the facts that its rows may compare with, by path."""

    name: str
    sources: Mapping[str, Source]
    facts: Mapping[str, Source]

    def title(self, path: str) -> str:
        """The title of a source or fact; its path where there is no such thing."""
        known = self.sources.get(path) or self.facts.get(path)
        return known.title if known else path

    def facts_like(self, source: Source) -> list[Source]:
        """The facts that this source can be compared with; what lists hold is compared with constants only."""
        if source.type in LISTED:
            return []
        of_form = (
            self.name.startswith("own:") and "." not in self.name
        )  # a row's record has fields of its own
        own = (source.path, f"record.{source.path}" if of_form else "")
        return [fact for fact in self.facts.values() if fact.like == source.like and fact.path not in own]


def like(field: Field, kind: ValueType) -> str:
    """What the values of a field can be compared with: see `Source`."""
    if field.type.name in _POINTING:
        return f"{_POINTING[field.type.name]}:{field.options.get('form')}"
    return field.type.name if field.type.name in ALONE or kind in LISTED else kind.value


def drawn(field: Field, kind: ValueType) -> Field:
    """The field that reads a constant: a calculated one takes what its result's type does."""
    if field.type.name == "references":  # compared with the records that it lists
        return parse_field(field.key, {"fw": {"type": "reference", "form": field.options.get("form")}})
    return field if field.type.writable else plain_field(field.key, PLAIN[kind])


def plain_field(key: str, type_name: str) -> Field:
    """A field without options of a type."""
    return parse_field(key, {"fw": {"type": type_name}})


_PERIODS: Mapping[str, Mapping[str, str]] = {
    "this_week": {"en": "this week", "zh": "本周"},
    "last_week": {"en": "last week", "zh": "上周"},
    "next_week": {"en": "next week", "zh": "下周"},
    "this_month": {"en": "this month", "zh": "本月"},
    "last_month": {"en": "last month", "zh": "上月"},
    "next_month": {"en": "next month", "zh": "下月"},
    "this_quarter": {"en": "this quarter", "zh": "本季度"},
    "last_quarter": {"en": "last quarter", "zh": "上季度"},
    "next_quarter": {"en": "next quarter", "zh": "下季度"},
    "this_year": {"en": "this year", "zh": "今年"},
    "last_year": {"en": "last year", "zh": "去年"},
    "next_year": {"en": "next year", "zh": "明年"},
}

ASKED: Mapping[str, Field] = {
    "period": parse_field("_period", {"enum": list(_PERIODS), "fw": {"type": "choice", "labels": _PERIODS}}),
    "days": parse_field("_days", {"fw": {"type": "number", "decimals": 0}}),
    "department": plain_field(DEPARTMENT, "department"),
}
"""The fields that read what operators ask for where it is no value of the field itself."""


def system(form: str = "") -> list[Source]:
    """What every record has; the record itself only where it can be compared with references to its form."""
    group, found = _("About the record"), []
    for key, (kind, title) in _SYSTEM.items():
        if kind == "record":
            field = parse_field(key, {"fw": {"type": "reference", "form": form}})
            found += [Source(key, _(title), group, ValueType.NUMBER, f"record:{form}", field)] if form else []
            continue
        field = plain_field(key, kind)
        like = kind if kind in ("member", "department") else field.type.value_type.value
        found.append(Source(key, _(title), group, field.type.value_type, like, field))
    return found


def user() -> Iterator[Source]:
    """Whoever does it."""
    group = _("Whoever does it")
    for path, (kind, title) in _USER.items():
        yield Source(path, _(title), group, ValueType.NUMBER, kind, plain_field(path, kind))


def moments() -> Iterator[Source]:
    """Today and now, as facts."""
    for path, (kind, title) in _MOMENTS.items():
        field = plain_field(path, kind)
        yield Source(path, _(title), "", field.type.value_type, field.type.value_type.value, field)


def fits(target: Source, source: Source) -> bool:
    """Whether a field can take the values of another: the same kind, and pointing to the same if it points."""
    if target.type != source.type or target.points != source.points:
        return False
    return not target.points or target.like == source.like
