"""Cleaning of typed text, safe against texts made to be slow or to look empty."""

import unicodedata

from runtime.text import clean_text, normalised

MAX_LENGTH = 100_000
_LOOKS_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_EMPTY_KINDS = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))


def cleaned(raw: str) -> str:
    """NFC text without blank edges, "" when nothing of it can be seen.

    Raises ValueError for NUL and lone surrogates, OverflowError(limit) for more than 100,000 characters.
    """
    if len(raw) > MAX_LENGTH:
        raise OverflowError(MAX_LENGTH)
    text = clean_text(raw)
    return "" if all(map(_invisible, text)) else text


def plain(text: str) -> str:
    """NFKC text for numbers, dates, phones and e-mails: full-width digits and signs become ordinary ones."""
    return normalised(text, "NFKC").replace("\u2212", "-").strip()


def _invisible(char: str) -> bool:
    return char in _LOOKS_EMPTY or "\ufe00" <= char <= "\ufe0f" or unicodedata.category(char) in _EMPTY_KINDS
