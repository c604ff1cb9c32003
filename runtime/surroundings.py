"""What conditions may name beside a record and whoever does it: now, days counted from today, who is in a department.

All of it is worked out when a condition asks for it, so it costs nothing where none does.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, select

from runtime import access, times
from runtime.accounts.models import Department, User
from runtime.conditions.days import Days
from runtime.conditions.departments import MINE
from runtime.conditions.facts import Among, is_number
from runtime.db import db


def around(zone: str, user: Mapping[str, Any], now: datetime | None = None) -> dict[str, Any]:
    """The facts `now`, `days`, `people` and `departments`; `user` are the facts of whoever does it."""
    moment = now or times.now()
    known = _Known(user.get("department_id"))
    return {
        "now": times.iso(moment),
        "days": Days(moment, zone),
        "people": known.people,
        "departments": known.departments,
    }


class _Known:
    """The departments that were asked for, each read once."""

    def __init__(self, mine: int | None) -> None:
        self._mine = mine
        self._inside: dict[int, frozenset[int]] = {}
        self._of_people: dict[int, int | None] = {}
        self.people = _Facts(self, _People)
        self.departments = _Facts(self, _Departments)

    def inside(self, name: str) -> frozenset[int] | None:
        """The ids of a department (`in_7`, `in_mine`) and of those below it; None where there is no such department."""
        text = name.removeprefix("in_")
        number = self._mine if text == MINE else int(text) if text.isdecimal() else None
        if number is None:
            return None
        if number not in self._inside:
            found = db.session.get(Department, number)
            self._inside[number] = frozenset(access.below(found) if found else ())
        return self._inside[number] or None

    def department_of(self, user_id: int) -> int | None:
        """The department of a person."""
        if user_id not in self._of_people:
            asked = select(User.department_id).where(User.id == user_id)
            self._of_people[user_id] = db.session.scalar(asked)
        return self._of_people[user_id]


class _Facts(Mapping[str, Among]):
    """`in_7` and so on, by the name that stands behind the dot."""

    def __init__(self, known: _Known, kind: "type[_People] | type[_Departments]") -> None:
        self._known, self._kind = known, kind

    def __getitem__(self, name: str) -> Among:
        inside = self._known.inside(name)
        if inside is None:
            raise KeyError(name)
        return self._kind(self._known, inside)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class _Departments(Among):
    """A department and those below it."""

    def __init__(self, known: _Known, inside: frozenset[int]) -> None:
        self._inside = inside

    def __contains__(self, number: Any) -> bool:
        return number in self._inside

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._inside))

    @cached_property
    def select(self) -> Select[int]:
        return select(Department.id).where(Department.id.in_(self._inside))


class _People(Among):
    """Everybody in a department or below it, active or not. The people of one may be many: nobody lists them."""

    def __init__(self, known: _Known, inside: frozenset[int]) -> None:
        self._known, self._inside = known, inside

    def __contains__(self, number: Any) -> bool:
        return is_number(number) and self._known.department_of(int(number)) in self._inside

    def __iter__(self) -> Iterator[int]:
        return iter(db.session.scalars(self.select.order_by(User.id)))

    @cached_property
    def select(self) -> Select[int]:
        return select(User.id).where(User.department_id.in_(self._inside))
