"""A form opened to the public by two clicks, and filled in without an account and without JavaScript."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from runtime import limits
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.public import opening
from runtime.public.models import PublicForm
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

    with counter.budget(clicks=4, seconds=8):
        desk.locator(f"a[href='/apps/{APP}/forms/survey/design/public']").click()
        desk.locator("#public-open").click()
        expect(desk.locator(".public-code img")).to_be_visible()
        desk.locator("#public-link").focus()
    assert problems(desk, "public form, settings") == []
    read = zxingcpp.read_barcodes(
        Image.open(io.BytesIO(desk.locator(".public-code img").screenshot())).convert("L")
    )
    assert [each.text for each in read] == [desk.locator("#public-link").input_value()]

    # the sheet to hang up is one page
    desk.locator("a[href$='/design/public/poster']").click()
    desk.wait_for_url("**/poster")
    expect(desk.locator("#print")).to_be_visible()
    assert problems(desk, "public form, sheet") == []
    sheet = desk.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") == 1
    assert re.search(rb"/MediaBox \[0 0 59\d\.\d+ 84\d\.\d+\]", sheet)  # A4, in points

    phone = open_tab(width=390, script=False, language="en-GB" if language == "en" else "zh-CN")
    phone.goto(urlsplit(read[0].text).path)
    clock(opened + timedelta(seconds=20))
    phone.locator("button[value=save].btn-primary").click()
    expect(phone.locator("[data-summary] a")).to_have_attribute("href", "#name")
    phone.locator("#name").fill("王芳")
    phone.locator("button[value=save].btn-primary").click()
    expect(phone.locator("main [role=status]")).to_contain_text("王芳")


def test_where_a_lot_comes_in_the_browser_works_and_sends_it_by_itself(
    open_tab: Callable[..., Page],
    app: Flask,
    clock: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_POSTS", "1 per hour")
    clock(opened := datetime.now(UTC))
    install(SURVEY, app=app_document(languages=["en", "zh"]))
    with transaction():
        dora = make_user("dora", is_designer=True)
        slug = opening.open_up(dora, lookup.form(APP, "survey").definition_id).slug
    tab = open_tab()
    for number in (1, 2):
        clock(opened + timedelta(seconds=20 * number))
        tab.goto(f"/f/{slug}")
        tab.locator("#name").fill(f"Visitor {number}")
        clock(opened + timedelta(seconds=20 * number + 10))
        tab.locator("button[value=save].btn-primary").click()
        tab.wait_for_url("**/sent/*")
        expect(tab.locator("main [role=status]")).to_contain_text(f"Visitor {number}")


STEPS = form(
    "visit",
    {
        "name": field("text", title={"en": "Your name", "zh": "姓名"}),
        "day": field("date", title={"en": "Day", "zh": "日期"}),
        "signed": field("signature", title={"en": "Signature", "zh": "签名"}),
    },
    ("name",),
    title_field="name",
    layout=[
        {"section": {"en": "You", "zh": "您"}, "rows": [["name"]]},
        {"section": {"en": "Your visit", "zh": "来访"}, "rows": [["day"], ["signed"]]},
    ],
)


@pytest.fixture
def another_site() -> Iterator[Callable[[str], str]]:
    """`another_site(html)` is the address of a page that is not ours."""
    shown: list[str] = []

    def answer(_environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [f"<!doctype html><title>x</title>{shown[-1]}".encode()]

    site = make_server("127.0.0.1", 0, answer, threaded=True)
    running = threading.Thread(target=site.serve_forever)
    running.start()

    def address(page: str) -> str:
        shown.append(page)
        return f"http://localhost:{site.port}"  # for browsers another site than 127.0.0.1

    yield address
    site.shutdown()
    running.join()
    site.server_close()


@pytest.mark.full  # one look at each page that has no state of its own
@pytest.mark.parametrize("language", ENGLISH)
def test_the_pages_around_the_form_have_no_barriers(
    open_tab: Callable[..., Page],
    app: Flask,
    clock: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    clock(opened := datetime.now(UTC))
    install(SURVEY, app=app_document(languages=["en", "zh"]))
    with transaction():
        dora = make_user("dora", is_designer=True)
        public = opening.open_up(dora, lookup.form(APP, "survey").definition_id)
        public.later = public.read_back = True
    tab = open_tab(width=390, language="en-GB" if language == "en" else "zh-CN")
    address = f"/f/{public.slug}"

    tab.goto(address)
    assert problems(tab, "public form") == []
    tab.locator("#name").fill("王芳")
    clock(opened + timedelta(seconds=20))
    tab.locator("button[value=later]").click()
    tab.wait_for_url("**/kept*")
    assert problems(tab, "public form, kept") == []
    tab.goto(urlsplit(tab.locator("#later-link").input_value()).path)
    clock(opened + timedelta(seconds=40))
    tab.locator("button[value=save].btn-primary").click()
    tab.wait_for_url("**/sent/*")
    assert problems(tab, "public form, sent") == []
    tab.goto(address)
    tab.locator("#name").fill("王芳")
    with transaction() as session:
        session.get_one(PublicForm, public.form_id).password_hash = "x"
    tab.locator("button[value=save].btn-primary").click()  # it is asked for by a post, and by a get
    expect(tab.locator("#password")).to_be_visible()
    tab.wait_for_load_state()
    assert problems(tab, "public form, password for what was typed") == []
    monkeypatch.setattr(limits, "PUBLIC_LOOKS", "1 per 10 minutes")
    tab.locator("#language button").click()
    expect(tab.locator("html")).to_have_attribute("lang", "zh-CN" if language == "en" else "en")
    tab.wait_for_load_state()
    tab.locator("#language button").click()
    expect(tab.locator("dl.typed")).to_contain_text("王芳")
    tab.wait_for_load_state()
    assert problems(tab, "public form, too much") == []
    tab.goto(address)
    assert problems(tab, "public form, password") == []
    with transaction() as session:
        session.get_one(PublicForm, public.form_id).is_open = False
    tab.goto(address)
    assert problems(tab, "public form, closed") == []


@pytest.mark.full  # its parts are tested without a browser, in tests/public
@pytest.mark.parametrize("language", ENGLISH)
def test_in_steps_in_a_frame_of_another_site_it_is_kept_and_continued_on_a_phone(
    open_tab: Callable[..., Page],
    app: Flask,
    clock: Callable[[datetime], None],
    language: str,
    server: str,
    another_site: Callable[[str], str],
) -> None:
    clock(opened := datetime.now(UTC))
    install(STEPS, app=app_document(languages=["en", "zh"]))
    with transaction():
        public = opening.open_up(make_user("dora", is_designer=True), lookup.form(APP, "visit").definition_id)
        public.steps = public.later = public.takes_files = True
    script = f'<script src="{server}/static/embed.js"></script>'
    site = another_site(f'<iframe src="{server}/f/{public.slug}"></iframe>{script}')
    with transaction() as session:
        session.get_one(PublicForm, public.form_id).shown_by = [site]
    reads = "en-GB" if language == "en" else "zh-CN"

    # when another site shows it in a frame, the frame is as high as the form
    desk = open_tab(language=reads)
    desk.goto(site)
    frame = desk.frame_locator("iframe")
    frame.locator("#name").fill("王芳")
    expect(desk.locator("iframe")).to_have_attribute("style", re.compile(r"height: [3-9]\d\dpx"))
    clock(opened + timedelta(seconds=20))
    frame.locator("button[value=next].btn").click()
    frame.locator("#day").fill("2026-12-24")
    frame.locator("button[value=later]").click()
    link = frame.locator("#later-link").input_value()

    # then it goes on on a phone, where it is signed and sent
    phone = open_tab(width=390, language=reads)
    phone.goto(urlsplit(link).path)
    expect(phone.locator("#name")).to_have_value("王芳")
    assert problems(phone, "public form, first step") == []
    phone.locator("button[value=next].btn").click()
    expect(phone.locator("#day")).to_have_value("2026-12-24")
    expect(phone.locator("#name")).to_be_hidden()
    phone.locator("#signed-pad").scroll_into_view_if_needed()
    box = phone.locator("#signed-pad").bounding_box()
    assert box
    expect(phone.locator("script[src*=signature_pad]")).to_be_attached()
    phone.wait_for_function(
        "() => window.SignaturePad && document.querySelector('#signed-pad').style.touchAction"
    )
    phone.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.mouse.down()
    phone.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    phone.mouse.up()
    expect(phone.locator("#signed-list .fw-file img")).to_be_visible()
    assert problems(phone, "public form, last step") == []
    clock(opened + timedelta(seconds=60))
    phone.locator("button[value=save].btn-primary").click()
    expect(phone.locator(".content-public .empty")).to_be_visible()
