"""What a request costs in statements, pinned: whoever adds one sees it here and says why."""

from runtime.accounts.models import User
from runtime.comments.models import Comment
from runtime.db import transaction
from runtime.definitions import lookup
from tests.conftest import Queries, make_user
from tests.forms.followup import FOLLOWUP, Browser, make, make_all

CUSTOMERS = f"{FOLLOWUP}/customer/"
TYPED = {"HX-Request": "true"}


def opened(queries: Queries, browser: Browser, address: str) -> int:
    """The statements of a page that this process has shown before."""
    browser.open(address)
    queries.clear()
    assert browser.open(address).status_code == 200
    return queries.count


def test_given_a_filled_form_when_it_is_sent_then_saving_it_takes_eleven_statements(
    browser: Browser, seller: User, queries: Queries
) -> None:
    # Two of them for the automation that watches a date of customers: its timers of this record, and their savepoint.
    # One looks for the draft that its page began, which the page may not know of.
    browser.open(f"{CUSTOMERS}new")
    assert browser.send(name="Acme").status_code == 303
    browser.open(f"{CUSTOMERS}new")

    queries.clear()
    assert browser.send(name="Ohm").status_code == 303

    assert queries.count == 11, queries.statements


def test_given_five_or_fifty_rows_when_the_list_is_opened_then_it_takes_six_statements(
    browser: Browser, seller: User, queries: Queries
) -> None:
    # One more than before people could keep columns and views of their own: it reads all that one person keeps. And
    # one for how many drafts of the form he has.
    make_all("customer", [{"name": f"Customer {number}"} for number in range(5)])
    assert opened(queries, browser, CUSTOMERS) == 6, queries.statements

    make_all("customer", [{"name": f"Customer {number}"} for number in range(5, 50)])
    assert opened(queries, browser, CUSTOMERS) == 6, queries.statements
    assert browser.page.count("<td data-label=") >= 50


def test_given_a_record_when_it_is_opened_then_it_takes_six_statements(
    browser: Browser, seller: User, queries: Queries
) -> None:
    # One of them reads its changes and whether there are comments, deliveries, runs and timers: where there are, one
    # more for each. One counts what refers to it, of all forms together; where there is any, one more reads the first.
    customer = make("customer", {"name": "Acme"})

    assert opened(queries, browser, f"{CUSTOMERS}{customer}/") == 6, queries.statements


def test_given_comments_of_thirty_people_when_a_record_is_opened_then_one_statement_reads_their_names(
    browser: Browser, seller: User, queries: Queries
) -> None:
    customer = make("customer", {"name": "Acme"})
    form = lookup.form("followup", "customer").definition_id
    people = [make_user(f"Writer {number}").id for number in range(30)]
    with transaction() as session:
        session.add_all(
            Comment(form_id=form, record_id=customer, user_id=each, text="Good") for each in people
        )

    assert opened(queries, browser, f"{CUSTOMERS}{customer}/") == 8, queries.statements


def test_given_an_open_form_when_a_value_is_typed_then_evaluating_it_takes_three_statements(
    browser: Browser, seller: User, queries: Queries
) -> None:
    browser.open(f"{CUSTOMERS}new")
    typed = {**browser.fields(), "name": "Acme"}
    assert browser.client.post(f"{CUSTOMERS}eval", data=typed, headers=TYPED).status_code == 200

    queries.clear()
    assert browser.client.post(f"{CUSTOMERS}eval", data=typed, headers=TYPED).status_code == 200

    assert queries.count == 3, queries.statements
