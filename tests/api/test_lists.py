"""Lists over the API: filter, sort, limit, and walking on with the cursor."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.forms.followup import make_all
from tests.support.world import World, records

AMOUNTS = [None, 5, 5, 5, "12.50", None, 100, 5, "0.10", 7, 12, "12.50"]


@pytest.fixture(scope="module")
def deals(world: World) -> list[int]:
    """Opportunities with equal and with empty amounts."""
    customer = world.api("bob").made("customer", name="With many opportunities")
    made = []
    for number, amount in enumerate(AMOUNTS):
        values = {"name": f"Deal {number}", "customer": customer, "stage": "quote" if number % 2 else "need"}
        if amount is not None:
            values["expected_amount"] = float(amount)
        made.append(world.api("bob").made("opportunity", **values))
    return made


def ask(world: World, form: str = "opportunity", by: str = "bob", **query: Any) -> Any:
    """The answer to a list with this query."""
    return world.api(by)("GET", f"{records(form)}?{urlencode(query)}")


def mine(world: World, deals: list[int], **condition: Any) -> dict[str, Any]:
    """A filter on the records of this module."""
    return {"filter": json.dumps({"allOf": [{"properties": {"id": {"enum": deals}}}, condition]})}


def pages(world: World, **query: Any) -> Iterator[list[int]]:
    """The ids of one page after the other."""
    after: str | None = ""
    while after is not None:
        found = ask(world, **query, **({"after": after} if after else {}))
        assert found.status_code == 200, found.text
        yield [item["id"] for item in found.json["items"]]
        after = found.json["next"]


def test_a_list_has_items_and_next(world: World, deals: list[int]) -> None:
    found = ask(world, **mine(world, deals), limit=3).json

    assert set(found) == {"items", "next"}
    assert len(found["items"]) == 3
    assert isinstance(found["next"], str)
    assert set(found["items"][0]) == {"id", "revision", "created_at", "updated_at", "values"}
    assert ask(world, **mine(world, deals), limit=200).json["next"] is None


def test_a_filter_is_a_condition_over_the_fields(world: World, deals: list[int]) -> None:
    large = {"required": ["expected_amount"], "properties": {"expected_amount": {"minimum": 12}}}

    found = ask(world, **mine(world, deals, **large)).json["items"]

    assert {item["values"]["name"] for item in found} == {"Deal 4", "Deal 6", "Deal 10", "Deal 11"}


def test_a_filter_may_name_the_user_and_system_values(world: World, deals: list[int]) -> None:
    own = {"required": ["created_by"], "properties": {"created_by": {"const": {"fact": "user.id"}}}}
    late = {"properties": {"created_at": {"formatMinimum": "2999-01-01T00:00:00Z"}}}

    assert len(ask(world, **mine(world, deals, **own)).json["items"]) == len(deals)
    assert ask(world, **mine(world, deals, **late)).json["items"] == []


@pytest.mark.parametrize(
    "sort", ["expected_amount", "-expected_amount", "stage", "-created_at", "id", "close_on"]
)
@pytest.mark.parametrize("limit", [1, 5])
def test_walking_on_gives_each_record_once(world: World, deals: list[int], sort: str, limit: int) -> None:
    walked = [one for page in pages(world, **mine(world, deals), sort=sort, limit=limit) for one in page]

    assert sorted(walked) == sorted(deals)


def test_a_list_is_sorted_by_value_and_empty_ones_come_first(world: World, deals: list[int]) -> None:
    def amounts(sort: str) -> list[Any]:
        items = ask(world, **mine(world, deals), sort=sort).json["items"]
        return [item["values"].get("expected_amount") for item in items]

    rising = amounts("expected_amount")

    assert rising == [None, None, 0.1, 5, 5, 5, 5, 7, 12, 12.5, 12.5, 100]
    assert amounts("-expected_amount") == rising[::-1]


def test_an_unknown_order_is_the_usual_one(world: World, deals: list[int]) -> None:
    usual = ask(world, **mine(world, deals)).json["items"]

    for sort in ("password_hash", "id; DROP TABLE users", "search_text", "1,(select 1)", "", "-", "\x00"):
        assert ask(world, **mine(world, deals), sort=sort).json["items"] == usual


def numeric(key: str, keyword: str, number: Any) -> str:
    """A filter with a number as somebody wrote it."""
    return json.dumps({"properties": {key: {keyword: "#"}}}).replace('"#"', str(number))


BAD_FILTERS = {
    "not JSON": "{",
    "a key twice": '{"not": {}, "not": {}}',
    "too deep": "[" * 100_000,
    "a BOM": "\ufeff{}",
    "NaN": '{"minimum": NaN}',
    "no condition": "[]",
    "a text": '"all"',
    "unknown keyword": '{"pattern": "x"}',
    "a $ref": '{"$ref": "http://127.0.0.1/"}',
    "unknown field": '{"required": ["password_hash"]}',
    "the search text": '{"required": ["search_text"]}',
    "a look-up": '{"properties": {"nothing": {"const": 1}}}',
    "reserved": '{"properties": {"__proto__": {"const": 1}}}',
    "a path": '{"properties": {"customer.name": {"const": "x"}}}',
    "SQL": '{"properties": {"name) OR 1=1--": {"const": "x"}}}',
    "wrong type": '{"properties": {"expected_amount": {"const": "12"}}}',
    "wrong keyword": '{"properties": {"name": {"minimum": 3}}}',
    "unknown fact": '{"properties": {"owner": {"const": {"fact": "user.password_hash"}}}}',
    "a NUL": '{"properties": {"name": {"const": "a\\u0000b"}}}',
    "half a pair": '{"properties": {"name": {"const": "\\ud800"}}}',
    "a list": '{"properties": {"name": {"contains": {"const": 1}}}}',
    "a date that is none": '{"properties": {"close_on": {"formatMinimum": "2026-02-30"}}}',
    "a bomb": json.dumps({"allOf": [{"allOf": [{}, {}, {}, {}]}] * 2000}),
    "1e400": '{"properties": {"expected_amount": {"minimum": 1e400}}}',
    "5,000 digits": numeric("expected_amount", "minimum", "9" * 5000),
}


@pytest.mark.parametrize("text", BAD_FILTERS.values(), ids=BAD_FILTERS.keys())
def test_a_filter_that_is_none_is_refused_in_words(world: World, text: str) -> None:
    answer = ask(world, filter=text)

    assert answer.status_code in (400, 422), answer.text
    if answer.status_code == 422:
        assert all(error["path"][0] == "filter" and error["message"] for error in answer.json["errors"])
    else:
        assert answer.json["error"]["message"]
    assert "Traceback" not in answer.text
    assert " at /" not in answer.text, "a code for programmers is no sentence"


def test_a_filter_with_large_numbers_compares(world: World, deals: list[int]) -> None:
    for number in (2**63, -(2**63) - 1, 10**39, "1e-30", "0.1234567"):
        for key in ("expected_amount", "id", "customer", "owner_id"):
            for keyword in ("minimum", "const"):
                text = numeric(key, keyword, number)
                assert ask(world, filter=text).status_code == 200, text


@pytest.mark.parametrize("limit", ["-1", "x", "1.0", "", " 5", "1e3", "٣", "9" * 30])
def test_a_limit_that_is_no_number_is_refused(world: World, limit: str) -> None:
    answer = ask(world, limit=limit)

    assert answer.status_code == 400
    assert "200" in answer.json["error"]["message"]


@pytest.mark.parametrize(("limit", "given"), [("0", 1), ("1", 1), ("100000000", len(AMOUNTS))])
def test_a_limit_is_kept_within_bounds(world: World, deals: list[int], limit: str, given: int) -> None:
    assert len(ask(world, **mine(world, deals), limit=limit).json["items"]) == given


def test_a_page_has_at_most_two_hundred_records_whatever_is_asked(world: World, deals: list[int]) -> None:
    with world.app.app_context():
        values = [{"name": f"One of many {number:03}", "grade": "C"} for number in range(201)]
        made = make_all("customer", values)

    found = ask(world, "customer", by="anna", **mine(world, made), limit=1000).json

    assert len(found["items"]) == 200
    assert found["next"] is not None


def cursor(*place: Any) -> str:
    """A cursor as somebody might forge it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


BAD_CURSORS = {
    "no base64": "%%%",
    "not ASCII": "日本",
    "no JSON": base64.urlsafe_b64encode(b"{").decode(),
    "no UTF-8": base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    "of another order": cursor("name", "x", 1),
    "an object": cursor("expected_amount", {}, 1),
    "a text for a number": cursor("expected_amount", "5", 1),
    "an id that is none": cursor("expected_amount", 5, "1"),
    "a huge id": cursor("expected_amount", 5, 2**70),
    "too long": cursor("expected_amount", 5, 1) + "A" * 5000,
    "half": cursor("expected_amount"),
    "deep": base64.urlsafe_b64encode(b"[" * 2000).decode(),
}


@pytest.mark.parametrize("after", BAD_CURSORS.values(), ids=BAD_CURSORS.keys())
def test_a_cursor_that_is_none_is_refused(world: World, after: str) -> None:
    answer = ask(world, sort="expected_amount", after=after)

    assert answer.status_code == 400, answer.text
    assert "after" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "x", 5, None, []]
)
def test_a_forged_moment_in_a_cursor_breaks_nothing(world: World, moment: Any) -> None:
    answer = ask(world, sort="-created_at", after=cursor("-created_at", moment, 1))

    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 201, 5, {}], ids=str)
def test_a_forged_text_in_a_cursor_is_refused(world: World, value: Any) -> None:
    asked = {"sort": "content", "after": cursor("content", value, 1)}
    answer = world.api("bob")("GET", records("visit"), query_string=asked)

    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("value", [10**39, -(10**39), 10**17, 0.123])
def test_a_forged_number_in_a_cursor_breaks_nothing(world: World, value: Any) -> None:
    answer = ask(world, sort="expected_amount", after=cursor("expected_amount", value, 1))

    assert answer.status_code in (200, 400)


def test_a_list_shows_what_one_may_read(world: World, deals: list[int]) -> None:
    assert ask(world, by="eve", **mine(world, deals)).json == {"items": [], "next": None}
    assert len(ask(world, by="mia", **mine(world, deals)).json["items"]) == len(deals)
    assert ask(world, by="stan").status_code == 404
    assert world.api("bob")("GET", "/apps/followup/forms/nothing/records").status_code == 404
    assert world.api("bob")("GET", "/apps/nothing/forms/visit/records").status_code == 404
