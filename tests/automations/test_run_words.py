"""What the log of runs tells of actions to a designer who may not see every field."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from builder import run_words
from builder.studio import Studio
from tests.automations.conftest import TASK, VISIT, Sales, publish, record_is, rule, saved

HIDDEN = {"type": "integer", "fw": {"type": "number", "decimals": 0, "access": {"seller": "hidden"}}}
MATCH: dict[str, Any] = {"type": "update_records", "form": "task", "set": {"title": '"x"'}, "none": "skip"}
ASSIGN = {"type": "assign", "field": "owner"}


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ({**MATCH, "match": {"title": "record.name"}}, True),
        ({**MATCH, "match": {"title": "record.name"}, "when": record_is("number", 1)}, False),
        ({**MATCH, "match": {"id": "record.number"}}, False),
        ({**MATCH, "match": {"number": "1"}}, False),
        ({**ASSIGN, "to": [{"field": "owner"}]}, True),
        ({**ASSIGN, "to": [{"manager_of": "secret_owner"}]}, False),
    ],
)
def test_what_actions_did_is_told_unless_it_depends_on_hidden_fields(
    sales: Sales, action: dict[str, Any], told: bool
) -> None:
    whose = {"type": "integer", "fw": {"type": "member", "access": {"seller": "hidden"}}}
    own = {**VISIT["properties"], "number": HIDDEN, "secret_owner": whose}
    publish("form", "visit", {**VISIT, "properties": own})
    publish("form", "task", {**TASK, "properties": {**TASK["properties"], "number": HIDDEN}})
    sales.automate(rule("act", saved(), action))
    sales.save("visit", name="Huaxin")
    studio = cast(Studio, SimpleNamespace(user=sales.user))
    assert run_words.tells_nothing_hidden(studio, sales.runs()[0]) is told
