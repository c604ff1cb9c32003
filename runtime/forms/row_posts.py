"""The rows of a sub-table in what a browser posts, and the buttons that add, copy, move or take out one. Pure.

Each row posts its handle under the key of the sub-table, and its cells as `lines.n1.price`; their order is that of the
handles. `_next.lines` is the number of the next new row: a handle is never used again on one page.
"""

import re
from collections.abc import Collection, Iterable

from werkzeug.datastructures import MultiDict

Posted = MultiDict[str, str]

_HANDLE = re.compile(r"r[1-9][0-9]{0,18}|n[1-9][0-9]{0,8}")
_BESIDE = ("", "_was.", "_picked.", "_find.")
"""What stands before the name of a field where a control has more to say than its value."""

ADD, COPY, UP, DOWN, REMOVE = "row_add", "row_copy", "row_up", "row_down", "row_remove"
DEEDS = (ADD, COPY, UP, DOWN, REMOVE)
MOST_DEEDS = 50  # pressed before an answer came


def handles(key: str, posted: Posted) -> list[str]:
    """The rows of a sub-table, each once; what is no handle is no row."""
    return [handle for handle in dict.fromkeys(posted.getlist(key)) if _HANDLE.fullmatch(handle)]


def next_number(key: str, posted: Posted) -> int:
    """The number of the next new row."""
    text = posted.get(f"_next.{key}", "")
    known = int(text) if re.fullmatch("[1-9][0-9]{0,7}", text) else 1
    used = [int(handle[1:]) for handle in handles(key, posted) if handle.startswith("n")]
    return max([known, *(each + 1 for each in used)])


def by_row(key: str, posted: Posted) -> dict[str, Posted]:
    """What each row posted, under the names that its fields have in the row."""
    found: dict[str, Posted] = {}
    for name, texts in posted.lists():
        for before in _BESIDE:
            if name.startswith(f"{before}{key}."):
                handle, _dot, column = name[len(before) + len(key) + 1 :].partition(".")
                found.setdefault(handle, MultiDict()).setlist(before + column, texts)
    return found


def done(posted: Posted, deeds: Iterable[str], tables: Collection[str]) -> tuple[Posted, str]:
    """What would have been posted after these buttons were pressed, and the row that the last one was about.

    A deed is `row_add:lines`, `row_copy:lines.n1` and so on; what is none, or about a row of another table than
    these or one that is not there, does nothing.
    """
    changed, row = MultiDict(posted), ""
    for text in list(deeds)[-MOST_DEEDS:]:
        deed, _colon, place = text.partition(":")
        key, _dot, handle = place.partition(".")
        if deed in DEEDS and key in changed and key in tables:
            row = _one(changed, deed, key, handle) or row
    return changed, row


def _one(posted: Posted, deed: str, key: str, handle: str) -> str:
    rows = handles(key, posted)
    at = rows.index(handle) if handle in rows else None
    if deed in (ADD, COPY) and (at is not None or deed == ADD):
        (new,) = new_handles(key, posted, 1)
        rows.insert(len(rows) if at is None else at + 1, new)
        if deed == COPY:
            _copy(posted, f"{key}.{handle}.", f"{key}.{new}.")
        handle = new
    elif at is not None and deed == REMOVE:
        rows.pop(at)
        handle = rows[min(at, len(rows) - 1)] if rows else ""
    elif at is not None:
        _move(rows, at, -1 if deed == UP else 1)
    else:
        return ""
    posted.setlist(key, ["", *rows])
    return f"{key}.{handle}" if handle else ""


def _move(rows: list[str], at: int, by: int) -> None:
    if 0 <= at + by < len(rows):
        rows.insert(at + by, rows.pop(at))


def new_handles(key: str, posted: Posted, count: int) -> list[str]:
    """The names of so many more rows."""
    number = next_number(key, posted)
    posted[f"_next.{key}"] = str(number + count)
    return [f"n{each}" for each in range(number, number + count)]


def _copy(posted: Posted, start: str, to: str) -> None:
    for name, texts in list(posted.lists()):
        for before in _BESIDE:
            if name.startswith(before + start):
                posted.setlist(before + to + name.removeprefix(before + start), texts)
