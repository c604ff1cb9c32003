"""The invariants of the data, each one function that yields what breaks it: what `formwright check` runs."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, inspect, not_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import SQLColumnExpression

from runtime import jobs
from runtime.automations.models import Run, Step, Timer, WebhookCall
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.models import Definition, Version
from runtime.files import strays
from runtime.notifications.models import Delivery, Notice
from runtime.outbox import Outbox
from runtime.records import links, recounts, search_index, search_texts, spelling_keys, tables, trash
from runtime.records.models import Event, SearchIndex, Trashed

log = logging.getLogger(__name__)

Violation = dict[str, str | int]
Invariant = Callable[[], Iterator[Violation]]
INVARIANTS: list[Invariant] = []
OPEN = ("pending", "leased")


def invariant(function: Invariant) -> Invariant:
    """Register an invariant; its name is the violation's `rule`."""
    INVARIANTS.append(function)
    return function


def violations() -> list[Violation]:
    """Everything that is not as it must be, empty when all is well."""
    db.session.execute(select(1))  # a database that is away is an error of its own
    return [{"rule": rule.__name__, **found} for rule in INVARIANTS for found in _broken(rule)]


def _broken(rule: Invariant) -> list[Violation]:
    """What breaks the rule, or that what it reads is too damaged to tell."""
    try:
        return list(rule())
    except Exception as error:
        log.exception("check: %s", rule.__name__)
        db.session.rollback()
        return [{"unverified": f"{type(error).__name__}: {error}"[:500]}]


def _published_forms() -> list[Form]:
    ids = db.session.scalars(
        select(Definition.id).where(Definition.kind == "form", Definition.current_version_id.is_not(None))
    )
    return [lookup.form_by_id(definition_id) for definition_id in ids]


@invariant
def current_version_is_its_own() -> Iterator[Violation]:
    """A definition's version in force is one of its versions."""
    strangers = (
        select(Definition.id)
        .join(Version, Version.id == Definition.current_version_id)
        .where(Version.definition_id != Definition.id)
    )
    for definition_id in db.session.scalars(strangers):
        yield {"definition": definition_id}


@invariant
def every_form_has_its_table() -> Iterator[Violation]:
    """The SQL table of a published form stands, with a column for each stored field."""
    inspector = inspect(db.engine)
    for form in _published_forms():
        if not inspector.has_table(form.table_name):
            yield {"form": form.key, "missing": form.table_name}
            continue
        present = {column["name"] for column in inspector.get_columns(form.table_name)}
        for column in tables.table(form).columns:
            if column.name not in present:
                yield {"form": form.key, "missing": column.name}


@invariant
def every_record_has_its_history() -> Iterator[Violation]:
    """A record's revision is that of its last event, and each event's revision is the next."""
    for form in _published_forms():
        table = tables.table(form)
        last = (
            select(Event.record_id, func.max(Event.revision).label("revision"), func.count().label("events"))
            .where(Event.form_id == form.definition_id)
            .group_by(Event.record_id)
            .subquery()
        )
        rows = db.session.execute(
            select(table.c.id)
            .outerjoin(last, last.c.record_id == table.c.id)
            .where(
                or_(
                    last.c.revision.is_(None),
                    last.c.revision != table.c.revision,
                    last.c.events != table.c.revision,
                )
            )
        )
        for (record_id,) in rows:
            yield {"form": form.key, "record": record_id}


@invariant
def a_deleted_record_is_gone() -> Iterator[Violation]:
    """No row remains of a record whose last event is its deletion."""
    later = aliased(Event)
    for form in _published_forms():
        table = tables.table(form)
        same = (later.form_id == Event.form_id, later.record_id == Event.record_id)
        gone = (Event.form_id == form.definition_id, Event.kind.in_(("deleted", "purged")))
        last = ~exists().where(*same, later.id > Event.id)
        there = select(table.c.id).join(Event, Event.record_id == table.c.id).where(*gone, last)
        for record_id in db.session.scalars(there):
            yield {"form": form.key, "record": record_id}


@invariant
def texts_have_the_keys_of_their_order() -> Iterator[Violation]:
    """Beside each text stands the key by which lists are ordered."""
    for form in _published_forms():
        for record_id, key in spelling_keys.wrong(form):
            yield {"form": form.key, "record": record_id, "field": key}


@invariant
def a_roll_up_is_what_it_counts() -> Iterator[Violation]:
    """A roll-up holds what counting anew gives."""
    for form in _published_forms():
        for record_id, key in recounts.wrong(form):
            yield {"form": form.key, "record": record_id, "field": key}


@invariant
def a_search_finds_every_record() -> Iterator[Violation]:
    """The index of a form's search holds its records and nothing else."""
    for form in _published_forms():
        for record_id, why in search_index.wrong(form):
            yield {"form": form.key, "record": record_id, "index": why}


@invariant
def the_index_of_a_search_is_being_made() -> Iterator[Violation]:
    """No job was given up that makes the texts or the index of a search: until it is tried again, searches are slow."""
    given_up = (
        select(Definition.key, Outbox.kind, Outbox.error)
        .join(SearchIndex, SearchIndex.form_id == Definition.id)
        .join(Outbox, Outbox.ref_id == SearchIndex.id)
        .where(Outbox.kind.in_((search_index.KIND, search_texts.KIND)), Outbox.state == "dead")
    )
    for key, kind, error in db.session.execute(given_up):
        yield {"form": key, "job": kind, "error": error}


@invariant
def a_list_of_records_is_linked() -> Iterator[Violation]:
    """The records that a field refers to are those to which it has links."""
    for form in _published_forms():
        for record_id, key in links.wrong(form):
            yield {"form": form.key, "record": record_id, "field": key}


def _has_open_work(kind: str, ref_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    return exists().where(Outbox.kind == kind, Outbox.ref_id == ref_id, Outbox.state.in_(OPEN))


@invariant
def what_is_in_the_trash_is_gone() -> Iterator[Violation]:
    """No record is in the trash and in its table at once."""
    for form in _published_forms():
        own = tables.table(form).c.id
        same = and_(Trashed.record_id == own, Trashed.form_id == form.definition_id)
        for record_id in db.session.scalars(select(own).join(Trashed, same)):
            yield {"form": form.key, "record": record_id}


@invariant
def what_is_in_the_trash_will_go() -> Iterator[Violation]:
    """A deleted record waits for its removal in the outbox, or for that of a record in the trash that it went with."""
    first = aliased(Trashed)
    waits = or_(
        and_(Trashed.with_id.is_(None), _has_open_work(trash.KIND, Trashed.id)),
        exists().where(first.id == Trashed.with_id),
    )
    for form_id, record_id in db.session.execute(
        select(Trashed.form_id, Trashed.record_id).where(not_(waits))
    ):
        yield {"definition": form_id, "record": record_id}


@invariant
def a_running_run_is_still_to_be_worked_on() -> Iterator[Violation]:
    """A run that is not over, one that waits too, has work in the outbox."""
    works = _has_open_work("run", Run.id)
    for run_id in db.session.scalars(
        select(Run.id).where(Run.state.in_(("running", "waiting")), not_(works))
    ):
        yield {"run": run_id}


@invariant
def a_done_run_did_all_its_steps() -> Iterator[Violation]:
    """No step of a done run has failed."""
    failed = exists().where(Step.run_id == Run.id, Step.state == "failed")
    for run_id in db.session.scalars(select(Run.id).where(Run.state == "done", failed)):
        yield {"run": run_id}


@invariant
def a_planned_timer_will_fire() -> Iterator[Violation]:
    """A planned timer has its work in the outbox at its due moment, and no other timer has any."""
    waits = and_(Outbox.kind == "timer", Outbox.ref_id == Timer.id, Outbox.state.in_(OPEN))
    for timer_id in db.session.scalars(
        select(Timer.id).where(Timer.state == "planned", ~exists().where(waits))
    ):
        yield {"timer": timer_id, "state": "planned"}
    idle = Timer.state.in_(("cancelled", "skipped", "missed"))
    for timer_id in db.session.scalars(select(Timer.id).where(idle, exists().where(waits))):
        yield {"timer": timer_id, "state": "over"}


@invariant
def an_open_delivery_will_be_tried() -> Iterator[Violation]:
    """A delivery that is pending or sending has work in the outbox."""
    waiting = Delivery.state.in_(("pending", "sending"))
    tried = _has_open_work("delivery", Delivery.id)
    for delivery_id in db.session.scalars(select(Delivery.id).where(waiting, not_(tried))):
        yield {"delivery": delivery_id}


@invariant
def a_pending_request_will_be_sent() -> Iterator[Violation]:
    """A request to another system that is pending has work in the outbox."""
    sent = _has_open_work("webhook", WebhookCall.id)
    for call_id in db.session.scalars(
        select(WebhookCall.id).where(WebhookCall.state == "pending", not_(sent))
    ):
        yield {"webhook": call_id}


@invariant
def an_inbox_delivery_is_one_notice() -> Iterator[Violation]:
    """Exactly the sent inbox deliveries have a notice."""
    noticed = exists().where(Notice.delivery_id == Delivery.id)
    sent = and_(Delivery.channel == "inbox", Delivery.state == "sent")
    wrong = or_(and_(sent, not_(noticed)), and_(not_(sent), noticed))
    for delivery_id in db.session.scalars(select(Delivery.id).where(wrong)):
        yield {"delivery": delivery_id}


@invariant
def waiting_work_is_known_to_this_release() -> Iterator[Violation]:
    """Nothing waits that no worker of this release can do, as after going back to it from a newer one."""
    unknown = select(Outbox.kind, func.count()).where(
        Outbox.state.in_(OPEN), Outbox.kind.not_in(tuple(jobs.HANDLERS))
    )
    for kind, number in db.session.execute(unknown.group_by(Outbox.kind)):
        yield {"job": kind, "waiting": number}


@invariant
def every_file_is_known() -> Iterator[Violation]:
    """A row tells of each file in the storage; `formwright files strays --remove` removes the others."""
    for name in strays.strays():
        yield {"file": name}
