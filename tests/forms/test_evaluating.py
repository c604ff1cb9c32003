"""What /eval says while a form is filled: rules, fills, errors at the right moment. It never writes."""

import gc
import tracemalloc
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.records import tables
from tests.forms.followup import FOLLOWUP, Browser, errors, make, read_controls, sign_in
from tests.records import factory
from tests.records.factory import field, form_document

Followup = Callable[[str], Form]


@pytest.fixture
def acme(seller: User) -> int:
    return make("customer", {"name": "Acme", "phone": "13800138000", "grade": "A"})


class Typing:
    """A person who fills the form of a new follow-up in a browser with JavaScript."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        browser.open(f"{FOLLOWUP}/visit/new")
        self.held = browser.fields()
        self.body = ""

    def change(self, focus: str = "", shown: str = "", **typed: str) -> dict[str, str]:
        """Change values and move on to `focus`; the errors that stand there then."""
        self.held.update(typed)
        extra = {"_focus": focus, "_shown": shown}
        answer = self.browser.client.post(
            f"{FOLLOWUP}/visit/eval", data={**self.held, **extra}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        self.body = answer.text
        self.held.update(read_controls('<form id="rec"' + self.body))
        return errors(self.body)


@pytest.fixture
def typing(browser: Browser) -> Typing:
    return Typing(browser)


def test_evaluating_writes_nothing(typing: Typing, acme: int, followup: Followup) -> None:
    typing.change(customer=str(acme), content="They want ten.", result="interested")
    assert db.session.scalar(select(func.count()).select_from(tables.table(followup("visit")))) == 0


def test_the_answer_is_the_body_alone(typing: Typing) -> None:
    typing.change()
    assert typing.body.lstrip().startswith('<div class="fw-sections" id="rec-body">')
    assert "<noscript>" not in typing.body


def test_turning_on_the_reminder_shows_its_fields_without_errors(typing: Typing) -> None:
    assert typing.change(remind="yes") == {}
    assert 'id="f-next_on"' in typing.body
    assert "(required)" in typing.body[typing.body.index('id="f-next_on"') :]


def test_picking_a_customer_fills_phone_and_grade(typing: Typing, acme: int) -> None:
    typing.change(customer=str(acme))
    assert "138" in typing.held["phone"]
    assert typing.held["grade"] == "A"


def test_another_customer_fills_again_what_nobody_typed(typing: Typing, acme: int) -> None:
    other = make("customer", {"name": "Other", "phone": "13900139000", "grade": "C"})
    typing.change(customer=str(acme))
    typing.change(customer=str(other))
    assert "139" in typing.held["phone"]
    assert typing.held["grade"] == "C"


def test_another_customer_leaves_what_somebody_typed(typing: Typing, acme: int) -> None:
    other = make("customer", {"name": "Other", "phone": "13900139000", "grade": "C"})
    typing.change(customer=str(acme))
    typing.change(phone="13700137000")
    typing.change(customer=str(other))
    assert "137" in typing.held["phone"]
    assert typing.held["grade"] == "C"


def test_a_filled_field_that_somebody_empties_stays_empty(typing: Typing, acme: int) -> None:
    typing.change(customer=str(acme))
    typing.change(phone="")
    typing.change(content="They want ten.")
    assert typing.held["phone"] == ""


def test_another_customer_fills_again_what_somebody_emptied(typing: Typing, acme: int) -> None:
    other = make("customer", {"name": "Other", "phone": "13900139000", "grade": "C"})
    typing.change(customer=str(acme))
    typing.change(phone="")
    typing.change(customer=str(other))
    assert "139" in typing.held["phone"]


def test_an_empty_required_field_that_was_left_has_no_error(typing: Typing) -> None:
    assert typing.change(content="", focus="result") == {}


def test_a_wrong_value_that_was_left_has_an_error(typing: Typing) -> None:
    assert set(typing.change(phone="12", focus="content")) == {"phone"}


def test_the_field_in_which_somebody_types_has_no_new_error(typing: Typing) -> None:
    assert typing.change(phone="12", focus="phone") == {}


def test_an_error_that_stands_there_stays_while_it_is_typed_on_and_goes_when_right(typing: Typing) -> None:
    assert set(typing.change(phone="12", focus="phone", shown="phone")) == {"phone"}
    assert typing.change(phone="13800138000", focus="phone", shown="phone") == {}


def test_a_required_error_from_sending_stays_until_it_is_filled(typing: Typing) -> None:
    assert set(typing.change(shown="content")) == {"content"}
    assert typing.change(content="They want ten.", shown="content") == {}


def test_the_wrong_text_stays_as_it_was_typed(typing: Typing) -> None:
    typing.change(phone=" 12 x")
    assert typing.held["phone"] == " 12 x"


def test_an_opportunity_of_another_customer_is_flagged(typing: Typing, acme: int) -> None:
    other = make("customer", {"name": "Other"})
    deal = make("opportunity", {"name": "Ten pumps", "customer": acme, "stage": "need"})
    assert typing.change(customer=str(acme), deal=str(deal)) == {}
    assert set(typing.change(customer=str(other))) == {"deal"}


def test_a_check_speaks_at_its_field(typing: Typing) -> None:
    found = typing.change(remind="yes", next_on="2020-01-01")
    assert set(found) == {"next_on"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("phone", "\x00"),
        ("customer", "1 OR 1=1"),
        ("customer", "9223372036854775808"),
        ("visited_on", "2026-02-30"),
        ("visited_on", "10000-01-01"),
        ("content", "a\x00b"),
        ("result", "unheard of"),
        ("remind", "maybe"),
        ("owner", "-1"),
        ("content", "x" * 100_001),
    ],
)
def test_a_bad_value_is_an_error_at_its_field(typing: Typing, key: str, value: str) -> None:
    assert key in typing.change(**{key: value})


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "\u202eabc"]
)
def test_markup_stays_text(typing: Typing, text: str) -> None:
    typing.change(content=text)
    assert typing.held["content"] == text
    assert "<script>alert" not in typing.body
    assert "<img" not in typing.body


def test_long_texts_that_were_typed_once_are_not_kept_in_memory(typing: Typing, acme: int) -> None:
    typing.change(customer=str(acme), content="x" * 100_000)
    tracemalloc.start()
    for number in range(5):
        typing.change(content=f"{number}" * 100_000)
    gc.collect()
    kept, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 500_000  # bytes, of half a million characters


def test_each_of_many_options_that_was_chosen_once_keeps_no_list_of_all_in_memory(
    client: FlaskClient, bob: User
) -> None:
    options = [f"option-{number}" for number in range(400)]
    factory.shop(form_document("thing", {"kind": field("choice", {"enum": options})}))
    factory.give_role(bob)
    client.application.config["WTF_CSRF_ENABLED"] = False
    person = sign_in(client, bob)

    def choose(option: str) -> None:
        answer = person.post(
            "/apps/shop/forms/thing/eval", data={"kind": option}, headers={"HX-Request": "true"}
        )
        assert f'value="{option}" selected' in answer.text

    choose("option-0")
    gc.collect()
    tracemalloc.start()
    for option in options[1:11]:
        choose(option)
    gc.collect()
    kept, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 400_000  # bytes: ten lists of 400 take half a million more
