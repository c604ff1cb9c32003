"""People whom an action means, as messages name their recipients, and what they may be told of the record."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from runtime import access
from runtime.accounts.models import User
from runtime.automations import context as contexts
from runtime.automations.actions._context import ActionContext
from runtime.fields import N_
from runtime.notifications import recipients
from runtime.notifications.recipients import Resolved
from runtime.records import lookups, rows

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


def values_for(context: ActionContext, user: User) -> tuple[Mapping[str, Any], Set[str]]:
    """The record's values as the run knows them: those that this person may see, here and through references; and
    what of the record he may not see, its owner too.
    """
    known, hidden = context.values["record"], access.fields(user, context.form).hidden
    values = {key: known[key] for key in context.form.fields if key in known}
    stored = contexts.stored(context.form, context.run.record_id)
    if stored is None:  # it was deleted, which may be what the message is about
        return rows.seen(values, hidden), access.untold(context.form, hidden)
    shown = lookups.shown(user, context.form, [replace(stored, values=values)])[0]
    return (seen := shown.without(hidden)).values, access.untold(context.form, hidden) | seen.unseen
