"""The page break: where a form goes on on another page."""

from runtime.fields._base import N_
from runtime.fields._layout import LayoutField


class PageBreakField(LayoutField):
    """What follows stands on the next page, where a form is filled page by page, and where a record is printed; on
    one page it is a line. It holds no value, and its title is for designers only.
    """

    name = "page_break"
    label = N_("Page break")
    icon = "page-break"
    template = "fields/page_break.html"


plugin = PageBreakField()
