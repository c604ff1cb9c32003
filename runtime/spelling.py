"""By what texts follow each other: letters without capitals and accents, Chinese by its pinyin, numbers by their size.

The key of a text is stored beside it (decision 12), so both databases give one order, and an index serves it. Two texts
have the same key only where they are the same: groups of a list and the cursors of its pages go by keys.
"""

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

from runtime.text import normalised

LETTERS = 160  # of a key: what decides of two texts that differ early
WHOLE = 40  # characters of a text that stand behind its letters; of a longer one a digest stands there
LONGEST = LETTERS + 1 + WHOLE
READ = 200  # characters of a text that are looked at for its letters

_CHINESE = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PARTS = re.compile(rf"(?P<number>[0-9]+)|(?P<chinese>[{_CHINESE}]+)")
_BLANKS = re.compile(r"[\x00-\x20\x7f]+")
_DIGITS = 40  # of one number
_ACCENTS = re.compile("[\u0300-\u036f]+")
# As names of people these are read otherwise than elsewhere.
_SURNAMES = {
    "万俟": "mo4 qi2", "尉迟": "yu4 chi2", "单于": "chan2 yu2", "长孙": "zhang3 sun1", "曾": "zeng1", "单": "shan4",
    "仇": "qiu2", "区": "ou1", "任": "ren2", "华": "hua4", "解": "xie4", "查": "zha1", "盖": "ge3", "朴": "piao2",
    "乐": "yue4", "翟": "zhai2", "缪": "miao4", "覃": "qin2", "冼": "xian3", "种": "chong2", "纪": "ji3", "燕": "yan1",
    "尹": "yin3", "曲": "qu1", "宁": "ning4", "卜": "bu3", "石": "shi2", "葛": "ge3", "幺": "yao1", "召": "shao4",
}  # fmt: skip


def order_key(text: str) -> str:
    """By what the text follows others, code point by code point; at most `LONGEST` characters."""
    letters = _letters(text[:READ])[:LETTERS]
    return letters if letters == text else f"{letters}\x01{_whole(text)}"


def name_key(name: str) -> str:
    """The same of the name of a person: as a surname a character may be read otherwise."""
    for surname, spelled in _SURNAMES.items():
        if name.startswith(surname):
            own = zip(surname, spelled.split(), strict=True)
            begin = "".join(f"{syllable}{character}" for character, syllable in own)
            letters = f"{begin}{_letters(name[len(surname) : READ])}"[:LETTERS]
            return f"{letters}\x01{_whole(name)}"
    return order_key(name)


def _whole(text: str) -> str:
    if len(text) <= WHOLE:
        return text
    digest = sha256(text.encode()).hexdigest()[:16]
    return f"{text[: WHOLE - len(digest)]}{digest}"


def _letters(text: str) -> str:
    plain = _BLANKS.sub(" ", text if text.isascii() else _plain(text)).lower()
    return _PARTS.sub(_spelled, plain)


def _plain(text: str) -> str:
    """One way of writing, without capitals and accents."""
    whole = normalised(text, "NFKC").casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", whole)))


def _spelled(found: re.Match[str]) -> str:
    return _number(found[0]) if found.lastgroup == "number" else _pinyin(found[0])


def _number(digits: str) -> str:
    """A number: how long it is, then its digits, so that 9 stands before 10."""
    number = digits.lstrip("0")[:_DIGITS] or "0"
    return f"{chr(ord('0') + len(number))}{number}"


@lru_cache(maxsize=20_000)
def _pinyin(text: str) -> str:
    """Each character behind its syllable and tone: those that sound alike stay apart."""
    # Here, because its dictionaries take a second and 55 MB, and many installations never need them.
    from pypinyin import Style, lazy_pinyin

    def read(some: str) -> list[str]:
        return lazy_pinyin(some, style=Style.TONE3, neutral_tone_with_five=True)

    syllables = read(text)
    if len(syllables) != len(text):  # what no dictionary knows is read with what stands beside it
        syllables = ["".join(read(character)) for character in text]
    return "".join(f"{syllable}{character}" for syllable, character in zip(syllables, text, strict=True))
