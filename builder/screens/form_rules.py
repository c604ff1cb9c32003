"""The rules and checks of a form, tried with a record."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from builder import rule_boxes, rule_targets, trying
from builder.formula_editor import formula_editor
from builder.rule_boxes import Box, CheckBox, Entry
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
        own = studio.document.get("fw", {})
        return len(own.get("rules", ())) + len(own.get("checks", ()))

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The list, what is open in it, and the record it is tried with."""
        listed = trying.records(studio)
        asked = trying.chosen(studio.asked)
        record = next((key for key, _title in listed), 0) if asked is None else asked
        tested = trying.tried(studio, record)
        entries = rule_boxes.entries(studio, tested)
        reads = studio.asked.get("reads", "")
        return {
            "records": listed,
            "record": record,
            "tested": tested,
            "shown": [entry for entry in entries if reads in ("", *entry.reads)],
            "reads": reads,
            "readable": _readable(studio, entries),
            "boxes": _boxes(studio, entries, tested),
            "adding": _adding(studio),
            "checks": rule_boxes.check_entries(studio),
            "check_box": _check_box(studio, tested),
            "adding_check": _adding_check(studio, tested),
            "fields": rule_targets.fields(studio),
            "settable": rule_targets.targets(studio, "set"),
            "parts": rule_targets.parts(studio),
            "locale": _locale(studio),
            "effects": rule_boxes.EFFECTS,
            "listed": rule_boxes.LISTED,
            "policies": rule_boxes.POLICIES,
        }


def _readable(studio: Studio, entries: list[Entry]) -> list[rule_targets.Named]:
    read = frozenset().union(*(entry.reads for entry in entries)) if entries else frozenset()
    return [each for each in rule_targets.fields(studio) if each.key in read]


def _boxes(studio: Studio, entries: list[Entry], tested: Tried | None) -> list[Box]:
    """The selected rule, with those in force that show the same thing: one of them is enough."""
    kind, _slash, key = studio.selected.partition("/")
    rules = {rule["key"]: rule for rule in studio.document.get("fw", {}).get("rules", ())}
    chosen = next((entry for entry in entries if kind == "rule" and entry.key == key), None)
    if chosen is None:
        return []
    beside = [] if chosen.off else [each for each in entries if each.shows & chosen.shows and not each.off]
    together = [entry for entry in entries if entry is chosen or entry in beside]
    return [rule_boxes.box(studio, rules[entry.key], entry, tested) for entry in together]


def _adding(studio: Studio) -> dict[str, Any] | None:
    """The rule that is yet to be made: its effect, its field, and the editor of its condition."""
    if "add" not in studio.asked and studio.asked.get("rows_of") != "new":
        return None
    effect, field = studio.asked.get("arg.effect", "show"), studio.asked.get("arg.field", "")
    targets = rule_targets.targets(studio, effect)
    if field not in {each.key for each in targets}:
        ends = [each.key for each in targets if "/" not in each.key]
        field = ends[-1] if ends else ""
    place = rule_boxes.setting_place(studio, "new-set", field, {})
    return {
        "effect": effect if effect in rule_boxes.EFFECTS else "show",
        "field": field,
        "level": studio.asked.get("arg.level", ""),
        "targets": targets,
        "value": formula_editor(studio, place, studio.asked.get("arg.value", "")),
        "editor": rule_boxes.new_editor(studio, effect, field, carried=True),
    }


def _check_box(studio: Studio, tested: Tried | None) -> CheckBox | None:
    kind, _slash, key = studio.selected.partition("/")
    checks = {check["key"]: check for check in studio.document.get("fw", {}).get("checks", ())}
    if kind != "check" or key not in checks:
        return None
    entry = next(each for each in rule_boxes.check_entries(studio) if each.key == key)
    return rule_boxes.check_box(studio, checks[key], entry, tested)


def _adding_check(studio: Studio, tested: Tried | None) -> dict[str, Any] | None:
    if "check" not in studio.asked and studio.asked.get("formula_of") != "new-check":
        return None
    place = rule_boxes.check_place(studio, "new-check", "check.add", {})
    return {
        "editor": formula_editor(studio, place, "", tested),
        "locale": _locale(studio),
        **{name: studio.asked.get(f"arg.{name}", "") for name in ("at", "message", "level")},
    }


def _locale(studio: Studio) -> str:
    """The language in which a new message is written."""
    return studio.locale if studio.locale in LOCALES else studio.default_locale


plugin = FormRules()
