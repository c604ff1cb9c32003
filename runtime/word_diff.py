"""What differs between two texts, word by word; of scripts without blanks, sign by sign. Pure."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MOST = 3_000  # words that are compared; longer texts are compared line by line
ALIKE = 0.3  # below it what two texts share is chance
_WORDS = re.compile(r"[^\W\u2e80-\uffef]+|\s+|.", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Piece(NamedTuple):
    """A stretch of text that stands in both texts, in the old one or in the new one alone."""

    kind: Literal["same", "old", "new"]
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """Both texts in one: without the pieces that are new it is the old one, without those that are old the new one."""
    for parts in (_WORDS, _LINES):
        before, after = parts.findall(old), parts.findall(new)
        if max(len(before), len(after)) <= MOST:
            return _joined(before, after, old, new)
    return _whole(old, new)


def _joined(before: list[str], after: list[str], old: str, new: str) -> list[Piece]:
    matcher = SequenceMatcher(None, before, after)
    if matcher.ratio() < ALIKE:
        return _whole(old, new)
    found = []
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(before[start:end])))
            continue
        found += [Piece("old", "".join(before[start:end])), Piece("new", "".join(after[begin:stop]))]
    return [piece for piece in found if piece.text]


def _whole(old: str, new: str) -> list[Piece]:
    return [piece for piece in (Piece("old", old), Piece("new", new)) if piece.text]
