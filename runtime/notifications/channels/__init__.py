"""The ways out of the product, one file a channel.

A plug-in has `name`, `label`, `icon`, `settings` (the JSON Schema of what an administrator sets), `instant`
(`send` is a database step inside the transaction that makes the delivery) and `repeatable` (a sending that a
crash cut short may be done again). `hindrance(user)` says in a word why a person cannot be reached, empty when
he can; `address(user)` is where; `send` raises TemporaryError, AwayError or PermanentError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.registry import Registry


@dataclass(frozen=True)
class Letter:
    """What one person is sent: rendered, in his language. `body` is Markdown; `message_id` stays the same
    however often it is sent.
    """

    delivery_id: int
    user_id: int
    name: str
    address: str
    subject: str
    body: str
    link: str
    locale: str
    message_id: str


class Channel(Protocol):
    """What every channel has."""

    name: str
    label: Any
    icon: str
    settings: Mapping[str, Any]
    instant: bool
    repeatable: bool

    def hindrance(self, user: User) -> str: ...
    def address(self, user: User) -> str: ...
    def send(self, letter: Letter, session: Session) -> None: ...


CHANNELS: Registry[Channel] = Registry(__name__)
