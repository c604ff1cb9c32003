"""The live preview: the runtime's page of a form, from the draft, and nothing stored."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.world import World, world_on

DESIGN = "/apps/followup/forms/visit/design"
FRAME = f"{DESIGN}/preview/frame"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path) as found:
        yield found


def get(world: World, path: str, name: str = "anna") -> TestResponse:
    return world.browsers[name].get(path)


def post(world: World, path: str, name: str = "anna", **form: Any) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', get(world, FRAME, name).text)
    assert token
    return world.browsers[name].post(path, data={"csrf_token": token[1], **form})


def test_a_field_of_the_draft_is_there_before_it_is_published(world: World) -> None:
    revision = re.search(r'data-revision="(\d+)"', get(world, f"{DESIGN}/").text)
    assert revision
    asked = json.dumps({"name": "field.add", "args": {"type": "text", "title": "Mood"}})
    post(world, f"{DESIGN}/commands", rev=revision[1], do=asked)
    assert "Mood" in get(world, FRAME).text
    assert "Mood" not in get(world, "/apps/followup/forms/visit/new").text


def test_the_frame_may_be_shown_by_our_own_pages_only(world: World) -> None:
    assert "frame-ancestors 'self'" in get(world, FRAME).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in get(world, f"{DESIGN}/preview").headers["Content-Security-Policy"]


def test_mistakes_are_told_as_the_form_tells_them(world: World) -> None:
    answer = post(world, FRAME, phone="12", _once="x")
    assert answer.status_code == 422
    assert "data-summary" in answer.text


def test_what_would_be_saved_is_shown_and_nothing_is_stored(world: World) -> None:
    customer = world.make("customer", name="Acme Ltd")
    get(world, FRAME)  # the first look makes the draft
    before = world.stored()
    answer = post(
        world,
        FRAME,
        customer=str(customer),
        visited_on="2026-11-20",
        content="They want ten.",
        result="interested",
        _once="x",
    )
    assert answer.status_code == 200, answer.text
    assert "This would be saved" in answer.text and "They want ten." in answer.text
    assert world.stored() == before


def test_a_warning_is_shown_before_what_would_be_saved(world: World) -> None:
    # given
    revision = re.search(r'data-revision="(\d+)"', get(world, f"{DESIGN}/").text)
    assert revision
    rule = {"field": "content", "effect": "message", "when": {}, "value": "Sure?", "level": "warning"}
    do = json.dumps({"name": "rule.add", "args": rule})
    post(world, f"{DESIGN}/commands", rev=revision[1], do=do)
    customer = str(world.make("customer", name="Acme Ltd"))
    typed = {
        "customer": customer,
        "visited_on": "2026-11-20",
        "content": "They want ten.",
        "result": "interested",
    }

    # when
    first = post(world, FRAME, **typed, _once="x")

    # then
    assert first.status_code == 422
    assert "Save anyway" in first.text
    done = post(world, FRAME, **typed, _once="x", _warned="content:rule:message_content")
    assert "This would be saved" in done.text


def test_rules_are_evaluated_while_it_is_filled(world: World) -> None:
    answer = post(world, f"{FRAME}/eval", remind="yes")
    assert answer.status_code == 200
    assert 'id="next_on"' in answer.text or 'id="f-next_on"' in answer.text


def test_the_preview_speaks_the_chosen_language_and_the_page_around_it_does_not(world: World) -> None:
    assert 'lang="zh-CN"' in get(world, f"{FRAME}?lang=zh").text
    assert 'lang="en"' in get(world, f"{DESIGN}/preview?lang=zh").text


@pytest.mark.parametrize(
    "tab", ["", "rules", "preview", "preview/frame", "publish", "problems", "problems/count"]
)
def test_looking_at_a_form_writes_nothing(world: World, tab: str) -> None:
    before = world.stored()
    get(world, f"{DESIGN}/{tab}")
    assert world.stored() == before


def test_a_picker_offers_only_what_the_designer_may_read(world: World) -> None:
    world.make("customer", name="Acme Ltd")
    assert "Acme" in get(world, f"{FRAME}/options/customer?q=acme").text
    assert "Acme" not in get(world, f"{FRAME}/options/customer?q=acme", "dora").text


def test_as_a_role_a_picker_offers_only_what_that_role_may_read(world: World) -> None:
    canary = world.api("eve").made(
        "customer", name="Canary Ltd", phone="13800138001"
    )  # of another department
    world.make("customer", name="Canal Ltd")  # nobody's
    for role, seen in (("", {"Canary", "Canal"}), ("sales", {"Canal"}), ("reader", set())):
        pages = (
            get(world, f"{FRAME}/options/customer?q=can&role={role}"),
            get(world, f"{FRAME}?role={role}"),  # without JavaScript all are in the page
        )
        assert [{name for name in ("Canary", "Canal") if name in page.text} for page in pages] == [seen] * 2
        chosen = post(world, f"{FRAME}/eval?role={role}", customer=str(canary)).text
        assert ("Canary" in chosen) == ("Canary" in seen)
    assert f"{FRAME}/options/customer?role=reader" in pages[1].text


def test_the_reasons_of_hidden_fields_are_told(world: World) -> None:
    page = get(world, f"{DESIGN}/preview").text
    assert "Hidden: it is shown only when" in page


def test_from_a_record_only_who_designs_is_led_to_why_its_fields_are_as_they_are(world: World) -> None:
    customers = [world.make("customer", name=f"Customer {number}") for number in range(12)]
    visit = world.make("visit", customer=customers[0], content="They want ten.", result="interested")
    older = f"/apps/followup/forms/customer/{customers[0]}/"
    assert "Why is it so?" not in get(world, older, "bob").text

    ways = {
        page: re.search(r'href="([^"]+preview[^"]+)"', get(world, page, "anna").text)
        for page in (f"/apps/followup/forms/visit/{visit}/", older)
    }

    told = [get(world, unescape(way[1])).text for way in ways.values() if way]
    assert "Hidden: it is shown only when" in told[0]
    assert f'<option value="{customers[0]}" selected>Customer 0</option>' in told[1]


def test_a_sample_fills_every_field_with_what_it_would_take(world: World) -> None:
    world.make("customer", name="Acme Ltd")
    page = get(world, f"{FRAME}?record=sample").text
    sent = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    assert "Acme Ltd" in page and "What was said" in page.split('id="content"')[1][:200]
    assert re.match(r"\d{4}-\d\d-\d\d", sent["visited_on"])
    assert "Shown, because Remind me is yes" in why(get(world, f"{FRAME}?record=sample"))
    assert "Shown, because Remind me is yes" in get(world, f"{DESIGN}/preview?record=sample").text
    assert "Acme Ltd" not in get(world, f"{FRAME}?record=sample", "dora").text


def test_why_a_field_is_read_only_for_a_role_is_told_without_any_rule(world: World) -> None:
    revision = re.search(r'data-revision="(\d+)"', get(world, f"{DESIGN}/").text)
    assert revision
    arguments = {"field": "content", "path": ["fw", "access", "reader"], "value": "read"}
    asked = json.dumps({"name": "field.set", "args": arguments})
    post(world, f"{DESIGN}/commands", rev=revision[1], do=asked)
    told = re.compile(r'data-why="content".*?Read-only by the rights on fields\.', re.DOTALL)
    assert told.search(why(get(world, f"{FRAME}?role=reader")))
    assert not told.search(why(get(world, FRAME)))


def why(answer: TestResponse) -> str:
    """What a page or an answer in the frame says for the page around it."""
    return answer.text.split('id="why-now"')[1]


def test_the_reasons_follow_what_is_typed(world: World) -> None:
    asked = "Shown, because Remind me is yes"
    assert asked not in why(get(world, FRAME))
    assert asked in why(post(world, f"{FRAME}/eval", remind="yes"))
    assert asked in why(post(world, FRAME, remind="yes", _once="x")), "also without JavaScript"
    assert asked not in why(post(world, f"{FRAME}/eval", remind="no"))


def test_the_reasons_are_told_in_the_language_of_whoever_designs(world: World) -> None:
    told = post(world, f"{FRAME}/eval?lang=zh", remind="yes")
    assert "Shown, because" in why(told)
    assert "提醒" in told.text.split('id="why-now"')[0]


def test_the_reasons_name_no_record_that_the_designer_may_not_read(world: World) -> None:
    customer = world.make("customer", name="Acme Ltd")
    own = {"rev": "0", "do": json.dumps({"name": "rule.add", "args": {"field": "content", "effect": "show",
           "when": {"required": ["customer"], "properties": {"customer": {"const": customer}}}}})}  # fmt: skip
    assert post(world, f"{DESIGN}/commands", **own).status_code == 303
    pages = {name: post(world, f"{FRAME}/eval", name, customer=str(customer)) for name in ("anna", "dora")}
    assert "Acme" in why(pages["anna"])
    assert "Acme" not in why(pages["dora"])


@pytest.mark.parametrize("query", ["record=999999", "record=x", "lang=xx", "theme=pink", "device=watch"])
def test_a_choice_there_is_not_changes_nothing(world: World, query: str) -> None:
    assert get(world, f"{DESIGN}/preview?{query}").status_code == 200
    assert get(world, f"{FRAME}?{query}").status_code == 200


@pytest.mark.parametrize("path", [FRAME, f"{FRAME}/options/customer", f"{DESIGN}/preview"])
def test_whoever_may_not_design_finds_nothing(world: World, path: str) -> None:
    assert get(world, path, "bob").status_code == 404
