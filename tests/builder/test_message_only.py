"""Parts of a message that depend on a condition: edited, checked, renamed, told of, previewed and sent."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder import checks, where_used
from builder.change_words import lines
from builder.checks import Context
from runtime.errors import Invalid
from runtime.text import localized
from tests.builder.commands.support import Desk, speaking
from tests.builder.factory import APP, field, form, message
from tests.builder.test_messages import DESIGN, due, get, post, write
from tests.support.world import World, world_on

OPEN = {"required": ["state"], "properties": {"state": {"const": "open"}}}
LARGE = {"required": ["amount"], "properties": {"amount": {"type": "number", "minimum": 1000}}}
BILL = form("bill", {"amount": field("number", {"type": "number"}, title="Amount")})
TOLD = message("told", "Hi{% if record.is.amount %} Large{% endif %}", "bill")


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path) as found:
        yield found


def desk(*conditions: dict[str, Any]) -> Desk:
    return Desk(BILL, {**TOLD, **({"conditions": list(conditions)} if conditions else {})})


def told_by(work: Desk) -> Any:
    return next(document for (kind, _key), document in work.documents.items() if kind == "message")


def problems(work: Desk) -> list[tuple[str, str]]:
    context = Context(APP, {(kind, key): each for (kind, key), each in work.documents.items()})
    with speaking():
        found = checks.run("message", told_by(work), context)
    return [("/".join(map(str, each.path)), each.code) for each in found if each.code != "missing_language"]


def test_a_condition_is_added_under_the_name_of_what_it_reads_changed_and_deleted() -> None:
    work = desk()
    work.do("message", "told", "message.condition.add", {"when": LARGE})
    assert told_by(work)["conditions"] == [{"key": "amount", "when": LARGE}]
    assert problems(work) == []
    work.do("message", "told", "message.condition.set", {"condition": "amount", "when": {"not": LARGE}})
    assert told_by(work)["conditions"][0]["when"] == {"not": LARGE}
    work.do("message", "told", "message.condition.delete", {"condition": "amount"})
    assert "conditions" not in told_by(work)
    assert ("body/en", "unknown_variable") in problems(work)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"when": {}}, "empty"),
        ({"when": LARGE, "key": "amount"}, "taken"),
        ({"when": LARGE, "key": "No way"}, "pattern"),
        ({"when": {"required": ["gone"], "properties": {"gone": {"const": 1}}}}, "unknown_field"),
    ],
)
def test_what_is_no_condition_here_is_refused(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        desk({"key": "amount", "when": LARGE}).do("message", "told", "message.condition.add", arguments)
    assert [each.code for each in refused.value.problems] == [code]


def test_another_key_of_a_field_reaches_conditions_and_uses_are_told() -> None:
    work = desk({"key": "amount", "when": LARGE})
    work.do("form", "bill", "field.rename", {"field": "amount", "key": "total"})
    when = told_by(work)["conditions"][0]["when"]
    assert when == {"required": ["total"], "properties": {"total": {"type": "number", "minimum": 1000}}}
    context = Context(APP, {(kind, key): each for (kind, key), each in work.documents.items()})
    with speaking():
        uses = where_used.of_field(context, "bill", "total", lambda title: localized(title, "en"))
    assert [use.words for use in uses] == ["The condition amount of the message told"]


def test_a_condition_on_a_field_that_is_gone_and_two_of_one_name_are_problems() -> None:
    gone = {"required": ["gone"], "properties": {"gone": {"const": 1}}}
    assert ("conditions/0/when/required/0", "unknown_field") in problems(
        desk({"key": "amount", "when": gone})
    )
    twice = desk({"key": "amount", "when": LARGE}, {"key": "amount", "when": LARGE})
    assert any(path.startswith("conditions") for path, _code in problems(twice))


def test_the_list_of_changes_names_the_condition() -> None:
    before, after = TOLD, {**TOLD, "conditions": [{"key": "amount", "when": LARGE}]}
    with speaking():
        assert "conditions" in lines("message", before, after, str)[0].sentence


def add_open(world: World) -> None:
    command = {"name": "message.condition.add", "args": {}}
    assert (
        post(world, "commands", do=json.dumps({**command, "args": {"when": OPEN, "key": "open"}})).status_code
        < 400
    )


def test_the_editor_offers_the_condition_and_the_preview_follows_it(world: World) -> None:
    add_open(world)
    due(world)
    write(world, "body", "All.{% if record.is.open %} Still open.{% endif %}")
    page = get(world, f"{DESIGN}/text?lang=en").text
    assert 'data-block="{% if record.is.open %}"' in page and "Still open." in page
    closed = {"required": ["state"], "properties": {"state": {"const": "done"}}}
    asked = {"name": "message.condition.set", "args": {"condition": "open", "when": closed}}
    post(world, "commands", do=json.dumps(asked))
    page = get(world, f"{DESIGN}/text?lang=en").text
    assert "All." in page and "Still open.</p>" not in page


def test_a_new_condition_begins_with_a_line_to_complete(world: World) -> None:
    page = get(world, f"{DESIGN}/text?new=1").text
    assert 'id="cond-only-new"' in page and 'id="only-key"' in page


def test_the_mail_is_shown_as_it_is_sent_in_light_and_dark(world: World) -> None:
    due(world)
    page = get(world, f"{DESIGN}/text?lang=en&scheme=dark&width=phone").text
    frame = re.search(
        r'<iframe class="message-mail" data-width="phone" data-scheme="dark"[^>]* src="([^"]+)"', page
    )
    assert frame
    shown = get(world, frame[1].replace("&amp;", "&"))
    assert '<meta name="color-scheme" content="dark">' in shown.text and "Acme Ltd" in shown.text
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_what_this_record_has_not_is_marked(world: World) -> None:
    due(world)
    write(world, "body", "Hello {{ customer.phone }}")
    write(world, "short", "")
    page = get(world, f"{DESIGN}/text?lang=en").text
    assert "{{ customer.phone }}" in page.split('id="trial-empty"')[1][:300]
    write(world, "body", "{% if record.title == '' %}x{% endif %}")
    assert "The text comes out empty" in get(world, f"{DESIGN}/text?lang=en").text
