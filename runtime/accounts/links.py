"""One-time links: the first set-up, and choosing a password. The table holds only the token's SHA-256."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, exists, select, update

from runtime.accounts.models import OneTimeLink, User
from runtime.accounts.sessions import digest
from runtime.db import db
from runtime.links import absolute
from runtime.times import now

SETUP, PASSWORD = "setup", "password"
LIFETIME = timedelta(days=7)


def has_admin() -> bool:
    """Whether somebody can administer already; then nothing may be set up any more."""
    return bool(db.session.scalar(select(exists().where(User.is_admin, User.active))))


def new_setup_link() -> str:
    """The address of the first set-up; an earlier one is void."""
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == SETUP, OneTimeLink.used_at.is_(None)))
    return absolute(f"/setup/{_new(SETUP, None)}")


def new_password_link(user: User) -> str:
    """The address where this user chooses a password; an earlier one is void."""
    db.session.execute(
        delete(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    )
    return absolute(f"/password/{_new(PASSWORD, user.id)}")


def _new(purpose: str, user_id: int | None) -> str:
    token = secrets.token_urlsafe(32)
    link = OneTimeLink(
        token_hash=digest(token), purpose=purpose, user_id=user_id, expires_at=now() + LIFETIME
    )
    db.session.add(link)
    db.session.flush()
    return token


def find(purpose: str, token: str) -> OneTimeLink | None:
    """The link of this token while it can be used."""
    return db.session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.purpose == purpose,
            OneTimeLink.token_hash == digest(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now(),
        )
    )


def use(link: OneTimeLink) -> bool:
    """Use the link up; False when somebody was faster.

    Every open link of the same purpose and user is used up with it, so that two links made at the same
    moment cannot both win: the second waits for the rows of the first and finds none left.
    """
    same = [OneTimeLink.purpose == link.purpose, OneTimeLink.used_at.is_(None)]
    if link.user_id is not None:
        same.append(OneTimeLink.user_id == link.user_id)
    used = db.session.scalars(
        update(OneTimeLink).where(*same).values(used_at=now()).returning(OneTimeLink.id)
    )
    return link.id in set(used)
