"""Labels an option in one language."""

from collections.abc import Sequence

from builder.commands import _choices
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, LOCALE, TEXT, retitled, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SetChoice:
    """Sets what an option is called in one language; an empty text removes that language."""

    name = "choice.set"
    kinds = ("form",)
    merges = True
    arguments = closed("field", "value", "locale", "text", field=KEY, value=KEY, locale=LOCALE, text=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/labels/{arguments['value']}/{arguments['locale']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key, value = work.open(target), arguments["field"], arguments["value"]
        schema = _choices.choice_in(form, key)
        _choices.index_of(schema, value)
        before = schema["fw"].get("labels", {}).get(value)
        _choices.set_label(schema, value, retitled(before, work, arguments["locale"], arguments["text"]))
        words = said(
            N_("An option of %(field)s is now called %(option)s"),
            field=title_of(form, key),
            option=_choices.label_of(schema, value),
        )
        return Done(words, select=f"field/{key}")


plugin = SetChoice()
