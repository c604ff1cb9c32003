"""Texts in two languages and the key by which Chinese and English names are found."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

Title = str | Mapping[str, str]

LOCALES = ("en", "zh")
_EDGES = "\u200b\u200c\u200d\u2060\ufeff"


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
    text = unicodedata.normalize("NFC", raw)
    stripped = text.strip().strip(_EDGES)
    while stripped != text:
        text, stripped = stripped, stripped.strip().strip(_EDGES)
    return text


def search_key(*texts: str, limit: int = 1000) -> str:
    """What a quick search looks through: the lower-case texts, their pinyin and their pinyin initials."""
    words: list[str] = []
    for text in texts:
        plain = unicodedata.normalize("NFKC", text).lower()
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
