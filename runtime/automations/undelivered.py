"""Tells who answers for an automation that a message of it could not be delivered."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.automations import owners
from runtime.automations.models import Run
from runtime.notifications.channels import CHANNELS
from runtime.notifications.markdown import escaped
from runtime.notifications.models import Delivery


def tell(session: Session, delivery: Delivery) -> None:
    """Put a notice into the inbox of the rule's owner, once for each delivery however often it is given up."""
    if delivery.run_id is None:  # somebody mentioned somebody: the inbox has it anyway
        return
    run = session.get_one(Run, delivery.run_id)

    def body(run: Run, locale: str) -> str:
        text = _(
            "A message of “%(title)s” to %(who)s by %(channel)s was given up. The last reason: %(reason)s",
            title=owners.title(run, locale),
            who=escaped(session.get_one(User, delivery.user_id).name),
            channel=CHANNELS[delivery.channel].label,
            reason=escaped(delivery.reason),
        )
        return str(text)

    owners.tell(session, run, _subject, body, once=f"delivery:{delivery.id}")


def _subject(run: Run, locale: str) -> str:
    return str(_("A message of “%(title)s” could not be delivered", title=owners.title(run, locale)))
