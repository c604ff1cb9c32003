"""Apps and forms for the tests of records, published without the builder."""

import itertools
from collections.abc import Mapping
from typing import Any

from runtime.accounts.models import Department, User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.models import App, Definition, Version
from runtime.records import search_index, tables
from runtime.records.store import Actor

_numbers = itertools.count()

ACTIONS = ("create", "read", "update", "delete")


def field(type_: str, schema: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """One property of a form document."""
    return {**(schema or {}), "fw": {"type": type_, **options}}


def form_document(
    key: str, fields: Mapping[str, Any], *, required: tuple[str, ...] = (), **own: Any
) -> dict[str, Any]:
    """A form document of the app `shop`; `own` is what stands under `fw`."""
    return {
        "$schema": "urn:formwright:form:1",
        "$id": f"urn:formwright:shop:{key}",
        "title": key.capitalize(),
        "type": "object",
        "properties": dict(fields),
        "required": list(required),
        "fw": own,
    }


def publish(kind: str, key: str, document: Mapping[str, Any]) -> None:
    """Bring a document of the app `shop` into force."""
    with transaction() as session:
        app = session.query(App).filter_by(key="shop").one_or_none() or App(key="shop")
        session.add(app)
        session.flush()
        definition = session.query(Definition).filter_by(app_id=app.id, kind=kind, key=key).one_or_none()
        if definition is None:
            definition = Definition(app_id=app.id, kind=kind, key=key)
            session.add(definition)
            session.flush()
        number = session.query(Version).filter_by(definition_id=definition.id).count() + 1
        version = Version(definition_id=definition.id, number=number, document=document)
        session.add(version)
        session.flush()
        definition.current_version_id = version.id
        if kind == "form":
            definition.table_name = definition.table_name or tables.table_name("shop", key, definition.id)
        session.flush()
        lookup.changed(version.id)
        if kind == "form":
            tables.migrate(session, lookup.form("shop", key))
            search_index.plan(session, lookup.form("shop", key))


def shop(*forms: Mapping[str, Any], roles: Mapping[str, list[dict[str, Any]]] | None = None) -> list[Form]:
    """Publish the app `shop` with these forms; without `roles`, `clerk` may do everything."""
    keys = [document["$id"].rpartition(":")[2] for document in forms]
    everything = [{"form": key, "actions": list(ACTIONS), "scope": "all"} for key in keys]
    grants = roles or {"clerk": everything}
    app = {
        "$schema": "urn:formwright:app:1",
        "key": "shop",
        "title": "Shop",
        "zone": "Asia/Shanghai",
        "roles": [{"key": key, "title": key, "grants": granted} for key, granted in grants.items()],
    }
    publish("app", "shop", app)
    for key, document in zip(keys, forms, strict=True):
        publish("form", key, document)
    return [lookup.form("shop", key) for key in keys]


def there_is(*forms: Mapping[str, Any]) -> None:
    """Publish the shop, unless the database of the test was copied from one that has it."""
    if db.session.query(App).filter_by(key="shop").first() is None:
        shop(*forms)


def give_role(user: User, role: str = "clerk") -> None:
    """Make the user a member of a role of the app."""
    with transaction() as session:
        session.add(UserRole(user_id=user.id, app="shop", role=role))
    db.session.refresh(user)


def department(name: str, parent: Department | None = None) -> Department:
    """A stored department under another."""
    with transaction() as session:
        made = Department(name=name, parent_id=parent and parent.id)
        session.add(made)
        session.flush()
        made.path = f"{parent.path if parent else '/'}{made.id}/"
    return made


def page(user: User) -> Actor:
    """The user at a page."""
    return Actor(user=user, origin="page")


TRUSTED = Actor(user=None, origin="sample", trusted=True)
