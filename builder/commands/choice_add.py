"""Adds an option to a choice."""

from collections.abc import Sequence

from builder.commands import _choices
from builder.commands._adding import options_from
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._defaults import OPTION
from builder.commands._fields import KEY, LOCALE, TEXT, known_text, proposed_key, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddChoice:
    """Adds an option after the option `after`, or at the end; `text` is its label in `locale`."""

    name = "choice.add"
    kinds = ("form",)
    merges = False
    arguments = closed("field", field=KEY, text=TEXT, locale=LOCALE, after=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        schema = _choices.choice_in(form, key)
        known = [*schema["enum"], *schema["fw"].get("labels", {})]
        new = options_from([arguments.get("text", "")], work, arguments.get("locale", ""), known)
        if not new:
            title = known_text(OPTION, work, number=len(schema["enum"]) + 1)
            new = {proposed_key(title, known): title}
        value, label = next(iter(new.items()))
        after = arguments.get("after")
        at = _choices.index_of(schema, after) + 1 if after else len(schema["enum"])
        schema["enum"].insert(at, value)
        _choices.set_label(schema, value, label)
        _choices.refuse_too_many(schema)
        words = said(N_("Added the option %(option)s to %(field)s"), option=label, field=title_of(form, key))
        return Done(words, select=f"field/{key}")


plugin = AddChoice()
