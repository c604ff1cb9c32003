"""Upgrades keep what was changed here: three documents merged, and what both changed is for somebody to choose."""

import copy
from collections.abc import Collection
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import definitions, diff, drafts, merging, packages, publish, upgrading
from builder.upgrading import Part
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.errors import Invalid, NotFound
from runtime.records import store
from tests.builder.factory import APP, automation, field, form, install, package, save_and_publish, update
from tests.builder.factory import app as own_document

CUSTOMER = form("customer", {"name": field("text"), "city": field("text")}, ("name",))
ORDER = form("order", {"name": field("text"), "text": field("text")})
RENAME = automation("rename", "customer", update("order", text='"Rome"'), title="Rename")


def changed(document: Any, **title: Any) -> Any:
    """The document with other values in `fw` of its fields, or another title: `name="Full name"`."""
    result = copy.deepcopy(document)
    for key, value in title.items():
        if key == "title":
            result["title"] = value
        else:
            result["properties"].setdefault(key, field("text"))["fw"]["title"] = value
    return result


def upgrade_to(*forms: Any, theirs: Collection[str] = (), **rest: Any) -> list[Part]:
    """Offer a newer package and upgrade to it; what was planned."""
    with transaction():
        upgrading.offer(None, package(*forms, version="2.0.0", **rest))
        plan = upgrading.plan(APP, upgrading.offered(APP))
        upgrading.upgrade(None, APP, theirs)
    return plan


def live(key: str, kind: str = "form") -> Any:
    return publish.documents_in_force(APP).get((kind, key))


def test_local_changes_stay_where_the_package_changed_nothing(app: Flask) -> None:
    install(CUSTOMER, ORDER)
    save_and_publish("form", "customer", changed(CUSTOMER, name="Full name"))

    plan = upgrade_to(changed(CUSTOMER, city="Town", fax="Fax"), ORDER)

    assert [clash for part in plan for clash in part.clashes] == []
    titles = {key: one["fw"].get("title") for key, one in live("customer")["properties"].items()}
    assert titles == {"name": "Full name", "city": "Town", "fax": "Fax"}
    assert lookup.catalogue().by_name[APP, "form", "order"] is not None


def test_what_both_changed_stays_ours_unless_the_package_is_chosen(app: Flask) -> None:
    install(CUSTOMER)
    save_and_publish("form", "customer", changed(CUSTOMER, name="Mine", city="Mine too"))
    theirs = changed(CUSTOMER, name="Theirs", city="Theirs too")

    [_app, part] = upgrade_to(theirs, theirs=["form/customer/properties/city/fw/title"])

    assert [part.name_of(clash) for clash in part.clashes] == [
        "form/customer/properties/name/fw/title",
        "form/customer/properties/city/fw/title",
    ]
    titles = [one["fw"]["title"] for one in live("customer")["properties"].values()]
    assert titles == ["Mine", "Theirs too"]


def test_the_next_upgrade_compares_with_the_last_package(app: Flask) -> None:
    install(CUSTOMER)
    save_and_publish("form", "customer", changed(CUSTOMER, name="Mine"))
    upgrade_to(changed(CUSTOMER, city="Town"))

    plan = upgrade_to(changed(CUSTOMER, city="Municipality"))

    assert [part.key for part in plan if part.changes] == ["customer"]
    assert live("customer")["properties"]["name"]["fw"]["title"] == "Mine"
    assert live("customer")["properties"]["city"]["fw"]["title"] == "Municipality"


def test_definitions_come_and_go_with_the_package_and_records_stay(app: Flask) -> None:
    install(CUSTOMER, ORDER, automations=[RENAME])
    with transaction():
        order = store.save(
            store.Actor(None, "sample", trusted=True), lookup.form(APP, "order"), {"text": "x"}
        )

    upgrade_to(CUSTOMER, form("offer", {"text": field("text")}))

    assert live("offer") is not None
    assert live("order") is None and live("rename", "automation") is None
    install(CUSTOMER, ORDER)
    assert order.id == 1 and lookup.form(APP, "order").table_name


def test_what_was_changed_here_is_not_retired_unless_chosen(app: Flask) -> None:
    install(CUSTOMER, ORDER)
    save_and_publish("form", "order", changed(ORDER, title="Purchase"))

    upgrade_to(CUSTOMER)
    assert live("order")["title"] == "Purchase"
    install(CUSTOMER, ORDER)
    save_and_publish("form", "order", changed(ORDER, title="Purchase"))
    upgrade_to(CUSTOMER, theirs=["form/order"])
    assert live("order") is None


def test_what_was_retired_here_stays_retired(app: Flask) -> None:
    install(CUSTOMER, ORDER)
    with transaction():
        definitions.retire(None, APP, "form", "order")

    upgrade_to(CUSTOMER, ORDER)
    assert live("order") is None
    upgrade_to(CUSTOMER, changed(ORDER, title="Sale"), theirs=["form/order"])
    assert live("order")["title"] == "Sale"


def test_drafts_follow_and_keep_what_is_not_published(app: Flask) -> None:
    install(CUSTOMER)
    with transaction():
        drafts.save_draft(None, APP, "form", "customer", changed(CUSTOMER, name="Not yet"))

    upgrade_to(changed(CUSTOMER, city="Town"))

    draft = drafts.read_draft(APP, "form", "customer").document
    assert [one["fw"].get("title") for one in draft["properties"].values()] == ["Not yet", "Town"]


def test_an_upgrade_that_does_not_fit_changes_nothing(app: Flask) -> None:
    install(CUSTOMER, ORDER)
    save_and_publish("automation", "rename", RENAME)  # made here, on a form that the newer package has not
    before = publish.documents_in_force(APP)

    with pytest.raises(Invalid):
        upgrade_to(ORDER)

    assert publish.documents_in_force(APP) == before


def test_golden_cases_of_the_package_can_be_left_out_by_who_changed_it(app: Flask) -> None:
    install(CUSTOMER)
    save_and_publish("form", "customer", {**CUSTOMER, "required": []})
    case = {
        "name": "A name is needed",
        "form": "customer",
        "values": {},
        "errors": [{"path": ["name"], "code": "required"}],
    }
    newer = changed(CUSTOMER, city="Town")

    with pytest.raises(Invalid):
        _with_cases(newer, [case], judged=True)
    _with_cases(newer, [case], judged=False)

    assert live("customer")["properties"]["city"]["fw"]["title"] == "Town"


def _with_cases(newer: Any, cases: list[Any], *, judged: bool) -> None:
    with transaction():
        upgrading.offer(None, package(newer, version="2.0.0", cases=cases))
        upgrading.upgrade(None, APP, (), judge_cases=judged)


def test_an_app_that_came_from_no_package_asks_about_every_difference(app: Flask) -> None:
    with transaction():
        drafts.save_draft(None, APP, "app", APP, own_document())
        publish.publish(None, APP, "app", APP)
    save_and_publish("form", "customer", changed(CUSTOMER, name="Mine"))

    plan = upgrade_to(changed(CUSTOMER, name="Theirs"), ORDER)

    assert {(part.key, len(part.clashes)) for part in plan if part.changes} == {("customer", 1), ("order", 0)}
    assert live("customer")["properties"]["name"]["fw"]["title"] == "Mine"


def test_there_is_nothing_to_upgrade_to_before_something_is_offered(app: Flask) -> None:
    install(CUSTOMER)

    with pytest.raises(NotFound):
        upgrading.offered(APP)
    assert packages.installed(APP).version == "1.0.0"


VALUES = st.dictionaries(
    st.sampled_from("abc"),
    st.one_of(st.integers(0, 2), st.dictionaries(st.sampled_from("xy"), st.integers(0, 2))),
)


@settings(max_examples=300)
@given(VALUES, VALUES, VALUES)
def test_merging_loses_nothing_of_either_side(base: Any, mine: Any, theirs: Any) -> None:
    merged = merging.merge(base, mine, theirs)

    assert merging.merge(base, mine, base).document == mine
    assert merging.merge(base, base, theirs).document == theirs
    clashing = [clash.path for clash in merged.clashes]
    for change in diff.changes(base, theirs):
        inside = any(change.path[: len(path)] == path for path in clashing)
        if not inside and change.path[-1:] != (diff.ORDER,):
            assert merging.at(merged.document, change.path) == change.after
    taken = merged.document
    for clash in merged.clashes:
        taken = merging.take(taken, clash)
        assert merging.at(taken, clash.path) == clash.theirs
