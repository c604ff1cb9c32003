"""How many records each option of a choice would leave in a list, by what else is filtered and searched for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from runtime import access
from runtime.forms.conditions import lines
from runtime.forms.conditions.lines import Block, Kept, Line
from runtime.forms.conditions.sights import Sight
from runtime.forms.lists.filtering import Onlooker
from runtime.records import filters, query

MOST = 100_000
"""Records that are counted; of more nothing is told, for that would take longer than the list."""


def counts(looker: Onlooker, seen: Sight, block: Block, search: str) -> dict[str, Mapping[str, int]]:
    """By the path of a choice that a row looks at: how many records have each option. A row does not count for its own
    options, and the others only where all of them must hold.
    """
    found: dict[str, Mapping[str, int]] = {}
    for number, item in enumerate(block.items):
        rest = (*block.items[:number], *block.items[number + 1 :]) if block.mode == "all" else ()
        for path in _choices(item, seen):
            found.setdefault(path, _counted(looker, seen, replace(block, items=rest), path, search))
    return found


def _choices(item: Line | Kept | Block, seen: Sight) -> Iterator[str]:
    if isinstance(item, Block):
        for each in item.items:
            yield from _choices(each, seen)
    elif isinstance(item, Line) and item.operator:
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
