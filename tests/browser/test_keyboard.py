"""A follow-up by keyboard alone, with an input method; and how much a page weighs."""

import gzip
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, Response, expect

from runtime.accounts.models import User
from tests.browser.axe import EVERYTHING, barriers
from tests.browser.design import Counter
from tests.browser.office import NEW, answer, focus
from tests.builder.factory import APP, field, form, install
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.forms.followup import FOLLOWUP, make
from tests.support.languages import CHINESE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]


@pytest.fixture
def customer(seller: User) -> int:
    return make("customer", {"name": "华新电子", "phone": "13800138001", "grade": "A"})


@pytest.fixture
def page(open_tab: OpenTab, seller: User, customer: int) -> Page:
    """The form of a new follow-up, opened by keyboard from the list."""
    page = open_tab(seller)
    page.goto(NEW)
    return page


def tab_to(page: Page, key: str) -> None:
    """Press Tab until this control has the focus."""
    for _step in range(40):
        if focus(page) == key:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {key}")


def type_into(page: Page, key: str, text: str) -> None:
    tab_to(page, key)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_a_follow_up_by_keyboard_alone_with_two_mistakes(page: Page) -> None:
    tab_to(page, "customer")
    page.keyboard.type("hxdz")
    expect(page.locator("#o-customer [data-value]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#phone")).to_have_value("138 0013 8001")
    assert focus(page) == "customer"
    type_into(page, "phone", "12")
    type_into(page, "content", "They want ten.")
    tab_to(page, "remind")
    page.keyboard.press("Space")
    expect(page.locator("#next_on")).to_be_visible()
    assert focus(page) == "remind"
    tab_to(page, "next_on")
    page.keyboard.type("01022099")
    type_into(page, "prepare", "Samples")
    page.keyboard.press("Control+Enter")

    expect(page.locator("[data-summary]")).to_be_focused()
    expect(page.locator("[data-summary] a")).to_have_count(2)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focus(page) == "phone"
    page.keyboard.press("Control+a")
    page.keyboard.type("13800138009")
    tab_to(page, "result")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("FU-")
    expect(page.locator("#f-phone dd")).to_have_text("138 0013 8009")


def test_one_record_after_the_other_is_saved_by_keys(page: Page) -> None:
    page.goto(f"{FOLLOWUP}/customer/new")
    page.locator("#name").fill("Watt")
    with page.expect_navigation():
        page.locator("#name").press("Control+Shift+Enter")

    expect(page.locator("body")).to_contain_text("Saved.")
    expect(page.locator("#name")).to_have_value("")
    assert page.url.endswith("/customer/new")


def compose(session: CDPSession, *texts: str) -> None:
    """What an input method shows while its user still types."""
    for text in texts:
        end = len(text)
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": end, "selectionEnd": end})


def test_composing_asks_once_for_each_finished_word_and_enter_does_not_send_the_form(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    tab_to(page, "customer")
    session = page.context.new_cdp_session(page)
    for word, letters in (("华", "hua"), ("新", "xin")):
        before = len(asked)
        compose(session, *(letters[: n + 1] for n in range(len(letters))))
        page.keyboard.press("Enter")  # as the input method's own: takes what is composed
        assert len(asked) == before
        with page.expect_response("**/options/**"):
            session.send("Input.insertText", {"text": word})
        assert len(asked) == before + 1
    assert not [one for one in asked if one.startswith("POST")]
    assert page.url.endswith(NEW)
    expect(page.locator("#o-customer [data-value]")).to_have_count(1)


def weight(responses: list[Response], kind: str) -> int:
    """How many bytes the responses of this kind take, compressed as a server in front would."""
    bodies = [one.body() for one in responses if one.request.resource_type == kind]
    return sum(len(gzip.compress(body, 9)) for body in bodies)


KINDS = ("document", "script", "stylesheet", "image", "font", "fetch", "xhr", "other")


@pytest.mark.parametrize(
    ("address", "script"), [(NEW, 45_000), (f"{FOLLOWUP}/customer/", 40_000)], ids=["form", "list"]
)
def test_a_page_is_light_on_the_first_visit(
    open_tab: OpenTab, seller: User, customer: int, address: str, script: int
) -> None:
    page = open_tab(seller)
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(address, wait_until="networkidle")
    weights = {kind: weight(responses, kind) for kind in KINDS}
    assert weights["script"] <= script, weights
    assert weights["stylesheet"] <= 100_000, weights
    assert sum(weights.values()) <= 150_000, weights
    for_the_page = [one.url for one in responses if "logo.svg" not in one.url]  # the icon of the tab
    assert len(for_the_page) <= 8, for_the_page


EIGHT = {
    "name": field("text", title={"en": "Name", "zh": "名称"}),
    "phone": field("phone", title={"en": "Phone", "zh": "电话"}),
    "email": field("email", title={"en": "E-mail", "zh": "邮箱"}),
    "site": field("text", title={"en": "Site", "zh": "地点"}),
    "amount": field("number", title={"en": "Amount", "zh": "数量"}),
    "price": field("money", title={"en": "Price", "zh": "价格"}, currency="CNY"),
    "urgent": field("yes_no", title={"en": "Urgent", "zh": "加急"}),
    "note": field("long_text", title={"en": "Note", "zh": "备注"}),
}


def told(page: Page, key: str) -> str:
    """What is said at a field, without the word “Error”."""
    return page.locator(f"#e-{key}").inner_text().splitlines()[-1]


# The summary has the focus when the scripts that wait for the document have run.
AFTER_ANSWER = """() => {
  const [{ responseEnd, domContentLoadedEventEnd }] = performance.getEntriesByType("navigation");
  return domContentLoadedEventEnd - responseEnd;
}"""
TYPED = {
    "name": "A lathe",
    "phone": "12",
    "email": "bo",
    "site": "Hall 2",
    "amount": "3",
    "price": "12.5",
    "urgent": None,
    "note": "By the north gate.",
}


@pytest.mark.parametrize("language", CHINESE)
def test_t15_eight_fields_with_two_mistakes_by_keyboard_alone(
    open_tab: OpenTab, app: Flask, language: str
) -> None:
    install(form("order", EIGHT, title_field="name"), app=app_document(languages=["en", "zh"]))
    page = open_tab(make_user("dora", is_admin=True, locale=language))
    counter = Counter(page)
    page.goto(f"/apps/{APP}/forms/order/new")
    with counter.budget(keys=16, seconds=12):
        for key in "Tab", "Enter", "Tab":
            page.keyboard.press(key)
        for key, text in TYPED.items():
            assert focus(page) == key
            page.keyboard.press("Space") if text is None else page.keyboard.type(text)
            if key != "note":
                page.keyboard.press("Tab")
        page.keyboard.press("Control+Enter")
        expect(page.locator("[data-summary]")).to_be_focused()
        assert page.evaluate(AFTER_ANSWER) <= 300
        words = page.locator("[data-summary] a").all_inner_texts()
        assert words == [told(page, key) for key in ("phone", "email")]
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert focus(page) == "phone"
        page.keyboard.type("13800138009")
        page.keyboard.press("Tab")
        page.keyboard.type("bo@example.com")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/order/1/")
    assert [answer(page, key) for key in ("phone", "email", "amount")] == [
        "138 0013 8009",
        "bo@example.com",
        "3",
    ]
    assert barriers(page, "stored", "", EVERYTHING) == []
