"""What a condition can look at: sources by path, each with the field that reads and shows its values. Pure.

A sight has a name that fits in a form of a page: `own:visit` (a rule of the form visit), `offer:visit:customer`
(what a reference of visit to customer offers), `view:visit` (a filter), `event:visit` (an automation).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import MAX_HOPS, parse_field
from runtime.fields import LISTED, N_, Field, ValueType
from runtime.text import Title

POINTERS = ("reference", "member", "department")

ALONE = ("member", "department", "choice")
"""Types whose values compare with their like only."""

Tell = Callable[[Title], str]

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
TITLES = {path: title for path, (_kind, title) in {**_SYSTEM, **_USER}.items()}
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
}


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
        own = (source.path, f"record.{source.path}" if self.name.startswith("own:") else "")
        return [fact for fact in self.facts.values() if fact.like == source.like and fact.path not in own]


def sight(context: Context, name: str, tell: Tell) -> Sight:
    """The sight of this name; one that sees nothing for a name that is none."""
    kind, *forms = name.split(":")
    form = forms[0] if forms else ""
    user = list(_user())
    if kind == "own":
        own = _fields(context, form, tell)
        return _sight(name, own, [*_under("record", own), *_under("record", _system()), *user])
    if kind == "offer" and len(forms) == 2:
        seen = [*_fields(context, forms[1], tell), *_system(forms[1])]
        return _sight(name, seen, [*_under("record", _fields(context, form, tell)), *user])
    if kind == "view":
        return _sight(name, [*_fields(context, form, tell), *_system(form)], user)
    if kind == "event":
        known = [*_event(context, form, tell), *user]
        return _sight(name, known, known)
    return Sight(name, {}, {})


def _sight(name: str, sources: list[Source], facts: list[Source]) -> Sight:
    return Sight(name, {each.path: each for each in sources}, {each.path: each for each in facts})


def _event(context: Context, form: str, tell: Tell) -> Iterator[Source]:
    own = _fields(context, form, tell)
    yield from _under("record", own)
    yield from _under("record", _system(form))
    for source in own:
        title = _("%(field)s before", field=source.title)
        yield Source(
            f"before.{source.path}", title, _("Before the change"), source.type, source.like, source.field
        )


def _under(name: str, sources: list[Source]) -> list[Source]:
    return [Source(f"{name}.{s.path}", s.title, s.group, s.type, s.like, s.field) for s in sources]


def _fields(context: Context, form: str, tell: Tell) -> list[Source]:
    found = []
    for key, field in context.fields(form).items():
        shown = origin(context, form, key)
        kind = context.type_of(form, key)
        if kind in PLAIN:
            found.append(Source(key, tell(field.title), "", kind, _like(shown, kind), _drawn(shown, kind)))
    return found


def origin(context: Context, form: str, key: str) -> Field:
    """The field whose values this field shows: itself, save for a look-up."""
    for _hop in range(MAX_HOPS):
        field = context.fields(form)[key]
        through = context.fields(form).get(field.options.get("through", ""))
        target = str(through.options.get("form")) if through else ""
        if field.type.name != "lookup" or field.options["field"] not in context.fields(target):
            break
        form, key = target, field.options["field"]
    return context.fields(form)[key]


def _like(field: Field, kind: ValueType) -> str:
    if field.type.name == "reference":
        return f"record:{field.options.get('form')}"
    return field.type.name if field.type.name in ALONE or kind in LISTED else kind.value


def _drawn(field: Field, kind: ValueType) -> Field:
    """The field that reads a constant: a calculated one takes what its result's type does."""
    return field if field.type.writable else plain_field(field.key, PLAIN[kind])


def plain_field(key: str, type_name: str) -> Field:
    """A field without options of a type."""
    return parse_field(key, {"fw": {"type": type_name}})


def _system(form: str = "") -> list[Source]:
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


def _user() -> Iterator[Source]:
    group = _("Whoever does it")
    for path, (kind, title) in _USER.items():
        yield Source(path, _(title), group, ValueType.NUMBER, kind, plain_field(path, kind))


def fits(target: Source, source: Source) -> bool:
    """Whether a field can take the values of another: the same kind, and pointing to the same if it points."""
    if target.type != source.type or target.points != source.points:
        return False
    return not target.points or target.like == source.like
