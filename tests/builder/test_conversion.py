"""A field of another type takes over what is stored: beforehand in counts, afterwards by a job."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user
from sqlalchemy import select

from builder import conversion, converting, releases
from builder.commands import Target, Workspace, run
from builder.known_records import Records
from builder.models_conversions import Conversion
from builder.outlook import Outlook, outlook
from builder.routes.designer import studio
from runtime import batches, jobs, outbox
from runtime.accounts.models import User
from runtime.check import violations
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form, parse_field
from runtime.errors import Invalid
from runtime.fields import FIELD_TYPES, FieldError, Reader
from runtime.outbox import Outbox
from runtime.records import deletion, restoring, store, trash
from runtime.records.models import Event
from runtime.records.store import Actor
from runtime.records.tables import table
from tests.builder.factory import APP, field, form, install, rule, save_and_publish
from tests.conftest import both_databases, make_user

READER = Reader("en", "Asia/Shanghai")
WHEN_PAID = {"required": ["paid"], "properties": {"paid": {"const": True}}}
BILL = form(
    "bill",
    {"name": field("text"), "amount": field("text", title={"en": "Amount"}), "paid": field("yes_no")},
    ("name", "amount"),
    layout=[{"rows": [["name", {"field": "amount", "span": 4}]]}, {"rows": [["paid"]]}],
    rules=[rule("lock_it", WHEN_PAID, lock=["amount"])],
)


def changed(document: Any, **arguments: Any) -> Any:
    """The form after its amount became something else."""
    target = Target("form", "bill")
    app = {"$schema": "urn:formwright:app:1", "key": APP, "title": "Shop", "languages": ["en", "zh"]}
    documents = {target: document, Target("app", APP): app}
    work = Workspace(APP, documents, {target: BILL})
    run(work, target, "field.convert", {"field": "amount", "type": "number", **arguments})
    return work.read(target)


def save(**values: Any) -> int:
    with transaction():
        actor = Actor(None, "sample", trusted=True)
        return store.save(actor, lookup.form(APP, "bill"), values).id


def values(record_id: int) -> Any:
    actor = Actor(None, "sample", trusted=True)
    with transaction():
        return store.save(actor, lookup.form(APP, "bill"), {}, record_id=record_id).values


def published(**arguments: Any) -> None:
    save_and_publish("form", "bill", changed(BILL, **arguments))


def work_off() -> None:
    while ids := outbox.due_ids():
        for outbox_id in ids:
            jobs.work(outbox_id)


def the_conversion() -> Conversion:
    db.session.expire_all()
    return db.session.scalars(select(Conversion)).one()


def test_the_new_field_takes_place_titles_and_rules_of_the_old_one(app: Flask) -> None:
    with app.test_request_context():
        after = changed(BILL, keep=True)
    new = after["properties"]["amount_2"]
    assert (new["fw"]["type"], new["fw"]["title"], new["fw"]["converted_from"]) == (
        "number",
        {"en": "Amount"},
        "amount",
    )
    assert after["fw"]["layout"][0]["rows"] == [["name", {"field": "amount_2", "span": 4}]]
    assert after["fw"]["rules"][0]["then"] == {"lock": ["amount_2"]}
    assert after["required"] == ["name", "amount_2"]


def test_a_kept_old_field_is_called_old_and_hidden_with_its_values(app: Flask) -> None:
    with app.test_request_context():
        after = changed(BILL, keep=True)
    assert after["properties"]["amount"]["fw"]["title"]["en"] == "Amount (old)"
    assert after["fw"]["rules"][-1] == {
        "key": "old_amount",
        "when": {},
        "then": {"hide": ["amount"]},
        "hidden_value": "keep",
    }


def test_without_keeping_it_the_old_field_leaves_the_form(app: Flask) -> None:
    with app.test_request_context():
        assert list(changed(BILL)["properties"]) == ["name", "amount_2", "paid"]


def test_only_a_published_field_is_converted_and_only_into_what_can_hold_it(app: Flask) -> None:
    target = Target("form", "bill")
    with app.test_request_context():
        with pytest.raises(Invalid) as unpublished:
            run(
                Workspace(APP, {target: BILL}, {}),
                target,
                "field.convert",
                {"field": "amount", "type": "number"},
            )
        with pytest.raises(Invalid) as unfit:
            changed(BILL, type="reference")
    assert [caught.value.problems[0].code for caught in (unpublished, unfit)] == ["unpublished", "unfit"]


def outlook_of(app: Flask, person: User) -> Outlook:
    """What somebody is told who wants the amount to be a number."""
    with app.test_request_context():
        login_user(person)
        records = Records(studio(APP, "forms", "bill"), lookup.form(APP, "bill"))
        return outlook(records, "amount", parse_field("amount", field("number")))


def test_beforehand_it_says_how_many_values_convert_and_which_do_not(app: Flask, alice: User) -> None:
    install(BILL)
    save(name="a", amount="12.5")
    bad = save(name="b", amount="a lot")
    found = outlook_of(app, alice)
    assert (found.converts, found.fails, found.more) == (1, 1, False)
    assert [(failure.record_id, failure.shown) for failure in found.failures] == [(bad, "a lot")]


def test_nobody_is_told_of_values_in_records_that_they_may_not_read(app: Flask) -> None:
    install(BILL)
    save(name="a", amount="a lot")
    found = outlook_of(app, make_user("Dora", is_designer=True))
    assert (found.converts, found.fails, found.failures) == (0, 0, ())


@both_databases
@pytest.mark.parametrize("keep", [True, False])
def test_publishing_converts_every_record_through_the_one_write_path(app: Flask, keep: bool) -> None:
    install(BILL)
    good, bad, empty = (
        save(name="a", amount="1,250"),
        save(name="b", amount="a lot"),
        save(name="c", amount="7"),
    )
    with app.test_request_context():
        published(keep=keep)
    work_off()
    done = the_conversion()
    assert (done.state, done.converted, done.failed, done.rest) == ("done", 2, 1, [[bad, "a lot"]])
    assert values(good)["amount_2"] == 1250
    assert values(empty).get("amount") == ("7" if keep else None)
    event = db.session.scalars(select(Event).where(Event.record_id == good).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.kind, event.origin, event.changed) == ("updated", "conversion", ["amount_2"])


def test_what_somebody_entered_meanwhile_stays(app: Flask) -> None:
    install(BILL)
    record = save(name="a", amount="5")
    with app.test_request_context():
        published()
    with transaction():
        actor = Actor(None, "sample", trusted=True)
        store.save(actor, lookup.form(APP, "bill"), {"amount_2": 99}, record_id=record)
    work_off()
    assert values(record)["amount_2"] == 99


def test_a_job_that_was_killed_goes_on_after_its_last_batch(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(BILL)
    records = [save(name=str(number), amount=str(number)) for number in range(7)]
    with app.test_request_context():
        published()
    monkeypatch.setattr(batches, "SIZE", 2)
    monkeypatch.setattr(batches, "IN_A_TURN", 2)
    (outbox_id,) = db.session.scalars(select(Outbox.id).where(Outbox.kind == conversion.KIND))
    lease = jobs.claim(outbox_id)
    assert lease is not None
    with transaction() as session:  # the first batch is committed, then the worker dies
        conversion._batch(session, session.get_one(Conversion, lease.ref_id))
    with transaction() as session:
        lease.put_back(session, "killed", longest=0)
    work_off()
    done = the_conversion()
    assert (done.state, done.converted) == ("done", 7)
    assert [values(record)["amount_2"] for record in records] == list(range(7))
    assert len(db.session.scalars(select(Event).where(Event.origin == "conversion")).all()) == 7


def test_a_conversion_is_planned_once(app: Flask) -> None:
    install(BILL)
    with app.test_request_context():
        after = changed(BILL)
        save_and_publish("form", "bill", after)
        save_and_publish("form", "bill", {**after, "title": "Bills"})
    assert the_conversion().state == "waiting"


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        (field("number"), field("text"), 12, "12"),
        (field("date"), field("datetime"), "2026-11-22", "2026-11-21T16:00:00Z"),
        (field("datetime"), field("date"), "2026-11-21T16:30:00Z", "2026-11-22"),
        (field("text"), field("date"), "2026年11月22日", "2026-11-22"),
        (field("yes_no"), field("text"), True, "Yes"),
        (field("text"), field("yes_no"), "是", True),
        (
            field("choice", {"enum": ["a"]}, labels={"a": {"en": "Apple", "zh": "苹果"}}),
            field("text"),
            "a",
            "Apple",
        ),
        (
            field("text"),
            field("choice", {"enum": ["a"]}, labels={"a": {"en": "Apple", "zh": "苹果"}}),
            "苹果",
            "a",
        ),
        (field("number"), field("percent"), Decimal(15), Decimal("0.15")),
        (field("percent"), field("number"), Decimal("0.15"), 15),
        (field("datetime"), field("time"), "2026-11-21T01:30:00Z", "09:30"),
        (field("text"), field("time"), "9:30 pm", "21:30"),
        (field("text"), field("url"), "example.com", "https://example.com"),
        (field("text"), field("rating"), "4", 4),
        (field("choice", {"enum": ["a"]}), field("multi_choice", {"enum": ["a", "b"]}), "a", ["a"]),
        (
            field("text"),
            field("multi_choice", {"enum": ["a", "b"]}, labels={"b": "Bee"}),
            "bee, a",
            ["a", "b"],
        ),
        (
            field("multi_choice", {"enum": ["a", "b"]}, labels={"b": "Bee"}),
            field("text"),
            ["a", "b"],
            "a, Bee",
        ),
        (field("text"), field("region"), "浙江省杭州市", ["330000", "330100"]),
        (field("region"), field("text"), ["330000", "330100"], "浙江省 / 杭州市"),
        (field("text"), field("location"), "30.5 N 60 E", "30.5,60"),
    ],
)
def test_a_value_becomes_what_a_person_would_type(old: Any, new: Any, value: Any, expected: Any) -> None:
    assert converting.convert(value, parse_field("x", old), parse_field("x", new), READER) == expected


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (field("text"), field("number"), "about 12"),
        (field("text"), field("number", {"maximum": 10}), "12"),
        (field("text"), field("choice", {"enum": ["a"]}), "b"),
        (field("long_text"), field("email"), "nobody"),
        (field("multi_choice", {"enum": ["a", "b"]}), field("choice", {"enum": ["a", "b"]}), ["a", "b"]),
        (field("text"), field("region"), "Atlantis"),
    ],
)
def test_a_value_that_the_new_field_refuses_is_not_converted(old: Any, new: Any, value: Any) -> None:
    with pytest.raises(FieldError):
        converting.convert(value, parse_field("x", old), parse_field("x", new), READER)


def test_whatever_a_type_gives_as_example_converts_to_text() -> None:
    for field_type in FIELD_TYPES.values():
        schema = {**field_type.example_schema, "fw": {"type": field_type.name, **field_type.example_options}}
        old = parse_field("x", schema)
        if FIELD_TYPES["long_text"] not in converting.targets(old):
            continue
        for _raw, value in field_type.examples:
            if value not in (None, "", []):
                converted = converting.convert(value, old, parse_field("x", field("long_text")), READER)
                assert isinstance(converted, str), field_type.name


def test_an_unpublished_field_changes_its_type_and_keeps_its_key(app: Flask) -> None:
    target = Target("form", "bill")
    work = Workspace(APP, {target: BILL}, {})
    with app.test_request_context():
        run(work, target, "field.retype", {"field": "amount", "type": "money"})
    assert work.read(target)["properties"]["amount"]["fw"]["type"] == "money"
    assert work.read(target)["properties"]["amount"]["fw"]["title"] == {"en": "Amount"}


def test_a_published_field_keeps_its_type(app: Flask) -> None:
    target = Target("form", "bill")
    with app.test_request_context(), pytest.raises(Invalid):
        run(
            Workspace(APP, {target: BILL}, {target: BILL}),
            target,
            "field.retype",
            {"field": "amount", "type": "money"},
        )


def test_publishing_that_only_converted_can_still_be_undone(app: Flask) -> None:
    install(BILL)
    save(name="a", amount="5")
    with app.test_request_context():
        published(keep=True)
        work_off()
        user = make_user("dora", is_designer=True)
        with transaction():
            releases.undo_publish(user, APP, Target("form", "bill"))
    assert "amount_2" not in lookup.form(APP, "bill").fields


def bill() -> Form:
    return lookup.form(APP, "bill")


def thrown_away(record_id: int) -> None:
    with transaction():
        deletion.delete(Actor(None, "sample", trusted=True), bill(), record_id)


def removed_for_good(record_id: int) -> None:
    alice = make_user("alice", is_admin=True)
    with transaction():
        seen = Actor(None, "sample", trusted=True)
        trash.doom(alice, trash.some(seen, bill(), [record_id]))
    work_off()


def test_a_record_that_was_in_the_trash_is_converted_when_it_comes_back(app: Flask) -> None:
    install(BILL)
    away, later = save(name="a", amount="5"), save(name="b", amount="6")
    thrown_away(away)
    with app.test_request_context():
        published()
        work_off()
    # what somebody emptied since stays empty
    with transaction():
        actor = Actor(None, "sample", trusted=True)
        store.save(actor, bill(), {"amount_2": None}, record_id=later, partial=True)
    thrown_away(later)

    for each in (away, later):
        with transaction():
            actor = Actor(None, "sample", trusted=True)
            restoring.restore(actor, bill(), trash.one(actor, bill(), each))

    assert violations() == []
    columns = table(bill()).c
    rows = select(columns.id, columns.amount_2).order_by(columns.id)
    found = conversion.read_values(rows, bill().fields["amount_2"])
    assert found == [(away, Decimal(5)), (later, None)]


def test_what_could_not_be_converted_is_forgotten_with_its_record(app: Flask) -> None:
    install(BILL)
    secret, other = save(name="a", amount="secret"), save(name="b", amount="known")
    with app.test_request_context():
        published(keep=True)
        work_off()
    assert the_conversion().rest == [[secret, "secret"], [other, "known"]]
    thrown_away(secret)

    removed_for_good(secret)

    assert the_conversion().rest == [[other, "known"]]


def test_publishing_can_be_undone_after_a_record_was_removed_for_good(app: Flask) -> None:
    install(BILL)
    old = save(name="a", amount="5")
    thrown_away(old)
    with app.test_request_context():
        save_and_publish("form", "bill", {**BILL, "title": "Bills"})
        removed_for_good(old)

        assert releases.undoable(APP, Target("form", "bill")) is not None
