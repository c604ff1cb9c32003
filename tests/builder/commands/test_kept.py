"""What an answer leaves away is on the page already: both together are the page as it would be drawn anew."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from builder import canvas, drafts, kept
from builder.commands import Target
from builder.workspaces import draft_of
from runtime.db import transaction
from tests.builder.commands.gestures import gesture
from tests.builder.factory import field, form
from tests.support.pages import token_of
from tests.support.world import World, world_on

APP, FORM = Target("app", "followup"), Target("form", "visit")
PATH = "/apps/followup/forms/visit/design/"
HTMX = {"HX-Request": "true"}
FIELDS = {
    "name": field("text", title={"en": "Name", "zh": "姓名"}),
    "grade": field("choice", {"enum": ["a"]}, title="Grade"),
    "net": field("number", title="Net"),
    "total": field("formula", formula="net * 2", title="Total"),
}
DRAFT = form(
    "visit", FIELDS, ("name",), layout=[{"rows": [["name", "grade"]]}, {"rows": [["net"], ["total"]]}]
)
START = {**DRAFT, "$id": "urn:formwright:followup:visit"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
KEPT = re.compile(r'<div id="((?:cell|kept)-[^"]+)" data-kept></div>')


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("kept")) as opened:
        yield opened


class Open:
    """A page of the designer that somebody has open, as htmx keeps it up to date."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        page = client.get(f"{PATH}fields").text
        self._token = token_of(page)
        self.canvas, self.query = canvas_of(page), ""
        self.revision = revision_of(page)

    def look(self, **query: str) -> None:
        """Ask for another state of the page."""
        self._take(self._client.get(f"{PATH}fields", query_string=query, headers=self._headers()))
        self.query = f"sel={query['sel']}"

    def post(self, what: str, **sent: str) -> None:
        """Do something to the draft."""
        data = {"rev": self.revision, "tab": "fields", "sel": self.query.removeprefix("sel="), **sent}
        answer = self._client.post(
            PATH + what, data={"csrf_token": self._token, **data}, headers=self._headers()
        )
        self._take(answer)
        self.query = answer.headers.get("HX-Replace-Url", f"?{self.query}").partition("?")[2]

    def anew(self) -> str:
        """The canvas as somebody gets it who has none."""
        return canvas_of(self._client.get(f"{PATH}fields?{self.query}", headers=HTMX).text)

    def _headers(self) -> dict[str, str]:
        return {**HTMX, "FW-Drawn": "".join(re.findall(r'data-drawn="([^"]+)"', self.canvas))}

    def _take(self, answer: TestResponse) -> None:
        assert answer.status_code in (200, 409, 422), answer.text
        self.canvas = KEPT.sub(lambda found: block(self.canvas, found[1]), canvas_of(answer.text))
        self.revision = revision_of(answer.text)


def canvas_of(page: str) -> str:
    """The palette, the canvas and the properties."""
    found = re.search(r'<nav id="palette".*</aside>', page, re.S)
    assert found, page
    return re.sub(r'(name="(?:csrf_token|rev)" value=")[^"]*', r"\1", found[0])  # filled anew by the page


def revision_of(page: str) -> str:
    return page.split('data-revision="')[1].split('"')[0]


def block(html: str, name: str) -> str:
    """The element of this id, which is a `div`."""
    begin = html.rindex("<div", 0, html.index(f'id="{name}"'))
    depth = 0
    for tag in re.finditer(r"<div\b|</div>", html[begin:]):
        depth += 1 if tag[0] == "<div" else -1
        if not depth:
            return html[begin : begin + tag.end()]
    raise AssertionError(name)


def reset(world: World) -> None:
    with world.app.app_context(), transaction():
        drafts.save_draft(None, "followup", *FORM, START)
    translate(world, ["en", "zh"])


def document(world: World) -> Any:
    with world.app.app_context():
        return draft_of("followup", FORM).document


def translate(world: World, languages: list[str]) -> None:
    """Somebody changes the languages of the app: fields get or lose the sign that a translation is missing."""
    with world.app.app_context(), transaction():
        drafts.save_draft(
            None, "followup", *APP, {**draft_of("followup", APP).document, "languages": languages}
        )


@settings(
    max_examples=12,
    phases=[Phase.generate],  # every step asks the app: to make a failure smaller takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_an_answer_on_the_page_is_the_page_drawn_anew(world: World, data: Any) -> None:
    reset(world)
    pages = [Open(world.browsers["dora"]), Open(world.browsers["anna"])]
    for _ in range(data.draw(st.integers(3, 5))):
        page = data.draw(st.sampled_from(pages))
        step(world, page, data.draw)
        assert page.canvas == page.anew()


def step(world: World, page: Open, draw: Any) -> None:
    what = draw(st.sampled_from(("do", "do", "look", "undo", "redo", "translate")))
    if what == "do":
        name, arguments = gesture(draw, document(world))
        page.post("commands", do=json.dumps({"name": name, "args": arguments}))
    elif what == "look":
        page.look(sel=f"field/{draw(st.sampled_from([*document(world)['properties'], 'gone']))}")
    elif what == "translate":
        translate(world, draw(st.sampled_from((["en"], ["en", "zh"]))))
        page.look(sel="field/none")
    else:
        page.post(what)


def test_only_what_changed_is_sent(world: World) -> None:
    reset(world)
    page = Open(world.browsers["dora"])
    page.look(sel="field/net")
    sent = world.browsers["dora"].get(f"{PATH}fields?sel=field/name", headers=page._headers()).text
    whole = re.findall(r'<div class="cell [^>]* id="(cell-[^"]+)"', sent)
    assert (whole, KEPT.findall(sent)) == (["cell-name", "cell-net"], ["cell-grade", "cell-total"])


def test_a_move_sends_neither_the_palette_nor_the_properties(world: World) -> None:
    reset(world)
    page = Open(world.browsers["dora"])
    page.look(sel="field/total")

    headers = {**page._headers(), "X-CSRFToken": page._token}
    move = json.dumps({"name": "field.move", "args": {"field": "total", "by": -1}})
    data = {"rev": page.revision, "tab": "fields", "sel": "field/total", "do": move}
    sent = world.browsers["dora"].post(f"{PATH}commands", data=data, headers=headers).text

    assert set(KEPT.findall(sent)) >= {"kept-palette", "kept-properties"}


def test_a_process_that_never_drew_the_form_draws_only_what_is_sent(world: World) -> None:
    reset(world)
    page = Open(world.browsers["dora"])
    page.look(sel="field/net")
    for known in (canvas.drawn, kept._html):
        known.cache_clear()

    page.look(sel="field/name")

    assert canvas.drawn.cache_info().currsize == 2  # the one that is selected now, and the one that was
