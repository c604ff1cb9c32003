"""In which encoding a text was written: told from its bytes, since no file says it. Pure.

Nearly every byte is a letter in Windows-1252, and most pairs of bytes are a character in GB18030, so that being
readable proves nothing: of what can be read, that counts in which most characters are usual ones.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from runtime.sizes import MEGABYTE

LOOKED_AT = 4 * MEGABYTE  # at the beginning; where all of that is ASCII, the usual encoding will do
JUDGED = 256 * 1024  # from the first line on that is not ASCII
SAMPLE, SAMPLE_LENGTH = 3, 60  # lines that show what an encoding makes of a text, and their characters
LONGEST = 4  # bytes of a character
NAMES = {
    "utf-8-sig": "UTF-8",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
}
CHOICES = ("utf-8-sig", "gb18030", "big5hkscs", "cp1252")
_WESTERN = frozenset("äöüßéèêëáàâãåæçñíìîïóòôõøúùûýÿœšžÄÖÜÉÈÊÁÀÂÃÅÆÇÑÍÓÔÕØÚŒŠŽ€£§°–—‘’“”…·«»¡¿ªº²³½®™")
_OTHERS = re.compile(r"[^\x00-\x7f]+")
_NONE = re.compile(r"\x00")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # where everything can be read
_HIGH = re.compile(rb"[\x80-\xff]")


def found(file: BinaryIO) -> str:
    """The encoding in which the whole text can be read and seems to be written; empty for none."""
    file.seek(0)
    start = file.read(LOOKED_AT)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16" if reads(file, "utf-16") else ""
    if reads(file, "utf-8-sig"):
        return "utf-8-sig"
    likely = max(_USUAL, key=lambda name: _share(start, name))
    # A text that is not Chinese may be damaged; one that is would be read as something else altogether.
    wanted = (likely, "gb18030") if likely == "cp1252" else (likely,)
    return next((name for name in wanted if reads(file, name)), "")


def reads(file: BinaryIO, encoding: str) -> bool:
    """Whether the whole text can be read so, and is a text."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    refused = _CONTROLS if encoding == "cp1252" else _NONE
    try:
        while piece := file.read(MEGABYTE):
            if refused.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def samples(file: BinaryIO) -> dict[str, str]:
    """What the encodings that can be chosen make of some lines; nothing where all of them make the same."""
    file.seek(0)
    start = file.read(LOOKED_AT)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return {}
    lines = list(islice(_lines(start), SAMPLE))
    return {name: " · ".join(_around(line, name) for line in lines) for name in CHOICES} if lines else {}


def _lines(start: bytes) -> Iterator[bytes]:
    """The lines that are not ASCII, as much of each as can be shown. A pattern for whole lines would read a long one
    anew from each of its bytes.
    """
    found = _HIGH.search(start)
    while found is not None:
        ends = (start.find(mark, found.end()) for mark in (b"\r", b"\n"))
        end = min((each for each in ends if each >= 0), default=len(start))
        yield start[_begin(start, found.start()) : min(end, found.start() + LONGEST * SAMPLE_LENGTH)]
        found = _HIGH.search(start, end)


def _begin(start: bytes, high: int) -> int:
    """Where the line of the first byte that is not ASCII begins, or a little before that byte."""
    near = max(0, high - SAMPLE_LENGTH)
    return max(near, *(start.rfind(mark, near, high) + 1 for mark in (b"\r", b"\n")))


def _around(line: bytes, encoding: str) -> str:
    """What a line holds where it is not ASCII."""
    text = line.removeprefix(codecs.BOM_UTF8).decode(encoding, "replace")
    first = _OTHERS.search(text)
    begin = max(0, first.start() - SAMPLE_LENGTH // 2) if first else 0
    return text[begin : begin + SAMPLE_LENGTH].strip()


def _share(start: bytes, encoding: str) -> float:
    """How many of the characters beyond ASCII are usual ones in this encoding, from 0 to 1."""
    first = _HIGH.search(start)
    begin = _begin(start, first.start()) if first else 0
    text, usual = start[begin : begin + JUDGED].decode(encoding, "replace"), _USUAL[encoding]
    marks = [mark for run in _OTHERS.finditer(text) for mark in usual(run, text)]
    return sum(marks) / len(marks) if marks else 0.0


def _western(run: re.Match[str], _text: str) -> Iterator[float]:
    """Letters with accents stand alone or in twos; what has more of them in a row are pairs of bytes."""
    for char in run[0]:
        yield (0.0, 1.0, 0.5)[len(run[0])] if len(run[0]) < 3 and char in _WESTERN else 0.0


def _simplified(run: re.Match[str], text: str) -> Iterator[float]:
    before, after = text[max(0, run.start() - 1) : run.start()], text[run.end() : run.end() + 1]
    inside = len(run[0]) == 1 and before.islower() and after.islower()
    for char in run[0]:
        yield 0.2 if inside else _rank(char, "gb2312", b"\xb0", b"\xd8", b"\xa1\xa4")


def _traditional(run: re.Match[str], _text: str) -> Iterator[float]:
    for char in run[0]:
        yield _rank(char, "big5", b"\xa4", b"\xc7", b"\xa1\xa4")


def _rank(char: str, narrow: str, first: bytes, end: bytes, marks: bytes) -> float:
    """1 for the characters and marks that texts are made of, less for the rarer ones of the set, 0 beyond it."""
    try:
        lead = char.encode(narrow)[:1]
    except UnicodeEncodeError:
        return 0.0
    return 1.0 if first <= lead < end or marks[:1] <= lead < marks[1:] else 0.4 if lead >= end else 0.0


# The first of those that are equally likely counts.
_USUAL: dict[str, Callable[[re.Match[str], str], Iterator[float]]] = {
    "gb18030": _simplified,
    "big5hkscs": _traditional,
    "cp1252": _western,
}
