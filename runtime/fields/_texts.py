"""Cleaning of typed text, safe against texts made to be slow or to look empty."""

import unicodedata

from runtime.text import clean_text

MAX_LENGTH = 100_000
# Sorting a run of combining marks is quadratic in Python's normaliser: 40,000 of them take 1.6 s.
MAX_MARKS = 10_000
_LOOKS_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_EMPTY_KINDS = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))


def cleaned(raw: str) -> str:
    """NFC text without blank edges, "" when nothing of it can be seen.

    Raises ValueError for NUL, lone surrogates and absurd runs of combining marks, OverflowError(limit)
    for more than 100,000 characters.
    """
    if len(raw) > MAX_LENGTH:
        raise OverflowError(MAX_LENGTH)
    if not raw.isascii():
        _refuse_long_runs(raw)
    text = clean_text(raw)
    return "" if all(map(_invisible, text)) else text


def plain(text: str) -> str:
    """NFKC text for numbers, dates, phones and e-mails: full-width digits and signs become ordinary ones."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def _invisible(char: str) -> bool:
    return char in _LOOKS_EMPTY or "\ufe00" <= char <= "\ufe0f" or unicodedata.category(char) in _EMPTY_KINDS


def _refuse_long_runs(raw: str) -> None:
    run = 0
    for char in raw:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MAX_MARKS:
            raise ValueError("too many combining marks in a row")
