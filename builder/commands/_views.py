"""What commands on views share."""

from collections.abc import Mapping, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from builder.commands._base import refuse
from builder.commands._fields import Form
from builder.commands._workspace import Target, Workspace
from builder.commands.list_move import listed
from runtime.definitions.documents import Document
from runtime.fields import N_
from runtime.forms.lists.kinds import KINDS
from runtime.text import LOCALES, Title

NAMES: Mapping[str, str] = {
    "title": N_("Title"),
    "kind": N_("Kind"),
    "columns": N_("Columns"),
    "sort": N_("Order"),
    "limits": N_("Limits"),
    "period": N_("Stretches of time"),
    "figures": N_("Figures"),
    "layer": N_("Beside the days"),
    "roles": N_("Whom it is for"),
    **{part.name: part.label for kind in KINDS.values() for part in kind.parts},
}


def named(name: str) -> Title:
    """What people call a setting of a view, in every language."""
    told = {}
    for locale in LOCALES:
        with force_locale(locale):
            told[locale] = str(_(NAMES[name]))
    return told


def form_of(work: Workspace, view: Document) -> Form:
    """The form whose records a view shows; one without fields when there is none."""
    target = Target("form", str(view.get("form")))
    found: Form = work.read(target) if target in work.documents else {"properties": {}}
    return found


def columns_of(work: Workspace, view: Document) -> list[str]:
    """The columns of a view: its own, else those of the list."""
    return list(view.get("columns", ())) or listed(form_of(work, view))


def moved(order: Sequence[str], item: str, by: int, argument: str) -> list[str]:
    """The things in the order with this one `by` places further; it stops at the ends."""
    if item not in order:
        refuse(argument, "unknown", _("There is nothing here."))
    at = order.index(item)
    rest = [each for each in order if each != item]
    rest.insert(min(max(at + by, 0), len(order) - 1), item)
    return rest
