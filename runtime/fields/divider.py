"""The divider: a line between fields."""

from runtime.fields._base import N_
from runtime.fields._layout import LayoutField


class DividerField(LayoutField):
    """A line across the form that sets fields apart; it holds no value, and its title is for designers only."""

    name = "divider"
    label = N_("Divider")
    icon = "separator"
    template = "fields/divider.html"


plugin = DividerField()
