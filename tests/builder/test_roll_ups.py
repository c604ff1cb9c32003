"""Roll-ups in the designer: what publishing refuses and counts, what names them, how a new one begins."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from builder import checks, publish
from builder.where_used import of_field
from runtime import jobs, outbox
from runtime.check import violations
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import query, recounts, store
from runtime.records import roll_ups as held
from runtime.records.models import Recount
from runtime.records.tables import table
from tests.builder import factory
from tests.builder.commands.support import Desk
from tests.conftest import both_databases
from tests.records.factory import TRUSTED

ORDER = {"customer": factory.field("reference", form="customer"), "amount": factory.field("money")}
OVER = {"function": "sum", "form": "order", "reference": "customer", "field": "amount"}


def customer(**roll_ups: Any) -> dict[str, Any]:
    """The form customer with these fields."""
    return factory.form("customer", {"name": factory.field("text"), **roll_ups})


def order(**fields: Any) -> dict[str, Any]:
    """The form order with these fields beside its own."""
    return factory.form("order", {**ORDER, **fields})


def roll_up(**options: Any) -> dict[str, Any]:
    """A sum over orders, with other options; None takes one away."""
    return factory.field("roll_up", **{k: v for k, v in {**OVER, **options}.items() if v is not None})


def found(document: Any, *others: Any) -> set[tuple[str, str]]:
    """The problems of a document beside others."""
    kind = document["$schema"].split(":")[2]
    return factory.places(checks.run(kind, document, factory.context(document, *others)))


@pytest.mark.parametrize(
    "options, path, code",
    [
        ({"form": "nothing"}, "form", "unknown_form"),
        ({"reference": "amount"}, "reference", "not_a_reference"),
        ({"reference": "nothing"}, "reference", "not_a_reference"),
        ({"field": "nothing"}, "field", "unknown_field"),
        ({"field": "shown"}, "field", "not_stored"),
        ({"field": "note"}, "field", "wrong_type"),
        ({"field": "customer"}, "field", "wrong_type"),
        ({"field": "on"}, "field", "wrong_type"),
        ({"field": None}, "field", "field_missing"),
        ({"function": "max", "field": "on"}, "result", "wrong_type"),
        ({"result": "date"}, "result", "wrong_type"),
        ({"when": {"required": ["nothing"]}}, "when", "unknown_field"),
        ({"when": {"properties": {"amount": {"const": {"fact": "record.name"}}}}}, "when", "unknown_fact"),
    ],
)
def test_a_roll_up_that_cannot_be_counted_is_refused(options: Any, path: str, code: str) -> None:
    rest = {
        "note": factory.field("text"),
        "on": factory.field("date"),
        "shown": factory.field("lookup", through="customer", field="name"),
    }
    place = f"properties/total/fw/{path}"
    assert (place, code) in {
        (where[: len(place)], what)
        for where, what in found(customer(total=roll_up(**options)), order(**rest))
    }


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"function": "average", "result": "money"},
        {"function": "count", "field": None},
        {"function": "count", "field": "note"},
        {"function": "min", "field": "on", "result": "date"},
        {"when": {"required": ["note"], "properties": {"note": {"const": "x"}}}},
    ],
)
def test_a_roll_up_that_can_be_counted_is_fine(options: Any) -> None:
    rest = {"note": factory.field("text"), "on": factory.field("date")}
    assert found(customer(total=roll_up(**options)), order(**rest)) == set()


def test_a_ring_over_forms_is_refused_and_told_by_titles() -> None:
    shown = factory.field("lookup", through="customer", field="total", title="Their total")
    ring = order(shown=shown, share=factory.field("formula", formula="shown / 2", title="Share"))
    looped = customer(total=roll_up(field="share"))
    (problem,) = checks.run("form", looped, factory.context(looped, ring))
    assert problem.path == ("properties", "total") and problem.code == "ring"
    titles = ("Customer: total", "Order: Share", "Order: Their total", "Customer: total")
    assert " → ".join(titles) in problem.message
    assert {code for _where, code in found(ring, looped)} == {"ring"}


def test_a_roll_up_over_what_it_is_itself_made_of_is_refused() -> None:
    part = factory.form(
        "part",
        {
            "whole": factory.field("reference", form="part"),
            "below": factory.field("roll_up", function="sum", form="part", reference="whole", field="weight"),
            "weight": factory.field("formula", formula="1 + below"),
        },
    )
    assert ("properties/below", "ring") in found(part)


def test_a_look_up_of_a_roll_up_is_no_ring() -> None:
    shown = factory.field("lookup", through="customer", field="total")
    fine = order(shown=shown, share=factory.field("formula", formula="shown / 2"))
    assert found(customer(total=roll_up()), fine) == found(fine, customer(total=roll_up())) == set()


def test_nobody_waits_for_what_changes_without_its_record_being_saved() -> None:
    fields = {"total": roll_up(), "twice": factory.field("formula", formula="total * 2")}
    unique = factory.form("customer", {"name": factory.field("text"), **fields}, unique=[["name", "twice"]])
    assert ("fw/unique/0", "roll_up_unique") in found(unique, order())
    trigger = {"type": "record_saved", "form": "customer", "on": ["updated"], "fields": ["twice"]}
    waiting = factory.automation("a", "customer", factory.update("customer", name="'x'"), trigger=trigger)
    assert ("trigger/fields", "roll_up_waited_for") in found(waiting, customer(**fields), order())


def test_no_row_has_a_roll_up() -> None:
    items = {"type": "object", "properties": {"total": roll_up()}}
    lines = factory.field("sub_table", {"type": "array", "items": items})
    assert ("properties/lines/items/properties/total/fw/type", "not_in_rows") in found(
        customer(lines=lines), order()
    )


def test_a_field_knows_the_roll_ups_that_name_it() -> None:
    context = factory.context(
        customer(total=roll_up(when={"required": ["note"]})), order(note=factory.field("text"))
    )
    for key in ("amount", "customer", "note"):
        uses = of_field(context, "order", key, lambda title: str(title))
        assert ("customer", ("properties", "total")) in {(use.key, use.path) for use in uses}, key


def test_a_field_that_gets_another_key_is_named_so_by_roll_ups() -> None:
    desk = Desk(customer(total=roll_up(field="amount", when={"required": ["amount"]})), order())
    desk.order("field.rename", field="amount", key="worth")
    desk.order("field.rename", field="customer", key="buyer")
    own = desk.form("customer")["properties"]["total"]["fw"]
    assert (own["field"], own["reference"], own["when"]) == ("worth", "buyer", {"required": ["worth"]})


def test_a_new_roll_up_counts_the_records_of_a_form_that_refers_to_its_own() -> None:
    desk = Desk(customer(), order())
    desk.do("form", "customer", "field.add", {"type": "roll_up"})
    (own,) = (
        each["fw"] for each in desk.form("customer")["properties"].values() if each["fw"]["type"] == "roll_up"
    )
    assert (own["function"], own["form"], own["reference"]) == ("count", "order", "customer")


def work() -> None:
    """Do what is due now."""
    while ids := outbox.due_ids():
        for outbox_id in ids:
            jobs.work(outbox_id)


def made(key: str, **values: Any) -> int:
    """A record of the shop."""
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", key), values).id


def stored(record_id: int) -> dict[str, Any]:
    """The values of a customer."""
    form = lookup.form("shop", "customer")
    row = db.session.execute(table(form).select().where(table(form).c.id == record_id)).one()
    return dict(row._mapping)


def broken() -> Iterator[Any]:
    return (each for each in violations() if each["rule"] == "a_roll_up_is_what_it_counts")


@both_databases
def test_publishing_counts_what_is_there_and_may_be_killed_and_repeated(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.batches.SIZE", 2)
    factory.install(customer(), order())
    ids = [made("customer", name=str(number)) for number in range(5)]
    for number, record_id in enumerate(ids):
        for _turn in range(number):
            made("order", customer=record_id, amount=Decimal("1.5"))
    fields = {
        "total": roll_up(),
        "most": roll_up(function="max"),
        "twice": factory.field("formula", formula="total * 2"),
    }
    factory.save_and_publish("form", "customer", customer(**fields))
    assert [stored(each)["total"] for each in ids] == [None] * 5 and not list(broken())
    work()
    assert [stored(each)["total"] for each in ids] == [0, Decimal("1.5"), 3, Decimal("4.5"), 6]
    assert [stored(each)["twice"] for each in ids] == [0, 3, 6, 9, 12]
    assert stored(ids[4])["most"] == Decimal("1.5") and stored(ids[0])["most"] is None
    recount = db.session.query(Recount).one()
    assert (recount.state, recount.last_id) == ("again", 0) and not list(broken())
    form = lookup.form("shop", "customer")
    with transaction() as session:
        session.execute(table(form).update().where(table(form).c.id == ids[1]).values(total=99))
    assert [(each["record"], each["field"]) for each in broken()] == [(ids[1], "total")]
    with transaction() as session:
        outbox.revive(session, recounts.KIND, recount.id, due_at=recount.at)
    work()
    db.session.expire_all()
    assert db.session.query(Recount).one().state == "done" and not list(broken())
    assert stored(ids[1])["total"] == Decimal("1.5")


def test_only_what_counts_otherwise_is_counted_anew(app: Flask) -> None:
    factory.install(customer(total=roll_up()), order())
    work()
    assert db.session.query(Recount).one().state == "again"
    factory.save_and_publish("form", "customer", customer(total=roll_up(title="Sum")))
    assert db.session.query(Recount).one().state == "again"
    factory.save_and_publish("form", "customer", customer(total=roll_up(function="average")))
    db.session.expire_all()
    assert db.session.query(Recount).one().state == "waiting"
    with transaction():
        publish.rollback(None, "shop", "form", "customer", 2)
    work()
    record_id = made("customer", name="Acme")
    made("order", customer=record_id, amount=5)
    assert query.titles(lookup.form("shop", "customer"), [record_id]) and stored(record_id)["total"] == 5


@pytest.mark.parametrize(
    "change",
    [
        {"also": roll_up()},
        {"total": roll_up(result="money", currency="EUR")},
    ],
    ids=["a second one", "result"],
)
def test_the_same_sum_is_counted_anew_where_it_is_new_or_kept_otherwise(app: Flask, change: Any) -> None:
    factory.install(customer(total=roll_up(decimals=2)), order())
    record_id = made("customer", name="Acme")
    made("order", customer=record_id, amount=Decimal("1.5"))
    work()
    factory.save_and_publish("form", "customer", customer(**{"total": roll_up(decimals=2), **change}))
    db.session.expire_all()
    assert db.session.query(Recount).one().state == "waiting"
    work()
    assert not list(broken())
    kept = stored(record_id)
    assert kept.get("also", Decimal("1.5")) == Decimal("1.5") == kept["total"]


def test_a_total_that_becomes_too_large_elsewhere_does_not_stop_the_counting(app: Flask) -> None:
    group = factory.form("group", {"name": factory.field("text")})
    belongs = factory.field("reference", form="group")
    factory.install(group, customer(group=belongs), order())
    south = made("group", name="South")
    for _number in range(2):
        record_id = made("customer", name="Acme", group=south)
        made("order", customer=record_id, amount=Decimal("9999999999999999.99"))
    factory.save_and_publish("form", "customer", customer(group=belongs, total=roll_up(result="money")))
    work()
    upper = factory.field(
        "roll_up", function="sum", form="customer", reference="group", field="total", result="money"
    )
    factory.save_and_publish(
        "form", "group", factory.form("group", {"name": factory.field("text"), "all": upper})
    )
    work()
    form = lookup.form("shop", "customer")
    with transaction() as session:
        session.execute(table(form).update().values(total=None, _total=None))
    with transaction():
        held.count(form, [record_id - 1])
        held.count(form, [record_id])
    assert stored(record_id)["total"] == Decimal("9999999999999999.99")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_publishing_waits_for_a_batch_at_work_before_it_changes_tables(app: Flask) -> None:
    factory.install(customer(total=roll_up()), order())
    ids = [made("customer", name="Acme")]
    made("order", customer=ids[0], amount=5)
    lease = jobs.claim(outbox.due_ids()[0])
    assert lease and lease.kind == recounts.KIND
    more = customer(total=roll_up(), also=roll_up(function="max"))
    with ThreadPoolExecutor(1) as pool, transaction() as session:
        lease.renew(session)
        job = pool.submit(_published, app, more)
        waiting = select(func.count()).select_from(text("pg_locks")).where(text("not granted"))
        while not job.done() and not session.scalar(waiting):
            wait([job], timeout=0.05)
        held.count(lookup.form("shop", "customer"), ids)
        session.commit()
        job.result()
    work()
    assert stored(ids[0])["also"] == 5


def _published(app: Flask, document: dict[str, Any]) -> None:
    with app.app_context():
        try:
            factory.save_and_publish("form", "customer", document)
        finally:
            db.session.remove()
