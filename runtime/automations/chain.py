"""The limits of a chain: automations that start automations, counted from the change a person made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select

from runtime.db import db
from runtime.errors import PermanentError
from runtime.records.models import Event

MAX_DEPTH = 8
MAX_RECORDS = 1_000

_WRITTEN = select(func.count()).where(Event.root_id == bindparam("root_id"), Event.origin == "automation")

_silent: ContextVar[bool] = ContextVar("automations_silent", default=False)


@contextmanager
def silence(on: bool) -> Iterator[None]:
    """Changes written inside start no automations (an action's `triggers: false`); timers still follow."""
    token = _silent.set(on)
    try:
        yield
    finally:
        _silent.reset(token)


def is_silent() -> bool:
    """Whether the change being written now is to start no automations."""
    return _silent.get()


@dataclass
class Budget:
    """How many records the chain of a root event may still write."""

    left: int

    def spend(self) -> None:
        """Count a record that is about to be written; PermanentError when the chain wrote enough."""
        if self.left <= 0:
            raise PermanentError(
                _("Stopped: this chain of automations wrote %(limit)s records.", limit=MAX_RECORDS)
            )
        self.left -= 1


def budget(root_id: int | None) -> Budget:
    """What is left of the chain's budget in this transaction."""
    if root_id is None:
        return Budget(MAX_RECORDS)
    return Budget(MAX_RECORDS - (db.session.scalar(_WRITTEN, {"root_id": root_id}) or 0))


def too_deep() -> str:
    """The reason of a run that the limit of depth stopped."""
    return str(_("Stopped: automations started each other %(limit)s times.", limit=MAX_DEPTH))
