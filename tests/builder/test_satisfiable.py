"""Conditions that can never hold, and those that always do: told, and never of one that is otherwise."""

from random import Random
from typing import Any

import pytest

from builder.satisfiable import always, never
from runtime import conditions
from tests.builder.commands.support import speaking
from tests.conditions.world import FACTS, TYPES, Generator, canonical, make_record


def of(name: str, **keywords: Any) -> dict[str, Any]:
    return {"required": [name], "properties": {name: keywords}}


def both(*parts: Any) -> dict[str, Any]:
    return {"allOf": list(parts)}


@pytest.mark.parametrize(
    ("condition", "is_never"),
    [
        (both(of("name", const="a"), of("name", const="b")), True),
        (both(of("amount", minimum=5), of("amount", maximum=4)), True),
        (both(of("amount", minimum=5), of("amount", maximum=5)), False),
        (both(of("amount", minimum=5), of("amount", exclusiveMaximum=5)), True),
        (both(of("due_on", formatMinimum="2026-11-22"), of("due_on", formatMaximum="2026-11-21")), True),
        (both({"required": ["name"]}, {"not": {"required": ["name"]}}), True),
        (both(of("name", enum=["a", "b"]), {"not": of("name", enum=["a", "b"])}), True),
        (both(of("name", enum=["a", "b"]), {"not": of("name", const="a")}), False),
        (both(of("amount", const=3), of("amount", minimum=4)), True),
        (both(of("name", const={"fact": "user.name"}), of("name", const="b")), False),
        (both({"properties": {"name": {"const": "a"}}}, {"properties": {"name": {"const": "b"}}}), False),
        ({"not": {}}, True),
        ({"anyOf": [both(of("name", const="a"), of("name", const="b")), of("remind", const=True)]}, False),
    ],
)
def test_what_contradicts_itself_never_holds(condition: Any, is_never: bool) -> None:
    assert never(condition, TYPES) is is_never


@pytest.mark.parametrize(
    ("condition", "is_always"),
    [
        ({"anyOf": [{"required": ["name"]}, {"not": {"required": ["name"]}}]}, True),
        ({"anyOf": [of("amount", minimum=5), {"not": of("amount", minimum=5)}]}, True),
        ({"anyOf": [of("amount", minimum=5), of("amount", exclusiveMaximum=5)]}, False),
        (of("name", type="string"), False),
        ({}, False),
    ],
)
def test_what_holds_for_everything_is_told_unless_it_asks_for_nothing(
    condition: Any, is_always: bool
) -> None:
    assert always(condition, TYPES) is is_always


def test_no_record_fulfils_what_is_said_never_to_hold_and_every_one_what_always_does() -> None:
    random = Random(7)
    records = [canonical(make_record(random)) for _ in range(40)]
    generator = Generator(random, wrapped=False, facts=True)
    told = []
    for _ in range(1500):
        document = generator.condition()
        with speaking():
            unfit = conditions.check(document, TYPES)
        if unfit and any(each.code not in ("unknown_fact", "bad_fact") for each in unfit):
            continue
        holds = conditions.compile(document).holds
        if never(document, TYPES):
            told.append(document)
            assert not any(holds(record, FACTS) for record in records), document
        elif always(document, TYPES):
            told.append(document)
            assert all(holds(record, FACTS) for record in records), document
    print(len(told))
