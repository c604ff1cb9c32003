"""Names that are written almost right, so that nobody could mean another one. Pure."""

import re
from collections.abc import Collection, Iterable

LONG = 8  # letters, from which on two may be wrong


def meant(name: str, known: Iterable[str], former: Collection[str] = ()) -> str:
    """The only known name that this one is a slip of; blank when there is none, or several, or when the name itself
    was good once (`former`): then it is no slip.
    """
    last = name.rpartition(".")[2].lower()
    most = 2 if len(last) >= LONG else 1
    near = [each for each in dict.fromkeys(known) if _is_slip(name.lower(), each.lower(), most)]
    return near[0] if len(near) == 1 and last not in former else ""


def _is_slip(wrong: str, known: str, most: int) -> bool:
    # Names that differ in a number are siblings, such as two lines of an address.
    if abs(len(wrong) - len(known)) > most or re.sub(r"\D", "", wrong) != re.sub(r"\D", "", known):
        return False
    return _distance(wrong, known) <= most


def _distance(a: str, b: str) -> int:
    """How many letters are wrong, missing, too many, or swapped with the next."""
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other)))
            if i > 1 and j > 1 and (letter, a[i - 2]) == (b[j - 2], other):
                row[-1] = min(row[-1], older[j - 2] + 1)
    return row[-1]
