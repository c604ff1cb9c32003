"""What the panel of a field says of rules and formulas: its rules, what it offers and fills, its formulas."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_babel import gettext as _

from builder import rule_boxes, rule_targets, trying
from builder.commands import _rules
from builder.condition_editor import Editor, Place, editor, sight_of
from builder.formula_editor import FormulaEditor, FormulaPlace, formula_editor
from builder.rule_boxes import Entry
from builder.rule_targets import Named
from builder.studio import Studio
from builder.trying import Tried
from runtime.conditions import ConditionError, Group, Row, from_rows
from runtime.definitions import lookup
from runtime.forms.conditions import words
from runtime.forms.conditions.sights import Sight, Source, fits
from runtime.records import query

SUGGESTED = 3


OFFERING = ("reference", "references")


@dataclass(frozen=True)
class FieldRules:
    """The rules about a field, a section or a tab, and the one that is being made."""

    key: str
    entries: tuple[Entry, ...]
    effect: str
    editor: Editor | None


@dataclass(frozen=True)
class Suggestion:
    """A likely condition on offered records: a click makes it."""

    label: str
    document: Any


@dataclass(frozen=True)
class Offer:
    """What a reference offers: in words, to be edited, and how many records that are. `count` is empty where
    nobody can know it yet.
    """

    key: str
    stored: bool
    says: str
    editor: Editor
    suggestions: tuple[Suggestion, ...]
    count: str
    open: bool


@dataclass(frozen=True)
class Filled:
    """A field that a reference fills: from which source, and which others fit."""

    target: Named
    source: str
    sources: tuple[Named, ...]


@dataclass(frozen=True)
class Fill:
    """What a reference fills when a record is picked, and which fields it could fill too."""

    key: str
    title: str
    rows: tuple[Filled, ...]
    left: tuple[Named, ...]


def rules_of_field(studio: Studio, key: str) -> FieldRules:
    """The rules that do something to a field, or to a section or tab by its name in rules."""
    found = tuple(entry for entry in rule_boxes.entries(studio, None) if key in entry.on)
    waiting = studio.asked.get("rows_of", "").removeprefix("new-")
    effect = studio.asked.get("rule", waiting)
    making = effect in rule_boxes.LISTED
    return FieldRules(
        key, found, effect if making else "", rule_boxes.new_editor(studio, effect, key) if making else None
    )


def offer_of(studio: Studio, key: str) -> Offer | None:
    """What a reference offers; None for a field that refers to nothing."""
    form = _form_of(studio, key)
    field = studio.context.fields(form).get(_own(key))
    if field is None or field.type.name not in OFFERING or not field.options.get("form"):
        return None
    other, stored = str(field.options["form"]), field.options.get("offer")
    place = Place(
        f"offer-{key.replace('.', '-')}", "reference.offer", f"offer:{form}:{other}", {"field": key}, "offer"
    )
    seen, tested = sight_of(studio, place.sight), trying.tried(studio, trying.chosen_or_newest(studio))
    says = words.condition(studio, stored or {}, seen)
    return Offer(
        key=key,
        stored=stored is not None,
        says=str(
            _("Offer %(field)s where %(condition)s.", field=rule_targets.title(studio, key), condition=says)
        ),
        editor=editor(studio, place, stored or {}),
        suggestions=tuple(_suggestions(key, seen)) if stored is None else (),
        count=_counted(studio, other, stored, tested) if stored else "",
        open=studio.asked.get("rows_of") == place.id or studio.asked.get("offer") == key,
    )


def _suggestions(key: str, seen: Sight) -> Iterator[Suggestion]:
    """Records that point to what another field of this form points to."""
    found = [
        (source, fact)
        for source in seen.sources.values()
        if source.points and source.path != "id" and source.like.startswith("record:")
        for fact in seen.facts_like(source)
        if fact.path != f"record.{key}"
    ]
    for source, fact in found[:SUGGESTED]:
        document = from_rows(Group("all", (Row(source.path, "equals", {"fact": fact.path}),)))
        label = _("Only where %(field)s is %(fact)s", field=source.title, fact=_ours(fact))
        yield Suggestion(str(label), document)


def _ours(fact: Source) -> str:
    """A field of the record, as it is told; one of the record around a row has a name that says so already."""
    return fact.title if fact.group else str(_("this record's %(field)s", field=fact.title))


def _counted(studio: Studio, other: str, offer: Any, tested: Tried | None) -> str:
    """How many of the records a person may pick; empty when the form is not published as the draft has it."""
    form = lookup.form_if_any(studio.app, other)
    if form is None or tested is None:
        return ""
    try:
        some = query.count(studio.user, form, condition=offer, facts=tested.judged.facts)
        every = query.count(studio.user, form)
    except (ConditionError, KeyError):
        return ""
    words = {"some": some, "every": every, "record": tested.title}
    return str(_("%(some)s of %(every)s records for %(record)s", **words))


def fill_of(studio: Studio, key: str) -> Fill | None:
    """What a reference fills; None for a field that refers to nothing. A column fills columns of its row."""
    form, name = _form_of(studio, key), _own(key)
    fields = studio.context.fields(form)
    field = fields.get(name)
    if field is None or field.type.name != "reference" or not field.options.get("form"):
        return None
    sources = sight_of(studio, f"own:{form}").sources
    own = {path: each for path, each in sources.items() if path in fields}
    theirs = sight_of(studio, f"own:{field.options['form']}").sources
    stored: Mapping[str, str] = field.options.get("fill", {})
    called = partial(_rules.inside, _rules.table_of(key))
    rows = [
        Filled(
            Named(called(target), rule_targets.title(studio, called(target))),
            source,
            _fitting(own.get(target), theirs),
        )
        for target, source in stored.items()
    ]
    left = [
        Named(called(path), each.title)
        for path, each in own.items()
        if path not in (name, *stored) and fields[path].type.writable and _fitting(each, theirs)
    ]
    return Fill(key, rule_targets.title(studio, key), tuple(rows), tuple(left))


def _form_of(studio: Studio, key: str) -> str:
    """The form that a field belongs to, or the rows that a column does, as checks call it."""
    return rule_boxes.form_key(studio, _rules.table_of(key))


def _own(key: str) -> str:
    """The key of a field or column where it stands."""
    return key.rpartition(".")[2]


def _fitting(target: Source | None, theirs: Mapping[str, Source]) -> tuple[Named, ...]:
    if target is None:
        return ()
    return tuple(Named(each.path, each.title) for each in theirs.values() if fits(target, each))


def formula_of(studio: Studio, id: str, send: Mapping[str, Any], text: str) -> FormulaEditor | None:
    """The editor of an option of a field, or of a column, that is a formula; `send` is the command that sets it."""
    arguments = send.get("args", {})
    table, _dot, key = str(arguments.get("field", "")).rpartition(".")
    form = f"{studio.target.key}.{table}" if table else studio.target.key
    if studio.target.kind != "form" or key not in studio.context.fields(form) or not arguments.get("path"):
        return None
    place = FormulaPlace(
        id=id,
        command=str(send["name"]),
        scope=f"form:{form}",
        arguments=arguments,
        wanted=studio.context.type_of(form, key).value,
        shows=key,
        removes="remove",
    )
    return formula_editor(studio, place, text)
