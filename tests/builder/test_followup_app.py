"""The app Follow-up management beyond its visits: the alert to a manager, costs for managers, reviewed messages."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from builder import drafts, publish
from builder.commands import Target
from builder.workspaces import draft_of
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.errors import Invalid
from tests.support.world import World, records, world_on

DAY = date(2027, 3, 1)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("followup")) as found:
        yield found


def visited(world: World, customer: int, day: date) -> None:
    """Bob notes a follow-up of that day."""
    with time_machine.travel(datetime.combine(day, time(8), ZoneInfo("Asia/Shanghai")), tick=False):
        values = {
            "visited_on": day.isoformat(),
            "content": "They want a demonstration.",
            "result": "interested",
        }
        world.api("bob").made("visit", customer=customer, **values)
        world.work()


def told(world: World, days: int, name: str, minutes: int = 0) -> list[str]:
    """What the inbox of somebody says at nine, so many days after the first follow-up."""
    nine = datetime.combine(DAY + timedelta(days=days), time(9), ZoneInfo("Asia/Shanghai"))
    with time_machine.travel(nine + timedelta(minutes=minutes), tick=False):
        world.work()
        return [each["subject"] for each in world.api(name)("GET", "/inbox").json["items"]]


def customer(world: World, name: str, grade: str) -> int:
    return world.make("customer", name=name, grade=grade, owner=world.ids["bob"])


def speak(world: World, name: str, locale: str) -> None:
    with world.app.app_context(), transaction() as session:
        session.get_one(User, world.ids[name]).locale = locale


@pytest.mark.parametrize(
    ("locale", "subject"),
    [("en", "Lotus Works was last followed up on Mar 1, 2027"), ("zh", "莲花工厂 已 14 天未跟进")],
)
def test_a_customer_of_grade_a_without_follow_up_for_14_days_alerts_the_manager(
    world: World, locale: str, subject: str
) -> None:
    name = {"en": "Lotus Works", "zh": "莲花工厂"}[locale]
    speak(world, "mia", locale)
    visited(world, customer(world, name, "A"), DAY)
    visited(world, customer(world, f"{name} B", "B"), DAY)

    assert subject not in told(world, 14, "mia", minutes=-1)
    assert told(world, 14, "mia").count(subject) == 1
    assert not [each for each in told(world, 15, "mia") if f"{name} B" in each]
    assert subject not in told(world, 15, "bob")


def test_each_follow_up_lets_the_14_days_begin_anew(world: World) -> None:
    speak(world, "mia", "zh")
    one, subject = customer(world, "Reed Mill", "A"), "Reed Mill 已 14 天未跟进"
    visited(world, one, DAY)
    visited(world, one, DAY + timedelta(days=10))

    assert subject not in told(world, 14, "mia")
    assert told(world, 24, "mia").count(subject) == 1
    visited(world, one, DAY + timedelta(days=25))
    assert told(world, 39, "mia").count(subject) == 2


def test_what_a_deal_costs_is_for_managers(world: World) -> None:
    one = customer(world, "Bamboo Ltd", "B")
    deal = world.api("mia").made(
        "opportunity", name="Presses", customer=one, owner=world.ids["bob"], cost=700
    )

    def values(name: str) -> dict[str, Any]:
        found: dict[str, Any] = world.api(name)("GET", records("opportunity", deal)).json["values"]
        return found

    assert values("mia")["cost"] and "cost" not in values("bob") | values("rita")
    page = world.browsers["bob"].get(f"/apps/followup/forms/opportunity/{deal}/edit").text
    assert "Expected amount" in page and "Expected cost" not in page


def test_a_message_is_used_after_somebody_else_read_it(world: World) -> None:
    target = Target("message", "customer_waits")
    with world.app.test_request_context():
        changed = {**draft_of("followup", target).document, "short": {"en": "Waits", "zh": "等待"}}
        dora = db.session.get_one(User, world.ids["dora"])
        drafts.save_draft(dora, "followup", *target, changed)
        with pytest.raises(Invalid, match="Somebody else must review this message"):
            publish.publish(dora, "followup", *target)
        db.session.rollback()
