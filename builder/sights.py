"""What a condition can look at: sources by path, each with the field that reads and shows its values. Pure.

A sight has a name that fits in a form of a page: `own:visit` (a rule of the form visit), `own:quote.lines` (one of
the rows of its sub-table lines), `offer:visit:customer`
(what a reference of visit to customer offers), `view:visit` (a filter), `event:visit` (an automation).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._context import outer_form
from runtime.definitions.documents import MAX_HOPS
from runtime.fields import Field, ValueType
from runtime.forms.conditions.sights import PLAIN, Sight, Source, drawn, like, moments, system, user
from runtime.text import Title

Tell = Callable[[Title], str]


def sight(context: Context, name: str, tell: Tell) -> Sight:
    """The sight of this name; one that sees nothing for a name that is none."""
    kind, *forms = name.split(":")
    form = forms[0] if forms else ""
    someone = [*user(), *moments()]
    if kind == "own" and outer_form(form):
        return _of_row(context, name, form, tell)
    if kind == "own":
        own = _fields(context, form, tell)
        return _sight(name, own, [*_under("record", own), *_under("record", system()), *someone])
    if kind == "offer" and len(forms) == 2:
        seen = [*_fields(context, forms[1], tell), *system(forms[1])]
        around = _of_outer(context, form, tell) if outer_form(form) else _fields(context, form, tell)
        return _sight(name, seen, [*_under("record", around), *someone])
    if kind == "view":
        return _sight(name, [*_fields(context, form, tell), *system(form)], someone)
    if kind == "event":
        known = [*_event(context, form, tell), *user()]
        return _sight(name, known, [*known, *moments()])
    return Sight(name, {}, {})


def _of_row(context: Context, name: str, form: str, tell: Tell) -> Sight:
    """A row of a sub-table, with its record: the fields of both, named apart."""
    of_record = _under("record", _of_outer(context, form, tell))
    system_facts = _under("record", system())
    return _sight(
        name, [*_fields(context, form, tell), *of_record], [*of_record, *system_facts, *user(), *moments()]
    )


def _of_outer(context: Context, form: str, tell: Tell) -> list[Source]:
    """The fields of the record that a row belongs to."""
    return [
        replace(each, title=str(_("this record's %(field)s", field=each.title)), group=str(_("This record")))
        for each in _fields(context, outer_form(form), tell)
        if each.type is not ValueType.ROWS
    ]


def _sight(name: str, sources: list[Source], facts: list[Source]) -> Sight:
    return Sight(name, {each.path: each for each in sources}, {each.path: each for each in facts})


def _event(context: Context, form: str, tell: Tell) -> Iterator[Source]:
    own = _fields(context, form, tell)
    yield from _under("record", own)
    yield from _under("record", system(form))
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
            found.append(Source(key, tell(field.title), "", kind, like(shown, kind), drawn(shown, kind)))
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
