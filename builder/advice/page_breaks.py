"""Page breaks with nothing before or behind them."""

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.definitions.layout import parse_layout
from runtime.errors import Problem


class PageBreaks:
    """A page break that ends no page, or begins none, changes nothing: a page without fields is left out."""

    name = "page_breaks"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        fields = document["properties"]
        told: list[str] = []
        tab, waiting, filled = "", "", False
        for section in parse_layout(document.get("fw", {}), fields):
            if section.tab != tab:
                told, tab, waiting, filled = [*told, *filter(None, [waiting])], section.tab, "", False
            for key in (cell.field for row in section.rows for cell in row if cell.field in fields):
                if fields[key]["fw"]["type"] != "page_break":
                    waiting, filled = "", True
                    continue
                told += [] if filled and not waiting else [key]
                waiting = key if filled and not waiting else waiting
        sentence = _("Nothing stands before this page break, or nothing behind it: it makes no page.")
        return [
            Problem(("properties", key, "fw"), "empty_page", sentence)
            for key in [*told, *filter(None, [waiting])]
        ]


plugin = PageBreaks()
