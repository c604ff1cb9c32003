"""The heading: a title between fields."""

from runtime.fields._base import N_
from runtime.fields._layout import LayoutField


class HeadingField(LayoutField):
    """A title and an explaining text between fields; it holds no value."""

    name = "heading"
    label = N_("Heading")
    icon = "heading"
    template = "fields/heading.html"


plugin = HeadingField()
