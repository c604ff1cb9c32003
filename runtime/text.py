"""Texts in two languages and the key by which Chinese and English names are found."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Literal

Title = str | Mapping[str, str]

LOCALES = ("en", "zh")
_EDGES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"  # all that `str.strip` takes away
    "\u200b\u200c\u200d\u2060\ufeff"
)
# Of class 0 themselves, but made of combining marks once they are taken apart.
_MADE_OF_MARKS = {"NFC": "\u0f73\u0f75\u0f81", "NFKC": "\u0f73\u0f75\u0f81\uff9e\uff9f"}
_SHORT_RUN = 30


def in_all_languages(title: Title) -> list[str]:
    """Every text of a title."""
    return [title] if isinstance(title, str) else list(title.values())


def localized(title: Title, locale: str, default: str = "en") -> str:
    """The text of a title in `locale`, else in the app's default, else any there is."""
    if isinstance(title, str):
        return title
    return title.get(locale) or title.get(default) or next(filter(None, title.values()), "")


def clean_text(raw: str) -> str:
    """NFC text without blank edges (zero-width and no-break ones too); ValueError for NUL and lone surrogates."""
    if "\x00" in raw:
        raise ValueError("a NUL character")
    raw.encode("utf-8")
    return normalised(raw, "NFC").strip(_EDGES)


def normalised(text: str, form: Literal["NFC", "NFKC"]) -> str:
    """The text in this normal form, in linear time whatever the text.

    Python's normaliser takes quadratic time to sort a run of combining marks, unless it is sorted already.
    """
    if text.isascii():
        return text
    made_of_marks = _MADE_OF_MARKS[form]
    runs = groupby(text, lambda char: unicodedata.combining(char) > 0 or char in made_of_marks)
    parts = ("".join(run) if not marks else _sorted_marks("".join(run), form) for marks, run in runs)
    return unicodedata.normalize(form, "".join(parts))


def _sorted_marks(run: str, form: Literal["NFC", "NFKC"]) -> str:
    if len(run) <= _SHORT_RUN:
        return run
    apart = (unicodedata.normalize("NFD" if form == "NFC" else "NFKD", char) for char in run)
    return "".join(sorted("".join(apart), key=unicodedata.combining))


def search_key(*texts: str, limit: int = 1000) -> str:
    """What a quick search looks through: the lower-case texts, their pinyin and their pinyin initials."""
    words: list[str] = []
    for text in texts:
        plain = normalised(text, "NFKC").lower()
        words += [plain, *_pinyin(plain[:200])]
    return " ".join(dict.fromkeys(filter(None, words)))[:limit]


def spelled(text: str) -> str:
    """The text in lower case, Chinese in pinyin."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return next(iter(_pinyin(plain[:200])), plain)


@lru_cache(maxsize=20_000)
def _pinyin(text: str) -> tuple[str, ...]:
    if text.isascii():
        return ()
    # Here, because its dictionaries take a second and 55 MB, and many installations never need them.
    from pypinyin import Style, lazy_pinyin

    return (
        "".join(lazy_pinyin(text)),
        "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)),
    )
