"""Sends a request to another system."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from runtime import documents, http, outbox, times
from runtime.automations import webhooks
from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import KEY
from runtime.automations.actions._people import values_for
from runtime.automations.models import WebhookCall
from runtime.errors import PermanentError
from runtime.fields import N_


class CallWebhook:
    """Posts the record's id and the chosen fields as JSON to an https address whose host the operator allows, signed,
    with a key that stays the same when it is tried again. Fields hidden from whoever started the run are left out.
    """

    name = "call_webhook"
    label = _l("Tell another system")
    icon = "webhook"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {
                "const": "call_webhook",
                "title": N_("Action"),
                "description": N_("Tell another system."),
            },
            "key": KEY,
            "url": {
                "type": "string",
                "maxLength": 500,
                "title": N_("Address"),
                "description": N_("Begins with https://; its host must be one that the operator allows."),
                "examples": ["https://hooks.example.com/orders"],
            },
            "fields": {
                "type": "array",
                "items": {"type": "string"},
                "maxItems": 100,
                "uniqueItems": True,
                "title": N_("Fields"),
                "description": N_("What it tells of the record besides its number."),
                "examples": [["name", "state"]],
            },
        },
        "required": ["type", "url"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Put the request into the outbox, once for the step; its row and its host are the result."""
        url = options["url"]
        host = http.host_of(url)
        if host not in webhooks.allowed():
            raise PermanentError(_("The operator does not allow requests to %(host)s.", host=host or url))
        call = WebhookCall(
            step_id=context.step_id,
            run_id=context.run.id,
            key=uuid4().hex,
            url=url,
            body=documents.dumps(_told(context, options)),
        )
        context.session.add(call)
        context.session.flush()
        outbox.put(context.session, webhooks.KIND, call.id)
        return {"webhook": call.id, "host": host}


def _told(context: ActionContext, options: Options) -> Mapping[str, Any]:
    known = _known(context)
    return {
        "app": context.automation.app,
        "automation": context.automation.key,
        "form": context.form.key,
        "record": {
            "id": context.run.record_id,
            **{key: known[key] for key in options.get("fields", ()) if key in known},
        },
        "at": times.iso(times.now()),
    }


def _known(context: ActionContext) -> Mapping[str, Any]:
    """What whoever started the run may see of the record, nothing when nobody did; all of it for one with its own
    rights.
    """
    user = context.actor.user
    seen = {} if user is None else values_for(context, user)[0]
    return {**seen, **context.values["record"]} if context.actor.trusted else seen


plugin = CallWebhook()
