"""Who loses a right when a draft is published: people are counted, not named."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from builder import grants
from builder.effects import Effect
from builder.studio import Studio
from runtime import access
from runtime.accounts.models import User, UserRole
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Document, Form

Roles = frozenset[str]


def of_form(now: Form, studio: Studio) -> Iterator[Effect]:
    """People who may no longer see or edit a field that they could."""
    after = studio.context.form(now.key)
    if after is None:
        return
    rights = [
        (number, access.fields_with(roles, now), access.fields_with(roles, after))
        for roles, number in _people(studio.app).items()
    ]
    for key in [key for key in now.fields if key in after.fields]:
        title = studio.text(after.fields[key].title)
        unseen = sum(n for n, had, has in rights if key in has.hidden - had.hidden)
        unwritten = sum(n for n, had, has in rights if key in has.read_only - had.closed)
        yield from _effect(_("People who can no longer see %(field)s", field=title), unseen)
        yield from _effect(_("People who can no longer edit %(field)s", field=title), unwritten)


def of_app(studio: Studio) -> Iterator[Effect]:
    """People who may no longer do with records of a form what they could."""
    people = _people(studio.app)
    before, after = (_by_key(each) for each in (studio.work.in_force[studio.target], studio.document))
    for form in lookup.forms(studio.app):
        title = studio.text(form.title)
        sentences = {
            "read": _("People who see fewer records of %(form)s", form=title),
            "create": _("People who can no longer add records of %(form)s", form=title),
            "update": _("People who can edit fewer records of %(form)s", form=title),
            "delete": _("People who can delete fewer records of %(form)s", form=title),
        }
        for action, sentence in sentences.items():
            losing = (n for roles, n in people.items() if _loses(roles, before, after, form.key, action))
            yield from _effect(sentence, sum(losing))


def _effect(sentence: str, count: int) -> Iterator[Effect]:
    if count:
        yield Effect(sentence, str(_("What is stored stays as it is.")), count, narrows=True)


def _people(app: str) -> dict[Roles, int]:
    """How many people have which roles of the app; administrators may do everything anyhow."""
    held: dict[int, set[str]] = {}
    rows = select(UserRole.user_id, UserRole.role).join(User, User.id == UserRole.user_id)
    for user_id, role in db.session.execute(
        rows.where(UserRole.app == app, User.active.is_(True), User.is_admin.is_(False))
    ):
        held.setdefault(user_id, set()).add(role)
    found: dict[Roles, int] = {}
    for roles in map(frozenset, held.values()):
        found[roles] = found.get(roles, 0) + 1
    return found


def _by_key(app: Document) -> dict[str, Any]:
    return {role["key"]: role.get("grants", ()) for role in app.get("roles", ())}


def _loses(roles: Roles, before: Mapping[str, Any], after: Mapping[str, Any], form: str, action: str) -> bool:
    had, has = (_scopes(roles, each, form, action) for each in (before, after))
    if action == "create":  # needs any grant, of whatever scope
        return bool(had) and not has
    return any(scope not in has and not _covered(scope, has) for scope in had)


def _scopes(roles: Roles, granted: Mapping[str, Any], form: str, action: str) -> set[str]:
    return {scope for role in roles for scope in grants.scopes(granted.get(role, ()), form, action)}


def _covered(scope: str, has: set[str]) -> bool:
    """Whether a wider scope has everything that this one had."""
    return "all" in has or (scope == "department" and "department_below" in has)
