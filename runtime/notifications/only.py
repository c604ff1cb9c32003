"""Parts of a message that only some get: which of its named conditions hold for one recipient.

Nobody learns from a text what he may not see: a condition that reads such a field does not hold, whatever the value.
"""

from collections.abc import Mapping, Set
from typing import Any

from runtime import surroundings
from runtime.conditions import Condition
from runtime.definitions.documents import MessageDoc


def holding(
    message: MessageDoc,
    record: Mapping[str, Any],
    user: Mapping[str, Any],
    unseen: Set[str] = frozenset(),
    *,
    zone: str = "UTC",
) -> dict[str, bool]:
    """By key whether each condition of the message holds. `record` has the values that the recipient may see and what
    every record has, `user` the recipient as conditions know people, `unseen` the fields that he may not see.
    Days are those of the zone.
    """
    facts = {**surroundings.around(zone, user), "record": record, "user": user}
    return {
        key: not (read(each) & unseen) and each.holds(record, facts)
        for key, each in message.conditions.items()
    }


def read(condition: Condition) -> set[str]:
    """The fields of the record that a condition looks at or compares with."""
    paths = (path.removeprefix("record.").split(".")[0] for path in condition.reads if path[:5] != "user.")
    return set(paths)
