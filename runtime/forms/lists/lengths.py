"""How many cards of each column a board shows: the address tells of every column of which more was loaded."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from runtime import documents
from runtime.forms.lists.places import MOST_ROWS, Asked

SHORT = 20  # cards of a column of which no more was loaded
LONGEST_LANE = 2 * (len("is:") + 2 * 100) + len(
    '["",""]'
)  # a column and a swimlane, with quotes in their values
MOST = 60  # columns
LONGEST = 3000  # characters of an address's part


def read(text: str) -> dict[str, int]:
    """The columns that an address names, with how many cards; none where it makes no sense."""
    try:
        found = documents.loads(text) if 0 < len(text) <= LONGEST else {}
    except (ValueError, RecursionError):
        return {}
    known = list(found.items())[:MOST] if isinstance(found, dict) else []
    return {
        ref: each for ref, each in known if len(ref) <= LONGEST_LANE and type(each) is int and each > SHORT
    }


def of(asked: Asked) -> dict[str, int]:
    """How many cards each column shows of which more was loaded, all together at most `MOST_ROWS`."""
    wanted = read(asked.lanes)
    if asked.lane and asked.lane not in wanted:  # as addresses named one column once
        wanted[asked.lane] = asked.upto
    found: dict[str, int] = {}
    for ref, each in wanted.items():
        if sum(found.values()) + each <= MOST_ROWS:
            found[ref] = each
    return found


def text(lengths: Mapping[str, int]) -> str:
    """The columns as an address names them."""
    return documents.dumps(dict(lengths)) if lengths else ""


def continued(asked: Asked, shown: str) -> Asked:
    """The board with the columns as long as on the page at the address `shown`, of which a part is asked for: the links
    of a page know nothing of what was loaded since.
    """
    before = _query(shown)
    if not (asked.after or asked.card or "card" in before):
        return asked
    own = read(asked.lanes)
    known = {**own, **read(before.get("lanes", ""))}
    if asked.after and asked.lane in own:
        known[asked.lane] = own[asked.lane]
    return replace(asked, lanes=text(known))


def _query(address: str) -> dict[str, str]:
    """What stands in the query of an address, which any program may have sent; nothing of one that is none."""
    try:
        return dict(parse_qsl(urlsplit(address).query))
    except ValueError:
        return {}
