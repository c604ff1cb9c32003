"""The inbox of the product: a notice in the transaction that makes the delivery, so exactly once."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.notifications.channels import Letter
from runtime.notifications.models import Notice


class Inbox:
    """Reaches every person who can sign in."""

    name = "inbox"
    label = _l("Inbox")
    icon = "inbox"
    instant = True
    repeatable = True
    settings: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def hindrance(self, user: User) -> str:
        """Nothing hinders."""
        return ""

    def address(self, user: User) -> str:
        """The person is the address."""
        return str(user.id)

    def send(self, letter: Letter, session: Session) -> None:
        """Put the notice into the inbox."""
        session.add(
            Notice(
                delivery_id=letter.delivery_id,
                user_id=letter.user_id,
                subject=letter.subject,
                body=letter.body,
                link=letter.link,
            )
        )


plugin = Inbox()
