"""Any command with any arguments for an automation, a message, the app, and the rules and checks of a form."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from runtime.automations.actions import ACTIONS
from tests.builder.commands.gestures import LOCALES, TITLES, Draw, Step, gesture

FORMS = ("visit", "reminder", "customer", "nothing")
ROLES = ("sales", "manager", "reader", "nobody")
FIELDS = ("customer", "owner", "state", "name", "next_on", "nothing")
CONDITIONS = ({}, {"not": {}}, {"properties": {"state": {"const": "open"}}, "required": ["state"]})
FORMULAS = ('"a"', "1 + 1", "name", "TODAY()", "owner", "(")


def any_gesture(draw: Draw, kind: str, document: dict[str, Any]) -> Step:
    """A command that could be done to this document; some are refused all the same."""
    if kind == "form" and draw(st.booleans()):
        return gesture(draw, document)
    made: list[Step] = _OF[kind](lambda among: draw(st.sampled_from(list(among))), document)
    chosen: Step = draw(st.sampled_from(made))
    return chosen


One = Callable[[Any], Any]


def _of_rules(one: One, form: dict[str, Any]) -> list[Step]:
    fields = [*form["properties"], "nothing"]
    own = form.get("fw", {})
    rules, columns = [*(each["key"] for each in own.get("rules", ())), "none"], []
    for key, schema in form["properties"].items():
        rows = schema.get("items", {})
        columns += [f"{key}.{column}" for column in rows.get("properties", ())]
        rules += [f"{key}.{each['key']}" for each in rows.get("fw", {}).get("rules", ())]
    rule = one(rules)
    check = one([*(each["key"] for each in own.get("checks", ())), "none"])
    parts = [f"section/{each.get('key')}" for each in own.get("layout", ())] + [
        "section/section_1",
        "tab/none",
    ]
    effect = one(("show", "hide", "require", "lock", "clear", "message"))
    field = one([*fields, *parts, *columns])
    part, text = one(("formula", "at", "message", "level")), one((*FORMULAS, *TITLES, *fields))
    return [
        ("rule.add", {"field": field, "effect": effect, "when": one(CONDITIONS), "value": one(TITLES)}),
        ("rule.switch", {"rule": rule, "on": one((True, False))}),
        ("rule.message", {"rule": rule, "field": field, "locale": one(LOCALES), "value": one((*TITLES, ""))}),
        ("rule.message", {"rule": rule, "field": field, "level": one(("error", "warning"))}),
        ("rule.when", {"rule": rule, "when": one(CONDITIONS)}),
        ("rule.effect", {"rule": rule, "effect": effect, "field": field, "off": one((True, False))}),
        ("rule.set", {"rule": rule, "field": field, "value": one((*FORMULAS, ""))}),
        ("rule.hidden_value", {"rule": rule, "value": one(("clear", "keep", "compute"))}),
        ("rule.copy", {"rule": rule}),
        ("rule.delete", {"rule": rule}),
        ("check.add", {"formula": "1 = 1", "at": field, "message": one(TITLES), "locale": one(LOCALES)}),
        ("check.set", {"check": check, "part": part, "value": text}),
        ("check.delete", {"check": check}),
        ("reference.fill", {"field": field, "target": one(fields), "source": one((*FIELDS, ""))}),
    ]


def _of_automation(one: One, document: dict[str, Any]) -> list[Step]:
    keys = [str(each.get("key", index)) for index, each in enumerate(document["actions"])]
    action, part, field = one([*keys, "none"]), one(("set", "match")), one(FIELDS)
    who = one(("starter", "field:owner", "manager_of:owner", "role:sales", "role:nobody"))
    return [
        ("action.add", {"type": one(ACTIONS), "after": action}),
        ("action.move", {"action": action, "by": one((-1, 1))}),
        ("action.copy", {"action": action}),
        ("action.delete", {"action": action}),
        ("action.set", {"action": action, "path": ["form"], "value": one(FORMS)}),
        ("recipient.set", {"action": action, "who": who, "remove": True}),
        ("recipient.set", {"action": action, "who": who, "part": one(("to", "cc"))}),
        ("action.value", {"action": action, "part": part, "field": field, "formula": one(FORMULAS)}),
        ("action.value", {"action": action, "part": part, "field": field, "remove": True}),
        ("action.recipient", {"action": action, "who": who}),
        ("action.when", {"action": action, "when": one(({}, True, {"required": ["record"]}))}),
        ("action.wait", {"action": action, "number": one(("0", "3", "x")), "unit": "h", "side": "before"}),
        ("action.wait", {"action": action, "path": ["until"], "value": field}),
        ("action.wait", {"action": action, "path": ["until"], "remove": True}),
        ("action.wait", {"action": action, "remove": True}),
        ("automation.set", {"path": ["title", one(LOCALES)], "value": one(TITLES)}),
        ("automation.trigger", {"type": one(("record_saved", "date_reached"))}),
        ("automation.when", {"when": one(({}, True, {"required": ["record"]}))}),
        ("trigger.set", {"path": ["form"], "value": one(FORMS)}),
        ("trigger.set", {"path": ["fields"], "value": [field]}),
        ("trigger.moment", {"number": one(("1", "3")), "unit": one(("d", "h")), "side": "before"}),
    ]


def _of_message(one: One, document: dict[str, Any]) -> list[Step]:
    part = one(("title", "purpose", "subject", "body", "short"))
    return [
        ("message.text", {"part": part, "locale": one(LOCALES), "text": one(("Hi {{ text }}", *TITLES))}),
        ("message.form", {"form": one((*FORMS, ""))}),
    ]


def _of_app(one: One, document: dict[str, Any]) -> list[Step]:
    role, form, groups = one(ROLES), one(FORMS), document.get("field_groups", ())
    action, scope = one(("create", "read", "update", "delete")), one(("own", "department", "all"))
    return [
        ("app.set", {"name": "title", "value": {"en": one(TITLES), "zh": one(TITLES)}}),
        ("app.set", {"name": "zone", "value": one(("Europe/Berlin", "Nowhere"))}),
        ("app.set", {"name": "start", "value": form}),
        ("app.set", {"name": "review", "value": one((True, False))}),
        ("app.holiday.add", {"date": one(("2026-10-01", "x")), "title": one(TITLES), "working": False}),
        ("app.holiday.delete", {"date": "2026-10-01"}),
        ("role.add", {"title": one(TITLES), "locale": one(LOCALES)}),
        ("role.title", {"role": role, "value": one(TITLES)}),
        ("role.delete", {"role": role}),
        (
            "grant.set",
            {"role": role, "form": form, "action": action, "scope": scope, "on": one((True, False))},
        ),
        ("group.delete", {"group": one([*(each["key"] for each in groups), "none"])}),
        ("group.title", {"group": one([*(each["key"] for each in groups), "none"]), "value": one(TITLES)}),
    ]


_OF = {"form": _of_rules, "automation": _of_automation, "message": _of_message, "app": _of_app}
