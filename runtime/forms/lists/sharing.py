"""Views for others are definitions of the app, which the builder makes: it opens its door here."""

from collections.abc import Sequence
from typing import Protocol

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.forms.lists.looks import Look


class Door(Protocol):
    """Publishes a view for everybody, or takes one out of force."""

    def share(self, user: User, form: Form, title: str, look: Look, key: str, roles: Sequence[str]) -> str:
        """The key of the view; `key` is empty for a new one. It is for these roles, or for everybody without any."""

    def retire(self, user: User, form: Form, key: str) -> None:
        """Nobody finds the view any more."""


DOORS: list[Door] = []


def may_share(user: User) -> bool:
    """Whether this person may make views for everybody."""
    return bool(DOORS) and access.can(user, "design", "platform")
