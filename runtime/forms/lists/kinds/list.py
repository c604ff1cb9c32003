"""The list: rows and columns."""

from dataclasses import replace

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import N_, Reader
from runtime.forms.lists import grouping, totals, widths
from runtime.forms.lists.kinds._base import Kind, Part, Shown, colour_part
from runtime.forms.lists.listing import listing
from runtime.forms.lists.looks import Look
from runtime.forms.lists.places import Asked


class ListKind(Kind):
    """The records as rows, their fields as columns."""

    name = "list"
    label = N_("List")
    icon = "list"
    rank = 1
    template = "records/_table.html"
    more = "records/_rows.html"
    scripts = ("cells.js", "widths.js", "older.js")
    parts = (Part("group_by", N_("Group by"), grouping.fits), colour_part())

    def settled(self, form: Form, look: Look, hidden: frozenset[str]) -> Look:
        found = super().settled(form, look, hidden)
        told = totals.settled(form, look.figures, hidden)
        return replace(
            found,
            period=grouping.period(form, replace(found, period=look.period)),
            figures=told,
            widths=widths.settled(form, look.widths, hidden),
            frozen=widths.frozen(look.frozen),
        )

    def order(self, form: Form, look: Look, hidden: frozenset[str]) -> str:
        return grouping.order(form, look, hidden)

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return listing(user, form, asked, reader)


plugin = ListKind()
