"""Saves fields as a group to use again."""

from collections.abc import Sequence
from copy import deepcopy

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEYS, LOCALE, TEXT, TITLE, copy_of, field_in, own_title, proposed_key
from builder.commands._layout import arrange, order
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_
from runtime.text import LOCALES

MAX_GROUPS = 100


class SaveGroup:
    """Keeps copies of fields, required if they are, in the order in which they are read, as a group of the app under
    a title: `title`, or one text for each language.
    """

    name = "group.save"
    kinds = ("form",)
    merges = False
    arguments = closed("fields", fields=KEYS, title=TITLE, locale=LOCALE, en=TEXT, zh=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = deepcopy(work.read(target))
        for key in arguments["fields"]:
            field_in(form, key, "fields")
        texts = {each: arguments.get(each, "") for each in LOCALES}
        title = own_title(arguments.get("title", texts), work, arguments.get("locale", ""))
        if not title:
            refuse("title", "required", _("A group needs a title."))
        groups = work.open(Target("app", work.app)).setdefault("field_groups", [])
        if len(groups) >= MAX_GROUPS:
            refuse("title", "limit", _("An app may have at most %(limit)s groups.", limit=MAX_GROUPS))
        keys = [key for key in order(arrange(form)) if key in arguments["fields"]]
        required = [key for key in keys if key in form.get("required", ())]
        groups.append(
            {
                "key": proposed_key(title, (group["key"] for group in groups), stem="group"),
                "title": title,
                "properties": {key: copy_of(form["properties"][key]) for key in keys},
                **({"required": required} if required else {}),
            }
        )
        words = said(N_("Saved %(number)s fields as the group %(group)s"), number=len(keys), group=title)
        return Done(words)


plugin = SaveGroup()
