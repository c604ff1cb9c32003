"""The record form in a real browser: moments of validation, focus, the picker, what survives an answer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from tests.browser.axe import EVERYTHING, barriers
from tests.forms.followup import FOLLOWUP, make, make_all

OpenTab = Callable[..., Page]
NEW = f"{FOLLOWUP}/visit/new"


@pytest.fixture
def huaxin(seller: User) -> int:
    return make("customer", {"name": "华新电子", "phone": "13800138001", "grade": "A"})


@pytest.fixture
def visit(open_tab: OpenTab, seller: User, huaxin: int) -> Page:
    """Bob has the form of a new follow-up open."""
    page = open_tab(seller)
    page.goto(NEW)
    return page


def focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def pick(page: Page, key: str, words: str) -> None:
    """Search in a picker and take the first that is found."""
    page.locator(f"#{key}").click()
    page.keyboard.type(words)
    expect(page.locator(f"#o-{key} [role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_customer_is_found_by_pinyin_initials_and_fills_the_form(visit: Page) -> None:
    pick(visit, "customer", "hxdz")
    expect(visit.locator("#phone")).to_have_value("138 0013 8001")
    expect(visit.locator("#grade")).to_be_checked()
    expect(visit.locator("#customer")).to_have_value("华新电子")
    assert focus(visit) == "customer"


def test_the_picker_is_left_as_it_was_by_escape(visit: Page) -> None:
    pick(visit, "customer", "hxdz")
    expect(visit.locator("#phone")).not_to_have_value("")
    visit.locator("#customer").fill("something else")
    expect(visit.locator("#o-customer")).to_be_visible()
    visit.keyboard.press("Escape")
    expect(visit.locator("#o-customer")).to_be_hidden()
    expect(visit.locator("#customer")).to_have_value("华新电子")


def test_an_emptied_picker_clears_the_value(visit: Page) -> None:
    pick(visit, "customer", "hxdz")
    expect(visit.locator("#phone")).not_to_have_value("")
    with visit.expect_response("**/eval"):
        visit.locator("#customer").fill("")
        visit.keyboard.press("Tab")
    assert visit.locator("#v-customer").input_value() == ""


def test_the_picker_works_by_touch(open_tab: OpenTab, seller: User, huaxin: int) -> None:
    page = open_tab(seller, width=390)
    page.goto(NEW)
    page.locator("#customer").tap()
    page.locator("#o-customer [role=option]").first.tap()
    expect(page.locator("#phone")).to_have_value("138 0013 8001")


def test_composing_pinyin_asks_once(visit: Page) -> None:
    asked: list[str] = []
    visit.on("request", lambda request: asked.append(request.url) if "/options/" in request.url else None)
    visit.locator("#customer").click()
    expect(visit.locator("#o-customer [role=option]")).to_have_count(1)
    session = visit.context.new_cdp_session(visit)
    for text in ("h", "hu", "hua"):
        session.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    with visit.expect_response("**/options/**"):
        session.send("Input.insertText", {"text": "华"})
    assert len(asked) == 2


def test_a_wrong_phone_is_told_when_it_is_left_and_not_while_typing(visit: Page) -> None:
    visit.locator("#phone").press_sequentially("12")
    assert visit.locator("#e-phone").count() == 0
    visit.keyboard.press("Tab")
    expect(visit.locator("#e-phone")).to_be_visible()
    expect(visit.locator("#phone")).to_have_attribute("aria-invalid", "true")


def test_an_error_goes_as_soon_as_the_value_is_right(visit: Page) -> None:
    visit.locator("#phone").fill("12")
    visit.keyboard.press("Tab")
    expect(visit.locator("#e-phone")).to_be_visible()
    visit.locator("#phone").click()
    visit.keyboard.press("Control+a")
    visit.keyboard.type("13800138000")
    expect(visit.locator("#e-phone")).to_have_count(0)
    assert focus(visit) == "phone"


def test_tabbing_through_paints_nothing_red(visit: Page) -> None:
    visit.locator("#customer").focus()
    for _step in range(12):
        visit.keyboard.press("Tab")
    expect(visit.locator(".fw-error")).to_have_count(0)


def test_fields_that_appear_are_announced_and_the_focus_stays(visit: Page) -> None:
    visit.locator("#remind").check()
    expect(visit.locator("#f-next_on")).to_be_visible()
    expect(visit.locator("#live")).to_contain_text("Next visit on")
    assert focus(visit) == "remind"


def test_what_was_typed_comes_back_with_its_field(visit: Page) -> None:
    visit.locator("#remind").check()
    visit.locator("#prepare").fill("Two samples")
    visit.locator("#next_on").fill("2099-01-02")
    visit.locator("#remind").uncheck()
    expect(visit.locator("#f-prepare")).to_have_count(0)
    visit.locator("#remind").check()
    expect(visit.locator("#prepare")).to_have_value("Two samples")
    expect(visit.locator("#next_on")).to_have_value("2099-01-02")


def test_what_is_typed_while_an_answer_is_under_way_survives(visit: Page) -> None:
    held: list[Route] = []
    visit.route("**/eval", lambda route: route.continue_() if held else held.append(route))
    visit.locator("#remind").check()
    visit.locator("#content").click()
    visit.keyboard.type("They want ")
    assert held
    held[0].continue_()
    expect(visit.locator("#f-next_on")).to_be_visible()
    visit.keyboard.type("ten.")
    expect(visit.locator("#content")).to_have_value("They want ten.")
    assert focus(visit) == "content"


def test_a_long_text_is_counted_when_it_nears_its_limit(visit: Page) -> None:
    visit.locator("#content").fill("x" * 1000)
    expect(visit.locator("#n-content")).to_be_empty()
    visit.locator("#content").fill("x" * 1700)
    expect(visit.locator("#n-content")).to_have_text("1700 / 2000")


def test_the_summary_has_the_focus_and_leads_to_the_fields(visit: Page) -> None:
    visit.get_by_role("button", name="Save", exact=True).click()
    expect(visit.locator("[data-summary]")).to_be_focused()
    assert visit.title().startswith("Error:")
    visit.locator("[data-summary] a", has_text="What was said").click()
    assert focus(visit) == "content"
    visit.locator("[data-summary] a", has_text="Customer").click()
    assert focus(visit) == "customer"
    visit.locator("[data-summary] a", has_text="Result").click()
    assert focus(visit) == "result"


def test_a_double_click_makes_one_record(visit: Page, followup: Callable[[str], Form]) -> None:
    pick(visit, "customer", "hxdz")
    expect(visit.locator("#phone")).not_to_have_value("")
    visit.locator("#content").fill("They want ten.")
    visit.locator("#result").check()
    visit.get_by_role("button", name="Save", exact=True).dblclick()
    expect(visit.get_by_role("heading", level=1)).to_contain_text("FU-")
    visit.goto(f"{FOLLOWUP}/visit/")
    expect(visit.locator("tbody tr")).to_have_count(1)


def test_the_keyboard_alone_fills_and_saves(visit: Page) -> None:
    pick(visit, "customer", "hxdz")
    expect(visit.locator("#phone")).not_to_have_value("")
    visit.locator("#content").focus()
    visit.keyboard.type("They want ten.")
    visit.keyboard.press("Tab")
    visit.keyboard.press("Space")
    visit.keyboard.press("Control+Enter")
    expect(visit.get_by_role("heading", level=1)).to_contain_text("FU-")


def test_leaving_with_unsaved_values_warns_and_without_does_not(visit: Page) -> None:
    asked: list[str] = []
    visit.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    visit.goto(f"{FOLLOWUP}/visit/")
    assert asked == []
    visit.goto(NEW)
    visit.locator("#content").fill("Half a sen")
    visit.goto(f"{FOLLOWUP}/visit/")
    assert asked == ["beforeunload"]


def test_the_whole_form_works_with_javascript_switched_off(
    open_tab: OpenTab, seller: User, huaxin: int
) -> None:
    page = open_tab(seller, script=False)
    page.goto(NEW)
    assert not page.locator(".fw-combo").first.is_visible()
    page.locator("input[name='_find.customer']").fill("hxdz")
    page.locator("button[value='search:customer']").click()
    page.locator("select[name=customer]").select_option(label="华新电子")
    page.locator("#content").fill("They want ten.")
    page.locator("#result").check()
    page.locator("#remind").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-summary]")).to_be_visible()
    page.locator("#next_on").fill("2099-01-02")
    page.locator("#prepare").fill("Samples")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("FU-")
    expect(page.locator("#f-phone")).to_contain_text("138 0013 8001")


def test_more_rows_load_and_the_way_back_finds_them(open_tab: OpenTab, seller: User) -> None:
    make_all("customer", [{"name": f"Customer {number:03}"} for number in range(70)])
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/")
    page.get_by_text("Load more").click()
    expect(page.locator("tbody tr")).to_have_count(70)
    assert page.url.endswith("?upto=100")
    expect(page.get_by_role("link", name="Customer 050")).to_be_focused()
    page.get_by_role("link", name="Customer 069").click()
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(70)


def test_the_search_narrows_the_list_while_typing(open_tab: OpenTab, seller: User, huaxin: int) -> None:
    make("customer", {"name": "Acme"})
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/")
    page.locator("#q").press_sequentially("hxdz")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.url.endswith("?q=hxdz")
    assert focus(page) == "q"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_page_scrolls_sideways(open_tab: OpenTab, seller: User, huaxin: int, width: int) -> None:
    page = open_tab(seller, width=width, dark=width < 500)
    for address in ("/apps/followup/", f"{FOLLOWUP}/customer/", NEW, f"{FOLLOWUP}/customer/{huaxin}/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_an_untouched_form_in_the_other_language_is_still_untouched(visit: Page) -> None:
    visit.get_by_role("button", name="中文").click()
    expect(visit.locator("html")).to_have_attribute("lang", "zh-CN")
    assert visit.locator("#rec").get_attribute("data-dirty") is None


def test_without_javascript_too_the_other_language_keeps_what_was_typed(
    open_tab: OpenTab, seller: User
) -> None:
    page = open_tab(seller, script=False)
    page.goto(NEW)
    page.locator("#content").fill("They want ten.")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#content")).to_have_value("They want ten.")


def test_the_other_language_keeps_what_was_typed(visit: Page) -> None:
    visit.locator("#content").fill("They want ten.")
    visit.get_by_role("button", name="中文").click()
    expect(visit.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(visit.locator("#content")).to_have_value("They want ten.")
    visit.get_by_role("button", name="English").click()
    expect(visit.locator("html")).to_have_attribute("lang", "en")
    expect(visit.locator("#content")).to_have_value("They want ten.")


def test_what_was_picked_last_comes_first_in_every_field_of_its_kind(open_tab: OpenTab, seller: User) -> None:
    # given
    make_all("customer", [{"name": name} for name in ("Acme", "Bolt", "Cord")])
    page = open_tab(seller)
    page.goto("/apps/followup/forms/visit/new")
    pick(page, "customer", "Cord")

    # when another form asks for a customer
    page.goto("/apps/followup/forms/opportunity/new")
    page.wait_for_load_state()
    page.locator("#customer").click()

    # then
    options = page.locator("#o-customer [role=option][data-value]")
    expect(options).to_have_count(3)
    assert [each.get_attribute("data-label") for each in options.all()] == ["Cord", "Acme", "Bolt"]
    expect(page.get_by_role("option", name="Picked before: Cord")).to_be_visible()
    assert barriers(page, "picked before", "light", EVERYTHING) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#customer")).to_have_value("Cord")


def test_without_javascript_enter_saves_in_the_language_of_the_page(
    open_tab: Callable[..., Page], seller: User
) -> None:
    page = open_tab(seller, script=False)
    page.goto(f"{FOLLOWUP}/customer/new")
    page.locator("#name").fill("Acme")
    page.locator("#name").press("Enter")
    page.wait_for_url("**/customer/*/**")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Acme")
