"""Parts of a message that depend on a condition: who gets them, and who never learns of what he may not see."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.conditions import ConditionError
from runtime.definitions.documents import MessageDoc, parse_message
from runtime.notifications import messages, only

LARGE = {"required": ["amount"], "properties": {"amount": {"type": "number", "minimum": 1000}}}
NOT_LARGE = {"not": LARGE}
MINE = {"required": ["owner"], "properties": {"owner": {"const": {"fact": "user.id"}}}}
PAIRED = {"required": ["amount"], "properties": {"amount": {"const": {"fact": "record.limit"}}}}


def message(text: str = "", **conditions: Any) -> MessageDoc:
    document = {
        **{"key": "told", "purpose": "x", "subject": {"en": text}, "body": {"en": text}},
        "conditions": [{"key": key, "when": when} for key, when in conditions.items()],
    }
    return parse_message(document, app="shop", definition_id=1, version_id=1, number=1)


def test_a_part_is_there_where_its_condition_holds() -> None:
    told = message("Hello.{% if record.is.large %} Large.{% endif %}", large=LARGE)
    for amount, text in ((1000, "Hello. Large."), (999, "Hello."), (None, "Hello.")):
        context = {"record": {"is": only.holding(told, {"amount": amount}, {})}}
        assert messages.render(told, "en", context).body == text


def test_a_condition_may_compare_with_the_recipient_and_with_the_record() -> None:
    told = message(mine=MINE, paired=PAIRED)
    assert only.holding(told, {"owner": 2, "amount": 5, "limit": 5}, {"id": 2}) == {
        "mine": True,
        "paired": True,
    }
    assert only.holding(told, {"owner": 2, "amount": 5, "limit": 6}, {"id": 3}) == {
        "mine": False,
        "paired": False,
    }


@given(st.integers(), st.integers(), st.sampled_from([{"amount"}, {"limit"}, {"amount", "limit"}]))
def test_what_the_recipient_may_not_see_never_decides(amount: int, limit: int, unseen: set[str]) -> None:
    told = message(paired=PAIRED, other={"not": PAIRED})
    seen = {key: value for key, value in {"amount": amount, "limit": limit}.items() if key not in unseen}
    assert only.holding(told, seen, {}, unseen) == {"paired": False, "other": False}


def test_a_text_names_only_conditions_that_the_message_has() -> None:
    document = {"conditions": [{"key": "large", "when": LARGE}]}
    known = messages.variables_for(None, lambda _form: {}, document)
    assert "record.is.large" in known and "record.is.small" not in known


def test_what_is_no_condition_is_refused_by_name() -> None:
    with pytest.raises(ConditionError):
        message(odd={"pattern": "x"})
