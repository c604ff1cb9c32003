"""Every page in every state that a person meets: no violation of WCAG 2.2 AA that a machine can find."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from runtime.accounts import service
from runtime.db import db
from tests.browser import walk
from tests.browser.axe import problems
from tests.browser.conftest import Opens, Tabs
from tests.browser.office import LANGUAGES, Office, pick, press_primary, set_up, staff
from tests.browser.states import DESIGNER, STATES, filled, fresh
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def furnished(an_office: Opens) -> Iterator[Office]:
    """A company where a reminder has gone out, so that no page is empty that should not be."""
    with an_office("en") as office:
        set_up(office)
        staff(office)
        page = office.tab("seller")
        fresh(page)
        pick(page, "customer", "hxdz")
        filled(page)
        page.locator("#next_on").fill(str(office.day()))
        press_primary(page)
        page.wait_for_url("**/visit/*/")
        page.goto("/inbox")
        while not page.locator("#notices").count():
            page.wait_for_timeout(100)
            page.reload()
        office.close_tabs()
        yield office


@pytest.fixture(scope="module", params=ENGLISH)
def readers(request: pytest.FixtureRequest, furnished: Office) -> Office:
    """The company, of which everybody reads in one language."""
    furnished.locale = request.param
    for who in ("admin", "seller", "stranger"):
        page = furnished.tab(who)
        page.goto("/")
        if page.locator("html").get_attribute("lang") != LANGUAGES[furnished.locale]:
            page.locator("#language button").click()
        expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[furnished.locale])
    furnished.close_tabs()
    return furnished


@pytest.fixture
def office(readers: Office) -> Iterator[Office]:
    """The company; after the test nothing may have gone wrong on any page."""
    yield readers
    readers.close_tabs()


@pytest.mark.parametrize("state", STATES)
def test_a_page_has_no_barrier(office: Office, state: str) -> None:
    who, go = STATES[state]
    page = office.tab(who)
    go(page)
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[office.locale])
    assert problems(page, state) == []


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_the_set_up_has_no_barrier(tabs: Tabs, language: str) -> None:
    address = service.setup_link()
    db.session.remove()
    page = tabs.open(language=language)
    page.goto("/setup/" + (address or "").rpartition("/")[2])
    press_primary(page)
    expect(page.locator(".error-summary")).to_be_focused()
    assert problems(page, "set-up") == []


def test_every_page_is_gone_through_by_keys(furnished: Office) -> None:
    found: list[str] = []
    browsers = {who: furnished.tab(who).context for who in ("", "admin", "seller", "stranger")}
    # Of each page its last state, which has no dialog open: that would keep the focus.
    pages = {state.partition(",")[0]: told for state, told in STATES.items()}
    for state, (who, go) in {**pages, **DESIGNER}.items():
        page = browsers[who].new_page()
        go(page)
        own = walk.faults(page)
        if state in DESIGNER:
            own += walk.menus(page)
        if page.locator("#palette").count():
            own += walk.around(page)
        found += [f"{state}: {one}" for one in own]
        page.wait_for_function("!document.querySelector('.htmx-request')")  # to break one off is an error
        page.close()
    furnished.close_tabs()
    assert found == []


def test_nothing_that_has_the_focus_is_covered(office: Office) -> None:
    page = office.tab("seller", width=390)
    fresh(page)
    page.locator("#customer").focus()
    for _step in range(20):
        covered = page.evaluate(
            """() => { const one = document.activeElement, box = one.getBoundingClientRect();
                 const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                 return top && !one.contains(top) && !top.contains(one) ? json(one, top) : "";
                 function json(...all) { return all.map((e) => e.outerHTML.slice(0, 100)).join(" under "); } }"""
        )
        assert covered == ""
        page.keyboard.press("Tab")


def test_appearing_fields_are_announced_in_the_language_of_the_page(office: Office) -> None:
    page = office.tab("seller")
    fresh(page)
    page.locator("#remind").check()
    labels = page.locator("#f-next_on, #f-remind_whom, #f-prepare")
    expect(labels).to_have_count(3)
    titles = json.loads(labels.evaluate_all("all => JSON.stringify(all.map((one) => one.dataset.label))"))
    for title in titles:
        expect(page.locator("#live")).to_contain_text(title)
