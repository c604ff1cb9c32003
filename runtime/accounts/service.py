"""What can be done with users: set up the first, add, change, deactivate, tokens, passwords."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select

from runtime.accounts import links, passwords
from runtime.accounts.models import ApiToken, User, UserRole
from runtime.accounts.sessions import digest, end_sessions
from runtime.accounts.token_scope import EVERYTHING, Scope
from runtime.db import db, transaction
from runtime.errors import Conflict, NotFound
from runtime.text import search_key


@dataclass(frozen=True)
class Person:
    """What an administrator says of a user. `roles` are pairs of app key and role key."""

    name: str
    email: str
    locale: str = "en"
    department_id: int | None = None
    is_admin: bool = False
    is_designer: bool = False
    roles: frozenset[tuple[str, str]] = frozenset()


def setup_link() -> str | None:
    """The address where the first administrator is made; None once there is one. For the command line."""
    with transaction():
        return None if links.has_admin() else links.new_setup_link()


def set_up(token: str, person: Person, password: str, zone: str = "") -> User:
    """Make the first administrator with a set-up link; NotFound when the link or the need for it is gone."""
    link = links.find(links.SETUP, token)
    if link is None or links.has_admin() or not links.use(link):
        raise NotFound
    user = add(person)
    user.password_hash, user.zone = passwords.hash_of(password), zone
    return user


def add(person: Person) -> User:
    """A new user without a password; Conflict when the e-mail is taken. The caller commits."""
    user = User(password_hash="")
    db.session.add(user)
    change(user, person)
    return user


def change(user: User, person: Person) -> None:
    """Make a user what the administrator says; Conflict when the e-mail is another user's."""
    email = person.email.strip().lower()
    taken = db.session.scalar(select(User.id).where(User.email == email, User.id != (user.id or 0)))
    if taken is not None:
        raise Conflict(_("Another user has this e-mail already."), code="email_taken")
    user.name, user.email, user.locale = person.name, email, person.locale
    user.department_id = person.department_id
    user.is_admin, user.is_designer = person.is_admin, person.is_designer
    user.search_text = search_key(person.name, email)
    _set_roles(user, person.roles)
    db.session.flush()


def _set_roles(user: User, roles: Iterable[tuple[str, str]]) -> None:
    wanted = set(roles)
    user.roles[:] = [role for role in user.roles if (role.app, role.role) in wanted]
    held = {(role.app, role.role) for role in user.roles}
    user.roles.extend(UserRole(app=app, role=role) for app, role in sorted(wanted - held))


def deactivate(user: User) -> None:
    """The user can sign in no more, and is signed out everywhere; what they wrote stays."""
    user.active = False
    end_sessions(user)


def activate(user: User) -> None:
    """The user can sign in again."""
    user.active = True


def is_last_admin(user: User) -> bool:
    """Whether nobody could administer without this user."""
    admins = db.session.scalar(select(func.count(User.id)).where(User.is_admin, User.active))
    return user.is_admin and user.active and admins == 1


def authenticate(email: str, password: str) -> User | None:
    """The active user of this e-mail and password; takes as long when there is none."""
    user = db.session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
    return user if passwords.matches(user.password_hash if user else "", password) else None


def active_user(email: str) -> User:
    """The user of this e-mail; NotFound when there is none, or none who may sign in."""
    query = select(User).where(User.email == email.strip().lower(), User.active)
    user: User | None = db.session.scalar(query)
    if user is None:
        raise NotFound(_("There is no active user with this e-mail."))
    return user


def change_profile(user: User, name: str, locale: str, zone: str, *, single_keys: bool) -> None:
    """What users may change about themselves."""
    user.name, user.locale, user.zone, user.single_keys = name, locale, zone, single_keys
    user.search_text = search_key(name, user.email)


def choose_password(token: str, password: str, zone: str = "") -> User:
    """Set the password of the user whom a one-time link belongs to; NotFound when it cannot be used."""
    link = links.find(links.PASSWORD, token)
    user = db.session.get(User, link.user_id) if link else None
    if link is None or user is None or not user.active or not links.use(link):
        raise NotFound
    user.password_hash, user.zone = passwords.hash_of(password), user.zone or zone
    end_sessions(user)
    return user


def change_password(user: User, password: str) -> None:
    """Set a new password and end the user's other sessions."""
    user.password_hash = passwords.hash_of(password)
    end_sessions(user, but_this=True)


def invite(
    *,
    name: str,
    email: str,
    locale: str = "en",
    is_admin: bool = False,
    is_designer: bool = False,
    roles: Iterable[tuple[str, str]] = (),
) -> str:
    """Add a user and return the link where they choose a password. For the command line."""
    person = Person(name, email, locale, None, is_admin, is_designer, frozenset(roles))
    with transaction():
        return links.new_password_link(add(person))


def create_token(email: str, name: str = "", scope: Scope = EVERYTHING) -> str:
    """A new API token of a user, shown this once; NotFound without such a user. For the command line."""
    with transaction() as session:
        user = active_user(email)
        token = "fw_" + secrets.token_urlsafe(32)
        own = {"name": name[:80], "only": list(scope.only), "reads_only": scope.reads_only}
        session.add(ApiToken(token_hash=digest(token), user_id=user.id, **own))
        return token


def tokens_of(email: str) -> list[ApiToken]:
    """The API tokens of a user, oldest first; NotFound without such a user."""
    own = ApiToken.user_id == active_user(email).id
    return list(db.session.scalars(select(ApiToken).where(own).order_by(ApiToken.id)))


def remove_token(token_id: int) -> None:
    """End an API token at once; NotFound when there is none with this number."""
    with transaction() as session:
        token = session.get(ApiToken, token_id)
        if token is None:
            raise NotFound(_("There is no such token."))
        session.delete(token)
