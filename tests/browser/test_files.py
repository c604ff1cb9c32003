"""Files in the browser: sent when they are chosen, with progress, told what is wrong, taken away by keys."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.browser.axe import EVERYTHING, WIDE, barriers, problems
from tests.builder.factory import app as app_document
from tests.builder.factory import field, form, install, rule
from tests.files.desk import PDF, picture
from tests.records.factory import TRUSTED

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NEW = "/apps/shop/forms/order/new"
ORDER = form(
    "order",
    {
        "name": field("text", title="Name"),
        "signed": field("yes_no", title="Signed"),
        "papers": field("file", {"maxItems": 3}, title="Papers", max_size=1),
        "photos": field("image", title="Photos"),
        "sign": field("signature", title="Signature"),
    },
    ("name",),
    tabs=[{"key": "goods", "title": "Goods"}, {"key": "end", "title": "End"}],
    layout=[
        {"key": "one", "tab": "goods", "rows": [["name"], ["signed"], ["papers"], ["photos"]]},
        {"key": "two", "tab": "end", "rows": [["sign"]]},
    ],
    rules=[
        rule("hides", {"required": ["signed"], "properties": {"signed": {"const": True}}}, hide=["photos"])
    ],
)
# Whether a form other than the record's goes, and whether somebody who leaves the page is asked.
OTHER_FORM = """() => {
  const form = document.body.appendChild(document.createElement("form"));
  let goes = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); goes = true; });
  form.requestSubmit();
  return goes;
}"""
ASKED = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
GRANT = {"form": "order", "actions": ["create", "read", "update"], "scope": "all"}
DROP = """([selector, name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  for (const type of ["dragover", "drop"])
    document.querySelector(selector).dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


@pytest.fixture
def alice_shops(app: Flask, alice: User) -> User:
    """Somebody who may fill the form."""
    roles = [{"key": "r", "title": "R", "grants": [GRANT]}]
    install(ORDER, app=app_document(languages=["en", "zh"], roles=roles))
    return alice


def file(name: str, content: bytes = PDF) -> FilePayload:
    """A file to choose."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_files_come_one_after_the_other_and_are_saved_when_all_are_there(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops)
    page.goto(NEW)
    page.locator("#name").fill("An order")
    page.route("**/uploads/**", lambda _route: None)  # nobody answers
    papers = page.locator("#papers-list")

    # given a file under way that is stopped: nothing is said to have failed
    page.evaluate(DROP, ["#papers-files", "stopped.txt", "plain text"])
    expect(papers.get_by_role("progressbar")).to_have_count(1)
    assert page.evaluate(OTHER_FORM) and page.evaluate(ASKED)
    page.get_by_role("button", name="Stop sending stopped.txt").press("Enter")
    expect(papers.locator("li")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)

    # given three files under way, of which the second is stopped by a key
    page.locator("#papers").set_input_files(
        [file("合同.pdf"), file("wrong.pdf"), file("page.png", b"<html>")]
    )
    expect(papers.get_by_role("progressbar")).to_have_count(3)
    page.get_by_role("button", name="Stop sending wrong.pdf").press("Enter")
    expect(papers.locator("li")).to_have_count(2)
    expect(page.locator("#papers")).to_be_focused()

    # when the others are let through, a fourth is dropped, and the form is sent before they are there
    page.unroute("**/uploads/**")
    expect(page.get_by_role("link", name="合同.pdf")).to_be_visible()
    expect(papers).to_contain_text("“page.png” is not what its name says it is.")
    page.evaluate(DROP, ["#papers-files", "dropped.txt", "plain text"])
    expect(page.get_by_role("link", name="dropped.txt")).to_be_visible()
    papers.get_by_role("button", name="Stop sending page.png").click()
    page.locator("#photos").set_input_files([file("a.png", picture())])
    page.keyboard.press("Control+Enter")

    # then the record has what came, and the picture is shown
    page.wait_for_url("**/order/1/")
    expect(page.locator("#files").get_by_role("link", name="dropped.txt")).to_be_visible()
    shown = page.get_by_role("img", name="a.png")
    expect(shown).to_be_visible()
    assert shown.evaluate(
        "image => image.complete && image.naturalWidth > 0 || image.decode().then(() => true)"
    )

    # when one is taken away by keys
    page.goto("/apps/shop/forms/order/1/edit")
    page.get_by_role("button", name="Remove 合同.pdf").press("Enter")
    expect(page.locator("#papers")).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/order/1/")
    expect(page.locator("#files").get_by_role("link", name="dropped.txt")).to_be_visible()
    expect(page.get_by_role("link", name="合同.pdf")).to_have_count(0)


def test_a_signature_is_drawn_cleared_and_drawn_again(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops)
    page.goto(NEW)
    page.locator("#name").fill("An order")
    pad = page.get_by_role("img", name="Draw Signature")
    kept = page.locator("#sign-list li:not(.fw-file-coming)")
    page.get_by_role("tab", name="End").click()

    def stroke() -> None:
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + 40)
        page.mouse.down()
        for step in range(1, 9):
            page.mouse.move(box["x"] + 20 + 20 * step, box["y"] + 40 + 8 * (step % 3))
        page.mouse.up()

    stroke()
    expect(kept).to_have_count(1)
    first = kept.get_attribute("id")
    with page.expect_request("**/withdraw"):  # the first is not kept for nobody
        stroke()
    expect(page.locator(f"#{first}")).to_have_count(0)
    expect(kept).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(kept).to_have_count(0)

    # on a slow line the last one wins, and what is cleared does not come back
    page.route("**/uploads/sign?*", lambda _route: None)  # nobody answers
    for _pause in range(2):
        with page.expect_request("**/uploads/sign?*lang=en"):  # what is wrong is told as the page speaks
            stroke()
    expect(page.locator("#sign-list li")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#sign-list li")).to_have_count(0)
    page.unroute("**/uploads/sign?*")

    # sent at once when the form is, not a moment after the stroke
    stroke()
    page.get_by_role("tab", name="Goods").click()
    page.locator("#name").press("Control+Enter")
    page.wait_for_url("**/order/1/")
    page.get_by_role("tab", name="End").click()
    expect(page.get_by_role("img", name="Drawn.png")).to_be_visible()


def test_what_was_chosen_is_there_again_when_its_field_comes_back(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops, width=390, dark=True)
    page.goto(NEW)
    page.locator("#photos").set_input_files([file("a.png", picture()), file("large.png", b"x" * 21_000_000)])
    expect(page.get_by_role("alert")).to_contain_text("large.png is too large: 20 MB are the most.")
    expect(page.get_by_role("link", name="a.png")).to_be_visible()

    page.locator("#signed").check()
    expect(page.locator("#photos")).to_have_count(0)
    page.locator("#signed").uncheck()

    expect(page.get_by_role("link", name="a.png")).to_be_visible()
    page.get_by_role("alert").get_by_role("button").click()
    assert barriers(page, "files", "dark", EVERYTHING) == []
    assert page.evaluate(WIDE) == []


def test_a_gallery_of_records_with_and_without_pictures_has_no_barrier(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    with transaction():
        store.save(TRUSTED, lookup.form("shop", "order"), {"name": "Without a picture"})
    page = open_tab(alice_shops)
    page.goto(NEW)
    page.locator("#name").fill("With a picture")
    page.locator("#photos").set_input_files([file("a.png", picture())])
    expect(page.get_by_role("link", name="a.png")).to_be_visible()
    page.locator("#name").press("Control+Enter")
    page.wait_for_url("**/order/2/")

    page.goto("/apps/shop/forms/order/?kind=gallery")

    expect(page.locator(".fw-gallery .fw-title")).to_have_text(["With a picture", "Without a picture"])
    expect(page.locator(".fw-gallery img")).to_have_count(1)
    assert problems(page, "gallery") == []
