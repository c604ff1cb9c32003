"""Makes options of pasted lines."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _choices
from builder.commands._adding import options_from
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._choices import Schema
from builder.commands._defaults import has_first_options
from builder.commands._fields import KEY, LOCALE, SWITCH, is_on, languages, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_
from runtime.text import Title, localized

LINES = {"type": "string", "maxLength": 200_000}


class PasteChoices:
    """Adds an option for each of the lines, labelled in `locale`; with `replace`, and in a choice that still
    has the options it began with, they are all there are.
    A line that says what an option is called already is that option.
    """

    name = "choice.paste"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "lines", field=KEY, lines=LINES, replace=SWITCH, locale=LOCALE)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/enum",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        schema, locale = _choices.choice_in(form, key), arguments.get("locale") or languages(work)[0]
        options = _options(schema, arguments["lines"].splitlines(), work, locale)
        if not options:
            refuse("lines", "empty", _("There is no text in these lines."))
        if is_on(arguments.get("replace", has_first_options(schema, work))):
            for value in [value for value in schema["enum"] if value not in options]:
                _choices.drop(work, target, key, schema, value)
            schema["enum"] = list(options)
        else:
            schema["enum"] += [value for value in options if value not in schema["enum"]]
        for value, label in options.items():
            _choices.set_label(schema, value, label)
        _choices.refuse_too_many(schema)
        words = said(
            N_("%(field)s has %(count)s options now"), field=title_of(form, key), count=len(schema["enum"])
        )
        return Done(words, select=f"field/{key}")


def _options(schema: Schema, lines: Sequence[str], work: Workspace, locale: str) -> dict[str, Title]:
    """Values and labels of the lines; those known already by the value that they have."""
    named = {localized(_choices.label_of(schema, value), locale): value for value in schema["enum"]}
    fresh = options_from(lines, work, locale, [*schema["enum"], *schema["fw"].get("labels", {})])
    found: dict[str, Title] = {}
    for value, label in fresh.items():
        known = named.get(localized(label, locale))
        found[known or value] = _choices.label_of(schema, known) if known else label
    return found


plugin = PasteChoices()
