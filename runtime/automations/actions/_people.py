"""People whom an action means, as messages name their recipients."""

from collections.abc import Mapping, Sequence
from typing import Any

from runtime.automations.actions._context import ActionContext
from runtime.fields import N_
from runtime.notifications import recipients
from runtime.notifications.recipients import Resolved

TO: Mapping[str, Any] = {
    "type": "array",
    "items": {"type": "object"},
    "minItems": 1,
    "maxItems": 50,
    "title": N_("To"),
    "examples": [[{"field": "owner"}, {"manager_of": "owner"}]],
}


def people(context: ActionContext, specs: Sequence[Mapping[str, Any]]) -> Resolved:
    """The people whom `specs` mean for the record of the run."""
    record = context.values["record"]
    return recipients.resolve(context.session, specs, context.form, record, record, context.actor.user)
