"""Writes a comment on the record that started the automation."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from runtime import comments
from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import KEY
from runtime.automations.actions._people import TO, people
from runtime.errors import PermanentError
from runtime.fields import N_
from runtime.records import query


class AddComment:
    """Writes in the name of whoever started the run, who must be able to read the record, and tells people. Its text is
    fixed, and says nothing of them: a value of the record would be read by some who may not see its field.
    """

    name = "add_comment"
    label = _l("Add a comment")
    icon = "message-plus"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {"const": "add_comment", "title": N_("Action"), "description": N_("Add a comment.")},
            "key": KEY,
            "text": {
                "type": "string",
                "minLength": 1,
                "maxLength": 2000,
                "title": N_("Text"),
                "description": N_("What it says, in Markdown; a name after an @ mentions that person."),
                "examples": ["Please look at this."],
            },
            "to": {
                **TO,
                "minItems": 0,
                "description": N_("Who is told of it besides, without being named in it."),
            },
        },
        "required": ["type", "text"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Write the comment; its id, and whom it mentions or is told besides, is the result."""
        user = context.actor.user
        if user is None:
            raise PermanentError(_("There is nobody in whose name it could be written."))
        record = query.get(context.onlooker or user, context.form, context.run.record_id)
        told = people(context, options["to"]).recipients if options.get("to") else []
        besides = [each.user.id for each in told]
        said = comments.read(context.form, record, options["text"], besides=besides)
        comment = comments.write(user, context.form, record, said)
        return {"comment": comment.id, "recipients": [each.id for each in said.mentioned]}


plugin = AddComment()
