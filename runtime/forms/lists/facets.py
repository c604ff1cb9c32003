"""How many records each option of a choice would leave in a list, by what else is filtered and searched for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from runtime import access
from runtime.conditions.operators import OPERATORS
from runtime.forms.conditions import lines
from runtime.forms.conditions.lines import Block, Kept, Line
from runtime.forms.conditions.sights import Sight
from runtime.forms.lists.filtering import Onlooker
from runtime.records import filters, query

MOST = 100_000
"""Records that are counted; of more nothing is told, for that would take longer than the list."""
MOST_FIELDS = 5
"""Of which the options are counted: each costs a look at all of these records."""


def counts(looker: Onlooker, seen: Sight, block: Block, search: str) -> dict[str, Mapping[str, int]]:
    """By the path of a choice that a row looks at: how many records have each option. Rows that look at it do not count
    for its options, and the others only where all of them must hold.
    """
    paths = dict.fromkeys(path for item in block.items for path in _choices(item, seen))
    return {
        path: _counted(looker, seen, _without(block, path), path, search)
        for path in islice(paths, MOST_FIELDS)
    }


def _without(block: Block, path: str) -> Block:
    """What else must hold in any case."""
    rest = [item for item in block.items if not _looks_at(item, path)] if block.mode == "all" else []
    return replace(block, items=tuple(rest))


def _looks_at(item: Line | Kept | Block, path: str) -> bool:
    if isinstance(item, Block):
        return any(_looks_at(each, path) for each in item.items)
    return isinstance(item, Line) and item.path == path


def _choices(item: Line | Kept | Block, seen: Sight) -> Iterator[str]:
    """The choices of which the rows list options."""
    if isinstance(item, Block):
        for each in item.items:
            yield from _choices(each, seen)
    elif isinstance(item, Line) and item.operator in OPERATORS and OPERATORS[item.operator].values != "none":
        source = seen.sources.get(item.path)
        if source is not None and source.field.type.name == "choice":
            yield item.path


def _counted(looker: Onlooker, seen: Sight, others: Block, path: str, search: str) -> Mapping[str, int]:
    done = lines.finished(others, seen, looker.reader)
    condition = None if done.faults or done.document is True else done.document
    hidden = access.fields(looker.user, looker.form).hidden
    if condition is not None and filters.problems(looker.form, condition, hidden):
        condition = None
    return query.count_by(looker.user, looker.form, path, condition=condition, search=search, most=MOST)
