"""What is typed about a record stays: it is not left unasked, and no answer that is drawn takes it away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from runtime.accounts.models import User
from runtime.comments.models import Comment
from runtime.db import transaction
from runtime.definitions import lookup
from tests.browser.axe import COLOURS, barriers
from tests.conftest import make_user
from tests.forms.followup import FOLLOWUP, make

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_half_typed_change_stays_when_the_timeline_is_drawn_anew_and_is_not_left_unasked(
    open_tab: Callable[..., Page], seller: User
) -> None:
    customer = f"{FOLLOWUP}/customer/{make('customer', {'name': 'Acme'})}/"
    page = open_tab(seller)
    page.goto(customer)
    page.locator("#comment").fill("First")
    page.locator("#say .btn-primary").click()
    expect(page.locator(".fw-comment")).to_have_text("First")
    page.locator(".fw-event summary").first.click()
    half_typed = page.locator(".fw-event [id^=text-]").last
    half_typed.fill("Half typed")

    # when another comment is posted, and the part with the comments is left for a while
    page.locator("#comment").fill("Second")
    page.locator("#say .btn-primary").click()
    expect(page.locator(".fw-comment")).to_have_count(2)
    expect(half_typed).to_be_visible()
    expect(half_typed).to_have_value("Half typed")
    page.locator("#part-3").click()
    expect(page.locator(".fw-comment")).to_have_count(0)
    page.locator("#part-2").click()
    expect(half_typed).to_be_visible()
    expect(half_typed).to_have_value("Half typed")

    # then a key leads nowhere while it is typed, and a link asks first
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    half_typed.press("Alt+n")
    with page.expect_event("dialog"):
        page.locator(".breadcrumb a").first.click(no_wait_after=True)
    expect(half_typed).to_have_value("Half typed")
    assert asked == ["beforeunload"]


def test_somebody_answers_with_a_file_and_what_was_new_to_him_is_seen_then(
    open_tab: Callable[..., Page], seller: User, tmp_path: Path
) -> None:
    customer = make("customer", {"name": "Acme"})
    form = lookup.form("followup", "customer").definition_id
    with transaction() as session:
        by = make_user("Mia").id
        session.add(Comment(form_id=form, record_id=customer, user_id=by, text="Where is the plan?"))
    (tmp_path / "plan.txt").write_text("plan")
    page = open_tab(seller)

    # when
    with page.expect_response(lambda answer: answer.url.endswith("/comments/seen")):
        page.goto(f"{FOLLOWUP}/customer/{customer}/")
    expect(page.locator("#new-comments")).to_contain_text("1 new comment")
    expect(page.locator(".fw-event .badge")).to_have_text("Unread")
    page.emulate_media(color_scheme="dark")
    assert barriers(page, "new comments", "dark", COLOURS) == []
    page.get_by_text("Answer", exact=True).click()
    answer = page.locator("[id^=answer-]")
    answer.locator("input[type=file]").set_input_files(tmp_path / "plan.txt")
    expect(answer.locator(".fw-file-name")).to_contain_text("plan.txt")
    answer.locator("textarea").fill("Here")
    answer.get_by_role("button", name="Post answer").click()

    # then
    reply = page.locator(".fw-replies li")
    expect(reply.locator(".fw-comment")).to_have_text("Here")
    expect(page.locator("#new-comments")).to_have_count(0)
    expect(page.locator(".fw-attach .fw-file")).to_have_count(0)
    with page.expect_download() as saved:
        reply.get_by_role("link", name="plan.txt").click()
    assert saved.value.path().read_text() == "plan"
