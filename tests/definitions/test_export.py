"""The exported JSON Schema: two validators agree on it, and both with the product."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from builder import packages
from runtime import config, documents, starters, times
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import export, lookup
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records import query, store
from runtime.records.rows import Record
from runtime.records.store import Actor
from tests.builder.factory import field, form, install, rule

WRONG = (True, 5, "x", "2026-02-30", [], {}, Decimal("0.5"), -1, "  ", 10**19)
CHOSEN = {"properties": {"kind": {"const": "b"}}, "required": ["kind"]}


class Maker:
    """Makes records of a form: mostly right, now and then wrong or empty."""

    def __init__(self, form: Form, user: User, seed: int) -> None:
        self._form, self._random = form, random.Random(seed)
        self._ids = {
            key: [
                item
                for item, _title in query.options(
                    user, lookup.form(form.app, each.options["form"]), None, "", 50
                )
            ]
            for key, each in form.fields.items()
            if each.type.name == "reference"
        }
        self._user = user

    def record(self) -> dict[str, Any]:
        """Values of one record."""
        found = {}
        for key, each in self._form.fields.items():
            if each.type.stored and each.type.writable and self._random.random() < 0.75:
                wrong = self._random.random() < 0.04
                value = self._random.choice(WRONG) if wrong else self._value(each)
                if value is not None:
                    found[key] = value
        return found

    def mended(self, values: dict[str, Any]) -> dict[str, Any]:
        """The record without what is hidden, with what is required: random ones are hardly ever right."""
        for _round in range(3):
            judged = judge(Actor(self._user, "api"), self._form, values)
            writable = {
                key for key, each in self._form.fields.items() if each.type.stored and each.type.writable
            }
            values = {key: value for key, value in judged.values.items() if key in writable}
            values |= {key: self._value(self._form.fields[key]) for key in judged.required - values.keys()}
        return values

    def _value(self, each: Field) -> Any:
        pick = self._random.choice
        schema = each.type.value_schema(each)
        if "enum" in schema:
            return pick(schema["enum"])
        kinds = {
            "reference": lambda: pick(self._ids[each.key] or [None]),
            "member": lambda: self._user.id,
            "yes_no": lambda: pick([True, False]),
            "date": lambda: str(date(2026, 11, 21) + timedelta(days=pick(range(-400, 400)))),
            "datetime": lambda: "2026-11-21T09:00:00Z",
            "phone": lambda: f"+86138{self._random.randrange(10**8):08}",
            "email": lambda: pick(["a@example.com", "kim@firma.de"]),
            "number": lambda: pick([0, 1, Decimal("2.5"), -3, 1000]),
            "money": lambda: pick([0, Decimal("99.5"), 500000]),
        }
        return kinds.get(each.type.name, lambda: self._text(schema))()

    def _text(self, schema: dict[str, Any]) -> str:
        length = self._random.choice([1, schema.get("minLength", 1), 8, schema.get("maxLength", 50)])
        return "".join(self._random.choice("abc客户") for _letter in range(min(length, 400)))


def judge(actor: Actor, form: Form, values: dict[str, Any]) -> store.Judged:
    """The product's judgement on a record that is stored with these values."""
    moment = times.now()
    record = Record(1, 1, form.version_id, values, moment, None, moment, None, None, None)
    return store.judge(actor, form, values, record=record)


def objections(actor: Actor, form: Form, values: dict[str, Any]) -> set[tuple[str, str]]:
    """What the product says against a stored record, as (field, code); it drops what is hidden or blank."""
    judged = judge(actor, form, values)
    dropped = {(key, "dropped") for key in values.keys() - judged.values.keys()}
    return dropped | {(str(problem.path[0]), problem.code) for problem in judged.problems}


def excused(schema: dict[str, Any], form: Form) -> set[str]:
    """Fields at which the product may say more than the schema can."""
    found = {entry["path"][1] for entry in schema["fw"]["not_portable"] if entry["path"][0] == "properties"}
    return found | {check.at for check in form.checks} | {keys[-1] for keys in form.unique}


def disagreements(form: Form, user: User, count: int) -> Iterator[str]:
    schema = export.record_schema(form)
    plain = json.loads(documents.dumps(schema))
    python, rust = Draft202012Validator(plain), jsonschema_rs.Draft202012Validator(plain)
    maker, more = Maker(form, user, seed=count), excused(schema, form)
    verdicts = {True: 0, False: 0}
    for number in range(count):
        values = maker.record() if number % 2 else maker.mended(maker.record())
        plain_values = json.loads(documents.dumps(values))
        verdict = python.is_valid(plain_values)
        verdicts[verdict] += 1
        if verdict != rust.is_valid(plain_values):
            yield f"jsonschema says {verdict}, jsonschema-rs not: {plain_values}"
        said = objections(Actor(user, "api"), form, values)
        unexplained = {
            (key, code) for key, code in said if code in ("required", "dropped") or key not in more
        }
        if unexplained if verdict else not said:
            yield f"the schema says {verdict}, the product {said or 'nothing'}: {plain_values}"
    assert min(verdicts.values()) > count / 100, f"{form.key}: the records say nothing: {verdicts}"


def shipped(starter: str) -> list[Form]:
    package = documents.loads(starters.read(starter))
    with transaction():
        packages.install(None, package)
    return lookup.forms(package["app"])


def assert_agreement(starter: str, alice: User, count: int) -> None:
    for each in shipped(starter):
        found = list(disagreements(each, alice, count))
        assert not found, f"{each.key}: {len(found)} of {count}: {found[0]}"
    db.session.rollback()


def test_validators_and_product_agree_on_the_shipped_forms(app: Flask, alice: User) -> None:
    assert_agreement("followup", alice, 150)


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("starter", starters.names())
def test_validators_and_product_agree_on_two_thousand_records_of_each_shipped_form(
    app: Flask, alice: User, starter: str
) -> None:
    assert_agreement(starter, alice, 2000)


def test_validators_and_product_agree_on_hiding_requiring_and_cascades(app: Flask, alice: User) -> None:
    install(
        form(
            "order",
            {
                "kind": field("choice", {"enum": ["a", "b", "c"]}),
                "size": field("number", {"minimum": 0}, decimals=2),
                "note": field("text", {"minLength": 2}),
                "reason": field("text"),
                "detail": field("text"),
                "extra": field("yes_no"),
            },
            ("kind", "note"),
            rules=[
                rule("shown_b", CHOSEN, show=["note", "reason"], require=["reason"]),
                rule(
                    "shown_large",
                    {"properties": {"size": {"minimum": 2}}, "required": ["size"]},
                    show=["note"],
                ),
                rule(
                    "never_c", {"properties": {"kind": {"const": "c"}}, "required": ["kind"]}, hide=["note"]
                ),
                rule("cascade", {"required": ["reason"]}, show=["detail"], require=["detail", "size"]),
            ],
        )
    )
    found = list(disagreements(lookup.form("shop", "order"), alice, 1500))
    assert not found, found[0]


def test_validators_and_product_agree_on_sections_and_tabs_and_what_rules_clear_and_refuse(
    app: Flask, alice: User
) -> None:
    large = {"properties": {"size": {"minimum": 2}}, "required": ["size"]}
    extra = {"properties": {"extra": {"const": True}}, "required": ["extra"]}
    fields = {
        "kind": field("choice", {"enum": ["a", "b", "c"]}),
        "size": field("number", {"minimum": 0}, decimals=2),
        "extra": field("yes_no"),
        "note": field("text", {"minLength": 2}),
        "reason": field("text"),
        "detail": field("text"),
    }
    own = {
        "tabs": [{"key": "one", "title": "One"}, {"key": "two", "title": "Two"}],
        "layout": [
            {"key": "main", "tab": "one", "rows": [["kind", "size", "extra"]]},
            {"key": "why", "tab": "two", "rows": [["reason"], ["detail"]]},
            {"key": "last", "tab": "two", "rows": [["note"]]},
        ],
        "rules": [
            rule("tab", CHOSEN, show=["tab/two"], require=["reason"]),
            rule("section", large, hide=["section/why"]),
            rule("alone", extra, show=["detail"]),
            rule("cleared", extra, clear=["note"]),
            rule("refused", {"required": ["detail"]}, message={"reason": {"text": "No."}}),
            rule("warned", extra, message={"kind": {"text": "Hm.", "level": "warning"}}),
            {**rule("off", {}, hide=["kind"], require=["note"]), "off": True},
        ],
    }
    install(form("order", fields, ("kind",), **own))
    found = list(disagreements(lookup.form("shop", "order"), alice, 600))
    assert not found, found[0]


def exported(app_: Flask, **own: Any) -> dict[str, Any]:
    fields = {"kind": field("choice", {"enum": ["a", "b"]}), "note": field("text"), "on": field("date")}
    install(form("order", fields, ("kind", "note"), **own))
    return export.record_schema(lookup.form("shop", "order"))


def test_a_rule_becomes_if_then_else(app: Flask) -> None:
    schema = exported(app, rules=[rule("r", CHOSEN, show=["note"])])
    assert schema["required"] == ["kind"]
    assert schema["allOf"] == [
        {
            "if": {"allOf": [{"anyOf": [CHOSEN]}]},
            "then": {"required": ["note"]},
            "else": {"not": {"required": ["note"]}},
        }
    ]


def test_what_json_schema_cannot_carry_is_listed(app: Flask) -> None:
    schema = exported(
        app,
        rules=[
            rule(
                "later",
                {"properties": {"on": {"formatMinimum": "2026-01-01"}}, "required": ["on"]},
                show=["note"],
            ),
            {**rule("off", {}, hide=["kind"]), "off": True},
            {**rule("kept", CHOSEN, hide=["on"]), "hidden_value": "keep"},
            rule("emptied", CHOSEN, clear=["on"]),
            rule("given", {}, set={"on": "TODAY()"}),
        ],
        unique=[["note"]],
        checks=[{"key": "c", "formula": "on >= TODAY()", "at": "on", "message": "Later."}],
    )
    listed = {("/".join(map(str, entry["path"])), entry["code"]) for entry in schema["fw"]["not_portable"]}
    assert {
        ("fw/rules/0/when", "condition"),
        ("fw/rules/2/hidden_value", "hidden_value"),
        ("fw/rules/3/then/clear", "set"),
        ("fw/unique/0", "unique"),
        ("fw/checks/0", "check"),
    } <= listed
    assert "allOf" not in schema


def test_the_exported_schema_is_valid_against_the_metaschema(app: Flask, alice: User) -> None:
    for each in shipped("followup"):
        Draft202012Validator.check_schema(json.loads(documents.dumps(export.record_schema(each))))


def test_the_manual_lists_every_reason() -> None:
    manual = Path(config.ROOT, "docs", "developers", "definitions.md").read_text("utf-8")
    assert [code for code in export.REASONS if f"`{code}`" not in manual] == []
