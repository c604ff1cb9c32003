"""How a public form is shown: in steps, in a frame of another site, by links for each channel, and where it leads."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from runtime import paper
from tests.builder.factory import field, save_and_publish
from tests.public.survey import DESIGN, LATER, SURVEY, guest, hidden, send, settings
from tests.support.world import World


def shown(page: str) -> list[str]:
    """The parts of the form that are not hidden."""
    return re.findall(r'<div class="fw-panel" id="panel-(\w+)"[^>]* data-panel>', page)


@pytest.mark.parametrize("late", ["y", ""])
def test_a_wrong_answer_is_told_when_its_field_is_left_or_when_the_form_is_sent(
    world: World, address: str, late: str
) -> None:
    settings(world, **({"tells_late": late} if late else {}))
    browser = guest(world)
    typed = {**hidden(browser.get(address).text), "name": "Ann", "mail": "bo", "_focus": "name"}

    left = browser.post(f"{address}/eval", data=typed).text
    sent = browser.post(address, data={**typed, "_do": "save"})
    kept = browser.post(f"{address}/eval", data={**typed, "_shown": "mail"}).text

    assert ('id="e-mail"' in left) is not bool(late)
    assert (sent.status_code, 'id="e-mail"' in sent.text, 'id="e-mail"' in kept) == (422, True, True)


def test_in_steps_one_part_is_shown_and_the_others_are_sent_along(world: World, address: str) -> None:
    settings(world, steps="y")
    browser = guest(world)
    first = browser.get(address).text
    wrong = browser.post(address, data={**hidden(first), "_do": "next", "name": ""})
    second = browser.post(address, data={**hidden(first), "_do": "next", "name": "Ann"})
    back = browser.post(address, data={**hidden(second.text), "_do": "back", "name": "Ann"})

    assert "Step 1 of 2" in first and 'value="back"' not in first and 'value="save"' not in first
    assert wrong.status_code == 422 and "Fill in Your name." in wrong.text and "Step 1 of 2" in wrong.text
    assert "Step 2 of 2" in second.text and 'value="Ann"' in second.text and 'value="save"' in second.text
    assert "Step 1 of 2" in back.text and len(shown(back.text)) == len(shown(first)) == 1


def test_one_question_at_a_time_every_field_is_a_page_and_what_is_worked_out_stands_with_its_question(
    world: World, address: str
) -> None:
    settings(world, questions="y")
    browser = guest(world)
    page, seen = browser.get(address), []
    while 'value="next"' in page.text:
        (here,) = shown(page.text)
        seen.append(here)
        typed = {"_step": here, "_do": "next", "name": "Ann", "seats": "2"}
        page = browser.post(address, data={**hidden(page.text), **typed})
        assert page.status_code == 200 and len(seen) < 15, seen
    seen += shown(page.text)

    assert f"Step 1 of {len(seen)}" in browser.get(address).text
    assert seen[:3] == ["name", "mail", "seats"] and seen[-1] == "guests"
    assert "secret" not in page.text and "price" not in seen
    typed = {"_step": seen[-1], "_do": "back", "name": "Ann"}
    assert shown(browser.post(address, data={**hidden(page.text), **typed}).text) == [seen[-2]]


def test_a_mistake_leads_to_its_question(world: World, address: str) -> None:
    settings(world, questions="y")
    browser = guest(world)
    first = hidden(browser.get(address).text)

    wrong = browser.post(address, data={**first, "_do": "next", "name": ""})

    assert wrong.status_code == 422 and "Fill in Your name." in wrong.text and shown(wrong.text) == ["name"]


def test_what_was_sent_is_kept_as_a_pdf_where_pdfs_are_made(world: World, address: str) -> None:
    browser = guest(world)
    sent = send(browser, address, name="Ann").location
    page, paper_of_it = browser.get(sent).text, f"{sent}/answers.pdf"

    if paper.is_available():
        assert f'href="{paper_of_it}"' in page
        got = browser.get(paper_of_it)
        assert got.data.startswith(b"%PDF") and got.headers["Content-Disposition"].startswith("attachment")
    assert browser.get(paper_of_it.replace("/sent/", "/sent/x")).status_code == 404


def test_sent_from_a_step_before_the_last_it_goes_on_and_a_mistake_leads_to_its_step(
    world: World, address: str
) -> None:
    settings(world, steps="y")
    browser = guest(world)
    first = hidden(browser.get(address).text)

    early = browser.post(address, data={**first, "_do": "save", "name": "Ann"})
    late = browser.post(address, data={**hidden(early.text), "_do": "save", "name": ""})

    assert early.status_code == 200 and "Step 2 of 2" in early.text
    assert late.status_code == 422 and "Step 1 of 2" in late.text


def test_after_sending_people_go_where_the_designer_says(world: World, address: str) -> None:
    settings(world, leads_to="https://shop.example/thanks?x=1")
    browser = guest(world)

    page = browser.get(address)
    answer = send(browser, address, name="Ann")

    assert answer.location == "https://shop.example/thanks?x=1"
    assert "form-action 'self' https://shop.example;" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_only_the_sites_that_were_named_show_it_in_a_frame(world: World, address: str) -> None:
    settings(world, shown_by="https://www.example.com\nhttps://shop.example:8443/")
    browser = guest(world)

    page, other = browser.get(address), browser.get("/login")

    assert (
        "frame-ancestors https://www.example.com https://shop.example:8443"
        in page.headers["Content-Security-Policy"]
    )
    assert "X-Frame-Options" not in page.headers and "frame.js" in page.text
    assert other.headers["X-Frame-Options"] == "DENY"
    assert "&lt;iframe src=" in world.browsers["dora"].get(f"{DESIGN}/public").text
    for name, policy in (("embed.js", "cross-origin"), ("app.js", "same-origin")):
        with browser.get(f"/static/{name}") as file:
            assert file.headers["Cross-Origin-Resource-Policy"] == policy


def test_in_a_frame_it_is_sent_without_our_cookies(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)
    browser = guest(world)

    answer = send(browser, address, name="Ann")

    assert answer.status_code == 303
    assert browser.post("/language", data={"locale": "zh"}).status_code == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"leads_to": "http://shop.example"}, "begins with https"),
        ({"leads_to": "javascript:alert(1)"}, "begins with https"),
        ({"leads_to": "https://a.example; frame-ancestors *"}, "begins with https"),
        ({"leads_to": "https://anna@evil.example"}, "begins with https"),
        ({"shown_by": "*"}, "one site on each line"),
        ({"shown_by": "https://*.example.com"}, "one site on each line"),
        ({"shown_by": "https://a.example/path"}, "one site on each line"),
        ({"shown_by": "https://a.example;script-src"}, "one site on each line"),
    ],
)
def test_an_address_that_would_open_more_is_refused(
    world: World, address: str, typed: dict[str, str], said: str
) -> None:
    answer = settings(world, most="7", **typed)

    assert answer.status_code == 422 and said in html.unescape(answer.text)


def test_above_it_stand_the_name_and_icon_of_its_app_and_nothing_that_needs_an_account(
    world: World, address: str
) -> None:
    page = guest(world).get(address).text
    brand = page.partition('<span class="brand">')[2].partition("</span>")[0]

    assert "#tabler-" in brand and re.sub("<[^>]*>", "", brand) == "Shop"
    assert "/login" not in page and 'id="navigation"' not in page


def test_a_link_is_made_for_each_channel(world: World, address: str) -> None:
    asked = {"maker": "name", "values": "Poster\nA & B\n\nPoster"}
    page = html.unescape(world.browsers["dora"].get(f"{DESIGN}/public", query_string=asked).text)

    assert f"{address}?f.name=Poster" in page and f"{address}?f.name=A+%26+B" in page
    assert page.count('?f.name=Poster" readonly') == 1
    assert 'value="A & B"' in html.unescape(guest(world).get(f"{address}?f.name=A+%26+B").text)


def test_the_language_of_an_address_lasts_until_it_is_sent_also_without_cookies(
    world: World, address: str
) -> None:
    browser = world.app.test_client(use_cookies=False)
    with time_machine.travel(datetime.now(UTC) - LATER):
        chinese = browser.get(f"{address}?lang=zh").text
    typed = {**hidden(chinese), "name": ""}

    wrong = browser.post(address, data=typed).text
    drawn = browser.post(f"{address}/eval", data=typed).text
    english = browser.post(address, data={**typed, "_do": "language:en"}).text
    back = browser.post(address, data={**hidden(english), "_do": "language:zh"}).text
    sent = browser.post(address, data={**hidden(back), "name": "王芳"})

    assert [page.count('<html lang="zh-CN"') for page in (chinese, wrong, english, back)] == [1, 1, 0, 1]
    assert "行" in drawn and "row" not in re.sub("<[^>]*>", "", drawn)
    assert sent.status_code == 303 and "lang=zh" in sent.location
    assert '<html lang="zh-CN"' in browser.get(sent.location).text


@pytest.mark.parametrize(
    ("setting", "where"), [({"password": "x"}, ""), ({"closes_at": "2020-01-02T08:00"}, ""), ({}, "/sent/x")]
)
def test_pages_around_the_form_are_read_in_the_other_language_by_a_link(
    world: World, address: str, setting: dict[str, str], where: str
) -> None:
    settings(world, **setting)
    browser = world.app.test_client(use_cookies=False)
    page = browser.get(f"{address}{where}?f.name=Poster&lang=en&next=//evil").text
    (link,) = re.findall(r'id="language" href="([^"]+)"', page)

    other = browser.get(html.unescape(link)).text

    assert '<html lang="zh-CN"' in other and "f.name=Poster" in link and "evil" not in link
    assert browser.get(f"{address}{where}?lang=xx").status_code == 200


@pytest.fixture
def cut(world: World) -> Iterator[None]:
    """The survey with a page break, until the test is over: the others share it."""
    survey = {**SURVEY, "properties": {**SURVEY["properties"], "cut": field("page_break", title="Cut")}}
    you, visit = SURVEY["fw"]["layout"]
    rows = [*you["rows"][:2], ["cut"], *you["rows"][2:]]
    survey["fw"] = {**SURVEY["fw"], "layout": [{**you, "rows": rows}, visit]}
    with world.app.app_context():
        save_and_publish("form", "survey", survey)
    yield
    with world.app.app_context():
        save_and_publish("form", "survey", SURVEY)


@pytest.mark.usefixtures("cut")
def test_a_page_break_makes_pages_without_any_setting(world: World, address: str) -> None:
    browser = guest(world)
    first = browser.get(address).text
    second = browser.post(address, data={**hidden(first), "_do": "next", "name": "Ann"}).text
    assert "Step 1 of 2" in first and shown(first) == ["first"] and "fw-page-break" not in first
    assert "Step 2 of 2" in second and 'value="save"' in second
    assert re.search(r'id="panel-first"[^>]* hidden>', second) and not re.search(
        r'id="panel-after-cut"[^>]* hidden>', second
    )
