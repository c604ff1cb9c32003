"""Beginning and ending definitions: new apps, new documents that can be edited at once, and retiring them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from builder import checkpoints, drafts, publish, usage
from builder.commands._fields import proposed_key
from builder.models import DraftCommand
from builder.models_rule_trials import RuleTrial
from builder.workspaces import workspace
from runtime.accounts.models import User
from runtime.automations import pauses, timers
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Document
from runtime.definitions.models import App, Definition, Draft, Version
from runtime.errors import Conflict, Invalid, NotFound, Problem
from runtime.fields import N_
from runtime.text import LOCALES, Title

MOST_OF_A_KIND = 500  # as many as a package may carry
MEMBER = {"en": "Member", "zh": "成员"}
MEMBER_MAY = ["create", "read", "update"]
CREATED = ("form", "automation", "message", "view")
NAMES = {
    "form": N_("Form"),
    "view": N_("View"),
    "automation": N_("Automation"),
    "message": N_("Message"),
    "app": N_("App"),
}


@dataclass(frozen=True)
class NewApp:
    """What a new app is called, where its clock hangs, and in which languages it speaks, the first by default."""

    title: str
    key: str = ""
    zone: str = ""
    languages: Sequence[str] = ()
    description: str = ""
    icon: str = ""


def app_keys() -> set[str]:
    """The keys of all apps that there are or ever were."""
    return set(db.session.scalars(select(App.key)))


def keys(app: str, kind: str) -> set[str]:
    """The keys of a kind that an app has or ever had: a retired form still has its records."""
    rows = select(Definition.key).join(App, App.id == Definition.app_id)
    return set(db.session.scalars(rows.where(App.key == app, Definition.kind == kind)))


def create_app(user: User, new: NewApp) -> str:
    """Make an app and bring its own document into force, so that it can be used at once; its key.

    Invalid for a key that is taken or not written as one.
    """
    drafts.require_designer(user)
    key = new.key or proposed_key(new.title, app_keys(), "app")
    if key in app_keys():
        raise Invalid([Problem(("key",), "taken", _("An app with this key exists already."))])
    drafts.save_draft(user, key, "app", key, _app_document(key, new), 0)
    publish.publish(user, key, "app", key)
    return key


def _app_document(key: str, new: NewApp) -> dict[str, Any]:
    languages = [each for each in new.languages if each in LOCALES] or [LOCALES[0]]
    about = {languages[0]: new.description} if new.description else {}
    optional = {"description": about, "icon": new.icon, "zone": new.zone}
    return {
        "$schema": "urn:formwright:app:1",
        "key": key,
        "title": {languages[0]: new.title},
        **{name: value for name, value in optional.items() if value},
        "default_locale": languages[0],
        "languages": languages,
        "roles": [{"key": "member", "title": _in(MEMBER, languages), "grants": []}],
    }


def _in(title: Mapping[str, str], languages: Sequence[str]) -> Title:
    return {each: title[each] for each in languages}


def create(user: User, app: str, kind: str, key: str, document: Document) -> Draft:
    """Store a new document as a draft; Conflict when the key is in use. A new form opens to the first role."""
    drafts.require_designer(user)
    drafts.lock(app)
    known = keys(app, kind)
    if len(known) >= MOST_OF_A_KIND:
        sentence = _("An app may have at most %(most)s of these.", most=MOST_OF_A_KIND)
        raise Conflict(sentence, code="too_many")
    if key in known:
        raise Conflict(_("This key is in use already."), code="taken")
    drafts.save_draft(user, app, kind, key, document, 0)
    if kind == "form":
        _open_to_first_role(user, app, key)
    found = drafts.find(app, kind, key)
    assert found is not None
    if kind == "automation":  # it starts once somebody has tried it and switches it on
        pauses.switch_off(db.session(), found.id)
    return db.session.get_one(Draft, found.id)


def _open_to_first_role(user: User, app: str, form: str) -> None:
    """Without a grant nobody but an administrator would see the form: the designer can take it back."""
    own = app_document(app)
    roles = own.get("roles", ())
    if not roles:
        return
    first = {**roles[0], "grants": [*roles[0].get("grants", ()), _grant(form)]}
    drafts.save_draft(user, app, "app", app, {**own, "roles": [first, *roles[1:]]})


def _grant(form: str) -> dict[str, Any]:
    return {"form": form, "actions": MEMBER_MAY, "scope": "all"}


def app_document(app: str) -> Document:
    """The app's own document as designers see it; NotFound when there is none."""
    found = document(app, "app", app)
    if found is None:
        raise NotFound(_("There is no such app."))
    return found


def document(app: str, kind: str, key: str) -> Document | None:
    """A document as designers see it: the draft, or the version in force; None for neither."""
    definition = drafts.find(app, kind, key)
    if definition is None:
        return None
    draft = db.session.get(Draft, definition.id, populate_existing=True)
    newest = draft or db.session.get(Version, definition.current_version_id or 0)
    found: Document | None = newest.document if newest else None
    return found


def empty(app: str, kind: str, key: str, text: str, locale: str, form: str = "") -> dict[str, Any]:
    """A new document of a kind that can be edited at once; `locale` is the language of its title, `text`, and `form`
    what a view is of.
    """
    title = {locale: text}
    if kind == "view":
        return {"$schema": "urn:formwright:view:1", "key": key, "title": title, "form": form, "kind": "list"}
    about = next((target.key for target in workspace(app).documents if target.kind == "form"), "")
    if kind == "form":
        own = {"$schema": "urn:formwright:form:1", "$id": f"urn:formwright:{app}:{key}", "title": title}
        return {**own, "type": "object", "properties": {}}
    if kind == "automation":
        trigger = {"type": "record_saved", "form": about, "on": ["created", "updated"]}
        own = {"$schema": "urn:formwright:automation:1", "key": key, "title": title}
        return {**own, "trigger": trigger, "actions": []}
    named = {"$schema": "urn:formwright:message:1", "key": key, "title": title, "purpose": title}
    texts = {"subject": title, "body": {locale: ""}}
    return {**named, **({"form": about} if about else {}), **texts}


def retire(user: User | None, app: str, kind: str, key: str) -> None:
    """Stop offering a definition; its versions and records stay. What was never published is gone.

    Conflict while something that is in force needs it, NotFound when there is nothing to retire.
    """
    drafts.require_designer(user)
    drafts.lock(app)
    found = drafts.find(app, kind, key)
    if found is None or kind == "app":
        raise NotFound(_("There is nothing here."))
    if found.current_version_id is not None:
        refuse_while_used(app, kind, key)
    _close(user, app, kind, key)
    indexed = lookup.view(found.id).form if kind == "view" and found.current_version_id else ""
    take_out([found])
    if indexed:
        publish.index_views(app, [indexed])


def refuse_while_used(app: str, kind: str, key: str) -> None:
    """Raise Conflict while something that is in force would break without this."""
    users = [use for use in usage.uses(app, kind, key) if use.live]
    if users:
        named = ", ".join(f"{_(NAMES[use.kind])} “{use.key}”" for use in users[:10])
        raise Conflict(_("This is still used by: %(users)s.", users=named), code="in_use")


def _close(user: User | None, app: str, kind: str, form: str) -> None:
    """Take the grants on a form, and the start at it, out of the app's draft and out of what is in force."""
    if kind != "form":
        return
    own = app_document(app)
    if (left := _without(own, form)) != own:
        drafts.save_draft(user, app, "app", app, left)
    live = publish.documents_in_force(app).get(("app", app))
    if live is not None and (left := _without(live, form)) != live:
        publish.apply(user, app, [publish.Change("app", app, left)])


def _without(own: Document, form: str) -> Document:
    roles = [
        {**role, "grants": [grant for grant in role.get("grants", ()) if grant["form"] != form]}
        for role in own.get("roles", ())
    ]
    left = {**own, "roles": roles} if roles else dict(own)
    if left.get("start") == form:
        left.pop("start")
    return left


def take_out(definitions: Sequence[Definition], *, keep_drafts: bool = False) -> None:
    """Take definitions out of force and their drafts away, in the caller's transaction."""
    ids = [definition.id for definition in definitions]
    if not keep_drafts:
        db.session.execute(delete(DraftCommand).where(DraftCommand.definition_id.in_(ids)))
        checkpoints.forget(ids)
        db.session.execute(delete(RuleTrial).where(RuleTrial.definition_id.in_(ids)))
        db.session.execute(delete(Draft).where(Draft.definition_id.in_(ids)))
    for definition in definitions:
        definition.current_version_id = None
    db.session.flush()
    lookup.retired()
    for definition in definitions:
        if definition.kind == "automation":
            timers.replan(db.session(), definition.id)


def restore(user: User | None, app: str, kind: str, key: str) -> None:
    """Make a draft of the last version of a retired definition; publishing it brings it back into force."""
    drafts.require_designer(user)
    found = drafts.find(app, kind, key)
    last = None if found is None or found.current_version_id is not None else _last_version(found)
    if last is None:
        raise NotFound(_("There is nothing here."))
    drafts.save_draft(user, app, kind, key, last.document)


def _last_version(definition: Definition) -> Version | None:
    rows = select(Version).where(Version.definition_id == definition.id).order_by(Version.number.desc())
    return db.session.scalars(rows.limit(1)).first()
