"""The page of a record to which much has happened: the latest of it at first, the rest when it is asked for."""

import re
from datetime import timedelta

from runtime import times
from runtime.accounts.models import User
from runtime.comments.models import Comment
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.forms.record import story
from runtime.records import store
from runtime.records.models import Event
from tests.conftest import make_user
from tests.forms.followup import FOLLOWUP, TRUSTED, Browser, make


def changed(times: int) -> int:
    """A customer that was changed so often."""
    record, form = make("customer", {"name": "Acme"}), lookup.form("followup", "customer")
    with transaction():
        for number in range(times):
            store.save(TRUSTED, form, {"address": f"Street {number}"}, record_id=record)
    return record


def told(page: str) -> int:
    return page.count('<li class="fw-event')


def test_the_latest_is_told_at_first_and_the_rest_when_it_is_asked_for(
    browser: Browser, seller: User
) -> None:
    address = f"{FOLLOWUP}/customer/{changed(story.SHOWN + 5)}/"
    browser.open(address)
    assert told(browser.page) == story.SHOWN
    older = re.search(r'id="older" href="([^"#]+)#story"', browser.page)
    assert older

    page = browser.client.get(
        older[1].replace("&amp;", "&"), headers={"HX-Request": "true", "HX-Target": "div#story-list"}
    ).text

    assert told(page) == story.SHOWN + 6 and 'id="older"' not in page
    assert "<h1>" not in page and "That is all" in page


def test_a_part_goes_on_as_that_part_and_a_short_one_has_no_more(browser: Browser, seller: User) -> None:
    address = f"{FOLLOWUP}/customer/{changed(story.SHOWN + 5)}/"
    assert (
        'href="' + address + "?story=changes&amp;far=100#story"
        in browser.open(f"{address}?story=changes").text
    )
    assert 'id="older"' not in browser.open(f"{address}?story=messages").text
    assert told(browser.open(f"{address}?far=9999999").text) == story.SHOWN


def test_a_comment_that_somebody_has_not_seen_is_told_however_long_ago_it_was(
    browser: Browser, seller: User
) -> None:
    other, form = make_user("Other"), lookup.form("followup", "customer")
    record = changed(0)
    with transaction() as session:
        session.add(
            Comment(form_id=form.definition_id, record_id=record, user_id=other.id, text="Do call them")
        )
    with transaction():
        for number in range(story.SHOWN + 5):
            store.save(TRUSTED, form, {"address": f"Street {number}"}, record_id=record)
    assert "Do call them" in browser.open(f"{FOLLOWUP}/customer/{record}/").text


def test_before_an_old_unread_comment_nothing_is_left_out(browser: Browser, seller: User) -> None:
    other, form = make_user("Other"), lookup.form("followup", "customer")
    record = changed(story.SHOWN)
    with transaction() as session:
        old = times.now() - timedelta(days=1)
        own = {"form_id": form.definition_id, "record_id": record, "user_id": other.id}
        session.add(Comment(**own, text="Do call them", created_at=old))
    with transaction():
        store.save(TRUSTED, form, {"address": "The last street"}, record_id=record)
    page = browser.open(f"{FOLLOWUP}/customer/{record}/").text

    assert "Do call them" in page and told(page) == story.SHOWN + 3


def test_the_last_step_tells_all_that_is_told_at_all(browser: Browser, seller: User) -> None:
    record, form = changed(0), lookup.form("followup", "customer")
    rows = [
        {
            "form_id": form.definition_id,
            "record_id": record,
            "user_id": seller.id,
            "text": f"Comment {number}",
        }
        for number in range(5)
    ]
    old = times.now() - timedelta(days=1)
    with transaction() as session:
        session.add_all(Comment(**each, created_at=old) for each in rows)
        event = session.query(Event).filter_by(record_id=record).one()
        told_of = {"form_id": event.form_id, "record_id": record, "version_id": event.version_id}
        session.add_all(
            Event(
                **told_of,
                kind="updated",
                revision=number,
                origin="page",
                kept_before={},
                kept_after={},
                changed=[],
            )
            for number in range(2, 204)
        )
    page = browser.open(f"{FOLLOWUP}/customer/{record}/?far=200").text

    assert all(each["text"] in page for each in rows) and "That is all" in page


def test_what_was_asked_for_stays_told_when_a_comment_is_posted(browser: Browser, seller: User) -> None:
    page = browser.open(f"{FOLLOWUP}/customer/{changed(story.SHOWN + 5)}/?far=100").text
    assert re.search(r'action="[^"]*/comments\?far=100"', page)
