"""The rules and checks of a form and the rules of its rows, tried with a record."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder import check_boxes, rule_boxes, rule_targets, rule_trials, rule_uses, trying
from builder.check_boxes import CheckBox
from builder.commands import _rules
from builder.formula_editor import formula_editor
from builder.rule_boxes import Box, Entry
from builder.studio import Studio
from builder.trying import Tried
from runtime.text import LOCALES


class FormRules:
    """Tab “Rules”."""

    name = "form.rules"
    kind = "form"
    tab = "rules"
    title = _l("Rules")
    order = 20
    template = "builder/rules/rules.html"
    script = ("designer-suggest.js", "designer-formula.js")

    def count(self, studio: Studio) -> int | None:
        """How many rules and checks there are."""
        return len(rule_boxes.stored(studio)) + len(studio.document.get("fw", {}).get("checks", ()))

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The list, what is open in it, and the record it is tried with."""
        listed = trying.records(studio)
        asked = trying.chosen(studio.asked)
        record = next((key for key, _title in listed), 0) if asked is None else asked
        tested = trying.tried(studio, record)
        entries = rule_boxes.entries(studio, tested)
        reads = studio.asked.get("reads", "")
        boxes = _boxes(studio, entries, tested)
        table = boxes[0].entry.table if boxes else ""
        return {
            "records": listed,
            "record": record,
            "tested": tested,
            "groups": _grouped(studio, [entry for entry in entries if reads in ("", *entry.reads)]),
            "tables": rule_targets.tables(studio),
            "rows": len(trying.rows(tested, table)) if tested and table else 0,
            "row": _row(studio),
            "uses": rule_uses.in_form(studio, entries),
            "last": rule_trials.last(studio) if entries else {},
            "used_by": {box.entry.key: rule_uses.everywhere(studio, box.entry) for box in boxes},
            "reads": reads,
            "readable": _readable(studio, entries),
            "boxes": boxes,
            "adding": _adding(studio),
            "checks": check_boxes.check_entries(studio),
            "check_box": _check_box(studio, tested),
            "adding_check": _adding_check(studio, tested),
            "fields": rule_targets.fields(studio),
            "targets": rule_targets.targets(studio, "message", table),
            "settable": rule_targets.targets(studio, "set", table),
            "parts": [] if table else rule_targets.parts(studio),
            "locale": _locale(studio),
            "effects": rule_boxes.EFFECTS,
            "listed": rule_boxes.LISTED,
            "policies": rule_boxes.POLICIES,
        }


def _grouped(studio: Studio, entries: list[Entry]) -> list[tuple[str, list[Entry]]]:
    """The rules of the form, then those of the rows of each sub-table, with what the latter are called."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.table, []).append(entry)
    return [(table and rule_targets.title(studio, table), listed) for table, listed in found.items()]


def _row(studio: Studio) -> str:
    return studio.asked.get("row", "") or "1"


def _readable(studio: Studio, entries: list[Entry]) -> list[rule_targets.Named]:
    read = frozenset().union(*(entry.reads for entry in entries)) if entries else frozenset()
    tables = rule_targets.tables(studio)
    columns = [each for table in tables for each in rule_targets.columns(studio, table.key)]
    own = (each for each in rule_targets.fields(studio) if each.key in read)
    return [*own, *(_of_table(studio, each) for each in columns if each.key in read)]


def _of_table(studio: Studio, column: rule_targets.Named) -> rule_targets.Named:
    table = rule_targets.title(studio, _rules.table_of(column.key))
    title = _("%(column)s of %(table)s", column=column.title, table=table)
    return rule_targets.Named(column.key, str(title))


def _boxes(studio: Studio, entries: list[Entry], tested: Tried | None) -> list[Box]:
    """The selected rule, with those in force that show the same thing: one of them is enough."""
    kind, _slash, key = studio.selected.partition("/")
    chosen = next((entry for entry in entries if kind == "rule" and entry.key == key), None)
    if chosen is None:
        return []
    rules = rule_boxes.stored(studio)
    beside = [] if chosen.off else [each for each in entries if each.shows & chosen.shows and not each.off]
    together = [entry for entry in entries if entry is chosen or entry in beside]
    return [rule_boxes.box(studio, rules[entry.key], entry, tested) for entry in together]


def _adding(studio: Studio) -> dict[str, Any] | None:
    """The rule that is yet to be made: its effect, its field, and the editor of its condition. `add` names the
    sub-table for whose rows it is.
    """
    if "add" not in studio.asked and studio.asked.get("rows_of") != "new":
        return None
    effect, field = studio.asked.get("arg.effect", "show"), studio.asked.get("arg.field", "")
    table = _table_for(studio, field)
    targets = rule_targets.targets(studio, effect, table)
    if field not in {each.key for each in targets}:
        ends = [each.key for each in targets if "/" not in each.key]
        field = ends[-1] if ends else ""
    place = rule_boxes.setting_place(studio, "new-set", field, {})
    return {
        "effect": effect if effect in rule_boxes.EFFECTS else "show",
        "field": field,
        "table": table and rule_targets.title(studio, table),
        "scope": place.scope,
        "level": studio.asked.get("arg.level", ""),
        "targets": targets,
        "value": formula_editor(studio, place, studio.asked.get("arg.value", "")),
        "editor": rule_boxes.new_editor(studio, effect, field, carried=True),
    }


def _table_for(studio: Studio, field: str) -> str:
    asked = _rules.table_of(field) or studio.asked.get("add", "")
    return asked if asked in {each.key for each in rule_targets.tables(studio)} else ""


def _check_box(studio: Studio, tested: Tried | None) -> CheckBox | None:
    kind, _slash, key = studio.selected.partition("/")
    checks = {check["key"]: check for check in studio.document.get("fw", {}).get("checks", ())}
    if kind != "check" or key not in checks:
        return None
    entry = next(each for each in check_boxes.check_entries(studio) if each.key == key)
    return check_boxes.check_box(studio, checks[key], entry, tested)


def _adding_check(studio: Studio, tested: Tried | None) -> dict[str, Any] | None:
    if "check" not in studio.asked and studio.asked.get("formula_of") != "new-check":
        return None
    place = check_boxes.check_place(studio, "new-check", "check.add", {})
    return {
        "editor": formula_editor(studio, place, "", tested),
        "locale": _locale(studio),
        **{name: studio.asked.get(f"arg.{name}", "") for name in ("at", "message", "level")},
    }


def _locale(studio: Studio) -> str:
    """The language in which a new message is written."""
    return studio.locale if studio.locale in LOCALES else studio.default_locale


plugin = FormRules()
