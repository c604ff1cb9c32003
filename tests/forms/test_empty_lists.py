"""Lists with nothing in them: what is missing, and the one next thing to do."""

from runtime.accounts.models import User, UserRole
from runtime.db import transaction
from tests.forms.followup import FOLLOWUP, Browser, make_all, sign_in

CUSTOMERS = f"{FOLLOWUP}/customer/"
KEY = "%7B%22properties%22:%7B%22grade%22:%7B%22const%22:%22A%22%7D%7D,%22required%22:[%22grade%22]%7D"


def test_given_no_records_when_a_list_is_opened_then_it_offers_to_make_and_to_import_some(
    browser: Browser,
) -> None:
    for kind in ("list", "board"):
        page = browser.open(f"{CUSTOMERS}?kind={kind}").text.partition('class="empty"')[2]

        assert "No records yet" in page
        assert f'href="{CUSTOMERS}new"' in page and f'href="{CUSTOMERS}imports/"' in page


def test_given_somebody_who_only_reads_when_an_empty_list_is_opened_then_it_says_whom_to_ask(
    browser: Browser, charlie: User
) -> None:
    with transaction() as session:
        session.add(UserRole(user_id=charlie.id, app="followup", role="reader"))
    reader = Browser(sign_in(browser.client.application.test_client(), charlie))

    page = reader.open(CUSTOMERS).text.partition('class="empty"')[2]

    assert "ask an administrator" in page and 'href="/apps/followup/"' in page
    assert f'href="{CUSTOMERS}new"' not in page and f'href="{CUSTOMERS}imports/"' not in page


def test_given_a_search_within_a_filter_that_finds_nothing_then_both_are_named_and_can_be_left(
    browser: Browser,
) -> None:
    make_all("customer", [{"name": "Acme", "grade": "B"}])

    page = browser.open(f"{CUSTOMERS}?q=laptop&filter={KEY}").text.partition('class="empty"')[2]

    assert "Nothing matches “laptop” with this filter" in page and "Grade is A, key" in page
    assert "Clear the search" in page and "Clear the filter" in page


def test_given_a_time_without_records_when_its_agenda_is_opened_then_a_way_goes_on(browser: Browser) -> None:
    page = browser.open(f"{FOLLOWUP}/opportunity/?kind=calendar&span=agenda&day=2001-01-01").text

    after = page.partition("No records in this time.")[2]
    assert "Today" in after.partition("</p>\n")[0] or "Today" in after[:400]
    assert 'opportunity/new"' in after
