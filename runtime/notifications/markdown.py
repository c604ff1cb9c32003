"""Markdown of messages: a value that stays text inside it, and how it looks as HTML and as plain text."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = ("http", "https", "mailto")

_ATTRIBUTES = {"a": {"href"}}
_TAGS = {
    *("p", "br", "hr", "strong", "em", "code", "pre", "blockquote"),
    *("a", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"),
}
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_GAP = re.compile(r"\n{3,}")
_LINE_END = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*")

# No HTML of the author's, no images: a picture from elsewhere tells its server who reads.
_parser = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_inline", "html_block"])


def escaped(text: str) -> str:
    """The text so that Markdown shows it as it is: every sign escaped, line ends kept as line breaks."""
    lines = _LINE_END.split(text.strip())
    return "\\\n".join(_PUNCTUATION.sub(r"\\\1", line) for line in lines)


def address(url: str) -> str:
    """Our own link, for `[text](…)` as well as alone."""
    return f"<{quote(url, safe=':/?#&=%+,;@._~-')}>"


def html(body: str) -> str:
    """The Markdown as HTML fit for a page or a mail: few tags, links only to the web and to mail."""
    return nh3.clean(
        _parser.render(body),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=set(SCHEMES),
        url_relative="deny",
        link_rel="noopener noreferrer",
    )


def plain(body: str) -> str:
    """The Markdown as text without signs, for mail readers that show no HTML; links follow their words."""
    blocks: list[str] = []
    mark, tight = "", False
    for token in _parser.parse(body):
        if token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else "- "
        elif token.type == "paragraph_open":
            tight = token.hidden
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            blocks.append("\n")
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.rstrip("\n") + "\n\n")
        elif token.type == "inline":
            blocks.append(mark + _words(token.children or []) + ("\n" if tight else "\n\n"))
            mark, tight = "", False
    return _GAP.sub("\n\n", "".join(blocks)).strip()


class Outline(NamedTuple):
    """The words of each link, blank for one that has none, and the level of each heading."""

    links: tuple[str, ...]
    headings: tuple[int, ...]


def outline(body: str) -> Outline:
    """What a Markdown text has of links and headings, in its order."""
    tokens = _parser.parse(body)
    headings = tuple(int(token.tag[1:]) for token in tokens if token.type == "heading_open")
    inside = [token.children or [] for token in tokens if token.type == "inline"]
    return Outline(tuple(words for children in inside for words in _linked(children)), headings)


def _linked(tokens: list[Token]) -> Iterator[str]:
    words: str | None = None
    for token in tokens:
        if token.type == "link_open":
            words = ""
        elif token.type == "link_close":
            yield (words or "").strip()
            words = None
        elif words is not None:
            words += token.content


def _words(tokens: list[Token]) -> str:
    words, target = "", ""
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            words += "\n"
        elif token.type == "link_open":
            target = "" if token.markup == "autolink" else str(token.attrGet("href"))
        elif token.type == "link_close":
            words += f" ({target})" if target.partition(":")[0].lower() in SCHEMES else ""
        else:
            words += token.content
    return words
