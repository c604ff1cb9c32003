"""A board with swimlanes: the cards of each column by a second field, and moving them both ways."""

import copy
import re
from html import unescape

import pytest

from builder import definitions, drafts, publish
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.forms.lists.kinds import _cards_of
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, make, make_all
from tests.forms.test_boards import TYPED, move, stored

BOARD = f"{FOLLOWUP}/customer/?kind=board&by=grade&across=state"


def cells(page: str) -> dict[tuple[str, str], list[str]]:
    """The cards of each swimlane and column that has any."""
    found = {}
    for part in page.split('data-place="')[1:]:
        title = re.search(r'data-title="([^"]*)"', part)
        assert title
        column, _comma, lane = unescape(title[1]).rpartition(", ")
        cards = [
            unescape(each) for each in re.findall(r'class="fw-title"[^>]*>([^<]*)<', part.split("</ul>")[0])
        ]
        if cards:
            found[lane, column] = cards
    return found


def place(column: str, lane: str) -> str:
    return f'["{column}","{lane}"]'


def test_given_customers_when_a_board_has_swimlanes_then_each_stands_in_its_column_and_lane(
    browser: Browser,
) -> None:
    make_all(
        "customer",
        [
            {"name": "Acme", "grade": "A", "state": "lead"},
            {"name": "Bolt", "grade": "A", "state": "active"},
            {"name": "Cord", "grade": "B", "state": "active"},
            {"name": "Dune", "grade": "C", "state": "active"},
        ],
    )

    page = browser.open(f"{BOARD}&sort=name").text

    found = cells(page)
    assert sorted(found.values()) == [["Acme"], ["Bolt"], ["Cord"], ["Dune"]]
    lanes = {cards[0]: lane for (lane, _column), cards in found.items()}
    assert lanes["Acme"] != lanes["Bolt"] == lanes["Cord"] == lanes["Dune"]
    heads = dict(re.findall(r'<h2 id="across-[^>]*>([^<]*) <span.*?</span> (\d+)</span>', page))
    assert (heads[lanes["Acme"]], heads[lanes["Bolt"]]) == ("1", "3")


def test_given_a_card_when_it_goes_to_another_place_then_both_fields_are_saved_at_once(
    browser: Browser,
) -> None:
    acme = make("customer", {"name": "Acme", "grade": "A", "state": "lead"})

    answer = move(browser, acme, place("is:B", "is:active"), across="state")

    assert answer.status_code == 303
    assert (stored(acme, "grade"), stored(acme, "state"), stored(acme, "revision")) == ("B", "active", 2)
    open_ = browser.open(f"{BOARD}&card={acme}").text
    targets = [
        unescape(each).partition(".")[2].partition(".")[2]
        for each in re.findall(r'name="move" value="([^"]+)"', open_)
    ]
    assert place("is:A", "is:active") in targets and place("is:B", "is:lead") in targets
    assert place("is:B", "is:active") not in targets and place("is:A", "is:lead") not in targets


def test_given_a_place_with_many_cards_when_more_are_asked_for_then_the_next_ones_of_it_come(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": f"C{number:02}", "grade": "A", "state": "lead"} for number in range(25)])
    make("customer", {"name": "Other", "grade": "A", "state": "active"})
    page = browser.open(f"{BOARD}&sort=name").text
    more = re.search(r'class="fw-next"[^>]*><a [^>]*href="([^"]*)" hx-get="([^"]*)"', page)
    assert more

    part = browser.client.get(unescape(more[2]), headers=TYPED).text
    whole = browser.open(unescape(more[1])).text

    assert re.findall(r'class="fw-title"[^>]*>([^<]*)<', part) == [f"C{number}" for number in range(20, 25)]
    assert sorted(len(each) for each in cells(whole).values()) == [1, 25]


def state_is(for_sales: str) -> None:
    """From now on this is what sellers may do with the state of a customer."""
    with transaction():
        form = copy.deepcopy(definitions.document("followup", "form", "customer"))
        assert form
        form["properties"]["state"]["fw"]["access"] = {"sales": for_sales}
        drafts.save_draft(None, "followup", "form", "customer", form)
        publish.publish(None, "followup", "form", "customer")


def test_given_swimlanes_that_somebody_may_not_write_when_he_moves_a_card_then_it_moves_within_its_own_alone(
    browser: Browser,
) -> None:
    acme = make("customer", {"name": "Acme", "grade": "A", "state": "lead"})
    state_is("read")

    open_ = unescape(browser.open(f"{BOARD}&card={acme}").text)
    refused = move(browser, acme, place("is:B", "is:active"), across="state")

    assert place("is:B", "is:lead") in open_.partition("fw-targets")[2]
    assert f'.{place("is:A", "is:active")}"' not in open_.partition("fw-targets")[2].partition("</div>")[0]
    assert refused.status_code == 422
    assert (stored(acme, "grade"), stored(acme, "state"), stored(acme, "revision")) == ("A", "lead", 1)
    assert move(browser, acme, place("is:B", "is:lead"), across="state").status_code == 303
    assert stored(acme, "grade") == "B"


def test_given_a_hidden_field_when_swimlanes_by_it_are_asked_for_then_nothing_tells_of_it(
    browser: Browser,
) -> None:
    acme = make("customer", {"name": "Acme", "grade": "A", "state": "lead"})
    state_is("hidden")

    page = browser.open(BOARD).text

    assert "fw-crossed" not in page and ">State<" not in page
    told = set()
    for lane in ("is:lead", "is:active"):  # the right one and a wrong one
        part = {"kind": "board", "by": "grade", "across": "state", "lane": place("is:A", lane), "after": "x"}
        answer = browser.client.get(f"{FOLLOWUP}/customer/", query_string=part, headers=TYPED)
        told.add((answer.status_code, *re.findall(r'class="fw-title"[^>]*>([^<]*)<', answer.text)))
        assert move(browser, acme, place("is:B", lane), across="state").status_code == 422
    assert len(told) == 1
    assert stored(acme, "revision") == 1


@pytest.mark.parametrize(
    "to", ["is:A", "[]", '["is:A"]', '["is:A",1]', '["is:A","is:nowhere\\u0000"]', "[" * 90]
)
def test_given_nonsense_when_it_is_sent_as_a_place_then_nothing_is_stored(browser: Browser, to: str) -> None:
    acme = make("customer", {"name": "Acme", "grade": "B", "state": "lead"})

    assert move(browser, acme, to, across="state").status_code == 422
    asked = {"kind": "board", "by": "grade", "across": "state", "lane": to, "after": "x"}
    path = f"{FOLLOWUP}/customer/"
    assert browser.client.get(path, query_string=asked, headers=TYPED).status_code in (200, 404)
    assert stored(acme, "revision") == 1


def test_given_a_page_with_other_swimlanes_when_a_card_of_it_is_moved_then_nothing_is_stored(
    browser: Browser,
) -> None:
    """A saved view may divide its board anew while somebody looks at it."""
    acme = make("customer", {"name": "Acme", "grade": "B", "state": "lead"})

    refused = move(browser, acme, place("is:A", "is:active"), across="state", field="grade,owner")

    assert refused.status_code == 422 and "out of date" in refused.text
    assert stored(acme, "revision") == 1


def test_given_an_open_card_when_the_next_cards_of_its_place_are_asked_for_then_nothing_breaks(
    browser: Browser,
) -> None:
    ids = make_all(
        "customer", [{"name": f"C{number:02}", "grade": "A", "state": "lead"} for number in range(22)]
    )
    more = re.search(
        r'class="fw-next"[^>]*><a [^>]*hx-get="([^"]*)"', browser.open(f"{BOARD}&sort=name").text
    )
    assert more

    part = browser.client.get(f"{unescape(more[1])}&card={ids[-1]}", headers=TYPED)

    assert part.status_code == 200
    assert re.findall(r'class="fw-title"[^>]*>([^<]*)<', part.text) == ["C20", "C21"]


def test_given_more_places_than_a_page_can_fill_when_a_board_is_shown_then_each_has_fewer_cards(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_cards_of, "MOST_ROWS", 10)
    make_all("customer", [{"name": f"C{number}", "grade": "A", "state": "lead"} for number in range(5)])

    page = browser.open(f"{BOARD}&sort=name").text
    more = re.search(r'class="fw-next"[^>]*><a [^>]*hx-get="([^"]*)"', page)
    assert more
    rest = browser.client.get(unescape(more[1]), headers=TYPED).text

    assert list(cells(page).values()) == [["C0", "C1"]]
    assert re.findall(r'class="fw-title"[^>]*>([^<]*)<', rest) == ["C2", "C3", "C4"]


def test_given_more_swimlanes_than_fit_when_a_board_is_shown_then_its_columns_count_all_their_records(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_cards_of, "MOST_SWIMLANES", 1)
    make_all("customer", [{"name": each, "grade": "A", "state": each} for each in ("lead", "active")])

    page = browser.open(f"{BOARD}&limits=%7B%22A%22%3A1%7D").text

    heads = re.findall(r'<span class="badge( fw-excess)?"><span[^>]*>Records:</span> (\d+)', page)
    assert (" fw-excess", "2") in heads
    assert len(re.findall("fw-title", page)) == 1


def test_given_an_open_card_then_its_places_tell_what_may_be_typed_for_them(
    browser: Browser, seller: User
) -> None:
    """The letters of a swimlane are those of its own name, and of Chinese names their pinyin."""
    acme = make("customer", {"name": "Acme", "grade": "A", "state": "lead"})
    with transaction() as session:
        session.merge(seller).locale = "zh"

    page = browser.open(f"{BOARD}&card={acme}").text

    typed = {
        title: letters.split()
        for letters, title in re.findall(r'name="move"[^>]* data-letters="([^"]*)">([^<]*)<', page)
    }
    assert {"普通", "putong", "pt"} <= set(typed["B 普通"])
    assert {"合作中", "hezuozhong", "hzz"} <= set(typed["移到：合作中"])


def test_given_the_field_of_the_columns_when_it_is_asked_for_as_swimlanes_then_there_are_none(
    browser: Browser,
) -> None:
    make("customer", {"name": "Acme", "grade": "B"})

    assert "fw-swimlane" not in browser.open(f"{FOLLOWUP}/customer/?kind=board&by=grade&across=grade").text


def test_given_few_or_many_cards_when_a_board_has_swimlanes_then_it_takes_as_many_statements_as_without(
    browser: Browser, queries: Queries
) -> None:
    states = ("lead", "active")
    for grade in ("A", "B"):
        make_all(
            "customer",
            [{"name": f"Customer {grade}{n}", "grade": grade, "state": states[n % 2]} for n in range(30)],
        )
        browser.open(BOARD)
        queries.clear()
        browser.open(BOARD)
        assert queries.count == 7, queries.statements
