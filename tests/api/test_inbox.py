"""The inbox over the API: one's own notices and nobody else's."""

from datetime import date

from tests.support.world import World


def test_a_notice_is_for_its_reader(world: World) -> None:
    customer = world.api("bob").made("customer", name="To be visited")

    world.follow_up("bob", customer, date(2026, 11, 18))
    answer = world.api("bob")("GET", "/inbox")

    assert answer.status_code == 200
    assert set(answer.json) == {"items"}
    assert [item["subject"] for item in answer.json["items"]] == ["Visit To be visited on Nov 21, 2026"]
    assert set(answer.json["items"][0]) == {"id", "subject", "body", "link", "created_at", "read_at"}
    assert answer.json["items"][0]["read_at"] is None
    assert answer.json["items"][0]["created_at"] == "2026-11-18T01:01:00Z"
    assert len(world.api("mia")("GET", "/inbox").json["items"]) == 1, "the manager has a copy"
    assert world.api("eve")("GET", "/inbox").json == {"items": []}
    assert world.api("anna")("GET", "/inbox").json == {"items": []}
