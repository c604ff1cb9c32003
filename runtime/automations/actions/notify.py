"""Sends a message to people over channels."""

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from runtime import access, links, times
from runtime.accounts.models import User
from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import KEY
from runtime.automations.actions._people import TO, people, values_for
from runtime.definitions import lookup
from runtime.definitions.documents import MessageDoc
from runtime.fields import N_, Reader
from runtime.notifications import beside, deliveries, messages, only
from runtime.notifications.channels import CHANNELS
from runtime.notifications.deliveries import Content, Source
from runtime.notifications.messages import Through
from runtime.notifications.names import ReadersNames
from runtime.records import query
from runtime.text import localized

DEFAULT_CHANNELS = ("inbox",)


class Notify:
    """Renders a message for each recipient in his language and makes a delivery over each channel."""

    name = "notify"
    label = _l("Send a message")
    icon = "send"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {"const": "notify", "title": N_("Action"), "description": N_("Send a message.")},
            "key": KEY,
            "message": {
                "type": "string",
                "title": N_("Message"),
                "description": N_("The message of this app that is sent."),
                "examples": ["visit_due"],
            },
            "to": {
                **TO,
                "description": N_("A field, the manager of a person, a role, who started it; as to or cc."),
                "examples": [[{"field": "owner"}, {"manager_of": "owner", "as": "cc"}]],
            },
            "channels": {
                "type": "array",
                "items": {"type": "string"},
                "minItems": 1,
                "uniqueItems": True,
                "title": N_("Channels"),
                "description": N_("The ways it goes; the inbox when absent."),
                "examples": [["inbox", "email"]],
            },
        },
        "required": ["type", "message", "to"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Make the deliveries; how many, and who was left out and why, is the result."""
        message = lookup.message(context.automation.app, options["message"])
        record, found = context.values["record"], people(context, options["to"])
        channels = [name for name in options.get("channels", DEFAULT_CHANNELS) if name in CHANNELS]
        source = Source(context.step_id, context.run.id, context.run.form_id, context.run.record_id)
        seen = beside.of(message, context.form, record)
        with access.departments_read_once():
            for user, part in found.recipients:
                content = _content(context, message, user, seen.seen_by(user))
                deliveries.make(context.session, source, user, content, channels, part=part)
        return {
            "message": message.key,
            "recipients": [user.id for user, _part in found.recipients],
            "left_out": [{"recipient": each.source, "reason": each.reason} for each in found.skipped],
        }


def _content(context: ActionContext, message: MessageDoc, user: User, through: Through) -> Content:
    """The message as this person reads it: his language, his zone, the titles that he may read; `through` references
    what he may see.
    """
    info = lookup.app_info(context.automation.app)
    path = f"/apps/{info.key}/forms/{context.form.key}/{context.run.record_id}/"
    known, unseen = values_for(context, user)
    system = {key: each for key, each in context.values["record"].items() if key not in context.form.fields}
    with force_locale(user.locale):
        values = messages.context_for(
            context.form,
            known,
            record=_record(context, user, path),
            starter=context.actor.user.name if context.actor.user else "",
            recipient=user.name,
            app=localized(info.title, user.locale, info.default_locale),
            today=times.today(context.form.zone),
            reader=Reader(user.locale, user.zone or context.form.zone),
            names=ReadersNames(info.key, user),
            through=through,
            holding=only.holding(
                message, {**system, **known}, access.facts(user), unseen, zone=context.form.zone
            ),
        )
        text = messages.render(message, user.locale, values, default=info.default_locale)
    return Content(text.subject, text.body, path, user.locale)


def _record(context: ActionContext, user: User, path: str) -> messages.Record:
    record_id = context.run.record_id
    title = query.title_for(user, context.form, record_id)
    return messages.Record(record_id, title, links.absolute(path))


plugin = Notify()
