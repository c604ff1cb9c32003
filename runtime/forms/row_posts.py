"""The rows of a sub-table in what a browser posts, and the buttons that add, copy, move or take out one. Pure.

Each row posts its handle under the key of the sub-table, and its cells as `lines.n1.price`; their order is that of the
handles. `_next.lines` is the number of the next new row: a handle is never used again on one page.

Fifty rows stand on a page (`_at.lines`, counted from 0). The others are posted in short: their handles several in one
text, `r5-r54 n1 r60`, and under `lines.rest` the cells of those that were changed. A stored row without cells is as it
was.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from runtime.fields.sub_table import MAX_ROWS

Posted = MultiDict[str, str]

_HANDLE = re.compile(r"r[1-9][0-9]{0,18}|n[1-9][0-9]{0,8}")
_HALF = re.compile("[\ud800-\udfff]")  # half a character, which JSON can spell and no database can keep
_BESIDE = ("", "_was.", "_picked.", "_find.")
"""What stands before the name of a field where a control has more to say than its value."""

ADD, COPY, UP, DOWN, REMOVE = "row_add", "row_copy", "row_up", "row_down", "row_remove"
SHOW = "row_show"
"""Shows the page with a row, or with a cell of it: `row_show:lines.n1.price`."""
PAGE = "row_page"
"""Shows a page of rows, also of those that nobody may change: `row_page:lines.2`, counted from 0."""
DEEDS = (ADD, COPY, UP, DOWN, REMOVE, SHOW)
MOST_DEEDS = 50  # pressed before an answer came
ON_PAGE = 50  # rows
MOST = MAX_ROWS + 1  # rows on a page: one more than may be saved, so that too many are told
MOST_NAMED = 2 * MOST  # handles that are looked at, also those that are named twice
MOST_IN_SHORT = 42 * MOST  # characters
MOST_CELLS = 200_000  # of rows that are not on the page
REST = "rest"  # after the key of a sub-table: the changed cells of rows that are not on the page


def handles(key: str, posted: Posted) -> list[str]:
    """The rows of a sub-table, each once; what is no handle is no row. RequestEntityTooLarge for more than any page of
    ours names.
    """
    found: dict[str, None] = {}
    named = 0
    for part in _parts(posted.getlist(key)):
        between = _between(part, MOST + 1 - len(found))
        named += max(1, len(between))
        found.update(dict.fromkeys(between))
        if named > MOST_NAMED or len(found) > MOST:
            raise RequestEntityTooLarge
    return list(found)


def _parts(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if len(text) > MOST_IN_SHORT:
            raise RequestEntityTooLarge
        yield from text.split()


def _between(part: str, most: int) -> list[str]:
    """The handles that a part of a text names: `r5`, or all of `r5-r9`, at most so many."""
    first, _dash, last = part.partition("-")
    if not (_HANDLE.fullmatch(first) and _HANDLE.fullmatch(last or first)):
        return []
    begin, end = int(first[1:]), int((last or first)[1:])
    return [f"{first[0]}{number}" for number in range(begin, min(end, begin + most - 1) + 1)]


def in_short(handles: Sequence[str]) -> str:
    """Handles in one text."""
    runs: list[tuple[str, str]] = []
    for handle in handles:
        if runs and handle == f"{handle[0]}{int(runs[-1][1][1:]) + 1}" and runs[-1][1][0] == handle[0]:
            runs[-1] = (runs[-1][0], handle)
        else:
            runs.append((handle, handle))
    return " ".join(first if first == last else f"{first}-{last}" for first, last in runs)


def page_of(key: str, posted: Posted) -> int:
    """The page of rows that is shown, counted from 0."""
    text = posted.get(f"_at.{key}", "")
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0


def unpacked(posted: Posted, tables: Collection[str]) -> Posted:
    """What would have been posted were all rows on one page; BadRequest or RequestEntityTooLarge for what no page of
    ours posts.
    """
    if not tables:
        return posted
    whole = Posted(posted)
    for key in tables:
        handles(key, posted)  # too many are refused by their number, before anything of them is read
        starts = tuple(f"{before}{key}." for before in _BESIDE)
        for text in whole.poplist(f"{key}.{REST}"):
            for name, value in pairs_of(text):
                if name.startswith(starts) and name not in posted:
                    whole.add(name, value)
    return whole


def pairs_of(text: str) -> list[tuple[str, str]]:
    """The names and texts of the cells that `packed` made one text of; BadRequest for any other."""
    try:
        pairs = json.loads(text or "[]")
    except (ValueError, RecursionError):
        raise BadRequest from None
    if not isinstance(pairs, list) or not all(map(_is_pair, pairs[:MOST_CELLS])):
        raise BadRequest
    if len(pairs) > MOST_CELLS:
        raise RequestEntityTooLarge
    return [(name, _HALF.sub("\ufffd", value)) for name, value in pairs]


def _is_pair(found: object) -> bool:
    return isinstance(found, list) and len(found) == 2 and all(isinstance(each, str) for each in found)


def legible(typed: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What was posted as people read it: each cell by itself, without the handles of rows."""
    sent = list(typed)
    tables = {name.partition(".")[0] for name, _text in sent if "." in name}
    for name, text in sent:
        if name in tables:
            continue
        if not name.endswith(f".{REST}"):
            yield name, text
            continue
        with suppress(BadRequest, RequestEntityTooLarge):
            yield from pairs_of(text)


def packed(pairs: Iterable[tuple[str, str]]) -> str:
    """The cells of rows that are not on the page in one text."""
    return json.dumps(list(pairs), ensure_ascii=False, separators=(",", ":"))


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
    asked = [deed for deed in deeds if deed.startswith("row_")]
    if not asked:
        return posted, ""
    changed, row, cells = MultiDict(posted), "", _Cells(posted)
    for text in asked[-MOST_DEEDS:]:
        deed, _colon, place = text.partition(":")
        key, _dot, handle = place.partition(".")
        if deed in DEEDS and key in changed and key in tables:
            handle, dot, column = handle.partition(".")
            done_to = _one(changed, deed, key, handle, cells)
            row = f"{done_to}{dot}{column}" if done_to else row
        elif deed == PAGE and f"_at.{key}" in changed:
            changed[f"_at.{key}"] = handle
    return changed, row


class _Cells:
    """The names under which each row posts its cells, looked through once however many rows are copied."""

    def __init__(self, posted: Posted) -> None:
        self._posted = posted

    @cached_property
    def of_row(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """By sub-table and handle: what stands before a name, and the column."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for name in self._posted:
            before = name[: name.find(".") + 1] if name.startswith("_") else ""
            key, _dot, rest = name[len(before) :].partition(".")
            handle, dot, column = rest.partition(".")
            if dot and before in _BESIDE:
                found.setdefault((key, handle), []).append((before, column))
        return found


def _one(posted: Posted, deed: str, key: str, handle: str, cells: _Cells) -> str:
    rows = handles(key, posted)
    at = rows.index(handle) if handle in rows else None
    if deed in (ADD, COPY) and (at is not None or deed == ADD) and len(rows) < MOST:
        (new,) = new_handles(key, posted, 1)
        rows.insert(len(rows) if at is None else at + 1, new)
        if deed == COPY:
            _copy(posted, key, handle, new, cells)
        handle = new
    elif at is not None and deed == REMOVE:
        rows.pop(at)
        handle = rows[min(at, len(rows) - 1)] if rows else ""
    elif at is not None and deed in (UP, DOWN):
        _move(rows, at, -1 if deed == UP else 1)
    elif at is None:
        return ""
    put(posted, key, rows, handle)
    return f"{key}.{handle}" if handle else ""


def put(posted: Posted, key: str, rows: Sequence[str], shown: str) -> None:
    """Post these rows, with the page of one of them."""
    posted.setlist(key, ["", *rows])
    posted[f"_at.{key}"] = str(rows.index(shown) // ON_PAGE) if shown in rows else "0"


def _move(rows: list[str], at: int, by: int) -> None:
    if 0 <= at + by < len(rows):
        rows.insert(at + by, rows.pop(at))


def new_handles(key: str, posted: Posted, count: int) -> list[str]:
    """The names of so many more rows."""
    number = next_number(key, posted)
    posted[f"_next.{key}"] = str(number + count)
    return [f"n{each}" for each in range(number, number + count)]


def _copy(posted: Posted, key: str, handle: str, new: str, cells: _Cells) -> None:
    cells.of_row[key, new] = names = list(cells.of_row.get((key, handle), ()))
    for before, column in names:
        posted.setlist(f"{before}{key}.{new}.{column}", posted.getlist(f"{before}{key}.{handle}.{column}"))
