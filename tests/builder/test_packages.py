"""Packages: installed wholly or not at all, exported and installed again, proved by golden cases."""

import copy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from builder import drafts, packages
from runtime import documents, starters
from runtime.accounts.models import User
from runtime.automations.models import Run
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import App, Version
from runtime.errors import Forbidden, Invalid, NotFound
from runtime.outbox import Outbox
from runtime.records import tables
from runtime.records.models import Event
from tests.builder.factory import APP, automation, field, form, install, package, places
from tests.conftest import _app_for, both_databases

CUSTOMER = form("customer", {"name": field("text"), "since": field("date")}, ("name",), unique=[["name"]])
ORDER = form("order", {"customer": field("reference", form="customer"), "text": field("text")})
SAMPLES = [
    {"form": "customer", "key": "acme", "values": {"name": "Acme", "since": {"days": -3}}},
    {"form": "order", "key": "first", "values": {"customer": {"sample": "acme"}, "text": "one"}},
]
MAKE_ORDER = {
    **automation("make_order", "customer"),
    "trigger": {"type": "record_saved", "form": "customer", "on": ["created"]},
    "actions": [
        {"type": "create_record", "form": "order", "set": {"customer": "record.id", "text": "record.name"}}
    ],
}


def refused(document: Any) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as caught, transaction():
        packages.install(None, document)
    assert db.session.scalar(select(func.count()).select_from(App)) == 0, "nothing is half installed"
    return places(caught.value.problems)


def count(form_key: str) -> int:
    table = tables.table(lookup.form(APP, form_key))
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@both_databases
def test_the_shipped_app_installs_with_its_samples_and_golden_cases(app: Flask) -> None:
    with transaction():
        result = packages.install(None, documents.loads(starters.read("followup")))
    assert result.samples == 15
    assert [info.key for info in lookup.apps()] == ["followup"]
    assert {run.state for run in db.session.scalars(select(Run))} == set()


def test_samples_belong_to_nobody_and_start_nothing(app: Flask) -> None:
    install(CUSTOMER, ORDER, automations=[MAKE_ORDER], samples=SAMPLES)
    assert (count("customer"), count("order")) == (1, 1)
    assert {event.origin for event in db.session.scalars(select(Event))} == {"sample"}
    assert db.session.scalar(select(func.count()).select_from(Outbox)) == 0


def test_samples_can_be_left_out(app: Flask) -> None:
    with transaction():
        assert packages.install(None, package(CUSTOMER, ORDER, samples=SAMPLES), samples=False).samples == 0
    assert count("customer") == 0


@both_databases
def test_an_upgrade_publishes_what_changed_and_keeps_the_records(app: Flask) -> None:
    install(CUSTOMER, ORDER, samples=SAMPLES)
    larger = copy.deepcopy(CUSTOMER)
    larger["properties"]["note"] = field("text")
    result = install(larger, ORDER, samples=SAMPLES, version="1.1.0")
    assert result.versions == {("app", APP): 1, ("form", "customer"): 2, ("form", "order"): 1}
    assert (result.samples, count("customer"), count("order")) == (0, 1, 1)
    assert db.session.scalar(select(App.package_version)) == "1.1.0"


def test_an_untouched_draft_follows_an_upgrade_and_a_changed_one_stays(app: Flask) -> None:
    install(CUSTOMER, ORDER)
    changed = {**ORDER, "title": "Purchase"}
    with transaction():
        drafts.save_draft(None, APP, "form", "customer", CUSTOMER)
        drafts.save_draft(None, APP, "form", "order", changed)
    renamed = {**CUSTOMER, "title": "Client"}
    install(renamed, {**ORDER, "title": "Sale"})
    assert drafts.read_draft(APP, "form", "customer").document == renamed
    assert drafts.read_draft(APP, "form", "order").document == changed


def test_an_exported_app_installed_elsewhere_gives_equal_documents(app: Flask, tmp_path: Path) -> None:
    with transaction():
        packages.install(None, documents.loads(starters.read("followup")))
    exported = documents.loads(documents.dumps(packages.export("followup"), indent=1))
    other = _app_for(f"sqlite:///{tmp_path / 'other.db'}", home=tmp_path / "elsewhere")
    with other.app_context():
        from runtime import schema

        schema.upgrade()
        with transaction():
            packages.install(None, exported)
        again = packages.export("followup")
        db.session.remove()
        db.engine.dispose()
    assert again == exported
    shipped = documents.loads(starters.read("followup"))["definitions"]
    assert exported["definitions"] == shipped


def test_exporting_an_unknown_app_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound):
        packages.export("nothing")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"$schema": "urn:formwright:package:2"}, ("$schema", "newer_format")),
        ({"requires": ">=99.0"}, ("requires", "newer_release")),
        ({"surprise": 1}, ("", "additionalProperties")),
        ({"version": "one"}, ("version", "pattern")),
        ({"app": "other"}, ("definitions/app", "other_app")),
    ],
)
def test_a_package_that_cannot_be_read_is_refused(app: Flask, change: Any, expected: tuple[str, str]) -> None:
    assert expected in refused({**package(CUSTOMER), **change})


def test_a_package_cut_in_half_is_refused(app: Flask) -> None:
    assert ("", "required") in refused({"$schema": "urn:formwright:package:1"})
    assert refused([]) == {("", "type")}


def test_one_bad_document_refuses_the_whole_package_at_its_place(app: Flask) -> None:
    bad = form("bad", {"customer": field("reference", form="nowhere")})
    expected = {("definitions/forms/1/properties/customer/fw/form", "unknown_form")}
    assert refused(package(CUSTOMER, bad)) == expected


def test_a_document_of_a_package_has_its_own_limits(app: Flask) -> None:
    rules = [{"key": "r", "when": {"allOf": [{}] * 300}, "then": {"lock": ["name"]}} for _rule in range(100)]
    large = form("large", {"name": field("text")}, rules=rules)
    assert refused(package(large)) == {("definitions/forms/0", "too_many")}


def test_two_forms_of_one_key_are_refused(app: Flask) -> None:
    assert refused(package(CUSTOMER, CUSTOMER)) == {("definitions/forms/1", "key_twice")}


def test_ten_thousand_forms_are_refused(app: Flask) -> None:
    assert {code for _place, code in refused(package(*[CUSTOMER] * 10_000))} <= {
        "maxItems",
        "too_many",
        "too_large",
    }


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ({"form": "nowhere", "key": "x", "values": {}}, ("samples/0/form", "unknown_form")),
        ({"form": "customer", "key": "x", "values": {}}, ("samples/0/values/name", "required")),
        (
            {"form": "customer", "key": "x", "values": {"nobody": 1}},
            ("samples/0/values/nobody", "unknown_field"),
        ),
        (
            {"form": "order", "key": "x", "values": {"customer": {"sample": "later"}}},
            ("samples/0/values/customer", "unknown_sample"),
        ),
    ],
)
def test_a_sample_that_is_not_valid_refuses_the_package(
    app: Flask, sample: Any, expected: tuple[str, str]
) -> None:
    assert refused(package(CUSTOMER, ORDER, samples=[sample])) == {expected}


def case(**parts: Any) -> dict[str, Any]:
    return {"name": "A case", "form": "customer", "values": {"name": "New", "since": {"days": 0}}, **parts}


def refused_case(**parts: Any) -> list[str]:
    with pytest.raises(Invalid) as caught, transaction():
        packages.install(None, package(CUSTOMER, ORDER, automations=[MAKE_ORDER], cases=[case(**parts)]))
    return [problem.message for problem in caught.value.problems]


@both_databases
def test_golden_cases_leave_nothing_behind(app: Flask) -> None:
    created = [{"form": "order", "values": {"text": "New"}}]
    good = case(visible=["name", "since"], errors=[], creates=created)
    missing = case(values={}, errors=[{"path": ["name"], "code": "required"}])
    install(CUSTOMER, ORDER, automations=[MAKE_ORDER], samples=SAMPLES, cases=[good, missing])
    assert (count("customer"), count("order")) == (1, 1)
    for table in (Run, Outbox, User):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_golden_case_with_other_visible_fields_refuses_the_package(app: Flask) -> None:
    assert "Expected but not shown: ghost" in refused_case(visible=["name", "since", "ghost"])[0]


def test_a_golden_case_with_other_errors_refuses_the_package(app: Flask) -> None:
    assert "name (required)" in refused_case(values={})[0]


def test_a_golden_case_whose_record_is_not_created_refuses_the_package(app: Flask) -> None:
    sentence = refused_case(creates=[{"form": "order", "values": {"text": "Old"}}])[0]
    assert "No such record came of it." in sentence


def test_golden_cases_run_on_an_upgrade_beside_the_records_that_stand(app: Flask) -> None:
    own = case(values={"name": "Acme"})
    install(CUSTOMER, ORDER, samples=SAMPLES)
    install(CUSTOMER, ORDER, samples=SAMPLES, cases=[own, case()], version="1.1.0")
    assert count("customer") == 1


def test_strangers_install_nothing(app: Flask, charlie: User) -> None:
    with pytest.raises(Forbidden):
        packages.install(charlie, package(CUSTOMER))


def test_an_admin_is_named_in_the_versions(app: Flask, alice: User) -> None:
    with transaction():
        packages.install(alice, package(CUSTOMER))
    assert set(db.session.scalars(select(Version.published_by))) == {alice.id}
