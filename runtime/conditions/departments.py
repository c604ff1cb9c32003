"""Who is in a department or below it, as facts: `people.in_7`, `departments.in_7`, of one's own `people.in_mine`. Pure.

The facts themselves are worked out by `runtime.surroundings`.
"""

import re

PEOPLE, DEPARTMENTS, MINE = "people", "departments", "mine"
_FACT = re.compile(r"(people|departments)\.in_([1-9][0-9]{0,8}|mine)")


def is_fact(path: str) -> bool:
    """Whether the path names the people in a department, or the departments below one."""
    return _FACT.fullmatch(path) is not None


def fact(root: str, department: int | str) -> str:
    """The path for a department by its id, or for `MINE`."""
    return f"{root}.in_{department}"


def department(path: str, root: str = "") -> int | str | None:
    """The department of such a path: its id, or `MINE`; None for any other path, and for another `root`."""
    found = _FACT.fullmatch(path)
    if found is None or root not in ("", found[1]):
        return None
    return MINE if found[2] == MINE else int(found[2])
