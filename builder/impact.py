"""What publishing a draft does to what is stored already, in counts: nobody learns of it afterwards."""

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select, tuple_

from builder import narrowing, old_records, switches
from builder.effects import Effect, Question
from builder.known_records import Records
from builder.outlook import outlook
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


def effects(studio: Studio) -> list[Effect]:
    """The effects of bringing the draft into force; of what was never in force only those on records that a new
    automation finds.
    """
    found: list[Effect] = []
    in_force = studio.work.is_in_force(studio.target)
    if studio.target.kind == "form" and in_force:
        now = lookup.form(studio.app, studio.target.key)
        found += [*_form(now, studio), *narrowing.of_form(now, studio)]
    if studio.target.kind in ("automation", "app") and in_force:
        found += _timers(studio)
    if studio.target.kind == "app" and in_force:
        found += narrowing.of_app(studio)
    if studio.target.kind == "automation":
        found += _old_records(studio)
    return found


def _form(now: Form, studio: Studio) -> Iterator[Effect]:
    after, records = parse_fields(studio.document), Records(studio, now)
    for key, field in after.items():
        if key in now.fields and field.type.stored:
            yield from _changed(records, now.fields[key], field)
        elif field.options.get("converted_from") in now.fields:
            yield from _converted(records, field)
        elif field.required and field.type.writable and field.default is None:
            told = _("%(field)s is new and required", field=studio.text(field.title)), _EMPTY
            yield from records.effect((), None, told, _filling(field, records, (), None))
    for key, field in now.fields.items():
        if key not in after and field.type.stored:
            told = (
                _("%(field)s is deleted", field=studio.text(field.title)),
                _("The values stay in the database and in the history, but are no longer shown."),
            )
            yield from records.effect((key,), records.column(key).is_not(None), told)
    yield from _shared(records, after)


def _shared(records: Records, after: Mapping[str, Field]) -> Iterator[Effect]:
    """Records that hold the same where the draft lets no two do so any more."""
    known = {frozenset(keys) for keys in records.form.unique}
    for keys in records.studio.document.get("fw", {}).get("unique", ()):
        if frozenset(keys) in known or any(not _is_stored(records.form, key) for key in keys):
            continue
        columns = [records.column(key) for key in keys]
        filled = [column.is_not(None) for column in columns]
        known_ones = select(*columns).where(records.readable, *filled)
        same = known_ones.group_by(*columns).having(func.count() > 1)
        titles = ", ".join(records.studio.text(after[key].title) for key in keys if key in after)
        told = (
            _("Records that share the same %(fields)s, which no two may", fields=titles),
            _("It cannot be published before they are changed."),
        )
        yield from records.effect(keys, tuple_(*columns).in_(same), told)


def _is_stored(form: Form, key: str) -> bool:
    return key in form.fields and form.fields[key].type.stored


def _converted(records: Records, field: Field) -> Iterator[Effect]:
    """What a field of another type takes over, and what it cannot."""
    old, studio = str(field.options["converted_from"]), records.studio
    limited, found = records.is_limited((old,)), outlook(records, old, field)
    titles = {"field": studio.text(records.form.fields[old].title), "type": _(field.type.label)}
    if found.converts or limited:
        yield Effect(
            _("%(field)s becomes %(type)s: these values convert", **titles),
            _("A job takes them over at once; the old field keeps its values."),
            found.converts,
            limited=limited,
        )
    if found.fails or limited:
        yield Effect(
            _("%(field)s becomes %(type)s: these values do not convert", **titles),
            _("They stay in the old field; the new one is empty there."),
            found.fails,
            limited=limited,
        )


def _changed(records: Records, old: Field, new: Field) -> Iterator[Effect]:
    title, column = records.studio.text(new.title), records.column(new.key)
    if new.required and not old.required:
        empty, told = column.is_(None), (_("%(field)s becomes required", field=title), _EMPTY)
        question = _filling(new, records, (new.key,), empty)
        yield from records.effect((new.key,), empty, told, question)
    if new.type.name == "choice":
        yield from _options_gone(records, old, new)
    if new.type.value_type in LISTED and "enum" in new.type.keywords:
        yield from _items_gone(records, old, new)
    most, was = new.schema.get("maxLength"), old.schema.get("maxLength")
    if isinstance(most, int) and (was is None or most < was):
        told = (
            _("%(field)s may have at most %(most)s characters", field=title, most=most),
            _("Longer texts stay as they are until somebody changes them."),
        )
        yield from records.effect((new.key,), func.length(column) > most, told)


def _filling(
    field: Field, records: Records, keys: Sequence[str], empty: ColumnElement[bool] | None
) -> Question | None:
    """The offer to fill what is empty; none where one value cannot stand in all of the records."""
    if not field.type.writable or field.type.name == "references":  # no control of one value
        return None
    alone = [field.key] in records.studio.document["fw"].get("unique", [])
    several = alone and (records.is_limited(keys) or records.count(keys, empty) > 1)
    return None if several else Question("fill", field)


def _options_gone(records: Records, old: Field, new: Field) -> Iterator[Effect]:
    for value, told in _gone(records.studio, old, new):
        question = Question("map", new, value) if new.schema.get("enum") else None
        yield from records.effect((new.key,), records.column(new.key) == value, told, question)


def _items_gone(records: Records, old: Field, new: Field) -> Iterator[Effect]:
    """Options that lists of values hold; what stands in their place is up to whoever changes the record."""
    for value, told in _gone(records.studio, old, new):
        holding = {"required": [new.key], "properties": {new.key: {"contains": {"const": value}}}}
        held = where(holding, table(records.form).c.__getitem__, {})
        yield from records.effect((new.key,), held, told)


def _gone(studio: Studio, old: Field, new: Field) -> Iterator[tuple[str, tuple[str, str]]]:
    """The options that go, and what is said of each."""
    labels = {**old.options.get("labels", {}), **new.options.get("labels", {})}
    then = _("Records keep the old choice, readable; it cannot be chosen anew.")
    for value in old.schema.get("enum", ()):
        if value not in new.schema.get("enum", ()):
            choice = studio.text(labels.get(value)) or value
            yield (
                value,
                (
                    _("%(field)s loses the choice %(choice)s", field=studio.text(new.title), choice=choice),
                    then,
                ),
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
    count = db.session.scalar(waiting) or 0
    if count:
        yield Effect(
            _("Reminders are waiting"),
            _("They are worked out anew: moments that no longer fit are cancelled, new ones are planned."),
            count,
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
