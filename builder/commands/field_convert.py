"""Puts a field of another type in the place of a published one, to which stored values will be brought."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from builder import converting
from builder.commands import _retyping
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import (
    KEY,
    SWITCH,
    TEXT,
    is_on,
    languages,
    own_field,
    proposed_key,
    taken_keys,
    title_of,
)
from builder.commands._renaming import is_published, rename_field
from builder.commands._workspace import Target, Workspace
from runtime.definitions.documents import parse_field
from runtime.fields import N_
from runtime.text import Title, localized


class ConvertField:
    """Makes a new field of `type` that takes the place, the titles and the rules of `field`; `options` are the
    choices of a type that has some. Publishing converts what is stored. With `keep` the old field stays as
    “… (old)”, hidden from the form; without, it leaves the form and its column stays.
    """

    name = "field.convert"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "field",
        "type",
        field=KEY,
        type=KEY,
        keep=SWITCH,
        options={"type": "array", "items": TEXT, "maxItems": _retyping.MAX_OPTIONS},
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, old_key, name = work.open(target), arguments["field"], arguments["type"]
        old = deepcopy(own_field(form, old_key))
        if not is_published(work, target, old_key):
            refuse(
                "field", "unpublished", _("Nothing is stored in this field yet: change its type directly.")
            )
        if name not in [each.name for each in converting.targets(parse_field(old_key, old))]:
            refuse("type", "unfit", _("Values of this field cannot become that type."))
        new = _retyping.retyped(old_key, old, name, work, target, list(arguments.get("options", ())))
        key = proposed_key(old_key, taken_keys(work, target))
        rename_field(work, target, old_key, key)
        form = work.open(target)
        form["properties"][key] = new | {"fw": new["fw"] | {"converted_from": old_key}}
        if is_on(arguments.get("keep", False)):
            _keep(form, old_key, old, key, work)
        return Done(
            said(N_("Changed the type of %(field)s"), field=title_of(form, key)), select=f"field/{key}"
        )


def _keep(form: dict[str, Any], key: str, old: dict[str, Any], after: str, work: Workspace) -> None:
    """The old field behind the new one, called old, and hidden by a rule that leaves its values alone."""
    old["fw"] = {**old["fw"], "title": _old_title(old["fw"].get("title", key), work)}
    old.pop("default", None)
    old["fw"].pop("initial", None)
    _put_after(form, key, old, after)
    rules = form.setdefault("fw", {}).setdefault("rules", [])
    name = proposed_key(f"old_{key}", [rule.get("key", "") for rule in rules])
    rules.append({"key": name, "when": {}, "then": {"hide": [key]}, "hidden_value": "keep"})


def _put_after(form: dict[str, Any], key: str, schema: dict[str, Any], after: str) -> None:
    items = list(form["properties"].items())
    at = [name for name, _schema in items].index(after) + 1
    form["properties"] = dict([*items[:at], (key, schema), *items[at:]])


def _old_title(title: Title, work: Workspace) -> dict[str, str]:
    texts: dict[str, str] = {}
    for locale in languages(work):
        with force_locale(locale):
            texts[locale] = str(_("%(field)s (old)", field=localized(title, locale)))
    return texts


plugin = ConvertField()
