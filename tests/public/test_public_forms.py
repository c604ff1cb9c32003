"""Forms that are open to the public: who may send what, what nobody sees, and when nothing is taken in."""

import gzip
import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from runtime import config, limits
from runtime.db import db
from runtime.public.models import PublicForm
from runtime.records.models import Event
from tests.builder.factory import APP
from tests.public.survey import CANARY, DESIGN, LATER, guest, hidden, opened, send, settings, stored
from tests.support.world import World


def test_somebody_without_an_account_sends_a_record_and_reads_back_what_he_sent(
    world: World, address: str
) -> None:
    browser = guest(world)

    answer = send(browser, address, name="王芳", seats="3", **{"guests": "n1", "guests.n1.who": "Li"})
    thanks = browser.get(answer.location)

    assert answer.status_code == 303
    assert "Thank you" in thanks.text and "王芳" in thanks.text and ">30<" in thanks.text
    record = stored(world)[-1]
    assert (record["name"], record["seats"], record["created_by"]) == ("王芳", 3, None)
    timeline = world.browsers["anna"].get(f"/apps/{APP}/forms/survey/{record['id']}/").text
    assert "Somebody filled in the public form." in timeline


def test_who_sent_it_comes_back_by_a_code_for_a_day_or_a_month(world: World, address: str) -> None:
    browser, other = guest(world), guest(world)
    where = send(browser, address, name="Ann").location
    drawing = browser.get(f"{where}/qr.svg")

    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        over = [other.get(where).text, other.get(f"{where}/qr.svg").status_code]
    settings(world, read_back="y")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        longer = other.get(where).text
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        after = other.get(where).text

    assert drawing.mimetype == "image/svg+xml" and "no-store" in drawing.headers["Cache-Control"]
    assert f'id="back-link" value="http://localhost:8000{where}"' in browser.get(where).text
    assert "Ann" not in over[0] and "back-link" not in over[0] and over[1] == 404
    assert "Ann" in longer and "30 days" in longer
    assert "Ann" not in after and "Thank you" in after


def test_what_staff_change_afterwards_is_not_read_back(world: World, address: str) -> None:
    browser = guest(world)
    where = send(browser, address, name="Ann").location
    record = stored(world)[-1]

    world.browsers["anna"].post(
        f"/apps/{APP}/forms/survey/{record['id']}/edit",
        data={"_do": "save", "_once": "x1", "_rev": "1", "name": CANARY, "customer": ""},
    )

    assert "Ann" in browser.get(where).text
    assert CANARY not in browser.get(where).text


@pytest.mark.parametrize("name", ["customer", "boss", "photo", "signed", "secret"])
def test_fields_that_would_show_something_are_neither_drawn_nor_taken(
    world: World, address: str, name: str
) -> None:
    browser = guest(world)
    page = browser.get(address).text

    answer = send(browser, address, name="Ann", **{name: "1"})

    assert f'name="{name}"' not in page
    assert answer.status_code == 303
    assert stored(world)[-1][name] in (None, [], "[]")


def test_a_mistake_is_told_in_place_and_nothing_typed_is_lost(world: World, address: str) -> None:
    browser = guest(world)
    before = len(stored(world))

    answer = send(browser, address, name="", mail="nobody", seats="3")

    assert answer.status_code == 422
    assert "Fill in Your name." in answer.text and 'value="nobody"' in answer.text
    assert len(stored(world)) == before


def test_the_same_page_sent_twice_is_one_record_and_counts_once(world: World, address: str) -> None:
    browser = guest(world)
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)
    before = len(stored(world))

    first, second = (browser.post(address, data={**fields, "name": "Twice"}) for _time in range(2))

    assert first.status_code == second.status_code == 303
    assert len(stored(world)) == before + 1
    assert "1 record came in so far." in world.browsers["dora"].get(f"{DESIGN}/public").text


def test_no_more_come_in_than_were_asked_for_however_many_come_at_once(world: World, address: str) -> None:
    settings(world, most="3")
    before = len(stored(world))
    pages = []
    for _each in range(8):
        browser = guest(world)
        with time_machine.travel(datetime.now(UTC) - LATER):
            pages.append((browser, hidden(browser.get(address).text)))

    def post(each: tuple[FlaskClient, dict[str, str]]) -> TestResponse:
        return each[0].post(address, data={**each[1], "name": "Quick"})

    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(post, pages))

    assert len(stored(world)) == before + 3
    assert sorted(each.status_code for each in answers) == [303] * 3 + [409] * 5
    refused = next(each for each in answers if each.status_code == 409)
    assert "What you typed was not sent." in refused.text and 'value="Quick"' in refused.text
    assert "As many as could be taken in have come in." in guest(world).get(address).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"opens_at": "2199-01-02T08:00"}, "It opens on"),
        ({"closes_at": "2020-01-02T08:00"}, "It was open until"),
        ({"closes_at": "2020-01-02T08:00", "closed_en": "Ask Ms Wang."}, "Ask Ms Wang."),
    ],
)
def test_outside_its_time_it_says_when_and_whom_to_ask(
    world: World, address: str, typed: dict[str, str], said: str
) -> None:
    assert settings(world, **typed).status_code == 303

    assert said in guest(world).get(address, headers={"Accept-Language": "en"}).text


def test_closing_keeps_what_somebody_is_typing_and_a_new_address_ends_the_old_one(
    world: World, address: str
) -> None:
    browser = guest(world)
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)
    world.browsers["dora"].post(f"{DESIGN}/public/close")

    late = browser.post(address, data={**fields, "name": "Late"})
    world.browsers["dora"].post(f"{DESIGN}/public/move")

    assert late.status_code == 409 and 'value="Late"' in late.text
    assert guest(world).get(address).status_code == 404
    assert guest(world).get(opened(world)).status_code == 200


def test_after_its_time_nothing_comes_in_whatever_the_button_is_called(world: World, address: str) -> None:
    browser, before = guest(world), len(stored(world))
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)
    settings(world, closes_at="2020-01-02T08:00")

    late = [browser.post(address, data={**fields, "name": "L", "_do": deed}) for deed in ("save", "save:x")]

    assert [each.status_code for each in late] == [409, 409]
    assert len(stored(world)) == before


def test_without_the_password_nothing_is_shown_or_taken(world: World, address: str) -> None:
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(guest(world).get(address).text)
    settings(world, password="open sesame")
    browser, before = guest(world), len(stored(world))

    asked = browser.get(address)
    wrong = browser.post(address, data={"password": "sesame"})
    forced = browser.post(address, data={**fields, "name": "Forced"})
    evaluated = browser.post(f"{address}/eval", data={"name": "x"})

    assert "Your name" not in asked.text + wrong.text + forced.text
    assert (wrong.status_code, evaluated.status_code) == (422, 404)
    assert len(stored(world)) == before


def test_whoever_knows_the_password_fills_it_in_until_it_is_changed(world: World, address: str) -> None:
    settings(world, password="open sesame")
    browser = guest(world)
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.post(address, data={"password": "open sesame"}).text)

    first = browser.post(address, data={**fields, "name": "Ali"})
    settings(world, password="another one")
    second = browser.post(address, data={**fields, "_once": "another", "name": "Ali"})

    assert first.status_code == 303
    assert "Password of this form" in second.text


def test_what_the_address_says_stands_there_once_the_password_is_given(world: World, address: str) -> None:
    settings(world, password="open sesame")
    browser = guest(world)

    asked = browser.get(f"{address}?f.name=Poster&slug=x&_external=1")
    (action,) = re.findall(r'<form class="card" method="post" action="([^"]+)"', asked.text)
    drawn = browser.post(html.unescape(action), data={"password": "open sesame"})

    assert 'value="Poster"' in drawn.text


def test_what_was_taken_in_is_not_called_refused_when_its_answer_was_lost(world: World, address: str) -> None:
    settings(world, most="1", once="y")
    browser = guest(world)
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)

    first, second = (browser.post(address, data={**fields, "name": "Last"}) for _time in range(2))

    assert first.status_code == second.status_code == 303
    assert "Last" in browser.get(second.location).text


def test_before_it_opens_nobody_reads_its_questions(world: World, address: str) -> None:
    settings(world, opens_at="2199-01-02T08:00")
    browser = guest(world)

    drawn = browser.post(address, data={"_do": "x"})
    evaluated = browser.post(f"{address}/eval", data={"name": "x"})

    assert "Not open yet" in drawn.text and "Your name" not in drawn.text
    assert evaluated.status_code == 404


def test_whoever_is_asked_for_the_password_anew_keeps_what_he_typed(world: World, address: str) -> None:
    browser = guest(world)
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)
    settings(world, password="open sesame")

    asked = browser.post(address, data={**fields, "name": "Typed"})
    carried = dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)">', asked.text))
    drawn = browser.post(address, data={**carried, "password": "open sesame"})

    assert "This is not the password" not in asked.text
    assert drawn.status_code == 200 and 'value="Typed"' in drawn.text


def test_whoever_reads_the_page_of_the_password_in_another_language_keeps_what_he_typed(
    world: World, address: str
) -> None:
    settings(world, password="x")
    browser = world.app.test_client(use_cookies=False)
    asked = browser.post(f"{address}?f.seats=2", data={"_once": "k", "_do": "save", "name": "Ann"}).text

    chinese = browser.post(address, data={**carried(asked), "_do": "language:zh"})
    wrong = browser.post(address, data={**carried(chinese.text), "password": "y"})
    filled = browser.post(address, data={**carried(wrong.text), "password": "x"})

    language = asked[asked.index('<form id="language"') : asked.index("</form>")]  # Enter does not press it
    assert 'name="_do" value="language:zh"' in language and "password" not in language
    assert carried(language) == carried(asked)
    assert [each.status_code for each in (chinese, wrong, filled)] == [422, 422, 200]
    assert all('<html lang="zh-CN"' in each.text for each in (chinese, wrong, filled))
    assert ["password-error" in each.text for each in (chinese, wrong)] == [False, True]
    assert 'value="Ann"' in filled.text and carried(filled.text)["_lang"] == "zh"


def carried(page: str) -> dict[str, str]:
    """What the page of the password sends along."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(text) for name, text in found if name not in ("next", "locale")}


def test_a_page_of_too_many_rows_is_not_even_read(world: World, address: str) -> None:
    answer = guest(world).post(address, data={"guests": [f"n{number}" for number in range(1, 400)]})

    assert answer.status_code == 413


def test_once_per_person_a_browser_is_not_asked_again(world: World, address: str) -> None:
    settings(world, once="y")
    browser = guest(world)

    first = send(browser, address, name="Once")

    assert first.status_code == 303
    assert "It can be sent once by each person." in browser.get(address).text
    assert guest(world).get(address).status_code == 200


def test_once_per_person_two_pages_of_a_browser_sent_at_once_are_one_record(
    world: World, address: str
) -> None:
    settings(world, once="y")
    before, browser = len(stored(world)), guest(world)
    with time_machine.travel(datetime.now(UTC) - LATER):
        pages = [hidden(browser.get(address).text) for _page in range(4)]
    cookie = {"Cookie": f"sent-{open_form(world)}={cookie_of(browser)}"}

    def post(fields: dict[str, str]) -> TestResponse:
        tab = world.app.test_client(use_cookies=False)
        return tab.post(
            address, data={**fields, "name": "Tab"}, headers=cookie, environ_base=browser.environ_base
        )

    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(post, pages))

    assert sorted(each.status_code for each in answers) == [303, 409, 409, 409]
    assert len(stored(world)) == before + 1
    refused = next(each for each in answers if each.status_code == 409)
    assert "You have sent this form before." in refused.text and 'value="Tab"' in refused.text
    assert send(guest(world), address, name="Other").status_code == 303


def open_form(world: World) -> int:
    with world.app.app_context():
        return db.session.scalars(select(PublicForm.form_id)).one()


def cookie_of(browser: FlaskClient) -> str:
    (found,) = (each.value for each in browser._cookies.values() if each.key.startswith("sent-"))
    return str(found)


@pytest.mark.parametrize(
    "typed", [{"website": "https://spam.example"}, {"_opened": "forged"}, {"_opened": ""}]
)
def test_what_a_machine_filled_in_is_not_stored(world: World, address: str, typed: dict[str, str]) -> None:
    before = len(stored(world))

    answer = send(guest(world), address, **{"name": "Bot", **typed})

    assert answer.status_code == 422 and 'value="Bot"' in answer.text
    assert len(stored(world)) == before


def test_a_mistake_is_told_before_anything_else(world: World, address: str) -> None:
    answer = guest(world).post(address, data={"_once": "x", "name": ""})

    assert answer.status_code == 422 and "Fill in Your name." in answer.text


def test_nobody_fills_it_in_within_a_moment(world: World, address: str) -> None:
    browser = guest(world)
    with time_machine.travel(datetime.now(UTC), tick=False):
        fields = hidden(browser.get(address).text)
        answer = browser.post(address, data={**fields, "name": "Bot"})

    assert answer.status_code == 422


@pytest.mark.parametrize("days", [1, -1])
def test_who_opened_it_while_the_clock_was_wrong_by_a_day_is_no_machine(
    world: World, address: str, days: int
) -> None:
    browser = guest(world)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        page = browser.get(address).text

    browser.post(address, data={**hidden(page), "name": f"Clock {days}"})

    assert stored(world)[-1]["name"] == f"Clock {days}"


def test_from_one_address_only_so_many_are_taken(world: World, address: str) -> None:
    browser, before = guest(world), len(stored(world))
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)

    answers = [
        browser.post(address, data={**fields, "_once": f"o{number}", "name": "Flood"}) for number in range(12)
    ]

    assert [each.status_code for each in answers] == [303] * 8 + [429] * 4
    assert 'value="Flood"' in answers[-1].text
    # what was taken in is not called too much when its answer was lost
    again = browser.post(address, data={**fields, "_once": "o7", "name": "Flood"})
    assert again.status_code == 303
    assert len(stored(world)) == before + 8


def test_what_is_too_much_to_look_at_is_kept_for_another_try(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PUBLIC_LOOKS", "1 per 10 minutes")
    browser, before = guest(world), len(stored(world))
    page = {**hidden(browser.get(f"{address}?lang=zh").text), "name": "王芳 ", "_do": "look"}
    browser.post(address, data=page)

    refused = browser.post(address, data=page, headers={"Origin": "http://localhost"})

    assert refused.status_code == 429 and len(stored(world)) == before
    assert '<html lang="zh-CN"' in refused.text and "十分钟" in refused.text
    assert re.search(r'<textarea name="name" hidden[^>]*>\n王芳 </textarea>', refused.text)
    assert f'action="{address}"' in refused.text


def test_beyond_that_a_browser_works_for_each_record_of_its_own(world: World, address: str) -> None:
    browser, before = guest(world), len(stored(world))
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)

    def post(once: str, **worked: str) -> TestResponse:
        return browser.post(address, data={**fields, "_once": once, "name": "Crowd", **worked})

    page = [post(f"w{number}") for number in range(9)][-1]
    (challenge,) = re.findall(r'data-puzzle="(\w{32})" data-bits="18"', page.text)
    number = next(n for n in count() if sha256(f"{challenge}{n}".encode()).digest() < b"\0\0\x40")

    wrong, other, worked, again = (
        post("w8", _worked="many"),
        post("other", _worked=str(number)),
        post("w8", _worked=str(number)),
        post("w8", _worked=str(number)),
    )

    assert (
        page.status_code == 429 and "/work.js" in page.text.replace("+", "/") and 'value="Crowd"' in page.text
    )
    assert [each.status_code for each in (wrong, other, worked, again)] == [429, 429, 303, 303]
    assert "data-puzzle" not in wrong.text
    assert len(stored(world)) == before + 9


def test_who_names_other_addresses_himself_is_counted_as_the_one_he_is(world: World, address: str) -> None:
    browser, before = guest(world), len(stored(world))
    with time_machine.travel(datetime.now(UTC) - LATER):
        fields = hidden(browser.get(address).text)

    answers = [
        browser.post(
            address,
            data={**fields, "_once": f"f{number}", "name": "Flood"},
            headers={"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"},
        )
        for number in range(10)
    ]

    assert [each.status_code for each in answers] == [303] * 8 + [429] * 2
    assert len(stored(world)) == before + 8


def test_a_password_is_tried_only_so_often_and_the_right_one_waits_too(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(world, password="open sesame")
    monkeypatch.setattr(limits, "PUBLIC_TRIES", "3 per 15 minutes")
    browser = guest(world)

    tries = [browser.post(address, data={"password": typed}) for typed in ("a", "b", "c", "open sesame")]

    assert [each.status_code for each in tries] == [422, 422, 422, 429]
    assert "Too many tries." in tries[-1].text and "Your name" not in tries[-1].text
    assert "Your name" in guest(world).post(address, data={"password": "open sesame"}).text


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::7", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::8", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", "127.0.0.1"),
    ],
)
def test_all_addresses_that_one_person_has_count_as_one(address: str, counted: str) -> None:
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.sender() == counted


@pytest.mark.parametrize(("proxies", "counted"), [(0, "127.0.0.1"), (1, "192.0.2.7"), (2, "203.0.113.9")])
def test_an_address_is_believed_of_as_many_proxies_as_there_are(proxies: int, counted: str) -> None:
    app = Flask(__name__)
    limits.believe(app, proxies)
    app.add_url_rule("/", view_func=limits.sender)

    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 192.0.2.7"}

    assert app.test_client().get("/", headers=forged).text == counted


def test_the_address_may_fill_in_what_a_guest_may(world: World, address: str) -> None:
    page = guest(world).get(f"{address}?f.name=Poster&f.secret={CANARY}&f.seats=many&f.nothing=1").text

    assert 'value="Poster"' in page
    assert f'value="{CANARY}"' not in page and 'value="many"' not in page and "aria-invalid" not in page


def test_a_signed_in_person_is_a_guest_here(world: World, address: str) -> None:
    page = world.browsers["anna"].get(address).text

    assert 'name="secret"' not in page and 'name="boss"' not in page


def test_a_guest_gets_at_no_other_page_and_no_record(world: World, address: str) -> None:
    browser = guest(world)
    where = send(browser, address, name="Ann").location
    record = stored(world)[-1]["id"]

    assert browser.get(f"/apps/{APP}/forms/survey/{record}/").status_code == 303
    assert browser.get(f"/apps/{APP}/forms/survey/options/customer?q=").status_code == 303
    assert "What you sent" not in browser.get(f"{where}x").text
    with world.app.app_context():
        told = db.session.scalar(
            select(func.count()).select_from(Event).where(Event.origin == "public", Event.user_id.isnot(None))
        )
    assert told == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"opens_at": "tomorrow"}, "Enter a date and a time"),
        ({"opens_at": "0001-01-01T00:00"}, "Enter a date and a time"),
        ({"opens_at": "2026-12-24T18:00", "closes_at": "2026-12-24T17:00"}, "It must close after it opens."),
        ({"most": "-1"}, "Enter a whole number from 1 on"),
        ({"most": "99999999999999999999"}, "Enter a whole number from 1 on"),
        ({"thanks_en": "x" * 1_001}, "Use at most 1000 characters."),
        ({"closed_zh": "a\x00b"}, "cannot be stored"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_in_place(
    world: World, address: str, typed: dict[str, str], said: str
) -> None:
    answer = settings(world, **{"most": "7", **typed})

    assert answer.status_code == 422
    assert said in answer.text
    assert "Any" not in answer.text and guest(world).get(address).status_code == 200
    for text in typed.values():
        assert len(text) > 1_000 or "\x00" in text or text in answer.text


def test_settings_are_there_again_in_the_zone_of_the_app(world: World, address: str) -> None:
    settings(world, opens_at="2020-01-02T08:00", most="12", once="y", thanks_zh="谢谢你")

    page = world.browsers["dora"].get(f"{DESIGN}/public").text

    assert 'value="2020-01-02T08:00"' in page and 'value="12"' in page and "谢谢你" in page
    with world.app.app_context():
        public = db.session.scalars(select(PublicForm)).one()
        assert public.opens_at == datetime(2020, 1, 2, 0, 0, tzinfo=UTC)


def test_the_settings_page_names_what_is_not_asked(world: World, address: str) -> None:
    page = world.browsers["dora"].get(f"{DESIGN}/public").text

    assert "Customer · Boss · Photo · Signed · Papers · Hush · Secret" in page


def test_its_scripts_stay_within_the_budget(world: World, address: str) -> None:
    settings(world, takes_files="y")
    names = re.findall(r'<script src="/static/([^"?]+)', guest(world).get(address).text)
    files = [Path(config.ROOT, "static", part) for name in names for part in name.split("+")]

    assert files and sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) <= 30_000


def test_without_a_connection_what_a_guest_typed_stays_on_the_page_and_not_in_the_browser(
    world: World, address: str
) -> None:
    page = guest(world).get(address).text
    assert "No connection. What you typed stays on this page." in page
    assert "data-edits" not in page and "edits.js" not in page


def test_only_designers_open_a_form(world: World) -> None:
    for who in ("stan", "bob", "mia"):
        assert world.browsers[who].post(f"{DESIGN}/public/open").status_code == 404
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PublicForm)) == 0


def test_once_per_person_who_sent_before_browsers_had_names_is_not_asked_again(
    world: World, address: str
) -> None:
    settings(world, once="y")
    browser = guest(world)
    browser.set_cookie(f"sent-{open_form(world)}", "1")

    for _visit in range(2):
        assert "It can be sent once by each person." in browser.get(address).text
