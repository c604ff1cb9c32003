"""The name of a file as people gave it, made harmless."""

import re
import unicodedata

from runtime.text import normalised

LONGEST = 200


def cleaned(raw: str) -> str:
    """The last part of a path without what is not seen or turns the direction of reading; never empty.

    A name that is too long keeps its ending.
    """
    text = normalised(raw[:4000].encode("utf-8", "ignore").decode(), "NFC")
    text = re.split(r"[/\\]", text)[-1]
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C").strip(" .")
    stem, dot, ending = text.rpartition(".")
    if len(text) > LONGEST:
        text = (
            stem[: LONGEST - len(ending) - 1] + dot + ending if dot and len(ending) < 20 else text[:LONGEST]
        )
    return text or "file"


def ending(name: str) -> str:
    """What stands behind the last dot, in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def with_ending(name: str, wanted: str) -> str:
    """The name with another ending."""
    return f"{name.rpartition('.')[0] or name}.{wanted}"
