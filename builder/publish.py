"""Publishing: a draft becomes the next numbered version, after its schema and every check agree.

Version, current version and the SQL of a form are one transaction, which the caller commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from builder import amending, backfilling, checks, companions, conversion, drafts, reviewing
from builder.amending import Answers
from builder.checks import Context
from runtime.accounts.models import User
from runtime.automations import timers
from runtime.db import db
from runtime.definitions import lookup, schemas
from runtime.definitions.documents import Document, Form
from runtime.definitions.models import App, Definition, Version
from runtime.errors import Invalid, NotFound, Problem
from runtime.records import recounts, search_index, search_texts, spelling_keys, tables, view_indexes

NO_ANSWERS: Mapping[tuple[str, str], Answers] = {}


@dataclass(frozen=True)
class Change:
    """A document that is to come into force. `path` is where it stands in what the person sent; `is_draft`
    says that it is the draft, which may need a review, and not a package's or an old version's document.
    """

    kind: str
    key: str
    document: Document
    path: tuple[str | int, ...] = ()
    is_draft: bool = False


def publish(
    user: User | None, app: str, kind: str, key: str, note: str = "", revision: int | None = None
) -> Version:
    """Freeze the draft as the next version and return it; the version in force when nothing differs. `revision` is
    the one that was reviewed; None is any.

    Raises Invalid with every problem found, NotFound without a draft, Conflict when it has another revision.
    """
    drafts.require_designer(user)
    drafts.lock(app)
    draft = drafts.read_draft(app, kind, key)
    if revision not in (None, draft.revision):
        raise drafts.stale()
    return _publish_one(user, app, Change(kind, key, draft.document, is_draft=True), note)


def publish_together(
    user: User | None,
    app: str,
    names: Sequence[tuple[str, str]],
    note: str = "",
    answers: Mapping[tuple[str, str], Answers] = NO_ANSWERS,
) -> list[Version]:
    """Publish the drafts of these kinds and keys, judged as they come into force together, all or none.
    `answers` say what becomes of stored records and waiting timers, by kind and key.

    Raises Invalid with every problem found, its path led by the index of the draft.
    """
    drafts.require_designer(user)
    drafts.lock(app)
    return apply(user, app, judged(app, names), note, answers)


def judged(app: str, names: Sequence[tuple[str, str]]) -> list[Change]:
    """The drafts of these kinds and keys, and what comes into force along with them.

    Raises Invalid with every problem found, its path led by the index of the draft.
    """
    changes = [
        Change(kind, key, drafts.read_draft(app, kind, key).document, (index,), is_draft=True)
        for index, (kind, key) in enumerate(names)
    ]
    changes = with_app(app, changes)
    found = problems(app, changes)
    if found:
        raise Invalid(found)
    return changes


def with_app(app: str, changes: Sequence[Change]) -> list[Change]:
    """The changes, and before them the app's own document when they are of no use without it: while it is
    not in force, and when a form is published for the first time that it grants rights on.
    """
    if any(change.kind == "app" for change in changes):
        return list(changes)
    forms = [change.key for change in changes if change.kind == "form"]
    own = companions.app_with(app, forms, documents_in_force(app))
    return [Change("app", app, own), *changes] if own else list(changes)


def rollback(user: User | None, app: str, kind: str, key: str, number: int) -> Version:
    """Publish an old version's document under a new number; the draft stays as it is."""
    drafts.require_designer(user)
    old = db.session.scalar(
        select(Version)
        .join(Definition, Definition.id == Version.definition_id)
        .join(App, App.id == Definition.app_id)
        .where(App.key == app, Definition.kind == kind, Definition.key == key, Version.number == number)
    )
    if old is None:
        raise NotFound(_("There is no such version."))
    return _publish_one(user, app, Change(kind, key, old.document), f"Rollback to version {number}")


def _publish_one(user: User | None, app: str, change: Change, note: str) -> Version:
    drafts.lock(app)
    changes = with_app(app, [change])
    found = problems(app, changes)
    if found:
        raise Invalid(found)
    return apply(user, app, changes, note)[-1]


def problems(app: str, changes: Sequence[Change], *, whole_package: bool = False) -> list[Problem]:
    """Everything that speaks against bringing these documents into force together.

    Documents of a `whole_package` passed their schemas with it; only their own size is left to judge.
    """
    validate = _bounds if whole_package else schemas.validate
    found = [(change, validate(change.kind, change.document)) for change in changes]
    if not any(listed for _change, listed in found):
        found = _check_all(app, changes)
    if not whole_package:
        found += [(change, _unreviewed(app, change, changes)) for change in changes if change.is_draft]
    return [
        Problem((*change.path, *problem.path), problem.code, problem.message)
        for change, listed in found
        for problem in listed
    ]


def _bounds(kind: str, document: Document) -> list[Problem]:
    problem = schemas.too_big(kind, document)
    return [problem] if problem else []


def _unreviewed(app: str, change: Change, changes: Sequence[Change]) -> list[Problem]:
    live = documents_in_force(app)
    own = next((each.document for each in changes if each.kind == "app"), live.get(("app", app), {}))
    same = live.get((change.kind, change.key)) == change.document
    if change.kind != "message" or same or not reviewing.is_needed(own):
        return []
    problem = reviewing.hindrance(app, change.key)
    return [problem] if problem else []


def _check_all(app: str, changes: Sequence[Change]) -> list[tuple[Change, list[Problem]]]:
    before = documents_in_force(app)
    after = {**before, **{(change.kind, change.key): change.document for change in changes}}
    context, old = Context(app, after), Context(app, before)
    found = []
    for change in changes:
        judged = context.for_document(earlier_documents(app, change.kind, change.key))
        found.append((change, checks.run(change.kind, change.document, judged)))
    own = {(change.kind, change.key) for change in changes}
    elsewhere = checks.broken(old, context, (name for name in after if name not in own))
    return [*found, (Change("", "", {}), [_named(name, problem) for name, problem in elsewhere])]


def _named(name: tuple[str, str], problem: Problem) -> Problem:
    kind, key = name
    sentence = _("%(kind)s “%(key)s”: %(message)s", kind=kind, key=key, message=problem.message)
    return Problem((), problem.code, sentence)


def documents_in_force(app: str) -> dict[tuple[str, str], Any]:
    """Every published document of an app by kind and key."""
    rows = db.session.execute(
        select(Definition.kind, Definition.key, Version.document)
        .join(Version, Version.id == Definition.current_version_id)
        .join(App, App.id == Definition.app_id)
        .where(App.key == app)
        .order_by(Definition.id)
    )
    return {(kind, key): document for kind, key, document in rows}


def earlier_documents(app: str, kind: str, key: str) -> tuple[Document, ...]:
    """The documents of every version of a definition, oldest first."""
    return tuple(
        db.session.scalars(
            select(Version.document)
            .join(Definition, Definition.id == Version.definition_id)
            .join(App, App.id == Definition.app_id)
            .where(App.key == app, Definition.kind == kind, Definition.key == key)
            .order_by(Version.number)
        )
    )


def apply(
    user: User | None,
    app: str,
    changes: Sequence[Change],
    note: str = "",
    answers: Mapping[tuple[str, str], Answers] = NO_ANSWERS,
) -> list[Version]:
    """Bring judged documents into force together: first all versions, then tables, then timers."""
    definitions = [drafts.get_or_create(app, change.kind, change.key) for change in changes]
    versions = []
    fresh: dict[Definition, Answers] = {}
    before: dict[Definition, Document | None] = {}
    for definition, change in zip(definitions, changes, strict=True):
        current = db.session.get(Version, definition.current_version_id or 0)
        if current is None or current.document != change.document:
            before[definition] = current.document if current else None
            current = _freeze(user, app, definition, change, note)
            fresh[definition] = answers.get((change.kind, change.key), Answers())
        versions.append(current)
    _follow(db.session(), fresh)
    _count_anew(db.session(), before)
    _follow_views(changes, app)
    return versions


def next_number(definition_id: int) -> int:
    """The number of the version that is published next."""
    last = db.session.scalar(select(func.max(Version.number)).where(Version.definition_id == definition_id))
    return (last or 0) + 1


def _freeze(user: User | None, app: str, definition: Definition, change: Change, note: str) -> Version:
    version = Version(
        definition_id=definition.id,
        number=next_number(definition.id),
        document=change.document,
        note=note[:500],
        published_by=user and user.id,
    )
    db.session.add(version)
    db.session.flush()
    definition.current_version_id = version.id
    if change.kind == "form" and not definition.table_name:
        definition.table_name = tables.table_name(app, change.key, definition.id)
    db.session.flush()
    lookup.changed(version.id)
    return version


def _follow(session: Session, definitions: Mapping[Definition, Answers]) -> None:
    forms = [each.id for each in definitions if each.kind == "form"]
    recounts.hold(session, forms)
    search_texts.hold(session, forms)  # and, for the same reason:
    waiting = _timers(definitions)
    for definition_id in waiting:  # before any table is changed, for which a batch at work would wait
        version_id = session.get_one(Definition, definition_id).current_version_id
        backfilling.end(session, definition_id, but=version_id)
    for definition, chosen in definitions.items():
        if definition.kind == "form":
            form = lookup.form_by_id(definition.id)
            tables.migrate(session, form)
            spelling_keys.plan(session, form)
            search_index.plan(session, form)
            conversion.plan(session, form, _versions_before(form))
            if chosen.changes:
                amending.plan(session, form, chosen.changes)
        elif chosen.backfill and definition.current_version_id is not None:
            backfilling.ask(session, definition.current_version_id)
    _follow_timers(session, waiting)


def _follow_timers(session: Session, waiting: Mapping[int, str]) -> None:
    for definition_id, wanted in waiting.items():
        if wanted not in (amending.CANCEL, amending.KEEP):
            timers.replan(session, definition_id)
    for definition_id, wanted in waiting.items():  # last: whoever saves a record locks it before its timers
        if wanted == amending.CANCEL:
            timers.withdraw(session, definition_id)


def _count_anew(session: Session, before: Mapping[Definition, Document | None]) -> None:
    """Have the roll-ups counted that are new, and give those an index that look for the smallest or the greatest."""
    for definition, document in before.items():
        if definition.kind == "form":
            form = lookup.form_by_id(definition.id)
            recounts.index(session, form)
            recounts.plan(session, form, document)
            if document is not None:
                search_texts.plan(session, form, _documents_before(form))


def _follow_views(changes: Sequence[Change], app: str) -> None:
    forms = {str(change.document["form"]) for change in changes if change.kind == "view"}
    forms |= {change.key for change in changes if change.kind == "form" and lookup.views(app, change.key)}
    index_views(app, sorted(forms))


def index_views(app: str, forms: Sequence[str]) -> None:
    """Give the views of these forms that are in force their indexes, and take away those of views that went."""
    for form in filter(None, (lookup.form_if_any(app, key) for key in forms)):
        view_indexes.reconcile(db.session(), form, [each.document for each in lookup.views(app, form.key)])


def _documents_before(form: Form) -> list[Document]:
    return list(earlier_documents(form.app, "form", form.key))[:-1]


def _versions_before(form: Form) -> list[Version]:
    """The versions of a form before this one, oldest first; none are read when it converts nothing."""
    if not any("converted_from" in field.options for field in form.fields.values()):
        return []
    earlier = select(Version).where(Version.definition_id == form.definition_id, Version.number < form.number)
    return list(db.session.scalars(earlier.order_by(Version.number)))


def _timers(definitions: Mapping[Definition, Answers]) -> dict[int, str]:
    """What becomes of the waiting timers of each changed automation, and of every automation of an app whose
    own document changed, which has the zone. What was chosen for an automation itself counts.
    """
    found = {
        automation: chosen.timers
        for definition, chosen in definitions.items()
        if definition.kind == "app"
        for automation in automations_in_force(definition.app_id)
    }
    own = {each.id: chosen.timers for each, chosen in definitions.items() if each.kind == "automation"}
    return dict(sorted({**found, **own}.items()))


def automations_in_force(app_id: int) -> list[int]:
    """The definition ids of an app's published automations."""
    every = select(Definition.id).where(
        Definition.app_id == app_id,
        Definition.kind == "automation",
        Definition.current_version_id.is_not(None),
    )
    return list(db.session.scalars(every))
