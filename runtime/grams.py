"""The pieces of a text by which the quick search finds it: two characters of Chinese, three of letters and figures.

A word of Chinese is often two characters, which indexes of three never find. Each piece begins at one character and is
cut short where its run ends, so that every single character begins one too. The function `fw_grams` of PostgreSQL
(migration 0023) says the same of a text.
"""

import re

_RUN = re.compile("[0-9a-z\x80-\U0010ffff]+")
WIDE, NARROW = 2, 3  # characters of a piece that begins with Chinese, and with anything of ASCII


def of_text(text: str) -> str:
    """The pieces of a text in lower case, with blanks between."""
    found: set[str] = set()
    for run in set(_RUN.findall(text)):
        if run.isascii():
            found.update([run[place : place + NARROW] for place in range(len(run))])
        else:
            found.update([_piece(run, place) for place in range(len(run))])
    return " ".join(sorted(found))


def of_word(word: str) -> tuple[list[str], list[str]]:
    """The whole pieces that a text has if it contains this word, and beginnings of pieces where a run is too short."""
    whole: dict[str, None] = {}
    begun: dict[str, None] = {}
    for run in _RUN.findall(word):
        own = [piece for place in range(len(run)) if _is_whole(piece := _piece(run, place))]
        whole |= dict.fromkeys(own)
        begun |= dict.fromkeys([] if own or _is_everywhere(run) else [run])
    return list(whole), list(begun)


def says_all(word: str) -> bool:
    """Whether a text that has the pieces of this word contains it: several may stand apart."""
    whole, begun = of_word(word)
    return [*whole, *begun] == [word]


def _piece(run: str, place: int) -> str:
    return run[place : place + (NARROW if run[place].isascii() else WIDE)]


def _is_everywhere(run: str) -> bool:
    """Whether nearly every text has it: one letter or figure, for which an index is of no use."""
    return len(run) == 1 and run.isascii()


def _is_whole(piece: str) -> bool:
    return len(piece) == (NARROW if piece[0].isascii() else WIDE)


COST = 10_000
"""What PostgreSQL takes cutting a text for, in steps. With its usual 100 it walked through the order of a list and
cut a million texts for a word that is nowhere, a minute long, instead of asking the index, which takes 9 ms."""

_BLANKS = "".join(rf"\x{code:02x}" for code in range(1, 128) if not _RUN.fullmatch(chr(code)))
FUNCTION = rf"""
CREATE OR REPLACE FUNCTION fw_grams(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST {COST} AS $$
SELECT coalesce(array_to_tsvector(array_agg(CASE
  WHEN second IS NULL OR second = ' ' THEN first
  WHEN octet_length(first) > 1 OR third IS NULL OR third = ' ' THEN first || second
  ELSE first || second || third END)), ''::tsvector)
FROM (SELECT string_to_array(translate($1, E'{_BLANKS}', repeat(' ', 128)), NULL) AS chars) AS split,
LATERAL unnest(chars, chars[2:], chars[3:]) AS piece(first, second, third)
WHERE first <> ' '
$$
"""  # noqa: S608  (nothing but code points of our own)
"""What `of_text` does, as a function of PostgreSQL."""
