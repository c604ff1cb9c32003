"""A preview that is shared: for a week, for colleagues who may see the app, and nothing of it is stored."""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine

from builder import drafts, sharing
from builder.commands import Target
from builder.workspaces import draft_of
from runtime.db import transaction
from runtime.times import now
from tests.builder.factory import field
from tests.support.world import World, world_on

PREVIEW = "/apps/followup/forms/visit/design/preview"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("sharing")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        with opened.app.app_context(), transaction():
            draft: Any = deepcopy(draft_of("followup", Target("form", "visit")).document)
            mood = field("text", title="Mood", access={"sales": "read", "reader": "hidden"})
            draft["properties"]["mood"] = mood
            drafts.save_draft(None, "followup", "form", "visit", draft)
        yield opened


@pytest.fixture
def address(world: World) -> str:
    """Where the preview is shared, as the designer copies it."""
    assert world.browsers["anna"].post(f"{PREVIEW}/share").status_code == 303
    page = world.browsers["anna"].get(PREVIEW).text
    found = re.search(r'id="share" value="https?://[^/]+(/[^"]+)"', page)
    assert found, page[-3000:]
    return unescape(found[1])


def test_a_colleague_sees_the_draft_with_his_own_rights_and_stores_nothing(
    world: World, address: str
) -> None:
    customer = world.api("bob").made("customer", name="Carrier")
    bob, rita = world.browsers["bob"], world.browsers["rita"]
    before = world.everything()

    assert "Mood" in bob.get(address).text
    assert "Mood" not in rita.get(address).text
    sent = {"customer": str(customer), "visited_on": "2026-11-18", "content": "They want ten.", "_once": "x"}
    assert bob.post(address, data=sent).status_code == 422
    done = bob.post(address, data={**sent, "result": "interested"}).text
    assert "This would be saved" in done and "They want ten." in done
    assert "What would follow" not in done
    assert world.everything() == before


def test_it_evaluates_rules_and_offers_only_what_the_colleague_may_read(world: World, address: str) -> None:
    world.api("eve").made("customer", name="Canary Ltd")
    bob = world.browsers["bob"]

    assert 'id="f-next_on"' in bob.post(f"{address}/eval", data={"remind": "yes"}).text
    assert "Canary" in world.browsers["eve"].get(f"{address}/options/customer?q=can").text
    assert "Canary" not in bob.get(f"{address}/options/customer?q=can").text
    assert "why-now" not in bob.post(f"{address}/eval", data={"remind": "yes"}).text


@pytest.mark.parametrize(("who", "status"), [("stan", 404), ("dora", 200), ("rita", 200)])
def test_only_who_may_see_the_app_may_open_it(world: World, address: str, who: str, status: int) -> None:
    assert world.browsers[who].get(address).status_code == status
    assert world.anonymous().get(address).status_code == 303


def test_an_address_ends_when_it_is_made_anew_and_when_it_is_taken_back(world: World, address: str) -> None:
    bob, anna = world.browsers["bob"], world.browsers["anna"]
    anna.post(f"{PREVIEW}/share")
    assert bob.get(address).status_code == 404

    anna.post(f"{PREVIEW}/unshare")
    page = anna.get(PREVIEW).text
    assert 'id="share"' not in page and 'id="share-button"' in page


def test_after_a_week_it_leads_nowhere(world: World, address: str) -> None:
    token = address.rpartition("/")[2]
    with world.app.app_context():
        with time_machine.travel(now() + timedelta(days=6, hours=23), tick=False):
            assert sharing.find("followup", token)
        with time_machine.travel(now() + timedelta(days=7), tick=False):
            assert sharing.find("followup", token) is None


def test_who_may_not_design_shares_nothing(world: World) -> None:
    assert world.browsers["bob"].post(f"{PREVIEW}/share").status_code == 404
    assert world.browsers["bob"].post(f"{PREVIEW}/unshare").status_code == 404


def test_an_address_of_another_app_leads_nowhere(world: World, address: str) -> None:
    other = address.replace("/followup/", "/crm/")
    assert world.browsers["anna"].get(other).status_code == 404
