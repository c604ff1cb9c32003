"""Documents of an app `shop` in a few words, and publishing them as the builder does."""

from collections.abc import Mapping
from typing import Any

from builder import drafts, packages, publish
from builder.checks import Context
from runtime.db import transaction
from runtime.definitions.models import Version
from runtime.errors import Problem

APP = "shop"


def field(type_: str, schema: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """One property of a form document; `options` stand under `fw`."""
    return {**(schema or {}), "fw": {"type": type_, **options}}


def form(key: str, fields: Mapping[str, Any], required: tuple[str, ...] = (), **own: Any) -> dict[str, Any]:
    """A form document; `own` stands under `fw`."""
    return {
        "$schema": "urn:formwright:form:1",
        "$id": f"urn:formwright:{APP}:{key}",
        "title": key.capitalize(),
        "type": "object",
        "properties": dict(fields),
        "required": list(required),
        "fw": own,
    }


def rule(key: str, when: Any, **then: Any) -> dict[str, Any]:
    """A rule; `then` are its effects."""
    return {"key": key, "when": when, "then": then}


def automation(key: str, on: str, *actions: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    """An automation that listens to the updates of the form `on`."""
    return {
        "$schema": "urn:formwright:automation:1",
        "key": key,
        "title": key,
        "trigger": {"type": "record_saved", "form": on, "on": ["updated"]},
        "actions": list(actions),
        **rest,
    }


def update(on: str, **set_: str) -> dict[str, Any]:
    """An action that changes the records of `on` whose name is that of the record."""
    return {
        "type": "update_records",
        "form": on,
        "match": {"name": "record.name"},
        "set": set_,
        "many": "all",
    }


def message(key: str, text: str, on: str | None = None) -> dict[str, Any]:
    """A message in English."""
    about = {"form": on} if on else {}
    texts = {"purpose": key, "subject": {"en": text}, "body": {"en": text}}
    return {"$schema": "urn:formwright:message:1", "key": key, **about, **texts}


def app(**own: Any) -> dict[str, Any]:
    """The app's own document."""
    return {"$schema": "urn:formwright:app:1", "key": APP, "title": "Shop", "zone": "Asia/Shanghai", **own}


def package(*forms: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    """A package of these forms; `automations`, `messages`, `samples`, `cases`, `app` may be given."""
    definitions = {"app": rest.pop("app", app()), "forms": list(forms)}
    definitions |= {name: rest.pop(name) for name in ("automations", "messages", "views") if name in rest}
    own = {"$schema": "urn:formwright:package:1", "app": APP, "version": "1.0.0", "definitions": definitions}
    return {**own, **rest}


def install(*forms: Mapping[str, Any], **rest: Any) -> packages.Result:
    """Install a package of these forms."""
    with transaction():
        return packages.install(None, package(*forms, **rest))


def save_and_publish(kind: str, key: str, document: Any) -> Version:
    """Save a draft and publish it."""
    with transaction():
        drafts.save_draft(None, APP, kind, key, document)
        return publish.publish(None, APP, kind, key)


def context(*documents: Mapping[str, Any], history: tuple[Any, ...] = ()) -> Context:
    """The context of an app with these documents."""
    named: dict[tuple[str, str], Any] = {("app", APP): app()}
    for document in documents:
        kind = document["$schema"].split(":")[2]
        key = document["$id"].rpartition(":")[2] if kind == "form" else document["key"]
        named[kind, key] = document
    return Context(APP, named, history)


def places(problems: list[Problem]) -> set[tuple[str, str]]:
    """Where and what: `("fw/rules/0/when", "unknown_field")`."""
    return {("/".join(map(str, problem.path)), problem.code) for problem in problems}
