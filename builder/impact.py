"""What publishing a form does to what is stored already, in counts: nobody learns of it afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select

from builder import conversion, old_records, switches
from builder.studio import Studio
from runtime.automations.models import Timer
from runtime.conditions import where
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, parse_fields
from runtime.definitions.models import App, Definition
from runtime.fields import LISTED, Field
from runtime.records.tables import table

_EMPTY = _l("Records that have none keep it empty; whoever edits one next is asked for it.")


@dataclass(frozen=True)
class Question:
    """What a person may choose instead of what happens by itself: `fill` what is empty in a field, `map` the
    records that hold an option to another, `timers` to keep as they are planned, `backfill` to plan for records
    that are there already.
    """

    kind: str
    field: Field | None = None
    held: str = ""

    @property
    def name(self) -> str:
        """How the page's form names it within its part."""
        parts = (self.kind, self.field.key if self.field else "", quote(self.held, safe=""))
        return "/".join(part for part in parts if part)


@dataclass(frozen=True)
class Effect:
    """Something that publishing does to stored records or waiting timers, and what becomes of them unless the
    question is answered.
    """

    sentence: str
    then: str
    count: int
    question: Question | None = None


def effects(studio: Studio) -> list[Effect]:
    """The effects of bringing the draft into force; of what was never in force only those on records that a new
    automation finds.
    """
    found: list[Effect] = []
    in_force = studio.work.is_in_force(studio.target)
    if studio.target.kind == "form" and in_force:
        found += _form(lookup.form(studio.app, studio.target.key), studio)
    if studio.target.kind in ("automation", "app") and in_force:
        found += _timers(studio)
    if studio.target.kind == "automation":
        found += _old_records(studio)
    return found


def _form(now: Form, studio: Studio) -> Iterator[Effect]:
    after = parse_fields(studio.document)
    for key, field in after.items():
        if key in now.fields and field.type.stored:
            yield from _changed(now, now.fields[key], field, studio)
        elif field.options.get("converted_from") in now.fields:
            yield from _converted(now, field, studio)
        elif field.required and field.type.writable and field.default is None:
            count = _count(select(func.count()).select_from(table(now)))
            yield from _effect(
                count,
                _("%(field)s is new and required", field=studio.text(field.title)),
                _EMPTY,
                _filling(field, studio, count),
            )
    for key in now.fields:
        if key not in after and now.fields[key].type.stored:
            count = _count(_where(now, _column(now, key).is_not(None)))
            yield from _effect(
                count,
                _("%(field)s is deleted", field=studio.text(now.fields[key].title)),
                _("The values stay in the database and in the history, but are no longer shown."),
            )


def _converted(now: Form, field: Field, studio: Studio) -> Iterator[Effect]:
    """What a field of another type takes over, and what it cannot."""
    old = str(field.options["converted_from"])
    found = conversion.outlook(now, old, field, studio.default_locale, shows=False)
    titles = {"field": studio.text(now.fields[old].title), "type": _(field.type.label)}
    yield from _effect(
        found.converts,
        _("%(field)s becomes %(type)s: these values convert", **titles),
        _("A job takes them over at once; the old field keeps its values."),
    )
    yield from _effect(
        found.fails,
        _("%(field)s becomes %(type)s: these values do not convert", **titles),
        _("They stay in the old field; the new one is empty there."),
    )


def _changed(now: Form, old: Field, new: Field, studio: Studio) -> Iterator[Effect]:
    title, column = studio.text(new.title), _column(now, new.key)
    if new.required and not old.required:
        count = _count(_where(now, column.is_(None)))
        sentence = _("%(field)s becomes required", field=title)
        yield from _effect(count, sentence, _EMPTY, _filling(new, studio, count))
    if new.type.name == "choice":
        yield from _options_gone(now, old, new, studio)
    if new.type.value_type in LISTED and "enum" in new.type.keywords:
        yield from _items_gone(now, old, new, studio)
    most, was = new.schema.get("maxLength"), old.schema.get("maxLength")
    if isinstance(most, int) and (was is None or most < was):
        yield from _effect(
            _count(_where(now, func.length(column) > most)),
            _("%(field)s may have at most %(most)s characters", field=title, most=most),
            _("Longer texts stay as they are until somebody changes them."),
        )


def _filling(field: Field, studio: Studio, count: int) -> Question | None:
    """The offer to fill what is empty; none where one value cannot stand in all of the records."""
    alone = [field.key] in studio.document["fw"].get("unique", [])
    return None if (alone and count > 1) or not field.type.writable else Question("fill", field)


def _options_gone(now: Form, old: Field, new: Field, studio: Studio) -> Iterator[Effect]:
    column = _column(now, new.key)
    gone = [value for value in old.schema.get("enum", ()) if value not in new.schema.get("enum", ())]
    counted = select(column, func.count()).where(column.in_(gone)).group_by(column)
    counts = {row[0]: row[1] for row in db.session.execute(counted)} if gone else {}
    labels = {**old.options.get("labels", {}), **new.options.get("labels", {})}
    for value in gone:
        told = studio.text(labels.get(value)) or value
        yield from _effect(
            counts.get(value, 0),
            _("%(field)s loses the choice %(choice)s", field=studio.text(new.title), choice=told),
            _("Records keep the old choice, readable; it cannot be chosen anew."),
            Question("map", new, value) if new.schema.get("enum") else None,
        )


def _items_gone(now: Form, old: Field, new: Field, studio: Studio) -> Iterator[Effect]:
    """Options that lists of values hold; what stands in their place is up to whoever changes the record."""
    labels = {**old.options.get("labels", {}), **new.options.get("labels", {})}
    for value in [each for each in old.schema.get("enum", ()) if each not in new.schema.get("enum", ())]:
        holding = {"required": [new.key], "properties": {new.key: {"contains": {"const": value}}}}
        held = where(holding, table(now).c.__getitem__, {})
        told = studio.text(labels.get(value)) or value
        yield from _effect(
            _count(_where(now, held)),
            _("%(field)s loses the choice %(choice)s", field=studio.text(new.title), choice=told),
            _("Records keep the old choice, readable; it cannot be chosen anew."),
        )


def _timers(studio: Studio) -> Iterator[Effect]:
    is_app = studio.target.kind == "app"
    own = Definition.kind == "automation" if is_app else Definition.key == studio.target.key
    waiting = (
        select(func.count())
        .select_from(Timer)
        .join(Definition, Definition.id == Timer.automation_id)
        .join(App, App.id == Definition.app_id)
        .where(App.key == studio.app, own, Timer.state == "planned")
    )
    yield from _effect(
        _count(waiting),
        _("Reminders are waiting"),
        _("They are worked out anew: moments that no longer fit are cancelled, new ones are planned."),
        Question("timers"),
    )


def _old_records(studio: Studio) -> Iterator[Effect]:
    """Records for which nothing is planned; while the automation is off, switching it on asks about them."""
    found = old_records.ahead(studio)
    if found is None:
        return
    asks = found.goes_out and studio.target.key not in switches.off_keys(studio.app)
    question = Question("backfill") if asks else None
    yield Effect(_("Records that are there already"), old_records.told(found), found.records, question)


def _effect(count: int, sentence: str, then: Any, question: Question | None = None) -> Iterator[Effect]:
    if count:
        yield Effect(sentence, str(then), count, question)


def _column(form: Form, key: str) -> ColumnElement[Any]:
    return table(form).c[key]


def _where(form: Form, condition: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(table(form)).where(condition)


def _count(statement: Select[Any]) -> int:
    return db.session.scalar(statement) or 0
