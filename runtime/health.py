"""Who is alive: workers and clocks write heartbeats, `health` reads them for /healthz."""

import logging
import os
import socket
from datetime import datetime, timedelta
from time import monotonic

from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import String, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from runtime import bell
from runtime.db import Base, Moment, db, transaction
from runtime.times import now

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
SILENT_AFTER = timedelta(seconds=60)  # later than this, a role counts as not running
FORGET_AFTER = timedelta(days=1)


class Heartbeat(Base):
    """The last sign of life of one process: its role (worker, clock) and its host and pid."""

    __tablename__ = "heartbeats"

    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    process: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


def beat(role: str) -> bool:
    """Note that this process lives, at most every five seconds; True when it was written."""
    beats: dict[str, float] = current_app.extensions.setdefault("heartbeats", {})
    if monotonic() - beats.get(role, -BEAT_SECONDS) < BEAT_SECONDS:
        return False
    try:
        with transaction() as session:
            session.merge(Heartbeat(role=role, process=_process(), at=now()))
            session.execute(delete(Heartbeat).where(Heartbeat.at < now() - FORGET_AFTER))
    except SQLAlchemyError as error:
        log.warning("heartbeat of the %s: %s", role, error)
        return False
    finally:
        db.session.remove()
    beats[role] = monotonic()
    return True


def _process() -> str:
    return f"{socket.gethostname()[:100]}:{os.getpid()}"


def health() -> tuple[bool, dict[str, str]]:
    """Whether all is well, and a word for each part: "ok", or what is wrong with it."""
    try:
        db.session.rollback()
        found = {"database": "ok", **{role: _role(db.session(), role) for role in ("worker", "clock")}}
    except SQLAlchemyError:
        db.session.rollback()
        found = {"database": "unreachable", "worker": "unknown", "clock": "unknown"}
    found["redis"] = _redis()
    return all(word == "ok" for word in found.values()), found


def _role(session: Session, role: str) -> str:
    last = session.scalar(select(func.max(Heartbeat.at)).where(Heartbeat.role == role))
    if last is None:
        return "never started"
    return "ok" if now() - last < SILENT_AFTER else "silent"


def _redis() -> str:
    try:
        bell.queue().connection.ping()
    except (RedisError, OSError):
        return "unreachable"
    return "ok"
