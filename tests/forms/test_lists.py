"""The list of a form: rows, search, order, the next rows, who sees what."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from tests.conftest import Queries, sqlite_with
from tests.forms.followup import FOLLOWUP, Browser, install, make, make_all, sign_in

Followup = Callable[[str], Form]
LIST = f"{FOLLOWUP}/customer/"


def rows(page: str) -> list[str]:
    """The titles that lead to a record, from the top."""
    return [
        part.split('">')[1].split("</a>")[0]
        for part in page.replace(" data-new", "").split(f'<a href="{LIST}')[1:]
        if "/" in part[:12]
    ]


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app with 120 customers."""

    def write() -> None:
        install()
        make_all("customer", [{"name": f"Customer {number:03}"} for number in range(1, 121)])

    return sqlite_with(tmp_path_factory, write)


def test_an_empty_list_says_what_to_do(browser: Browser) -> None:
    page = browser.open(f"{FOLLOWUP}/opportunity/").text
    assert "No records yet" in page
    assert f"{FOLLOWUP}/opportunity/new" in page


def test_a_list_shows_fifty_and_how_many_there_are(browser: Browser) -> None:
    page = browser.open(LIST).text
    assert rows(page) == [f"Customer {n:03}" for n in range(1, 51)]
    assert "120 records" in page


def test_more_rows_come_by_the_link_without_javascript(browser: Browser) -> None:
    assert len(rows(browser.open(f"{LIST}?upto=100").text)) == 100
    page = browser.open(f"{LIST}?upto=150").text
    assert len(rows(page)) == 120
    assert "Load more" not in page


def test_htmx_gets_only_the_next_rows_and_the_address_to_show(browser: Browser) -> None:
    first = browser.open(LIST).text
    more = first.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
    answer = browser.client.get(more, headers={"HX-Request": "true"})
    assert rows(answer.text) == [f"Customer {n:03}" for n in range(51, 101)]
    assert answer.headers["HX-Replace-Url"] == f"{LIST}?upto=100"
    assert "<table" not in answer.text


def test_the_order_can_be_turned(browser: Browser) -> None:
    page = browser.open(f"{LIST}?sort=-name").text
    assert rows(page)[0] == "Customer 120"
    assert 'aria-sort="descending"' in page


@pytest.mark.parametrize(
    "sort", ["password_hash", "id; DROP TABLE", "address", "-", "case when", "1,(select 1)"]
)
def test_an_order_that_is_none_counts_as_the_usual_one(browser: Browser, sort: str) -> None:
    assert rows(browser.client.get(LIST, query_string={"sort": sort}).text)[0] == "Customer 001"


def test_the_search_finds_pinyin_initials(browser: Browser) -> None:
    make("customer", {"name": "华新电子"})
    assert rows(browser.open(f"{LIST}?q=hxdz").text) == ["华新电子"]


def test_a_search_without_a_match_says_so_and_leads_back(browser: Browser) -> None:
    page = browser.client.get(LIST, query_string={"q": "<script>alert(1)</script>"}).text
    assert "Nothing matches" in page
    assert "<script>alert" not in page
    assert "Clear the search" in page


@pytest.mark.parametrize(
    "query",
    ["upto=x", "upto=-1", "upto=99999999999", "after=x", "after=%00", "q=%00", "q=%25%25", "after=W10"],
)
def test_an_address_that_makes_no_sense_shows_the_list(browser: Browser, query: str) -> None:
    answer = browser.open(f"{LIST}?{query}")
    assert answer.status_code == 200


def test_a_list_asks_the_database_as_often_for_fifty_rows_as_for_one(
    browser: Browser, seller: User, queries: Queries
) -> None:
    acme = make("customer", {"name": "Acme"})
    make("opportunity", {"name": "One", "customer": acme, "stage": "need", "owner": seller.id})
    browser.open(f"{FOLLOWUP}/opportunity/")
    queries.clear()
    browser.open(f"{FOLLOWUP}/opportunity/")
    for_one = queries.count
    for number in range(40):
        customer = make("customer", {"name": f"Customer {number}"})
        make(
            "opportunity",
            {"name": f"Deal {number}", "customer": customer, "stage": "need", "owner": seller.id},
        )
    browser.open(f"{FOLLOWUP}/opportunity/")
    queries.clear()
    browser.open(f"{FOLLOWUP}/opportunity/")
    assert queries.count == for_one


def test_the_app_shows_its_forms_and_how_many_records_they_hold(browser: Browser) -> None:
    page = browser.open("/apps/followup/").text
    assert "120 records" in page
    assert f'href="{FOLLOWUP}/visit/new"' in page


def test_a_stranger_does_not_learn_that_there_is_an_app(app: Flask, seller: User, charlie: User) -> None:
    client = sign_in(app.test_client(), charlie)
    acme = make("customer", {"name": "Acme"})
    for address in (
        "/apps/followup/",
        LIST,
        f"{LIST}new",
        f"{LIST}{acme}/",
        f"{LIST}{acme}/edit",
        f"{LIST}options/owner",
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "Acme" not in answer.text


@pytest.mark.parametrize("record_id", ["0", "-1", "1 OR 1=1", "1.0", "%00", "9" * 30, "9" * 10_000])
def test_an_id_that_is_none_is_not_found(browser: Browser, record_id: str) -> None:
    assert browser.open(f"{LIST}{record_id}/").status_code == 404
