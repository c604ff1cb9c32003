"""Finds the published definitions in force.

What is in force is read from the database once per transaction, so it is never stale; the documents behind
it are immutable, so their parsed forms are kept in the process, one object per version.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from runtime.db import db
from runtime.definitions import documents
from runtime.definitions.documents import AppInfo, Automation, Form, MessageDoc, ViewDoc
from runtime.definitions.models import App, Definition, Version
from runtime.errors import NotFound

CACHED_VERSIONS = 4096
KINDS = ("app", "form", "automation", "process", "message", "view", "dashboard")
# Translated only when one is missing: a page looks up some twenty definitions.
_MISSING = {
    "app": _l("There is no such app."),
    "form": _l("There is no such form."),
    "message": _l("There is no such message."),
}


class Current(NamedTuple):
    """A definition that is in force now."""

    app: str
    kind: str
    key: str
    definition_id: int
    version_id: int
    spelled: bool = True


@dataclass(frozen=True)
class Catalogue:
    """Every definition in force, by name and by id, in the order in which they were made."""

    by_name: dict[tuple[str, str, str], Current] = field(default_factory=dict)
    by_id: dict[int, Current] = field(default_factory=dict)

    def of(self, kind: str, app: str | None = None) -> list[Current]:
        """The definitions of a kind, of one app or of all."""
        return [c for c in self.by_id.values() if c.kind == kind and app in (None, c.app)]


_IN_FORCE = (
    select(
        App.key,
        Definition.kind,
        Definition.key,
        Definition.id,
        Definition.current_version_id,
        Definition.spelled_to.is_(None),
    )
    .join(App, App.id == Definition.app_id)
    .where(Definition.current_version_id.is_not(None))
    .order_by(Definition.id)
)
# Publishing brings a larger version id than ever before, retiring takes one away: the same number of
# definitions in force with the same largest version means that nothing changed. Only by a publish do texts of a form
# come to wait for their keys; then there are fewer such forms, one by one.
_TABLE = Definition.__table__.c  # as a plain statement: it is asked in each transaction, and makes no objects
_STAMP = select(
    func.count(_TABLE.current_version_id), func.max(_TABLE.current_version_id), func.count(_TABLE.spelled_to)
)


def catalogue() -> Catalogue:
    """What is in force, asked once per transaction."""
    info = db.session().info
    if "catalogue" not in info:
        info["catalogue"] = _read_catalogue() if "uncommitted" in info else _known_catalogue()
    found: Catalogue = info["catalogue"]
    return found


def _known_catalogue() -> Catalogue:
    """The catalogue that this process read last, if it is still in force."""
    stamp = tuple(db.session.execute(_STAMP).one())
    known: tuple[Any, Catalogue] | None = current_app.extensions.get("catalogue")
    if known is None or known[0] != stamp:
        known = current_app.extensions["catalogue"] = (stamp, _read_catalogue())
    return known[1]


def _read_catalogue() -> Catalogue:
    found = Catalogue()
    for app, kind, key, definition_id, version_id, spelled in db.session.execute(_IN_FORCE):
        assert version_id is not None  # by the condition above
        current = Current(app, kind, key, definition_id, version_id, bool(spelled))
        found.by_name[current.app, current.kind, current.key] = current
        found.by_id[current.definition_id] = current
    return found


def changed(version_id: int) -> None:
    """Publishing says: another version is in force from here on in this transaction.

    Until the commit the process cache must not learn it: after a roll-back the same id may come again with
    another document.
    """
    info = db.session().info
    info.pop("catalogue", None)
    info.setdefault("uncommitted", {})[version_id] = {}


def retired() -> None:
    """Retiring says: less is in force from here on in this transaction."""
    info = db.session().info
    info.pop("catalogue", None)
    info.setdefault("uncommitted", {})


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop("catalogue", None)
        session.info.pop("uncommitted", None)


@event.listens_for(Session, "after_soft_rollback")
def _read_again(session: Session, previous: Any) -> None:
    session.info.pop("catalogue", None)  # a publish in a savepoint may be among what was undone


class _Row(NamedTuple):
    app: str
    kind: str
    definition_id: int
    table_name: str | None
    number: int
    document: Any


def _version(version_id: int) -> _Row:
    row = db.session.execute(
        select(
            App.key, Definition.kind, Definition.id, Definition.table_name, Version.number, Version.document
        )
        .join(Definition, Definition.id == Version.definition_id)
        .join(App, App.id == Definition.app_id)
        .where(Version.id == version_id)
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no such version."))
    return _Row(*row)


def _parse(version_id: int, zone: str, spelled: bool) -> Any:
    row = _version(version_id)
    named: dict[str, Any] = {
        "definition_id": row.definition_id,
        "version_id": version_id,
        "number": row.number,
    }
    if row.kind == "app":
        return documents.parse_app(row.document, **named)
    if row.kind == "form":
        named |= {"table_name": row.table_name or "", "spelled": spelled}
        return documents.parse_form(row.document, app=row.app, zone=zone, **named)
    if row.kind == "automation":
        return documents.parse_automation(row.document, app=row.app, **named)
    if row.kind == "message":
        return documents.parse_message(row.document, app=row.app, **named)
    if row.kind == "view":
        return documents.parse_view(row.document, app=row.app, **named)
    raise NotFound(_("There is no such version."))


def _parsed(version_id: int, zone: str = "", spelled: bool = True) -> Any:
    known = db.session().info.get("uncommitted", {}).get(version_id)
    if known is None:
        known = current_app.extensions.setdefault("parsed_versions", {})
    found = known.get((version_id, zone, spelled))
    if found is None:
        for oldest in list(known)[:-CACHED_VERSIONS]:
            known.pop(oldest, None)
        # Threads may parse the same at once; all get the first object, for which the table is made.
        found = known.setdefault((version_id, zone, spelled), _parse(version_id, zone, spelled))
    return found


def _current(app: str, kind: str, key: str) -> Current:
    try:
        return catalogue().by_name[app, kind, key]
    except KeyError:
        raise NotFound(str(_MISSING[kind])) from None


def app_info(app_key: str) -> AppInfo:
    """The app; NotFound for one that is not published."""
    found: AppInfo = _parsed(_current(app_key, "app", app_key).version_id)
    return found


def apps() -> list[AppInfo]:
    """Every published app, oldest first."""
    return [_parsed(current.version_id) for current in catalogue().of("app")]


def _zone(app_key: str) -> str:
    return app_info(app_key).zone


def form(app_key: str, form_key: str) -> Form:
    """The form's version in force; NotFound for one that is not published."""
    current = _current(app_key, "form", form_key)
    found: Form = _parsed(current.version_id, _zone(app_key), current.spelled)
    return found


def form_if_any(app_key: str, form_key: str) -> Form | None:
    """The form's version in force; None for one that is not published."""
    try:
        return form(app_key, form_key)
    except NotFound:
        return None


def forms(app_key: str) -> list[Form]:
    """Every published form of an app, oldest first."""
    zone = _zone(app_key)
    return [_parsed(each.version_id, zone, each.spelled) for each in catalogue().of("form", app_key)]


def form_by_id(definition_id: int) -> Form:
    """The version in force of the form with this definition id."""
    found = form_by_id_if_any(definition_id)
    if found is None:
        raise NotFound(_("There is no such form."))
    return found


def form_by_id_if_any(definition_id: int) -> Form | None:
    """The version in force of the form with this definition id; None for one that is not in force."""
    current = catalogue().by_id.get(definition_id)
    return form_if_any(current.app, current.key) if current is not None and current.kind == "form" else None


def form_of_version(version_id: int) -> Form:
    """The form as this version, past or present, has it."""
    row = db.session.execute(
        select(App.key, Definition.spelled_to.is_(None))
        .join(Definition, Definition.app_id == App.id)
        .join(Version, Version.definition_id == Definition.id)
        .where(Version.id == version_id, Definition.kind == "form")
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no such version."))
    app_key, spelled = row
    found: Form = _parsed(version_id, _zone(app_key), bool(spelled))
    return found


def automations(app_key: str | None = None) -> tuple[Automation, ...]:
    """Every published automation, of one app or of all."""
    return tuple(_parsed(current.version_id) for current in catalogue().of("automation", app_key))


def automation_by_id(definition_id: int) -> Automation:
    """The version in force of the automation with this definition id."""
    current = catalogue().by_id.get(definition_id)
    if current is None or current.kind != "automation":
        raise NotFound(_("There is no such automation."))
    found: Automation = _parsed(current.version_id)
    return found


def automation_of_version(version_id: int) -> Automation:
    """The automation as this version, past or present, has it."""
    found = _parsed(version_id)
    if not isinstance(found, Automation):
        raise NotFound(_("There is no such version."))
    return found


def views(app_key: str, form_key: str) -> list[ViewDoc]:
    """Every published view of a form's records, oldest first."""
    found = (_parsed(current.version_id) for current in catalogue().of("view", app_key))
    return [each for each in found if each.form == form_key]


def view(definition_id: int) -> ViewDoc:
    """The version in force of the view with this definition id."""
    current = catalogue().by_id.get(definition_id)
    if current is None or current.kind != "view":
        raise NotFound(_("There is no such view."))
    found: ViewDoc = _parsed(current.version_id)
    return found


def message(app_key: str, key: str) -> MessageDoc:
    """The message's version in force; NotFound for one that is not published."""
    found: MessageDoc = _parsed(_current(app_key, "message", key).version_id)
    return found
