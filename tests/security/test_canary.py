"""A colleague of another department sees nothing of a follow-up, its reminder and its notices, anywhere."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

import pytest
from werkzeug.test import TestResponse

from tests.support.world import FORMS, World, records

pytestmark = pytest.mark.slow

CANARY = "Zwitscherkanarie"
PHONE = "13987654321"
SECRETS = (CANARY.lower(), PHONE, "+86" + PHONE, "139 8765 4321")
DAY = date(2026, 11, 18)
EVE, MAX = "eve", "max"
PAGES = "/apps/followup/forms"


@dataclass(frozen=True)
class Story:
    """What Bob wrote and what came of it; `own` are records of Eve's own."""

    ids: dict[str, int]
    own: dict[str, int]


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    """Bob's customer, opportunity, contact and follow-up, the reminder and the notices."""
    bob, eve, anna = world.api("bob"), world.api(EVE), world.api("anna")
    customer = bob.made("customer", name=f"{CANARY} Ltd", phone=PHONE, address=f"1 {CANARY} Road")
    deal = bob.made("opportunity", name=f"{CANARY} deal", customer=customer, stage="need")
    contact = bob.made("contact", name=f"{CANARY} Smith", customer=customer)
    texts = {"content": f"{CANARY} wants a demonstration", "prepare": f"{CANARY} slides"}
    visit = world.follow_up("bob", customer, DAY, deal=deal, contact=contact, **texts)
    reminder = bob("GET", records("reminder") + "?sort=-id&limit=1").json["items"][0]["id"]
    assert CANARY in bob("GET", "/inbox").json["items"][0]["subject"], "the story has been told"
    own_customer = eve.made("customer", name="Eve's customer", phone="13800138000")
    # An administrator hands Eve records that point at what she may not read.
    mine = {"customer": customer, "owner": world.ids[EVE]}
    own = {
        "customer": own_customer,
        "opportunity": anna.made("opportunity", name="Handed over", stage="need", **mine),
        "reminder": anna.made("reminder", due_on="2026-12-24", state="open", **mine),
    }
    ids = {
        "customer": customer,
        "opportunity": deal,
        "contact": contact,
        "visit": visit,
        "reminder": reminder,
    }
    return Story(ids, own)


def assert_silent(answer: TestResponse, where: str) -> None:
    """The answer says nothing of the story, not even in a header or another spelling."""
    assert answer.status_code < 500, where
    text = "\n".join([answer.text, str(answer.headers)]).lower()
    for secret in SECRETS:
        assert secret not in text, where
        assert quote(secret) not in text, where
        assert secret.encode("unicode_escape").decode() not in text, where


def pages(world: World, story: Story) -> Iterator[tuple[str, str, dict[str, str] | None]]:
    """Method, address and form of every page that could show something."""
    for path in ("/", "/inbox/", "/inbox/badge", "/profile", "/apps/followup/"):
        yield "GET", path, None
    for form in FORMS:
        yield "GET", f"{PAGES}/{form}/", None
        for sort in ("name", "-customer", "-due_on", "content", "search_text"):
            yield "GET", f"{PAGES}/{form}/?sort={sort}&upto=500", None
        yield "GET", f"{PAGES}/{form}/new", None
        yield "POST", f"{PAGES}/{form}/new", sent(story, form)
        yield "POST", f"{PAGES}/{form}/eval", sent(story, form)
        for path in ("", "edit", "delete"):
            yield "GET", f"{PAGES}/{form}/{story.ids[form]}/{path}", None
        for path in ("edit", "eval", "delete"):
            yield "POST", f"{PAGES}/{form}/{story.ids[form]}/{path}", sent(story, form)
    for form, own in story.own.items():
        for path in ("", "edit"):
            yield "GET", f"{PAGES}/{form}/{own}/{path}", None
        yield "POST", f"{PAGES}/{form}/{own}/eval", sent(story, form)
        yield "POST", f"{PAGES}/{form}/{own}/edit", {**sent(story, form), "_rev": "9", "name": ""}
    for form, field in PICKERS:
        for query in ({"q": ""}, {"q": "K"}, {"customer": str(story.ids["customer"])}):
            yield "GET", f"{PAGES}/{form}/options/{field}?{urlencode(query)}", None


PICKERS = [
    ("visit", "customer"),
    ("visit", "deal"),
    ("visit", "contact"),
    ("visit", "owner"),
    ("reminder", "visit"),
    ("reminder", "customer"),
    ("opportunity", "customer"),
    ("contact", "customer"),
]


def sent(story: Story, form: str) -> dict[str, str]:
    """A form that points at everything of the story."""
    pointing = {key: str(story.ids[key]) for key in ("customer", "visit", "contact") if key != form}
    return {
        "_once": f"once {form}",
        "_rev": "1",
        **pointing,
        "deal": str(story.ids["opportunity"]),
        "remind": "1",
    }


def programs(story: Story) -> Iterator[tuple[str, str, object]]:
    """Method, path and body of every call of the API that could tell something."""
    yield "GET", "/inbox", None
    for form in FORMS:
        yield "GET", records(form) + "?limit=200", None
        yield "GET", f"/apps/followup/forms/{form}/schema", None
        for sort in ("-name", "customer", "content", "-id"):
            yield "GET", records(form) + f"?limit=200&sort={sort}", None
        for condition in (
            True,
            {"not": False},
            {"anyOf": [{"properties": {"id": {"const": story.ids[form]}}}]},
        ):
            yield "GET", records(form) + "?" + urlencode({"filter": json.dumps(condition)}), None
        path = records(form, story.ids[form])
        yield "GET", path, None
        yield "GET", f"{path}/timeline", None
        yield "PATCH", path, {"values": {"name": "x"}}
        yield "DELETE", path, None
        values = {
            "customer": story.ids["customer"],
            "deal": story.ids["opportunity"],
            "visit": story.ids["visit"],
        }
        yield "POST", records(form), {"values": values}
    for form, own in story.own.items():
        yield "GET", records(form, own), None
        yield "GET", records(form, own) + "/timeline", None
        yield "PATCH", records(form, own), {"values": {"customer": story.ids["customer"], "name": ""}}


@pytest.mark.parametrize("who", [EVE, MAX, "dora", "stan"])
@pytest.mark.timeout(120)
def test_no_page_tells(world: World, story: Story, who: str) -> None:
    for method, address, form in pages(world, story):
        answer = world.browsers[who].open(address, method=method, data=form)
        assert_silent(answer, f"{who}: {method} {address}")


@pytest.mark.parametrize("who", [EVE, MAX, "dora", "stan"])
def test_no_answer_of_the_api_tells(world: World, story: Story, who: str) -> None:
    for method, path, body in programs(story):
        answer = world.api(who)(method, path, json=body, headers={"If-Match": '"1"'})
        assert_silent(answer, f"{who}: {method} {path}")


@pytest.mark.parametrize("form", FORMS)
def test_a_record_of_the_story_is_not_there(world: World, story: Story, form: str) -> None:
    browser, api, path = world.browsers[EVE], world.api(EVE), f"{PAGES}/{form}/{story.ids[form]}"

    assert {browser.get(f"{path}/{page}").status_code for page in ("", "edit", "delete")} == {404}
    assert {browser.post(f"{path}/{page}").status_code for page in ("edit", "eval", "delete")} == {404}
    tag = {"If-Match": '"1"'}
    for method, rest in (("GET", ""), ("GET", "/timeline"), ("PATCH", ""), ("DELETE", "")):
        answer = api(method, records(form, story.ids[form]) + rest, json={"values": {}}, headers=tag)
        missing = api(method, records(form, 987654) + rest, json={"values": {}}, headers=tag)
        assert (answer.status_code, answer.json) == (missing.status_code, missing.json)
        # Sales people may delete no customer at all, whosesoever: that is not said of this one.
        assert answer.status_code == (
            403 if method == "DELETE" and form not in ("visit", "reminder") else 404
        )


@pytest.mark.parametrize("form", FORMS)
def test_a_search_for_it_finds_nothing(world: World, story: Story, form: str) -> None:
    for sought in (CANARY, CANARY[:5], PHONE, "zwi", f"{CANARY} Ltd"):
        page = world.browsers[EVE].get(f"{PAGES}/{form}/?{urlencode({'q': sought})}").text
        nothing = world.browsers[EVE].get(f"{PAGES}/{form}/?q=qqqqqqqqqqqq").text
        assert page.lower().count("<tr") == nothing.lower().count("<tr"), (form, sought)


@pytest.mark.parametrize("form", FORMS)
def test_counts_leave_it_out(world: World, story: Story, form: str) -> None:
    mine = world.api(EVE)("GET", records(form) + "?limit=200").json["items"]
    all_of_them = world.api("anna")("GET", records(form) + "?limit=200").json["items"]

    assert story.ids[form] not in {item["id"] for item in mine}
    assert story.ids[form] in {item["id"] for item in all_of_them}
    assert f"{len(all_of_them)} " not in count_line(world.browsers[EVE].get(f"{PAGES}/{form}/").text)


def count_line(page: str) -> str:
    """The line of a list that says how many records there are."""
    return " ".join(re.findall(r"\b\d+ records?\b", page)) + " "


def test_pointing_at_it_is_refused_as_pointing_at_nothing(world: World, story: Story) -> None:
    values = {"visited_on": "2026-01-05", "content": "Long enough", "result": "undecided"}

    hidden = world.api(EVE).create("visit", customer=story.ids["customer"], **values)
    missing = world.api(EVE).create("visit", customer=987654, **values)
    other = world.api(EVE).create(
        "visit", customer=story.own["customer"], deal=story.ids["opportunity"], **values
    )

    assert hidden.status_code == missing.status_code == other.status_code == 422
    assert hidden.json == missing.json
    assert other.json["errors"][0]["code"] == hidden.json["errors"][0]["code"] == "not_available"
    assert_silent(hidden, "create")


def test_a_look_up_through_it_shows_nothing(world: World, story: Story) -> None:
    reminder = world.api(EVE)("GET", records("reminder", story.own["reminder"])).json

    assert "customer_phone" not in reminder["values"]
    assert PHONE[-6:] not in world.browsers[EVE].get(f"{PAGES}/reminder/{story.own['reminder']}/").text


def test_its_own_department_sees_it(world: World, story: Story) -> None:
    for who in ("bob", "mia", "anna"):
        assert CANARY in world.browsers[who].get(f"{PAGES}/visit/{story.ids['visit']}/").text
        assert CANARY in world.api(who)("GET", records("reminder", story.ids["reminder"])).text
    assert CANARY in world.browsers["mia"].get("/inbox/").text
    assert CANARY not in world.browsers["rita"].get("/inbox/").text
