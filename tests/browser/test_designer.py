"""The designer as a whole: nothing is lost, everything can be taken back, everybody can use it."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from runtime.accounts.models import User
from tests.browser.axe import EVERYTHING, barriers, problems
from tests.browser.conftest import Tabs
from tests.browser.design import (
    APP,
    PATH,
    Counter,
    draft,
    focused,
    form,
    opened,
    order,
    pick,
    settled,
    stored,
)
from tests.browser.office import focus
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

COMMANDS = "**/design/commands"
LANGUAGES = pytest.mark.parametrize("language", ENGLISH)

FOLLOWS = """([one, other]) => Boolean(document.getElementById(one).compareDocumentPosition(
  document.getElementById(other)) & Node.DOCUMENT_POSITION_FOLLOWING)"""
PASTE = """(row, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  row.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def forgive(tabs: Tabs) -> None:
    """What the console says of a network or a server that the test itself made fail."""
    tabs.errors[:] = [line for line in tabs.errors if not re.search(r"Failed to load|htmx:error", line)]


def add(page: Page, kind: str) -> None:
    """Press a field type of the palette and leave its title as it is."""
    page.locator(f'#palette button[value*=\'"type": "{kind}"\']').click()
    expect(page.locator("[data-title]:focus")).to_be_visible()
    page.keyboard.press("Enter")
    settled(page)


def speaking(open_tab: Callable[..., Page], language: str) -> Page:
    """A tab of a designer who reads this language."""
    return open_tab(make_user("dora", is_admin=True, locale=language))


@LANGUAGES
def test_t05_deleting_undoing_and_redoing_takes_four_keys_or_five_clicks(
    open_tab: Callable[..., Page], language: str
) -> None:
    page = speaking(open_tab, language)
    counter = Counter(page)
    begin = form("a", "b", "c", layout=[{"key": "one", "section": "One", "rows": [["a"], ["b"], ["c"]]}])

    def by_keys() -> None:
        page.keyboard.press("Delete")
        settled(page)
        gone = stored()
        for keys, found in (("Control+z", before), ("Control+Shift+z", gone), ("Control+z", before)):
            page.keyboard.press(keys)
            settled(page)
            assert stored() == found

    def by_clicks() -> None:
        pick(page, "b").click()
        page.locator("#panel .panel-foot form button").click()
        settled(page)
        for tool, count in (("undo", 1), ("redo", 0), ("undo", 1)):
            page.locator(f"#{tool}-button").click()
            settled(page)
            assert pick(page, "b").count() == count

    draft(begin)
    before = stored()
    for way, most in ((by_keys, {"keys": 4}), (by_clicks, {"clicks": 5})):
        for _try in counter.tries(seconds=2):
            opened(page)
            pick(page, "b").focus()
            with counter.budget(**most):
                way()
            assert stored() == before
    page.reload()  # the steps are the server's
    for tool, count in (("redo", 0), ("undo", 1)):
        page.locator(f"#{tool}-button").click()
        settled(page)
        assert pick(page, "b").count() == count
    assert barriers(page, "undone", "", EVERYTHING) == []


@LANGUAGES
def test_t06_what_was_not_answered_is_offered_after_the_tab_was_killed(tabs: Tabs, language: str) -> None:
    page = speaking(tabs.open, language)
    draft(form("a"))
    opened(page)
    for _number in range(4):
        add(page, "text")
    page.route(COMMANDS, lambda route: route.abort())  # the fifth does not arrive
    page.locator('#palette button[value*=\'"type": "date"\']').click()
    expect(page.locator("#saved[data-state=retrying]")).to_be_visible()
    context = page.context
    page.close()
    again = context.new_page()
    counter = Counter(again)
    with counter.budget(clicks=1, seconds=3):
        opened(again)
        assert len(order()) == 5
        again.locator("#designer-left button").first.click()
        expect(again.locator(".cell")).to_have_count(6)
        settled(again)
    assert len(order()) == 6
    assert barriers(again, "brought back", "", EVERYTHING) == []
    forgive(tabs)


def test_changes_made_offline_are_kept_and_sent_in_order(tabs: Tabs) -> None:
    page = speaking(tabs.open, "zh")
    draft(form("a", "b", "c"))
    opened(page)
    context: BrowserContext = page.context
    context.set_offline(True)
    pick(page, "c").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#live")).to_have_text("离线：1 项修改保存在本机")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#saved[data-state=offline]")).to_have_text("离线：2 项修改保存在本机")
    expect(page.locator("#live")).to_have_text("离线：1 项修改保存在本机")  # told once, when it began
    context.set_offline(False)
    expect(page.locator("#cell-c")).to_be_visible()
    settled(page)
    assert order() == [["c"], ["a"], ["b"]]
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('formwright:')).length") == 0
    )
    forgive(tabs)


def test_a_server_that_fails_is_asked_again(tabs: Tabs, alice: User) -> None:
    page = tabs.open(alice)
    draft(form("a", "b"))
    opened(page)
    failures = iter([500, 503])

    def fail(route: Route) -> None:
        status = next(failures, None)
        route.fulfill(status=status, body="") if status else route.continue_()

    page.route(COMMANDS, fail)
    pick(page, "b").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#saved[data-state=retrying]")).to_have_text("Not saved, trying again")
    expect(page.locator("#live")).to_have_text("Not saved, trying again")
    settled(page)
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#live")).to_have_text("B moved to position 1 of 2")
    assert order() == [["b"], ["a"]]
    forgive(tabs)


def test_a_field_that_somebody_else_named_meanwhile_shows_both_names(
    open_tab: Callable[..., Page], alice: User
) -> None:
    mine, theirs = open_tab(alice), open_tab(make_user("Lee", is_admin=True))
    document = form("a", "b")
    document["properties"]["a"]["fw"]["title"] = {"en": "Total", "zh": "合计"}
    draft(document)
    for page in (mine, theirs):
        opened(page, sel="field/a")
    for page, title in ((theirs, "Theirs"), (mine, "Mine")):
        pick(page, "a").focus()
        page.keyboard.press("F2")
        expect(page.locator("[data-title]:focus")).to_be_visible()
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        settled(page)
    box = mine.locator("#clashes [data-clash]")
    expect(box.locator("th, td")).to_contain_text(["", "", "", "", "Theirs", "Mine"])
    expect(box.locator("h2")).to_contain_text("Lee")
    expect(box.locator("[data-clash-theirs]")).to_be_focused()
    expect(mine.locator("#cell-a")).to_contain_text("Theirs")
    assert barriers(mine, "clash", "", EVERYTHING) == []
    pick(mine, "b").press("r")  # the choice waits
    settled(mine)
    box.locator("[data-clash-theirs]").focus()
    mine.keyboard.press("Tab")
    mine.keyboard.press("Enter")
    settled(mine)
    assert '"Mine"' in stored()
    expect(box).to_have_count(0)
    expect(mine.locator("#others")).to_contain_text("Lee")


def test_the_history_takes_back_to_a_step(open_tab: Callable[..., Page], alice: User) -> None:
    page = open_tab(alice)
    draft(form("a"))
    opened(page)
    for kind in ("date", "number", "text"):
        add(page, kind)
    page.locator("#history-button").click()
    expect(page.locator(".design-steps li")).to_have_count(3)
    page.locator(".design-steps button").nth(1).click()
    expect(page.locator(".cell")).to_have_count(2)
    assert [row[0] for row in order()] == ["a", "date"]


def test_f6_goes_around_the_panes_and_a_command_is_announced(
    open_tab: Callable[..., Page], alice: User
) -> None:
    page = open_tab(alice)
    draft(form("a", "b"))
    opened(page, sel="field/a")
    page.locator("#pick-a").focus()
    for pane in ("properties", "palette", "main"):
        page.keyboard.press("F6")
        assert page.evaluate("document.activeElement.closest('#main, #palette, #properties').id") == pane
    page.locator("#pick-a").focus()
    page.keyboard.press("r")
    settled(page)
    expect(page.locator("#live")).to_contain_text("A")


def test_the_focus_goes_to_a_row_when_what_was_pressed_goes_away(
    open_tab: Callable[..., Page], alice: User
) -> None:
    page = open_tab(alice)
    rows = [{"key": "one", "section": "One", "rows": [["a"], ["b"], ["c"]]}]
    draft(form("a", "b", "c", layout=[*rows, {"key": "two", "section": "Two", "rows": []}]))
    opened(page, sel="section/two")
    page.locator("#tool-delete").click()
    settled(page)
    assert focused(page) == "pick-section-one"
    for tool, left in (("none", "pick-section-one"), ("delete", "pick-c")):
        pick(page, "a").click(modifiers=["Shift"])
        pick(page, "b").click(modifiers=["Shift"])
        page.locator(f"[data-many={tool}]").click()
        settled(page)
        assert focused(page) == left
    pick(page, "c").press("F2")
    expect(page.locator("[data-title]:focus")).to_be_visible()
    page.keyboard.type("Left by a click")
    page.locator("#pick-section-one").click()
    settled(page)
    assert focused(page) == "pick-section-one"
    assert "Left by a click" in stored()
    expect(page.locator("#pick-section-one")).to_have_attribute("aria-current", "true")


def test_fields_and_columns_are_pasted_into_another_form(open_tab: Callable[..., Page], alice: User) -> None:
    page = open_tab(alice)
    draft(form("a", "b"))
    opened(page)
    pick(page, "a").press("Control+c")
    page.goto(PATH.replace("desk", "customer"))
    pick(page, "name").press("Control+v")
    expect(pick(page, "a")).to_be_focused()
    assert page.evaluate(FOLLOWS, ["cell-name", "cell-a"])
    pick(page, "a").evaluate(PASTE, "Name\tAge\nAnn\t5")
    page.wait_for_url("**/spreadsheet/")
    assert [page.locator(f"[name='title.{number}']").input_value() for number in range(2)] == ["Name", "Age"]
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/forms/customer/design/**")
    expect(pick(page, "age")).to_have_count(1)


def test_the_palette_offers_first_what_begins_with_what_was_typed(
    open_tab: Callable[..., Page], alice: User
) -> None:
    page = open_tab(alice)
    draft(form("a"))
    opened(page)
    pick(page, "a").focus()
    page.keyboard.press("/")
    expect(page.locator("#palette-find")).to_be_focused()
    page.keyboard.type("page b")  # which stands among the words of a web address, too
    page.keyboard.press("Enter")
    expect(page.locator(".cell .fw-page-break")).to_have_count(1)


def test_enter_adds_one_more_of_the_same_type(open_tab: Callable[..., Page], alice: User) -> None:
    page = open_tab(alice)
    draft(form("a"))
    opened(page)
    pick(page, "a").focus()
    page.keyboard.press("/")
    expect(page.locator("#palette-find")).to_be_focused()
    page.keyboard.type("number")
    page.keyboard.press("Enter")
    page.keyboard.type("Price")  # at once: what is typed waits for the field
    page.keyboard.press("Enter")
    expect(pick(page, "price")).to_be_focused()
    settled(page)
    page.keyboard.press("Enter")
    page.keyboard.type("Count")
    page.keyboard.press("Enter")
    expect(pick(page, "count")).to_be_focused()
    settled(page)
    assert order() == [["a"], ["price"], ["count"]]


@LANGUAGES
def test_fields_are_saved_as_a_group_by_keys_and_a_section_by_clicks(
    open_tab: Callable[..., Page], language: str
) -> None:
    page = speaking(open_tab, language)
    draft(
        form("a", "b", "c", layout=[{"key": "one", "section": {"zh": "一"}, "rows": [["a"], ["b"], ["c"]]}])
    )
    opened(page)
    pick(page, "a").press(" ")
    pick(page, "b").press(" ")
    page.keyboard.press("g")
    expect(page.locator("#group-en")).to_be_focused()
    page.keyboard.type("Pair")
    page.keyboard.press("Tab")
    page.keyboard.type("一对")
    page.keyboard.press("Enter")
    saved = page.locator("#palette button[value*='group.add']")
    expect(saved).to_have_text(["Pair" if language == "en" else "一对"])
    page.locator("#pick-section-one").click()
    page.locator("#tool-group").click()
    expect(page.locator("#group-zh")).to_have_value("一")
    assert problems(page, "the title of a group") == []
    page.locator("#ask-do").click()
    expect(saved).to_have_count(2)
    saved.first.click()
    settled(page)
    assert order()[-2:] == [["a_2"], ["b_2"]]
    page.goto(f"/apps/{APP}/app/{APP}/design/settings")
    page.locator("#group-rename-pair summary").click()
    page.locator(f"#group-title-pair-{language}").fill("Two of them")
    page.keyboard.press("Tab")
    expect(page.locator("#group-rename-pair summary")).to_contain_text("Two of them")
    page.locator("#group-pair button[name=do]").click()
    expect(page.locator("#group-pair")).to_have_count(0)


def test_on_a_phone_the_canvas_and_the_properties_take_turns(
    open_tab: Callable[..., Page], alice: User
) -> None:
    page = open_tab(alice, width=390)
    draft(form("a", "b"))
    opened(page, sel="field/a")
    expect(page.locator("#properties")).to_be_hidden()
    page.locator("#tool-properties").click()
    expect(page.locator("#properties")).to_be_visible()
    expect(page.locator("#cell-a")).to_be_hidden()
    expect(page.locator(".canvas-close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#cell-a")).to_be_visible()
    expect(pick(page, "a")).to_be_focused()
    page.locator(".canvas-add").click()
    page.locator('#palette button[value*=\'"type": "date"\']').click()
    settled(page)
    assert order() == [["a"], ["date"], ["b"]]


def test_without_javascript_the_canvas_has_its_place_and_several_fields_are_chosen(
    open_tab: Callable[..., Page], alice: User
) -> None:
    draft(form("a", "b"))
    page = opened(open_tab(alice, script=False))
    assert canvas_width(page) > 600
    expect(page.locator("#cell-a > .h")).to_be_hidden()

    page.locator("#canvas-several").click()
    page.locator("#ask input[value=a]").check()
    assert (
        page.locator(".ask-buttons .btn").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.id)"
        )
        == []
    )
    page.locator("#several-down").click()
    expect(page.locator("#ask")).to_have_count(0)
    assert order() == [["b"], ["a"]]


def canvas_width(page: Page) -> float:
    box = page.locator("#main").bounding_box()
    assert box
    return box["width"]


@LANGUAGES
def test_no_state_of_the_canvas_has_a_barrier(
    open_tab: Callable[..., Page], alice: User, language: str
) -> None:
    page = open_tab(alice)
    page.goto("/")
    if language == "zh":
        page.locator("#language button").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    tabbed = {"tabs": [{"key": "t", "title": {"en": "T", "zh": "页"}}]}
    sections = [{"key": "s", "section": {"en": "S", "zh": "节"}, "tab": "t", "rows": [["a", "b"]]}]
    found: list[str] = []
    for document in (form(), form("a", "b", layout=sections, **tabbed)):
        draft(document)
        states: list[dict[str, str]] = [{}]
        if document["properties"]:
            states += [{"sel": "tab/t"}, {"sel": "section/s"}, {"sel": "field/a"}]
            states += [{"sel": "field/a", "ask": what} for what in ("move", "beside", "keys")]
            states += [{"sel": "field/a", "pane": "properties"}]
        for state in states:
            opened(page, **state)
            found += problems(page, f"{PATH} {state}")
    assert found == []


def test_who_switches_keys_of_one_letter_off_keeps_all_others(open_tab: Callable[..., Page]) -> None:
    page = open_tab(make_user("dora", is_admin=True, single_keys=False))
    draft(form("a", "b", layout=[{"key": "one", "section": "One", "rows": [["a"], ["b"]]}]))
    opened(page, sel="field/a")
    pick(page, "a").focus()
    for key in ("r", "m", "?", "/", "w", "3", "P"):
        page.keyboard.press(key)
    assert (focused(page), page.locator("#ask").count()) == ("pick-a", 0)
    page.keyboard.press("Alt+ArrowDown")
    settled(page)
    page.keyboard.press("F2")
    page.keyboard.type("My/r?")
    page.keyboard.press("Enter")
    settled(page)
    assert order() == [["b"], ["my_r"]]  # the key of a new field follows its title
    assert "required" not in json.loads(stored())
    assert json.loads(stored())["properties"]["my_r"]["fw"]["title"]["en"] == "My/r?"

    page.goto("/apps/followup/forms/customer/")
    page.wait_for_load_state()
    page.keyboard.press("/")
    assert focus(page) != "q"
