"""Names a field in one language."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import (
    KEY,
    LOCALE,
    SWITCH,
    TEXT,
    field_in,
    is_on,
    proposed_key,
    retitled,
    taken_keys,
    title_of,
)
from builder.commands._renaming import is_published, rename_field
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class TitleField:
    """Sets the title of a field in one language; an empty text removes that language. With `rekey`, a field
    that was never published gets a key that fits its new title.
    """

    name = "field.title"
    kinds = ("form",)
    merges = True
    arguments = closed("field", "locale", "text", field=KEY, locale=LOCALE, text=TEXT, rekey=SWITCH)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/title/{arguments['locale']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        own = field_in(form, key)["fw"]
        title = retitled(own.get("title"), work, arguments["locale"], arguments["text"])
        own.pop("title", None) if title is None else own.update(title=title)
        follows = is_on(arguments.get("rekey", False)) and "." not in key  # a column keeps its key
        if title and follows and not is_published(work, target, key):
            key = _rekeyed(work, target, key)
        words = said(N_("The field is now called %(field)s"), field=title_of(form, key))
        return Done(words, select=f"field/{key}")


def _rekeyed(work: Workspace, target: Target, key: str) -> str:
    proposed = proposed_key(title_of(work.read(target), key), taken_keys(work, target) - {key})
    if proposed != key:
        rename_field(work, target, key, proposed)
    return proposed


plugin = TitleField()
