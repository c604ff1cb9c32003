"""The manager's morning: a list is filtered by three conditions and shared, ten cells are edited in it, all of it is
changed at once and taken back, and it is had as a spreadsheet.
"""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.axe import problems
from tests.browser.test_many_tasks import speaks, stored, work
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIST = f"{FOLLOWUP}/customer/?cols=name,phone,grade,state,owner&sort=name"
EDITED = 10


def condition(page: Page, number: int, path: str, operator: str, value: str) -> None:
    """Fill a row of the filter, each part as soon as it is there."""
    row = f"#filter-c\\.{number}"
    page.locator(f"{row}-path").select_option(path)
    page.locator(f"{row}-op").wait_for()
    if operator != page.locator(f"{row}-op").input_value():
        page.locator(f"{row}-op").select_option(operator)
    control = page.locator(f"{row}-v0")
    control.wait_for()
    control.select_option(value)
    expect(page.locator(".fw-chip")).to_have_count(number + 1)


def save_for_all(page: Page, title: str) -> None:
    page.locator("#open-view").click()
    page.locator("#view-title").fill(title)
    page.locator("#view-shared").check()
    page.locator("#keep button[value=save]").click()
    page.wait_for_url(re.compile("view="))
    expect(page.locator(".fw-views [aria-current=page]")).to_be_focused()
    page.wait_for_load_state()


def edit_phones(page: Page) -> None:
    """Ten cells one below the other, by keys."""
    page.locator("#edit-cells").click()
    expect(page.locator("#list tbody tr:nth-child(1) td.fw-title")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    for row in range(1, EDITED + 1):
        at = f"#list tbody tr:nth-child({row}) td:nth-child(3)"
        expect(page.locator(f"{at} #cell input[type=tel]")).to_be_focused()
        page.keyboard.type(f"+86138001380{row:02}")
        page.keyboard.press("Enter")
    expect(page.locator(f"#list tbody tr:nth-child({EDITED + 1}) #cell input[type=tel]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#edit-cells")).to_be_focused()


def change_all(page: Page, count: int) -> None:
    """Give all that match another state, then take it back."""
    page.locator("#choose-all").click()
    page.locator("[name=_all]").click()
    page.locator("input[name=_field][value=grade]").check()
    page.locator("form:has(input[name=_field]) button.btn-primary").first.click()
    page.locator("#rec [name=grade][value=C]").check()
    expect(page.locator("#rec .btn-primary")).to_contain_text(str(count))
    page.locator("#rec .btn-primary").click()
    expect(page.locator("#how-far")).to_be_visible()
    work()
    page.locator("button[name=do][value=undo]").wait_for()
    assert [row["grade"] for row in stored()].count("C") == count
    page.locator("button[name=do][value=undo]").click()
    expect(page.locator("#bulk-state[hx-get]")).to_be_visible()
    work()
    expect(page.locator("#bulk-state:not([hx-get]) #how-far")).to_have_attribute("value", str(count))


def spreadsheet(page: Page) -> list[list[Any]]:
    """The list as a file: its rows below the titles."""
    page.locator("#open-export").click()
    page.locator("#export button.btn-primary").click()
    page.wait_for_url(re.compile("/exports"))
    work()
    link = page.locator("a[download]")
    link.wait_for()
    with page.expect_download() as got:
        link.click()
    sheet = load_workbook(io.BytesIO(got.value.path().read_bytes())).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize(
    ("count", "language"),
    [(20, "en"), *(pytest.param(250, language, marks=pytest.mark.full) for language in ("en", "zh"))],
)
def test_a_list_is_filtered_shared_edited_changed_taken_back_and_had_as_a_spreadsheet(
    open_tab: Callable[..., Page], alice: User, seller: User, count: int, language: str
) -> None:
    alike = {"grade": "A", "state": "lead", "source": "web"}
    make_all("customer", [{"name": f"Large {number:03}", **alike} for number in range(count)])
    others = [
        {"name": "Large one", "grade": "B"},
        {"name": "Large two", "state": "active"},
        {"name": "Large three", "source": "fair"},
    ]
    make_all("customer", [{**alike, **other} for other in others])
    work()
    speaks(alice, language)
    page, other = open_tab(alice), open_tab(seller)
    page.goto(LIST)
    page.wait_for_load_state()

    page.locator("#open-filter").click()
    condition(page, 0, "grade", "equals", "A")
    page.locator("#filter-c-add").click()
    condition(page, 1, "state", "equals", "lead")
    page.locator("#filter-c-add").click()
    condition(page, 2, "source", "equals", "web")
    save_for_all(page, "Large leads")

    edit_phones(page)
    phones = [f"+86138001380{row:02}" for row in range(1, EDITED + 1)]
    work()
    shown, before = page.url, stored()
    assert [row["phone"] for row in before][:EDITED] == phones

    change_all(page, count)
    work()
    assert stored() == before

    other.goto(shown)
    expect(other.locator("#list tr[id^=row-]")).to_have_count(min(count, 50))
    page.goto(shown)
    page.wait_for_load_state()
    rows = spreadsheet(page)
    assert [row[0] for row in rows] == [f"Large {number:03}" for number in range(count)]
    assert [re.sub(r"\D", "", str(row[1])) for row in rows[:EDITED]] == [each[3:] for each in phones]
    assert problems(page, "files of a list") == []
