"""As what somebody saw records: a text in the page by which the next request knows whether they are the same ones, and
what was changed since. Pure.

A revision tells what the number of the last event cannot: an event with a lower number may still be committed after it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

LENGTH = 32  # of the digest of the ids


def packed(found: Sequence[tuple[int, int]]) -> str:
    """These records, ids with revisions in a fixed order, as a text: `<digest>.1x200.3.1x49`."""
    runs = (_run(revision, len(list(same))) for revision, same in groupby(rev for _id, rev in found))
    return ".".join((_digest(record_id for record_id, _rev in found), *runs))


def revisions(text: str, ids: Sequence[int]) -> list[int] | None:
    """The revisions of these records in a text that is packed; None when it is of others."""
    digest, *runs = text.split(".")
    if digest != _digest(ids):
        return None
    found = list(_unpacked(runs, len(ids)))
    return found if len(found) == len(ids) else None


def _run(revision: int, length: int) -> str:
    return str(revision) if length == 1 else f"{revision}x{length}"


def _unpacked(runs: Iterable[str], most: int) -> Iterator[int]:
    """What the runs hold; nothing from one on that is none, or too long."""
    for run in runs:
        revision, _x, length = run.partition("x")
        if not (_is_number(revision) and _is_number(length or "1")) or int(length or "1") > most:
            return
        yield from [int(revision)] * int(length or "1")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _digest(ids: Iterable[int]) -> str:
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:LENGTH]
