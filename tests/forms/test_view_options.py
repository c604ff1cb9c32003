"""What a view has beside filter, order and columns: sums, limits and colours, and for whom it is."""

import re
from html import unescape
from typing import Any

import pytest

from builder import drafts, publish
from runtime.accounts.models import User, UserRole
from runtime.db import transaction
from runtime.definitions import lookup
from tests.forms.followup import FOLLOWUP, Browser, make_all, sign_in

DEALS = f"{FOLLOWUP}/opportunity/"
STAGES = f"{DEALS}?kind=board&by=stage"


def deal(name: str) -> dict[str, Any]:
    """A deal of the customer that there is."""
    return {"name": name, "customer": 1, "cost": 1, "close_on": "2026-11-05"}


@pytest.fixture(autouse=True)
def deals(seller: User) -> list[int]:
    """Three deals of Bob's, two of them at the first stage."""
    make_all("customer", [{"name": "Acme", "owner": seller.id}])
    stage = lookup.form("followup", "opportunity").fields["stage"].schema["enum"]
    rows = [("Roof", stage[0], 1200), ("Wall", stage[0], 300), ("Door", stage[1], 50)]
    deals = [{**deal(name), "stage": at, "expected_amount": amount} for name, at, amount in rows]
    return make_all("opportunity", deals)


@pytest.fixture
def designer(browser: Browser, alice: User) -> Browser:
    """Alice, who may share views."""
    return Browser(sign_in(browser.client.application.test_client(), alice))


def lanes(page: str) -> list[str]:
    """What stands above the cards of each column."""
    parts = page.split('<section class="fw-lane"')[1:]
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", part.split("<ul")[0]))) for part in parts]


def published(key: str, **own: Any) -> None:
    """A view of the deals in force."""
    document = {"$schema": "urn:formwright:view:1", "key": key, "title": key, "form": "opportunity", **own}
    with transaction():
        drafts.save_draft(None, "followup", "view", key, document)
        publish.publish(None, "followup", "view", key)


def tabs(browser: Browser) -> list[str]:
    """The views that a person finds above the list."""
    return re.findall(r'\?view=([a-z_]+)"', browser.open(DEALS).text)


def test_given_deals_when_a_board_sums_an_amount_then_each_column_tells_its_sum(browser: Browser) -> None:
    first, second, third, *_rest = lanes(browser.open(f"{STAGES}&sum=expected_amount").text)

    assert "1,500" in first and "50" in second and "–" in third
    assert "1,500" not in "".join(lanes(browser.open(STAGES).text))


def test_what_a_role_may_not_see_is_neither_summed_nor_offered(browser: Browser) -> None:
    page = browser.open(f"{STAGES}&sum=cost").text

    assert 'class="fw-sum"' not in page and "Expected cost" not in page


def test_given_a_limit_when_a_column_has_more_records_then_it_warns(browser: Browser) -> None:
    stage = lookup.form("followup", "opportunity").fields["stage"].schema["enum"]
    published("busy", kind="board", group_by="stage", limits={stage[0]: 1, stage[1]: 1})

    first, second, *_rest = lanes(browser.open(f"{DEALS}?view=busy").text)

    assert "/ 1" in first and "More than the 1 that this column should have." in first
    assert "/ 1" in second and "More than" not in second


@pytest.mark.parametrize("kind", ["board", "calendar"])
def test_given_a_choice_that_colours_then_each_record_has_its_colour_and_its_label(
    browser: Browser, kind: str
) -> None:
    page = browser.open(f"{DEALS}?kind={kind}&colour=stage&day=2026-11-05").text

    assert page.count("fw-hue-0") > page.count("fw-hue-1") > 0
    assert "Need" in re.sub(r"<[^>]*>", "", page)


def test_limits_that_are_none_count_as_not_asked(browser: Browser) -> None:
    for limits in ("[", "[1]", '{"a":"b"}', '{"a":-1}', '{"need":true}', "null"):
        answer = browser.client.get(DEALS, query_string={"kind": "board", "by": "stage", "limits": limits})

        assert answer.status_code == 200 and "should have" not in answer.text, limits


def test_a_view_filters_by_what_no_address_could_hold(browser: Browser) -> None:
    names = [f"{number:03} 一个很长的名字" for number in range(40)]
    published("long", kind="list", filter={"properties": {"name": {"enum": names}}, "required": ["name"]})

    page = browser.open(f"{DEALS}?view=long").text

    assert "left out" not in page and "No record fits" in page


def test_a_view_for_a_role_is_found_by_its_people_and_by_designers_alone(
    browser: Browser, designer: Browser, charlie: User
) -> None:
    with transaction() as session:
        session.add(UserRole(user_id=charlie.id, app="followup", role="manager"))
    published("of_sales", kind="list", roles=["sales"])
    published("of_managers", kind="list", roles=["manager"])
    published("of_all", kind="list")
    manager = Browser(sign_in(browser.client.application.test_client(), charlie))

    assert tabs(browser) == ["of_sales", "of_all"]
    assert tabs(manager) == ["of_managers", "of_all"]
    assert tabs(designer) == ["of_sales", "of_managers", "of_all"]
    assert "There is no such view" in browser.open(f"{DEALS}?view=of_managers").text


def test_given_a_list_when_it_is_shared_with_a_role_then_only_its_people_find_the_view(
    designer: Browser, browser: Browser
) -> None:
    sent = {"title": "Large", "act": "save", "role": ["manager", "nobody"], "sort": "-expected_amount"}
    answer = designer.client.post(f"{DEALS}views", data=sent)

    assert answer.status_code == 303
    [view] = lookup.views("followup", "opportunity")
    assert view.roles == ("manager",)
    assert tabs(browser) == [] and tabs(designer) == ["large"]


def test_nobody_but_a_designer_shares_with_a_role(browser: Browser) -> None:
    sent = {"title": "Large", "act": "save", "role": "sales"}

    assert browser.client.post(f"{DEALS}views", data=sent).status_code == 403
    assert lookup.views("followup", "opportunity") == []


@pytest.mark.parametrize(
    "state",
    ["kind=calendar&date=close_on&day=2026-11-05&span=week", "kind=board&by=stage&sum=expected_amount"],
)
def test_a_record_opened_from_a_view_leads_back_to_it_as_it_was(
    browser: Browser, deals: list[int], state: str
) -> None:
    page = browser.open(f"{DEALS}?{state}").text
    [address] = {unescape(each) for each in re.findall(rf'href="({DEALS}{deals[0]}/[^"]*)"', page)}

    record = unescape(browser.open(address).text)

    back = re.search(rf'href="({DEALS}\?kind[^"]*)"', record)
    assert back and {*state.split("&")} >= {*back[1].partition("?")[2].split("&")}
    assert "sum=expected_amount" in back[1] or "span=week" in back[1]


def test_from_a_calendar_the_next_record_is_the_next_by_its_date(browser: Browser, deals: list[int]) -> None:
    days = [("2026-11-20", "Late"), ("2026-11-02", "Early"), (None, "Never")]
    late, early, _never = make_all("opportunity", [{**deal(name), "close_on": day} for day, name in days])
    state = "?kind=calendar&date=close_on"
    following = browser.open(f"{DEALS}{early}/next{state}").location
    last = browser.open(f"{DEALS}{late}/next{state}").location
    first = browser.open(f"{DEALS}{early}/previous{state}").location

    assert following.startswith(f"{DEALS}{deals[0]}/") and state in following
    assert last.startswith(f"{DEALS}{late}/") and first.startswith(f"{DEALS}{early}/")
