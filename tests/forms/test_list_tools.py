"""The order, the filter and the columns of a list: all of it in the address, all of it without JavaScript."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from runtime.accounts.models import User
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, make_all, sign_in

LIST = f"{FOLLOWUP}/customer/"
CUSTOMERS = [
    {"name": "Acme", "grade": "A", "state": "active"},
    {"name": "Bolt", "grade": "B", "state": "active"},
    {"name": "Crane", "grade": "A", "state": "lead"},
    {"name": "Dock", "grade": "C", "state": "lead"},
]
GRADE_A = {"required": ["grade"], "properties": {"grade": {"type": "string", "const": "A"}}}
ACTIVE = {"required": ["state"], "properties": {"state": {"const": "active"}}}


@pytest.fixture(autouse=True)
def customers(seller: User) -> list[int]:
    return make_all("customer", CUSTOMERS)


def names(page: str) -> list[str]:
    """The titles of the rows, from the top."""
    return re.findall(rf'class="fw-title"><a href="{LIST}\d+/[^>]*>([^<]*)<', page)


def ask(browser: Browser, **query: object) -> str:
    """The list with this in its address."""
    return browser.client.get(LIST, query_string=query).text


def filtered(browser: Browser, document: object, **more: object) -> str:
    return ask(browser, filter=json.dumps(document), **more)


def chips(page: str) -> list[str]:
    """What each part of the filter says."""
    return [unescape(each) for each in re.findall(r'class="fw-chip">([^<]*)<a', page)]


def link(page: str, label: str) -> str:
    """Where the link that is called so leads."""
    found = re.search(rf'<a[^>]*href="([^"]*)"[^>]*aria-label="{re.escape(label)}"', page)
    assert found, label
    return unescape(found[1])


def query_of(answer: TestResponse) -> dict[str, str]:
    """What the address says that an answer leads to."""
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def test_given_an_order_of_two_columns_when_the_list_opens_then_it_is_sorted_and_says_so(
    browser: Browser,
) -> None:
    page = ask(browser, sort="grade,-name")

    assert names(page) == ["Crane", "Acme", "Bolt", "Dock"]
    assert page.count('aria-sort="ascending"') == 1 and page.count('aria-sort="descending"') == 1
    assert '<span class="fw-place">1</span>' in page and '<span class="fw-place">2</span>' in page


@pytest.mark.parametrize("panel", ["filter", "sort", "columns", "view"])
def test_given_an_open_panel_when_somebody_searches_then_it_stays_open(browser: Browser, panel: str) -> None:
    page = ask(browser, panel=panel)

    held = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)" form="find">', page))

    assert 'id="panel"' in ask(browser, q="ac", **held)


def test_given_no_javascript_when_the_sort_panel_is_used_then_its_links_add_turn_and_remove(
    browser: Browser,
) -> None:
    page = ask(browser, sort="grade", panel="sort")

    assert "Then by:" in page
    added = unescape(re.search(r'<a class="btn btn-sm" href="([^"]*)"[^>]*>Name<', page)[1])  # type: ignore[index]
    assert names(browser.open(added).text) == ["Acme", "Crane", "Bolt", "Dock"]
    assert "sort=grade" not in link(page, "Remove: Grade")


@pytest.mark.parametrize("sort", ["grade,nothing", "grade,,name", "a,b,c,d", "search_text", "-" * 300])
def test_given_an_order_that_makes_no_sense_when_the_list_opens_then_it_says_so_and_has_its_usual_one(
    browser: Browser, sort: str
) -> None:
    page = ask(browser, sort=sort)

    assert names(page) == ["Acme", "Bolt", "Crane", "Dock"]
    assert "has its usual order" in page


def test_given_a_filter_when_the_list_opens_then_its_parts_stand_there_in_words_and_can_go_alone(
    browser: Browser,
) -> None:
    page = filtered(browser, {"allOf": [GRADE_A, ACTIVE]})

    assert names(page) == ["Acme"]
    assert chips(page) == ["Grade is A, key", "State is Active"]
    assert names(browser.open(link(page, "Remove: State is Active")).text) == ["Acme", "Crane"]
    assert names(browser.open(link(page, "Remove: Grade is A, key")).text) == ["Acme", "Bolt"]


def test_given_alternatives_when_the_list_opens_then_they_are_one_part(browser: Browser) -> None:
    page = filtered(browser, {"anyOf": [GRADE_A, ACTIVE]})

    assert names(page) == ["Acme", "Bolt", "Crane"]
    assert chips(page) == ["Grade is A, key or State is Active"]


def test_given_a_filter_without_hits_when_the_list_opens_then_it_says_so_and_leads_back(
    browser: Browser,
) -> None:
    page = filtered(browser, {"properties": {"grade": {"const": "Z"}}, "required": ["grade"]})

    assert "No record fits the filter" in page
    assert "Clear the filter" in page


def test_given_no_javascript_when_rows_are_filled_in_step_by_step_then_the_filter_ends_up_in_the_address(
    browser: Browser,
) -> None:
    page = ask(browser, panel="filter", sort="-name", q="c")
    assert 'name="c.0.path"' in page
    rows = {"c.mode": "all", "c.0.path": "grade", "c.0.was": "", "sort": "-name", "q": "c"}

    chosen = browser.client.get(LIST, query_string=rows)
    assert chosen.status_code == 200
    assert "Choose a value." in chosen.text and 'name="c.0.op"' in chosen.text

    rows |= {"c.0.was": "grade", "c.0.op": "equals", "c.0.value": "A"}
    done = browser.client.get(LIST, query_string=rows)

    assert query_of(done) == {"filter": json.dumps(GRADE_A, separators=(",", ":")), "sort": "-name", "q": "c"}
    assert names(browser.open(done.location).text) == ["Crane", "Acme"]


def test_given_a_complete_row_when_another_one_is_added_then_it_stands_there_and_the_first_one_counts(
    browser: Browser,
) -> None:
    rows = {"c.mode": "all", "c.0.path": "grade", "c.0.was": "grade", "c.0.op": "equals", "c.0.value": "A"}
    filter_ = json.dumps(GRADE_A)

    page = browser.client.get(LIST, query_string={**rows, "act": "add", "filter": filter_}).text

    assert 'name="c.1.path"' in page
    assert names(page) == ["Acme", "Crane"]


def test_given_htmx_when_the_rows_are_complete_then_the_list_comes_with_its_address(browser: Browser) -> None:
    rows = {"c.mode": "any", "c.0.path": "grade", "c.0.was": "grade", "c.0.op": "equals", "c.0.value": "A"}

    answer = browser.client.get(LIST, query_string=rows, headers={"HX-Request": "true"})

    assert names(answer.text) == ["Acme", "Crane"]
    assert 'id="panel"' in answer.text and "<html" not in answer.text
    assert "filter=" in answer.headers["HX-Replace-Url"] and "c.mode" not in answer.headers["HX-Replace-Url"]


DEEP = '{"allOf":[' * 40 + "{}" + "]}" * 40
BAD_FILTERS = {
    "no JSON": "{",
    "a number": "5",
    "a list": "[]",
    "an unknown field": '{"required":["password_hash"]}',
    "the search text": '{"required":["search_text"]}',
    "a look-up": '{"required":["nothing"]}',
    "an unknown keyword": '{"$where":"1"}',
    "a pattern": '{"properties":{"name":{"pattern":"(a+)+$"}}}',
    "a value of another type": '{"properties":{"grade":{"const":5}},"required":["grade"]}',
    "too deep": DEEP,
    "too long": json.dumps({"properties": {"name": {"enum": [f"name {n}" for n in range(1000)]}}}),
    "the same key twice": '{"required":["name"],"required":["name"]}',
    "half a surrogate": '{"properties":{"name":{"const":"\\ud800"}},"required":["name"]}',
    "a NUL": '{"properties":{"name":{"const":"a\\u0000"}},"required":["name"]}',
}


@pytest.mark.parametrize("text", BAD_FILTERS.values(), ids=BAD_FILTERS.keys())
def test_given_a_filter_that_is_none_when_the_list_opens_then_it_says_so_and_shows_all(
    browser: Browser, text: str
) -> None:
    answer = browser.client.get(LIST, query_string={"filter": text})

    assert answer.status_code == 200
    assert "The filter was left out" in answer.text
    assert names(answer.text) == ["Acme", "Bolt", "Crane", "Dock"]


@pytest.mark.parametrize(
    "rows",
    [
        {"c.0.path": "nothing", "c.0.was": "nothing", "c.0.op": "equals", "c.0.value": "A"},
        {"c.0.path": "grade", "c.0.was": "grade", "c.0.op": "between", "c.0.value": "A"},
        {"c.0.path": "grade", "c.0.was": "grade", "c.0.op": "equals", "c.0.value": "nothing"},
        {"c.0.path": "owner", "c.0.was": "owner", "c.0.op": "equals", "c.0.value.0": "x"},
        {"c.0.path": "created_at", "c.0.was": "created_at", "c.0.op": "after", "c.0.value": "tomorrow"},
        {"c.0.kept": "{", "c.1.path": ""},
        {"c.0.kept": '{"required":["password_hash"]}'},
        {"c.0.kept": '{"required":["search_text"]}', "c.1.kept": "5"},
        {"c.0.kept": "5"},
        {"c.0.kept": DEEP},
        {"act": "remove:99.9"},
        {"act": f"remove:{'9' * 5000}"},
        {"act": f"add:1.{'9' * 5000}"},
        {"act": "add:x"},
        {"c.0.path": "owner", "c.0.was": "owner", "c.0.op": "equals", "c.0.value.0": "9" * 5000},
        {"_do": "search:filter-c.0-v0"},
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["browser", "htmx"])
def test_given_rows_that_make_no_sense_when_they_are_sent_then_the_page_takes_it(
    browser: Browser, rows: dict[str, str], headers: dict[str, str]
) -> None:
    rows = {"c.mode": "all", **rows}

    answer = browser.client.get(LIST, query_string=rows, headers=headers, follow_redirects=True)

    assert answer.status_code == 200
    assert names(answer.text) == ["Acme", "Bolt", "Crane", "Dock"]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["browser", "htmx"])
def test_given_rows_too_long_for_an_address_when_they_are_sent_then_they_stay_and_the_filter_is_the_one_before(
    browser: Browser, headers: dict[str, str]
) -> None:
    rows = {
        "c.mode": "all",
        "c.0.path": "name",
        "c.0.was": "name",
        "c.0.op": "equals",
        "c.0.value": "字" * 330,
    }

    answer = browser.client.get(LIST, query_string={"filter": json.dumps(GRADE_A), **rows}, headers=headers)

    assert answer.status_code == 200
    assert names(answer.text) == ["Acme", "Crane"]
    assert "The filter stays as it was: it is too long" in answer.text
    assert "字" * 330 in answer.text


def test_given_the_longest_filter_when_it_stands_in_addresses_then_they_fit_into_a_request(
    browser: Browser,
) -> None:
    most = {"properties": {"name": {"enum": ["字" * 32 for _ in range(9)]}}, "required": ["name"]}

    page = filtered(browser, most, panel="filter")

    assert "The filter was left out" not in page
    assert max(len(each) for each in re.findall(r'(?:href|hx-get)="([^"]*)"', page)) < 8190 / 2


def test_given_a_filter_and_an_order_when_more_is_loaded_then_its_addresses_keep_both(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": f"Extra {number:02}", "grade": "A"} for number in range(60)])

    first = filtered(browser, GRADE_A, sort="-name")
    more = unescape(re.findall(r'hx-get="([^"]*)"', first)[-1])
    rest = browser.client.get(more, headers={"HX-Request": "true"}).text

    assert "filter=" in more and "sort=-name" in more
    assert len(names(first)) == 50 and len(names(rest)) == 12
    assert set(names(first)).isdisjoint(names(rest))


def test_given_an_order_that_changed_when_more_is_loaded_then_the_whole_list_comes_anew_and_nothing_twice(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": f"Extra {number:03}"} for number in range(110)])
    more = unescape(re.findall(r'hx-get="([^"]*)"', ask(browser, sort="-name"))[-1])

    answer = browser.client.get(more.replace("sort=-name", "sort=grade"), headers={"HX-Request": "true"})

    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#list", "outerMorph")
    assert '<div id="list"' in answer.text
    assert len(set(names(answer.text))) == len(names(answer.text)) == 100


def test_given_a_long_list_when_it_is_loaded_again_then_its_rows_are_read_once(
    browser: Browser, queries: Queries
) -> None:
    make_all("customer", [{"name": f"Extra {number:03}"} for number in range(450)])
    queries.clear()

    page = ask(browser, upto=450, sort="-name")

    assert len(names(page)) == 450
    pages = [each for each in queries.statements if "ORDER BY followup_customer._name DESC" in each]
    assert len(pages) == 1


def heads(page: str) -> list[str]:
    """The titles of the columns."""
    found = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    return [each.strip() for each in found]


def test_given_columns_in_the_address_when_the_list_opens_then_it_has_these_and_keeps_them_in_its_links(
    browser: Browser,
) -> None:
    page = ask(browser, cols="grade,nothing,name,grade")

    assert heads(page) == ["Grade", "Name"]
    assert "cols=grade%2Cname" in page
    assert heads(ask(browser, cols="nothing")) == heads(ask(browser))


def test_given_chosen_columns_when_the_person_comes_back_then_they_are_there_and_for_nobody_else(
    browser: Browser, client: FlaskClient, bob: User, alice: User
) -> None:
    usual = heads(ask(browser))

    answer = browser.client.post(f"{LIST}columns", data={"col": ["state", "name"], "act": "up:name"})

    assert query_of(answer) == {"cols": "name,state", "panel": "columns"}
    assert heads(ask(browser)) == ["Name", "State"]
    other = Browser(sign_in(browser.client.application.test_client(), alice))
    assert heads(ask(other)) == usual
    browser.client.post(f"{LIST}columns", data={"col": ["state"], "act": "usual"})
    assert heads(ask(browser)) == usual


@pytest.mark.parametrize("data", [{}, {"col": "nothing"}, {"act": "up:nothing"}, {"col": ["name"] * 500}])
def test_given_columns_that_make_no_sense_when_they_are_chosen_then_the_list_still_has_some(
    browser: Browser, data: dict[str, object]
) -> None:
    assert browser.client.post(f"{LIST}columns", data=data).status_code == 303
    assert heads(ask(browser))


def test_given_a_picker_in_the_filter_when_it_searches_then_it_offers_people(browser: Browser) -> None:
    assert "Bob" in browser.open(f"{LIST}find/owner?q=bob").text
    for path in ("name", "nothing", "search_text", "id;"):
        assert browser.open(f"{LIST}find/{path}").status_code == 404


def test_given_a_filter_by_a_person_when_the_list_opens_then_the_person_is_named(
    browser: Browser, bob: User
) -> None:
    page = filtered(
        browser, {"required": ["owner"], "properties": {"owner": {"const": bob.id}}}, panel="filter"
    )

    assert chips(page) == ["Owner is Bob"]
    assert f'value="{bob.id}"' in page


def test_given_me_in_a_filter_when_two_people_open_it_then_each_sees_his_own(browser: Browser) -> None:
    me = {"required": ["owner"], "properties": {"owner": {"const": {"fact": "user.id"}}}}
    page = filtered(browser, me)

    assert chips(page) == ["Owner is Me, whoever is signed in"]
    assert urlencode({"filter": json.dumps(me, separators=(",", ":"))}) in unescape(page)
