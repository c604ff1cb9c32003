"""The list: rows and columns."""

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import N_, Reader
from runtime.forms.lists.kinds._base import Kind, Shown
from runtime.forms.lists.listing import listing
from runtime.forms.lists.places import Asked


class ListKind(Kind):
    """The records as rows, their fields as columns."""

    name = "list"
    label = N_("List")
    icon = "list"
    rank = 1
    template = "records/_table.html"
    more = "records/_rows.html"
    scripts = ("cells.js",)

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return listing(user, form, asked, reader)


plugin = ListKind()
