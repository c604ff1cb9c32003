"""The fields that take more than an input: by pointer and by keys, with a script, and one level after the other."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from runtime.accounts.models import User
from tests.browser.axe import EVERYTHING, WIDE, barriers, problems
from tests.builder.factory import app as app_document
from tests.builder.factory import field, form, install

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NEW = "/apps/shop/forms/order/new"
TAGS = [f"tag_{number}" for number in range(20)]
ORDER = form(
    "order",
    {
        "share": field("percent", title="Share"),
        "starts": field("time", title="Starts"),
        "stars": field("rating", title="Stars"),
        "code": field("barcode", title="Code", format="ean_13"),
        "tags": field("multi_choice", {"enum": TAGS}, title="Tags"),
        "place": field("location", title="Place"),
        "region": field("region", title="Region", only_ends=True),
        "born": field("date", title="Born", parts=True),
    },
    ("region",),
)
GRANT = {"form": "order", "actions": ["create", "read", "update"], "scope": "all"}
# A camera that sees a code: what a browser of a phone has, and this one has not.
CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["ean_13", "qr_code"]; }
  async detect() { return [{ rawValue: "4006381333931" }]; }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return canvas.captureStream(5);
};
"""


@pytest.fixture
def alice_shops(app: Flask, alice: User) -> User:
    """Somebody who may fill the form."""
    roles = [{"key": "r", "title": "R", "grants": [GRANT]}]
    install(ORDER, app=app_document(languages=["en", "zh"], roles=roles))
    return alice


def level(page: Page, number: int) -> str:
    return "#region" if number == 1 else f"#region-{number}"


def test_a_record_of_them_is_filled_by_camera_keys_and_levels(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 30.2741501, "longitude": 120.15515})
    page.add_init_script(CAMERA)
    page.goto(NEW)

    # the camera types the code, the browser the place
    page.get_by_role("button", name="Scan Code with the camera").click()
    expect(page.locator("#code")).to_have_value("4006381333931")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.get_by_role("button", name="Use my position for Place").click()
    expect(page.locator("#place")).to_have_value("30.27415,120.15515")

    # stars by keys, boxes behind a word
    page.locator("#share").fill("12.5%")
    page.locator("#starts").fill("18:30")
    page.locator("#stars").focus()
    for _press in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="4 stars")).to_be_checked()
    page.locator("#tags-filter").fill("tag_17")
    expect(page.locator("#tags-box label:visible")).to_have_count(1)
    page.get_by_label("tag_17").check()
    page.locator("#tags-filter").fill("")
    page.get_by_label("tag_3", exact=True).check()

    # each level brings the next, and another first one takes the others away
    for number, code in enumerate(("330000", "330100", "330106"), start=1):
        page.select_option(level(page, number), code)
        if number < 3:
            expect(page.locator(level(page, number + 1))).to_be_visible()
    page.select_option(level(page, 1), "110000")
    expect(page.locator(level(page, 3))).to_have_count(0)
    page.select_option(level(page, 2), "110100")
    page.select_option(level(page, 3), "110101")

    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/order/1/")
    text = page.locator("main").inner_text()
    for shown in (
        "12.5%",
        "6:30\u202fPM",
        "★★★★☆",
        "4006381333931",
        "tag_3, tag_17",
        "30.27415° N",
        "北京市 / 东城区",
    ):
        assert shown in text


def test_stars_that_are_chosen_while_an_answer_is_under_way_stay(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    # given
    page = open_tab(alice_shops)
    page.goto(NEW)
    held: list[Route] = []
    page.route("**/eval", lambda route: held.append(route))

    # when
    page.locator("#share").fill("12.5%")
    page.locator("#starts").click()
    page.get_by_title("4 stars").click()
    assert len(held) == 1
    held[0].continue_()
    page.unroute("**/eval")
    page.select_option(level(page, 1), "330000")
    expect(page.locator(level(page, 2))).to_be_visible()

    # then
    expect(page.get_by_role("radio", name="4 stars")).to_be_checked()


def test_a_date_known_by_heart_is_typed_in_three_boxes_also_while_an_answer_is_under_way(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    # given a question to the server that waits for its answer
    page = open_tab(alice_shops)
    page.goto(NEW)
    page.select_option(level(page, 1), "330000")
    expect(page.locator(level(page, 2))).to_be_visible()
    held: list[Route] = []
    page.route("**/eval", lambda route: held.append(route))
    with page.expect_request("**/eval"):
        page.select_option(level(page, 2), "330100")

    # when a date is typed meanwhile, its year too short
    page.get_by_role("group", name="Born").get_by_label("Day").focus()
    page.keyboard.type("27")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    assert len(held) == 1, "half a date is not asked about"
    page.keyboard.type("85")
    page.keyboard.press("Tab")
    held[0].continue_()
    page.unroute("**/eval")
    expect(page.locator(level(page, 3))).to_be_visible()

    # then it stands as it was typed, is told as wrong where it stands, and is mended in its place
    boxes = page.get_by_role("group", name="Born").get_by_role("textbox")
    for box, text in enumerate(("27", "3", "85")):
        expect(boxes.nth(box)).to_have_value(text)
    page.select_option(level(page, 3), "330106")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#e-born")).to_contain_text("the year with four digits")
    assert problems(page, "parts of a date") == []
    page.get_by_label("Year").fill("1985")
    expect(page.locator("#e-born")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/order/1/")
    expect(page.locator("main")).to_contain_text("Mar 27, 1985")


def test_without_script_a_button_brings_the_next_level(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops, script=False)
    page.goto(NEW)
    expect(page.get_by_role("button", name="Scan Code with the camera")).to_be_hidden()
    for number, code in enumerate(("330000", "330100", "330106"), start=1):
        page.select_option(level(page, number), code)
        page.get_by_role("button", name="Next level").click()
    page.get_by_title("2 stars").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("浙江省 / 杭州市 / 西湖区")
    expect(page.locator("main")).to_contain_text("★★☆☆☆")


def test_they_have_no_barriers_and_fit_a_phone(open_tab: Callable[..., Page], alice_shops: User) -> None:
    page = open_tab(alice_shops, width=390, dark=True, language="zh-CN")
    page.goto(NEW)
    assert barriers(page, "new fields", "dark", EVERYTHING) == []
    # a name with U+202E turns its own letters alone
    assert (
        page.evaluate("getComputedStyle(document.querySelector('main a, header a')).unicodeBidi") == "isolate"
    )
    assert page.evaluate(WIDE) == []


def test_several_records_are_picked_by_keys_and_taken_out_again(
    open_tab: Callable[..., Page], app: Flask, alice: User
) -> None:
    tag = form("tag", {"name": field("text")}, title_field="name")
    note = form("note", {"tags": field("references", form="tag", title="Tags")}, ("tags",))
    names = ("Alpha", "Beta", "Gamma")
    install(
        tag, note, samples=[{"form": "tag", "key": each.lower(), "values": {"name": each}} for each in names]
    )
    page = open_tab(alice)
    page.goto("/apps/shop/forms/note/new")
    box = page.get_by_role("combobox", name="Add to Tags")
    for name in ("Gamma", "Alpha", "Beta"):
        box.fill(name[:3])
        expect(page.get_by_role("option", name=name)).to_be_visible()
        box.press("ArrowDown")
        box.press("Enter")
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
        expect(box).to_have_value("")
    page.get_by_role("checkbox", name="Alpha").press("Space")
    expect(page.get_by_role("checkbox", name="Alpha")).to_have_count(0)
    expect(box).to_be_focused()
    expect(page.get_by_role("checkbox", name="Beta")).to_be_checked()
    assert barriers(page, "several records", "light", EVERYTHING) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("definition").first).to_have_text("Gamma, Beta")
