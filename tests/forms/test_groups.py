"""A list in groups: headings with counts and figures of whole groups, whatever part of them a page shows."""

import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import documents
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.errors import NotFound
from runtime.forms.lists import grouping, stretches
from runtime.forms.lists.looks import Look
from runtime.records import figures, query, store
from tests.conftest import Queries, both_databases, make_user
from tests.forms.followup import sign_in
from tests.records import factory
from tests.records.factory import ACTIONS, TRUSTED, field, form_document

DEALS = "/apps/shop/forms/deal/"
DEAL = form_document(
    "deal",
    {
        "name": field("text", title="Name"),
        "stage": field(
            "choice",
            {"enum": ["lost", "won"]},
            title="Stage",
            labels={"won": {"en": "Won"}, "lost": {"en": "Lost"}},
        ),
        "size": field("choice", {"enum": ["small", "middle", "large"]}, title="Size"),
        "day": field("date", title="Day"),
        "at": field("datetime", title="At"),
        "paid": field("yes_no", title="Paid"),
        "amount": field("number", title="Amount", decimals=2),
        "secret": field("number", title="Secret", access={"clerk": "hidden"}),
        "owner": field("text", title="Owner", access={"clerk": "hidden"}),
    },
    title_field="name",
    list={"columns": ["name", "amount"], "sort": "name"},
)
ROLES = {
    "clerk": [{"form": "deal", "actions": list(ACTIONS), "scope": "all"}],
    "mine": [{"form": "deal", "actions": ["read"], "scope": "own"}],
}
SUM = documents.dumps({"amount": "sum"})


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    app.config["WTF_CSRF_ENABLED"] = False
    factory.shop(DEAL, roles=ROLES)
    factory.give_role(bob)
    return bob


@pytest.fixture
def carol(app: Flask) -> User:
    return make_user("Carol")


@pytest.fixture
def browser(client: FlaskClient, clerk: User) -> FlaskClient:
    return sign_in(client, clerk)


def made(*several: dict[str, Any]) -> None:
    with transaction():
        for number, values in enumerate(several):
            store.save(TRUSTED, lookup.form("shop", "deal"), {"name": f"Deal {number:03}", **values})


def heads(page: str) -> list[str]:
    """The headings of a page as texts, and its rows by their titles."""
    found = re.findall(
        r'<tr class="fw-group"[^>]*><th[^>]*>.*?</button>(.*?)</th>|class="fw-title"[^>]*><a[^>]*>([^<]*)',
        page,
        re.S,
    )
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", head or row)).split()) for head, row in found]


def test_given_a_list_in_groups_when_it_is_opened_then_each_has_its_count_and_figures(
    browser: FlaskClient,
) -> None:
    made(
        {"stage": "won", "amount": 1},
        {"stage": "lost", "amount": 2},
        {"stage": "won", "amount": Decimal("3.5")},
        {},
    )

    page = browser.get(DEALS, query_string={"by": "stage", "figures": SUM}).text

    assert heads(page) == [
        "No answer 1 record", "Deal 003",
        "Lost 1 record Sum of Amount: 2", "Deal 001",
        "Won 2 records Sum of Amount: 4.5", "Deal 000", "Deal 002",
    ]  # fmt: skip
    assert "Sum of Amount: <strong>6.5</strong>" in page


def test_given_a_group_over_several_pages_when_more_is_loaded_then_its_heading_stands_once_and_tells_of_all(
    browser: FlaskClient,
) -> None:
    made(*({"stage": "lost" if number < 60 else "won", "amount": 1} for number in range(65)))

    page = browser.get(DEALS, query_string={"by": "stage", "figures": SUM}).text
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', page)
    assert more
    rest = browser.get(unescape(more[1]), headers={"HX-Request": "true"}).text

    assert heads(page)[0] == "Lost 60 records Sum of Amount: 60"
    assert [each for each in heads(rest) if "record" in each] == ["Won 5 records Sum of Amount: 5"]
    assert heads(rest)[0] == "Deal 050"


@pytest.mark.parametrize(
    ("period", "titles"),
    [
        ("day", ["No answer", "Wed, Dec 31, 2025", "Thu, Jan 1, 2026", "Fri, Jan 2, 2026"]),
        ("week", ["No answer", "Week from Dec 29, 2025"]),
        ("month", ["No answer", "December 2025", "January 2026"]),
        ("quarter", ["No answer", "Q4 2025", "Q1 2026"]),
        ("year", ["No answer", "2025", "2026"]),
        ("never", ["No answer", "December 2025", "January 2026"]),
    ],
)
@pytest.mark.parametrize("key", ["day", "at"])
def test_given_a_date_when_a_list_is_grouped_by_it_then_the_groups_are_stretches_of_time(
    browser: FlaskClient, key: str, period: str, titles: list[str]
) -> None:
    days = ["2025-12-31", "2026-01-01", "2026-01-02"]
    moments = ["2025-12-31T15:59:00Z", "2025-12-31T16:00:00Z", "2026-01-01T16:00:00Z"]  # midnight in Shanghai
    made(*({key: each} for each in (days if key == "day" else moments)), {})

    page = browser.get(DEALS, query_string={"by": key, "period": period}).text

    found = [each for each in heads(page) if "record" in each]
    assert [re.sub(r" \d+ records?$", "", each) for each in found] == titles
    assert sum(int(re.search(r"(\d+) records?$", each)[1]) for each in found) == 4  # type: ignore[index]


@pytest.mark.parametrize("period", ["day", "week", "year"])
@pytest.mark.parametrize(("key", "value"), [("day", "9999-12-31"), ("at", "9999-12-30T23:00:00Z")])
def test_given_the_last_day_of_all_when_a_list_is_grouped_by_it_then_it_is_in_a_group(
    browser: FlaskClient, key: str, value: str, period: str
) -> None:
    made({key: value}, {key: f"9998{value[4:]}"})

    page = browser.get(DEALS, query_string={"by": key, "period": period, "figures": SUM})

    found = [int(re.search(r"(\d+) records?", each)[1]) for each in heads(page.text) if "record" in each]  # type: ignore[index]
    assert (page.status_code, sum(found)) == (200, 2)


def test_given_a_form_in_an_order_of_what_is_hidden_when_it_is_grouped_then_each_group_stands_once(
    client: FlaskClient, app: Flask, bob: User
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    factory.shop(
        {**DEAL, "fw": {**DEAL["fw"], "list": {"columns": ["name"], "sort": "-secret"}}}, roles=ROLES
    )
    factory.give_role(bob)
    made({"stage": "won", "secret": 1}, {"stage": "lost", "secret": 2}, {"stage": "won", "secret": 3})

    page = sign_in(client, bob).get(DEALS, query_string={"by": "stage"}).text

    assert [each for each in heads(page) if "record" in each] == ["Lost 1 record", "Won 2 records"]
    assert heads(page)[-2:] == ["Deal 002", "Deal 000"]


def test_what_is_empty_and_a_text_that_says_so_fold_apart(browser: FlaskClient) -> None:
    made({}, {"name": "None"})
    page = browser.get(DEALS, query_string={"by": "name"}).text
    assert 'data-group="is:None"' in page


@both_databases
@pytest.mark.parametrize("way", ["", "-"])
def test_groups_of_a_choice_follow_each_other_as_its_options_do_whatever_the_pages(
    clerk: User, way: str
) -> None:
    made(*({"size": each} for each in ("large", "small", None, "middle", "large", "small", "middle", None)))
    form, hidden = lookup.form("shop", "deal"), frozenset({"secret", "owner"})
    order = grouping.order(form, Look(group_by="size", sort=f"{way}size,name"), hidden)

    found: list[Any] = []
    after: str | None = None
    for _page in range(8):
        part = query.page(clerk, form, sort=order, limit=1, after=after)
        found += [(each.values.get("size"), each.values["name"]) for each in part.items]
        after = part.next

    expected = [None, None, "small", "small", "middle", "middle", "large", "large"]
    assert [size for size, _name in found] == (expected[::-1] if way else expected)
    assert after is None and len(set(found)) == 8


@both_databases
def test_given_sums_beyond_64_bits_when_a_board_shows_them_then_they_are_exact(clerk: User) -> None:
    made(*({"stage": "won", "amount": Decimal("9999999999999999.99")} for _each in range(11)))

    found = dict(figures.of_each(clerk, lookup.form("shop", "deal"), "stage", ["amount"]))

    assert found["won"].numbers["amount"].of("sum") == Decimal("109999999999999999.89")


@both_databases
def test_figures_are_exact_however_large_the_numbers(clerk: User) -> None:
    largest = Decimal("9999999999999999.99")
    made(
        *({"stage": "won", "amount": largest} for _each in range(25)),
        {"stage": "won", "amount": -largest},
        {},
    )

    form = lookup.form("shop", "deal")
    found = dict(figures.of_each(clerk, form, "stage", ["amount"], values=["won", None]))
    number = found["won"].numbers["amount"]

    assert number.of("sum") == largest * 24
    assert (number.of("min"), number.of("max"), found["won"].count) == (-largest, largest, 26)
    assert number.of("average") == largest * 24 / 26 or abs(number.of("average") - largest * 24 / 26) < 1
    assert found[None].count == 1 and found[None].numbers["amount"].of("sum") is None
    assert figures.of_all(clerk, form, ["amount"]).numbers["amount"].of("sum") == largest * 24


@both_databases
def test_moments_are_told_by_their_quarter_of_an_hour(clerk: User) -> None:
    made({"at": "2026-01-01T10:14:59Z"}, {"at": "2026-01-01T10:15:00Z"}, {"at": "2026-01-01T10:29:00Z"})

    form = lookup.form("shop", "deal")
    span = ("2026-01-01T00:00:00Z", "2026-01-01T23:59:59Z")
    found = {value: tally.count for value, tally in figures.of_each(clerk, form, "at", [], span=span)}

    assert found == {"2026-01-01T10:00:00Z": 1, "2026-01-01T10:15:00Z": 2}


@both_databases
def test_a_moment_before_1970_is_told_in_its_own_quarter_of_an_hour(clerk: User) -> None:
    made({"at": "1969-12-31T23:59:59Z"}, {"at": "1969-12-31T23:45:00Z"}, {"at": "1970-01-01T00:00:00Z"})

    found = {
        value: tally.count for value, tally in figures.of_each(clerk, lookup.form("shop", "deal"), "at", [])
    }

    assert found == {"1969-12-31T23:45:00Z": 2, "1970-01-01T00:00:00Z": 1}


def test_given_a_filter_and_a_search_when_a_list_is_grouped_then_its_figures_are_of_what_it_shows(
    browser: FlaskClient,
) -> None:
    made(
        {"stage": "won", "amount": 1},
        {"stage": "won", "amount": 2, "name": "Other"},
        {"stage": "won", "amount": 4},
    )
    only = documents.dumps(
        {"required": ["amount"], "properties": {"amount": {"type": "number", "maximum": 3}}}
    )

    page = browser.get(DEALS, query_string={"by": "stage", "figures": SUM, "filter": only, "q": "deal"}).text

    assert heads(page) == ["Won 1 record Sum of Amount: 1", "Deal 000"]


def test_given_who_reads_some_records_only_when_he_groups_them_then_the_others_count_nowhere(
    client: FlaskClient, clerk: User, carol: User
) -> None:
    factory.give_role(carol, "mine")
    made({"stage": "won", "amount": 8})
    with transaction():
        store.save(
            store.Actor(user=carol, origin="page", trusted=True),
            lookup.form("shop", "deal"),
            {"name": "Mine", "stage": "won", "amount": 1},
        )

    page = sign_in(client, carol).get(DEALS, query_string={"by": "stage", "figures": SUM}).text

    assert heads(page) == ["Won 1 record Sum of Amount: 1", "Mine"]


def test_what_is_hidden_groups_nothing_and_has_no_figures(browser: FlaskClient, clerk: User) -> None:
    made({"secret": 7, "owner": "Eve"}, {"secret": 8, "owner": "Zoe"})

    told = documents.dumps({"secret": "max", "amount": "sum", "name": "sum", "nothing": "sum", "day": "x"})
    page = browser.get(DEALS, query_string={"by": "owner", "figures": told}).text

    assert heads(page) == ["Deal 000", "Deal 001"]
    assert "Secret" not in page and "Eve" not in page
    form = lookup.form("shop", "deal")
    for keys in (["secret"], ["amount", "secret"]):
        with pytest.raises(NotFound):
            figures.of_all(clerk, form, keys)


@pytest.mark.parametrize(
    "text", ["{", "[]", "1", '{"amount": ["sum"]}', '{"amount": {}}', "[" * 5000, "x" * 9000]
)
def test_given_nonsense_in_the_address_when_the_list_is_opened_then_it_opens(
    browser: FlaskClient, text: str
) -> None:
    made({})
    address = {"by": "stage", "figures": text, "period": text[:50]}
    assert browser.get(DEALS, query_string=address).status_code == 200


def test_given_the_columns_when_groups_and_figures_are_chosen_then_the_list_and_a_saved_view_keep_them(
    browser: FlaskClient,
) -> None:
    made({"stage": "won", "day": "2026-01-01", "amount": 3})

    sent = {
        "col": ["name", "amount"],
        "by": "day",
        "period": "year",
        "figure.amount": "average",
        "panel": "columns",
    }
    chosen = browser.post(f"{DEALS}columns", data=sent)
    page = browser.get(chosen.location).text

    assert heads(page) == ["2026 1 record Average of Amount: 3", "Deal 000"]
    assert re.search(r'<option value="average" selected>', page)
    saved = browser.post(
        f"{DEALS}views",
        data={
            "by": "day",
            "period": "year",
            "figures": '{"amount":"average"}',
            "title": "Years",
            "act": "save",
        },
    )
    assert heads(browser.get(saved.location).text) == heads(page)


def test_a_list_with_groups_and_figures_takes_two_statements_more(
    browser: FlaskClient, queries: Queries
) -> None:
    made(*({"stage": "won", "amount": 1} for _each in range(5)))
    counts = []
    for asked in ({}, {"by": "stage"}, {"by": "stage", "figures": SUM}):
        browser.get(DEALS, query_string=asked)
        queries.clear()
        browser.get(DEALS, query_string=asked)
        counts.append(queries.count)
    assert [each - counts[0] for each in counts] == [0, 1, 2]


@pytest.mark.parametrize(
    ("first", "period", "last"),
    [
        ("2024-02-01", "month", "2024-02-29"),
        ("2025-10-01", "quarter", "2025-12-31"),
        ("9999-01-01", "year", "9999-12-31"),
        ("2026-01-05", "week", "2026-01-11"),
    ],
)
def test_a_stretch_ends_where_the_next_begins(first: str, period: str, last: str) -> None:
    assert stretches.last_day(date.fromisoformat(first), period) == date.fromisoformat(last)
    assert stretches.first_day(date.fromisoformat(last), period, "en") == date.fromisoformat(first)
