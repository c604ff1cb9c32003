"""Formatted text: which HTML it may hold, and the same as plain text."""

import html
import re
from html.parser import HTMLParser

import nh3

_TAGS = {
    "div",
    "p",
    "br",
    "strong",
    "b",
    "em",
    "i",
    "del",
    "s",
    "a",
    "h1",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "li",
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_HTML = re.compile(r"<(?:div|p|h1|blockquote|pre|ul|ol|br|strong|b|em|i|del|s|a)\b", re.I)
_BLOCKS = frozenset(("div", "p", "h1", "blockquote", "pre", "ul", "ol", "li"))
_GAPS = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """The HTML with what is allowed of it: a few tags, links to the web, to mail and telephones; no attributes else."""
    return nh3.clean(
        text,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer",
    )


def is_html(text: str) -> bool:
    """Whether a text is meant as HTML: it begins with a tag that formatted text begins with."""
    return _HTML.match(text) is not None


def of_plain(text: str) -> str:
    """Plain text as HTML."""
    lines = (html.escape(line, quote=False) for line in text.split("\n"))
    return clean(f"<div>{'<br>'.join(lines)}</div>")


def plain(text: str) -> str:
    """HTML as text: a line for each line and item."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = "".join(reader.parts).replace("\xa0", " ").split("\n")
    return _GAPS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _BLOCKS:
            self._break()
        if tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def _break(self) -> None:
        if self.parts and not self.parts[-1].endswith(("\n", "- ")):
            self.parts.append("\n")
