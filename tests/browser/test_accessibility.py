"""Every page in every state that a person meets: no violation of WCAG 2.2 AA that a machine can find."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts import service
from runtime.db import db
from tests.browser.axe import problems
from tests.browser.conftest import Opens, Tabs
from tests.browser.office import FORMS, LANGUAGES, NEW, Office, pick, press_primary, set_up, staff

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


@pytest.fixture(scope="module", params=["en", "zh"])
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


def fresh(page: Page) -> None:
    page.goto(NEW)


def filled(page: Page) -> None:
    page.locator("#content").fill("They want ten.")
    page.locator("#result").check()
    page.locator("#remind").check()
    page.locator("#prepare").fill("A price list")


def wrong(page: Page) -> None:
    fresh(page)
    page.locator("#phone").fill("12")
    page.locator("#remind").check()
    expect(page.locator("#next_on")).to_be_visible()
    press_primary(page)
    expect(page.locator("[data-summary]")).to_be_focused()


def picker_open(page: Page) -> None:
    fresh(page)
    page.locator("#customer").click()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#o-customer [aria-selected=true]")).to_have_count(1)


def picker_empty(page: Page) -> None:
    fresh(page)
    page.locator("#customer").press_sequentially("zzzz")
    expect(page.locator("#o-customer [role=option]")).to_have_count(1)


def morphed(page: Page) -> None:
    fresh(page)
    pick(page, "customer", "hxdz")
    expect(page.locator("#phone")).not_to_have_value("")
    page.locator("#remind").check()
    page.locator("#result-3").check()
    page.locator("#phone").fill("12")
    page.locator("#content").click()
    expect(page.locator("#e-phone")).to_be_visible()
    expect(page.locator("#reason")).to_be_visible()


def newest(page: Page, form: str) -> str:
    page.goto(f"{FORMS}/{form}/")
    return page.locator("tbody tr a").first.get_attribute("href") or ""


def visit(page: Page) -> None:
    page.goto(newest(page, "visit"))


def reminder(page: Page) -> None:
    page.goto(newest(page, "reminder"))


def edit(page: Page) -> None:
    page.goto(newest(page, "visit") + "edit")


def conflict(page: Page) -> None:
    """Both change the same field of one record."""
    address = newest(page, "visit") + "edit"
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(address)
    earlier = other.locator("#content").input_value()
    other.locator("#content").fill(f"{earlier}!")
    press_primary(other)
    other.wait_for_url("**/visit/*/")
    other.close()
    page.locator("#content").fill("They want twenty.")
    press_primary(page)
    expect(page.locator("#x-content")).to_be_visible()


def deletion(page: Page) -> None:
    page.goto(newest(page, "visit") + "delete")


def menus(page: Page) -> None:
    page.goto("/")
    page.locator("[popovertarget=user-menu]").click()


def no_sign_in(page: Page) -> None:
    page.goto("/login")
    page.locator("#email").fill("nobody@example.com")
    page.locator("main form button").click()
    expect(page.locator("#email-error")).to_be_visible()


def no_user(page: Page) -> None:
    page.goto("/admin/users/new")
    press_primary(page)
    expect(page.locator(".error-summary")).to_be_focused()


def no_new_password(page: Page) -> None:
    page.goto("/profile")
    page.locator("#old").fill("wrong")
    page.locator("form[action$=password] button").click()
    expect(page.locator("#old-error")).to_be_visible()


def link(page: Page) -> None:
    page.goto("/admin/users?q=eve")
    page.locator("tbody a").first.click()
    page.locator("form[action$=link] button").click()
    expect(page.locator("#link")).to_be_visible()


def invited(page: Page) -> None:
    link(page)
    page.goto(page.locator("#link").input_value())


def department(page: Page) -> None:
    page.goto("/admin/departments")
    page.locator("tbody a").first.click()


def at(address: str) -> Callable[[Page], None]:
    """A page that needs nothing but its address."""

    def there(page: Page) -> None:
        page.goto(address)

    return there


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "sign in": ("", at("/login")),
    "sign in, refused": ("", no_sign_in),
    "choose a password": ("admin", invited),
    "home of the administrator": ("admin", at("/")),
    "home": ("seller", menus),
    "app": ("seller", at("/apps/followup/")),
    "list": ("seller", at(f"{FORMS}/customer/")),
    "empty list": ("stranger", at(f"{FORMS}/visit/")),
    "nothing found": ("seller", at(f"{FORMS}/customer/?q=zzzz")),
    "follow-up": ("seller", visit),
    "reminder": ("seller", reminder),
    "new, fresh": ("seller", fresh),
    "new, with errors": ("seller", wrong),
    "new, picker open": ("seller", picker_open),
    "new, nothing to pick": ("seller", picker_empty),
    "new, after answers": ("seller", morphed),
    "edit": ("seller", edit),
    "conflict": ("seller", conflict),
    "delete": ("seller", deletion),
    "inbox": ("seller", at("/inbox")),
    "empty inbox": ("stranger", at("/inbox")),
    "profile": ("seller", at("/profile")),
    "profile, refused": ("seller", no_new_password),
    "users": ("admin", at("/admin/users")),
    "new user": ("admin", at("/admin/users/new")),
    "new user, refused": ("admin", no_user),
    "link for a user": ("admin", link),
    "departments": ("admin", at("/admin/departments")),
    "department": ("admin", department),
    "new department": ("admin", at("/admin/departments/new")),
    "runs": ("admin", at("/admin/runs")),
    "deliveries": ("admin", at("/admin/deliveries")),
    "no such page": ("seller", at("/nowhere")),
    "not allowed": ("seller", at(f"{FORMS}/customer/1/delete")),
}


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


def test_the_tab_key_meets_every_control_of_the_form_in_order(office: Office) -> None:
    page = office.tab("seller")
    fresh(page)
    page.locator("#remind").check()
    expect(page.locator("#prepare")).to_be_visible()
    expected = page.evaluate(
        """() => [...document.querySelectorAll("#rec :is(input:not([type=hidden]), textarea, select, button, a)")]
           .filter((one) => one.checkVisibility())
           .map((one) => one.type === "radio" ? one.name : one.id || one.textContent)
           .filter((one, at, all) => all.indexOf(one) === at)"""
    )
    page.locator(f"#{expected[0]}").focus()
    met = []
    while True:
        now = page.evaluate(
            "(({ type, name, id, textContent, form }) => [type === 'radio' ? name : id || textContent, !!form])"
            "(document.activeElement)"
        )
        in_form = page.evaluate("!!document.activeElement.closest('#rec')")
        if not in_form:
            break
        met += [now[0]] if not met or met[-1] != now[0] else []  # a date has several stops
        page.keyboard.press("Tab")
    assert met == expected


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
