"""What a guest reads back of what he sent, once the form has changed."""

from collections.abc import Iterator

import pytest

from runtime import paper
from tests.builder.factory import field, save_and_publish
from tests.public.survey import SURVEY, guest, send
from tests.support.world import World

YOU, VISIT = SURVEY["fw"]["layout"]
CHANGED = {
    **SURVEY,
    "properties": {
        **{key: one for key, one in SURVEY["properties"].items() if key not in ("seats", "price")},
        "name": field("text", title="Maiden name"),
        "mail": field("email", title="E-mail", access={"r": "hidden"}),
    },
    "fw": {
        **SURVEY["fw"],
        "layout": [
            YOU,
            {**VISIT, "rows": [row for row in VISIT["rows"] if row not in (["seats"], ["price"])]},
        ],
    },
}


@pytest.fixture
def survey(world: World) -> Iterator[None]:
    """Puts the survey back as it was, for the other tests share it."""
    yield
    with world.app.app_context():
        save_and_publish("form", "survey", SURVEY)


@pytest.mark.usefixtures("survey")
def test_answers_stand_under_the_questions_that_were_asked_without_what_is_hidden_by_now(
    world: World, address: str
) -> None:
    browser = guest(world)
    where = send(browser, address, name="Ann", seats="37", mail="ann@example.com").location
    before = browser.get(where).text

    with world.app.app_context():
        save_and_publish("form", "survey", CHANGED)
    after = browser.get(where).text

    assert "Your name" in after and "Maiden name" not in after
    assert "Seats" in after and ">37<" in after and ">370<" in after
    assert "ann@example.com" in before and "ann@example.com" not in after and "E-mail" not in after


def test_what_would_keep_the_server_busy_for_long_is_no_pdf(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "is_available", lambda: True)
    browser = guest(world)
    rows = {f"guests.n{number}.who": "王" * 499 for number in range(1, 101)}
    long = send(browser, address, name="Ann", guests=[f"n{each}" for each in range(1, 101)], **rows).location
    short = send(browser, address, name="Ann").location

    pages = [browser.get(each).text for each in (long, short)]

    assert pages[0].count("王" * 499) == 100
    assert ['id="pdf"' in page for page in pages] == [False, True]
    assert browser.get(f"{long}/answers.pdf").status_code == 404
