"""A form opened to the public by two clicks, and filled in without an account and without JavaScript."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import problems
from tests.browser.design import Counter
from tests.builder.factory import APP, field, form, install
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

SURVEY = form(
    "survey",
    {
        "name": field("text", title={"en": "Your name", "zh": "姓名"}),
        "topic": field("choice", {"enum": ["a", "b"]}, title={"en": "Topic", "zh": "主题"}),
    },
    ("name",),
    title_field="name",
)


@pytest.mark.parametrize("language", ENGLISH)
def test_t25_it_is_opened_and_filled_in_without_javascript(
    open_tab: Callable[..., Page], app: Flask, clock: Callable[[datetime], None], language: str
) -> None:
    clock(opened := datetime.now(UTC))
    install(SURVEY, app=app_document(languages=["en", "zh"]))
    desk = open_tab(make_user("dora", is_designer=True, locale=language))
    counter = Counter(desk)
    desk.goto(f"/apps/{APP}/forms/survey/design/fields")

    with counter.budget(clicks=4):
        desk.locator(f"a[href='/apps/{APP}/forms/survey/design/public']").click()
        desk.locator("#public-open").click()
        expect(desk.locator(".public-code img")).to_be_visible()
        desk.locator("#public-link").focus()
    assert problems(desk, "public form, settings") == []
    read = zxingcpp.read_barcodes(
        Image.open(io.BytesIO(desk.locator(".public-code img").screenshot())).convert("L")
    )
    assert [each.text for each in read] == [desk.locator("#public-link").input_value()]

    phone = open_tab(width=390, script=False, language="en-GB" if language == "en" else "zh-CN")
    phone.goto(urlsplit(read[0].text).path)
    clock(opened + timedelta(seconds=20))
    phone.locator("button[value=save].btn-primary").click()
    expect(phone.locator("[data-summary] a")).to_have_attribute("href", "#name")
    phone.locator("#name").fill("王芳")
    phone.locator("button[value=save].btn-primary").click()
    expect(phone.locator("main [role=status]")).to_contain_text("王芳")
