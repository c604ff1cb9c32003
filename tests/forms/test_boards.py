"""The list of a form as a board: its columns, its cards, and moving them."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote_plus

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from runtime import conditions, documents
from runtime.accounts.models import User, UserRole
from runtime.conditions import Group, Row
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.forms.lists import asked as asking
from runtime.forms.lists import views
from runtime.forms.lists.views import Kept
from runtime.records.tables import table
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, make, make_all, sign_in

CUSTOMERS = f"{FOLLOWUP}/customer/"
BOARD = f"{CUSTOMERS}?kind=board&by=grade"
TYPED = {"HX-Request": "true"}
NOTHING = Kept((), "", ())


def columns(page: str) -> dict[str, list[str]]:
    """The columns of a board with the titles of their cards."""
    found = {}
    for part in page.split('<section class="fw-lane"')[1:]:
        head = re.search(r"<h2[^>]*>(.*?) <span", part, re.S)
        assert head
        found[unescape(head[1]).partition(",")[0]] = [
            unescape(t) for t in re.findall(r'class="fw-title"[^>]*>([^<]*)<', part)
        ]
    return found


def move(
    browser: Browser, record: int, to: str, revision: int = 1, form: str = "customer", **more: str
) -> TestResponse:
    """Press the button that moves a card."""
    by = more.get("by", "grade")
    axes = ",".join(filter(None, (by, more.get("across"))))
    sent = {"kind": "board", "by": by, "field": axes, "move": f"{record}.{revision}.{to}", **more}
    return browser.client.post(f"{FOLLOWUP}/{form}/move", data=sent)


def stored(record: int, key: str, form: str = "customer") -> Any:
    db.session.rollback()
    own = table(lookup.form("followup", form)).c
    return db.session.scalar(select(own[key]).where(own.id == record))


def test_given_customers_with_grades_when_the_list_is_shown_as_a_board_then_each_stands_in_its_column(
    browser: Browser,
) -> None:
    make_all(
        "customer",
        [{"name": "Acme", "grade": "A"}, {"name": "Bolt", "grade": "C"}, {"name": "Crane", "grade": None}],
    )

    page = browser.open(BOARD).text

    assert columns(page) == {"A": ["Acme"], "B": [], "C": ["Bolt"], "No answer": ["Crane"]}
    assert "<dt>State</dt>" in page
    assert columns(browser.open(f"{BOARD}&q=bolt").text)["C"] == ["Bolt"]
    assert columns(browser.page)["A"] == []


def test_given_more_cards_than_a_column_shows_when_more_are_asked_for_then_the_next_ones_come(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": f"Customer {number:02}", "grade": "A"} for number in range(45)])

    page = browser.open(BOARD).text
    found = re.search(r'<li class="fw-next"[^>]*><a [^>]*?href="([^"]*)" hx-get="([^"]*)"', page)
    assert found
    further, more = unescape(found[1]), unescape(found[2])

    assert columns(page)["A"] == [f"Customer {number:02}" for number in range(20)]
    assert len(columns(browser.open(further).text)["A"]) == 40
    part = browser.client.get(more, headers=TYPED).text
    assert re.findall(r'class="fw-title"[^>]*>([^<]*)<', part) == [f"Customer {n:02}" for n in range(20, 40)]
    assert "fw-next" in part
    assert "kind=board" in more


def test_given_a_card_that_was_loaded_later_when_its_menu_is_opened_then_its_column_is_as_long_as_before(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": f"Customer {number:02}", "grade": "A"} for number in range(22)])
    found = re.search(r'hx-get="([^"]*after=[^"]*)"', browser.open(BOARD).text)
    assert found
    part = browser.client.get(unescape(found[1]), headers=TYPED).text
    link = re.search(r'id="move-(\d+)" href="([^"#]*)', part)
    assert link

    page = browser.open(unescape(link[2])).text

    assert f'form="moving" name="move" value="{link[1]}.1.is:B"' in page
    assert '<input type="hidden" name="lanes" value="{&#34;is:A&#34;:40}">' in page
    answer = move(browser, int(link[1]), "is:B", lanes='{"is:A":40}', card=link[1])
    assert len(columns(browser.open(answer.location).text)["A"]) == 21
    assert "card=" not in answer.location


def test_given_two_columns_of_which_more_was_loaded_then_the_address_tells_of_both(browser: Browser) -> None:
    grades = ["A"] * 41 + ["B"] * 41
    make_all("customer", [{"name": f"Customer {n:02}", "grade": grade} for n, grade in enumerate(grades)])
    more = [unescape(each) for each in re.findall(r'hx-get="([^"]*after=[^"]*)"', browser.open(BOARD).text)]

    shown = f"http://localhost{BOARD}"
    for each in more:  # whose links were drawn before anything was loaded
        answer = browser.client.get(each, headers={**TYPED, "HX-Current-URL": shown})
        shown = answer.headers["HX-Replace-Url"]

    page = columns(browser.open(shown).text)
    assert [len(page[each]) for each in ("A", "B")] == [40, 40]


def test_given_a_program_that_names_no_address_when_it_asks_for_more_cards_then_they_come(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": f"Customer {n:02}", "grade": "A"} for n in range(21)])
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', browser.open(BOARD).text)
    assert more

    answer = browser.client.get(unescape(more[1]), headers={**TYPED, "HX-Current-URL": "http://["})

    assert (answer.status_code, answer.text.count("<li")) == (200, 1)


@pytest.mark.parametrize("lanes", ["x", "[]", '{"is:A":-1}', '{"is:A":"x"}', '{"is:A":true}', '{"a":' * 500])
def test_given_an_address_with_columns_that_make_no_sense_then_they_are_as_long_as_usual(
    browser: Browser, lanes: str
) -> None:
    make_all("customer", [{"name": f"Customer {n:02}", "grade": "A"} for n in range(22)])
    assert len(columns(browser.open(f"{BOARD}&lanes={quote_plus(lanes)}").text)["A"]) == 20


def test_given_few_or_many_columns_and_cards_when_a_board_is_opened_then_it_takes_seven_statements(
    browser: Browser, queries: Queries
) -> None:
    # One more than the list: the columns are counted, then the first cards of all are read.
    industries = ["trade", "software", "education", "medical", "finance"]
    make_all(
        "customer",
        [{"name": f"Customer {n}", "grade": "A", "industry": industries[n % 5]} for n in range(50)],
    )

    for by in ("grade", "industry"):
        browser.open(f"{CUSTOMERS}?kind=board&by={by}")
        queries.clear()
        browser.open(f"{CUSTOMERS}?kind=board&by={by}")
        assert queries.count == 7, queries.statements


def test_given_many_columns_when_a_board_is_searched_then_each_statement_reads_the_table_as_often_as_for_few(
    browser: Browser, queries: Queries
) -> None:
    industries = ["trade", "software", "education", "medical", "finance"]
    make_all(
        "customer", [{"name": f"Customer {n}", "grade": "A", "industry": industries[n]} for n in range(5)]
    )

    read = []
    for by in ("grade", "industry"):
        queries.clear()
        assert browser.open(f"{CUSTOMERS}?kind=board&by={by}&q=customer").status_code == 200
        read.append(max(statement.count("FROM ") for statement in queries.statements))

    assert read[0] == read[1]


def test_given_a_card_when_it_is_moved_by_its_menu_then_one_field_is_saved_and_the_board_comes_back(
    browser: Browser,
) -> None:
    acme = make("customer", {"name": "Acme", "grade": "A", "state": "lead"})

    page = browser.open(f"{BOARD}&card={acme}").text
    assert f'form="moving" name="move" value="{acme}.1.is:B"' in page
    answer = move(browser, acme, "is:B", q="acme")

    assert answer.status_code == 303
    assert columns(browser.open(answer.location).text)["B"] == ["Acme"]
    assert "Acme: Grade is now B, regular." in browser.page
    assert (stored(acme, "grade"), stored(acme, "state"), stored(acme, "revision")) == ("B", "lead", 2)
    move(browser, acme, "none", revision=2)
    assert stored(acme, "grade") is None


def test_given_a_rule_that_asks_for_a_reason_when_a_card_is_moved_there_then_it_stays_and_the_page_says_why(
    browser: Browser, seller: User
) -> None:
    customer = make("customer", {"name": "Acme", "owner": seller.id})
    own = {
        "customer": customer,
        "visited_on": "2026-01-05",
        "content": "A talk",
        "remind": False,
        "owner": seller.id,
    }
    visit = make("visit", {**own, "result": "interested"})

    answer = move(browser, visit, "is:refused", form="visit", by="result")

    assert answer.status_code == 422
    assert "Nothing was moved. Fill in" in answer.text, re.findall(r"id=.refusal.*?</p>", answer.text, re.S)
    assert len(columns(answer.text)["Interested"]) == 1
    assert stored(visit, "result", "visit") == "interested"


def test_given_a_card_when_it_cannot_go_where_it_is_sent_then_the_board_says_why(browser: Browser) -> None:
    acme = make("customer", {"name": "Acme", "grade": "B"})
    refused = [
        ("is:A", 7, "Somebody else changed this record in the meantime."),
        ("is:Z", 1, "Choose one of the offered values for Grade."),
        ("sideways", 1, "There is no such column."),
        ("", 1, "There is no such column."),
    ]

    for to, revision, says in refused:
        answer = move(browser, acme, to, revision)
        assert (answer.status_code, stored(acme, "grade")) == (422, "B"), to
        assert says in answer.text, re.findall(r"id=.refusal.*?</p>", answer.text, re.S)


def test_given_nonsense_when_it_is_sent_as_a_move_then_nothing_is_stored(browser: Browser) -> None:
    acme = make("customer", {"name": "Acme", "grade": "B"})
    nonsense = [
        {"move": "x"},
        {"move": "999999.1.is:A"},
        {"kind": "list"},
        {"by": "state"},
        {"field": "state"},
        {},
    ]

    for sent in nonsense:
        whole = {"move": f"{acme}.1.none", "kind": "board", **sent}
        assert browser.client.post(f"{CUSTOMERS}move", data=whole).status_code == 422, sent

    assert stored(acme, "revision") == 1


def test_given_a_column_that_is_none_when_more_of_it_is_asked_for_then_nothing_breaks(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": f"Customer {number}", "grade": "A"} for number in range(21)])
    found = re.search(r'hx-get="([^"]*after=[^"]*)"', browser.open(BOARD).text)
    assert found
    more = unescape(found[1])

    for lane in ("is:%00", "is:", "is:%ED%A0%80", "x", "is:" + "9" * 300):
        for by in ("grade", "owner"):
            address = re.sub("lane=[^&]*", f"lane={lane}", more).replace("by=grade", f"by={by}")
            assert browser.client.get(address, headers=TYPED).status_code in (200, 404), address


def test_given_more_owners_than_columns_fit_when_the_board_is_opened_then_the_first_are_shown_and_it_says_so(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.forms.lists.kinds._cards_of.MOST_LANES", 2)
    make_all("customer", [{"name": f"Of {grade}", "grade": grade} for grade in "ABC"])

    page = browser.open(BOARD).text

    assert columns(page) == {"A": ["Of A"], "B": ["Of B"]}
    assert "There are more columns than fit here" in page
    assert "3 records" in page
    make("customer", {"name": "Of nobody", "grade": None})
    advised = {
        Row("grade", "equals", "C"): {"A": [], "C": ["Of C"]},
        Row("grade", "is_empty"): {"A": [], "No answer": ["Of nobody"]},
    }
    for row, shown in advised.items():
        condition = documents.dumps(conditions.from_rows(Group("all", (row,))))
        page = browser.open(f"{BOARD}&filter={quote_plus(condition)}").text
        assert columns(page) == shown
        assert "There are more columns than fit here" not in page


def test_given_a_hidden_field_among_the_columns_when_cards_are_drawn_then_it_takes_no_line_of_theirs(
    browser: Browser, seller: User
) -> None:
    deals = lookup.form("followup", "opportunity")
    views.keep_columns(seller, deals, ("cost", "customer", "close_on", "owner"))
    db.session.commit()
    acme = make("customer", {"name": "Acme", "owner": seller.id})
    own = {"customer": acme, "close_on": "2026-11-20", "owner": seller.id, "stage": "need", "cost": 5}
    make("opportunity", {"name": "Deal", **own})

    page = browser.open(f"{FOLLOWUP}/opportunity/?kind=board&by=stage").text

    assert [text for text in re.findall(r"<dt>[^<]+</dt><dd>(.*?)</dd>", unescape(page)) if text] == [
        "Acme",
        "Nov 20, 2026",
        "Bob",
    ]


def test_given_the_longest_value_when_its_column_is_asked_for_then_no_letter_of_it_is_lost(
    browser: Browser,
) -> None:
    lane = "is:" + "x" * 100

    assert asking.read(lookup.form("followup", "customer"), {"lane": lane}, NOTHING, frozenset()).lane == lane


def test_given_a_board_then_it_lists_the_keys_that_work_on_it(browser: Browser) -> None:
    dialog = browser.open(BOARD).text.partition('id="keys"')[2].partition("</dialog>")[0]

    assert re.findall(r"<kbd>(.*?)</kbd>", dialog) == ["Space", "M", "J", "K", "O", "/", "Ctrl+K", "?"]


def test_given_somebody_who_only_reads_when_he_opens_the_board_then_cards_cannot_be_moved(
    browser: Browser, charlie: User
) -> None:
    acme = make("customer", {"name": "Acme", "grade": "B"})
    with transaction() as session:
        session.add(UserRole(user_id=charlie.id, app="followup", role="reader"))
    reader = Browser(sign_in(browser.client.application.test_client(), charlie))

    assert "data-move=" not in reader.open(f"{BOARD}&card={acme}").text.replace("data-move>", "")
    assert move(reader, acme, "is:A").status_code == 422
    assert stored(acme, "grade") == "B"


def test_given_a_board_when_it_is_saved_as_a_view_then_the_view_opens_as_that_board(browser: Browser) -> None:
    make_all("customer", [{"name": "Acme", "state": "lead"}])

    answer = browser.client.post(
        f"{CUSTOMERS}views", data={"title": "By state", "act": "save", "kind": "board", "by": "state"}
    )

    assert columns(browser.open(answer.location).text)["Lead"] == ["Acme"]
    assert "changed" not in re.findall(r'<nav class="fw-views.*?</nav>', browser.page, re.S)[0]
    assert "fw-board" not in browser.open(f"{answer.location}&kind=list").text
    assert "fw-board" not in browser.open(f"{CUSTOMERS}?kind=wheel").text
