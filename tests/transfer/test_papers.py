"""Records as PDFs: who gets one, what is in it, that the same state is printed once, and that nothing is fetched."""

import re
import subprocess
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select

from runtime import paper
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.errors import PermanentError
from runtime.transfer import exporting, papers
from runtime.transfer.models import Export
from tests.support.world import World, records, world_on

SEEN = {"If-Match": '"1"'}
FORMS = "/apps/followup/forms"


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("papers"), WTF_CSRF_ENABLED=False) as found:
        yield found


@pytest.fixture
def world(shared: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The company, where nobody has a file yet and a PDF is made, whether or not the library is there."""
    with shared.app.app_context(), transaction() as session:
        for export in session.scalars(select(Export)):
            exporting.drop(export)
    monkeypatch.setattr(paper, "is_available", lambda: True)
    return shared


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were made, as they were given to the library."""
    found: list[str] = []

    def pdf(html: str) -> bytes:
        found.append(html)
        return b"%PDF- a page"

    monkeypatch.setattr(paper, "pdf", pdf)
    return found


@pytest.fixture
def library() -> None:
    """WeasyPrint and the Pango of the system; a machine without them skips what only they can show."""
    try:
        paper.pdf("<p>x")
    except PermanentError as error:
        pytest.skip(f"{error}; see formwright[pdf] in docs/operators")


def ask(world: World, who: str, record: int, form: str = "customer") -> Any:
    return world.browsers[who].post(f"{FORMS}/{form}/{record}/pdf")


def count(world: World) -> int:
    with world.app.app_context():
        return db.session.scalar(select(func.count()).where(Export.state == "done")) or 0


def test_a_record_is_printed_by_the_job_and_sent_at_once_the_next_time(
    world: World, printed: list[str]
) -> None:
    record = world.api("bob").made("customer", name="Acme & Sons", phone="13800138000")

    assert ask(world, "bob", record).location == f"{FORMS}/customer/exports"
    world.work()
    again = ask(world, "bob", record)

    assert re.fullmatch(f"{FORMS}/customer/exports/[0-9a-f]+", again.location)
    with world.browsers["bob"].get(again.location) as answer:
        assert (answer.mimetype, answer.data) == ("application/pdf", b"%PDF- a page")
    assert len(printed) == 1 and "Acme &amp; Sons" in printed[0] and "138 0013 8000" in printed[0]
    assert "href=" not in printed[0] and "src=" not in printed[0]


def test_another_state_or_another_language_is_printed_anew(world: World, printed: list[str]) -> None:
    bob = world.api("bob")
    record = bob.made("customer", name="Ohm")
    for change in ("", "revision", "language"):
        if change == "revision":
            answer = bob(
                "PATCH", records("customer", record), json={"values": {"address": "1 Road"}}, headers=SEEN
            )
            assert answer.status_code == 200, answer.text
        if change == "language":
            with world.app.app_context(), transaction() as session:
                session.get_one(User, world.ids["bob"]).locale = "zh"
        ask(world, "bob", record)
        world.work()
    with world.app.app_context(), transaction() as session:
        session.get_one(User, world.ids["bob"]).locale = "en"

    assert [re.findall(r'lang="(\w+)"', page)[0] for page in printed] == ["en", "en", "zh"]


def test_nobody_gets_a_pdf_of_a_record_that_he_may_not_read(world: World, printed: list[str]) -> None:
    record = world.api("bob").made("customer", name="Zwitscherkanarie")

    assert ask(world, "eve", record).status_code == 404
    ask(world, "bob", record)
    world.work()
    address = ask(world, "bob", record).location
    with world.browsers["eve"].get(address) as answer:
        assert answer.status_code == 404

    # nor once he may no longer read it
    with world.app.app_context(), transaction():
        export = db.session.scalars(select(Export).where(Export.kind == papers.KIND)).one()
        export.look = {**export.look, "record": 999_999}
    with world.browsers["bob"].get(address) as answer:
        assert answer.status_code == 403


def test_a_pdf_is_not_given_any_more_once_it_shows_more_than_the_person_may_see(
    world: World, printed: list[str]
) -> None:
    customer = world.api("mia").made("customer", name="Nachtigall")
    record = world.api("bob").made("opportunity", name="Deal", customer=customer, stage="need")
    ask(world, "bob", record, "opportunity")
    world.work()
    address = ask(world, "bob", record, "opportunity").location
    assert "Nachtigall" in printed[0]
    with world.browsers["bob"].get(address) as answer:
        assert answer.status_code == 200

    # when: the customer goes to another department, and the opportunity stays as it is
    moved = world.api("anna")(
        "PATCH",
        records("customer", customer),
        json={"values": {"owner": world.ids["eve"]}},
        headers={"If-Match": '"1"'},
    )

    assert moved.status_code == 200, moved.text
    with world.browsers["bob"].get(address) as answer:
        assert answer.status_code == 403 and "not what this file shows any more" in answer.text
    assert "Deal" not in world.browsers["bob"].get(f"{FORMS}/opportunity/exports").text
    assert ask(world, "bob", record, "opportunity").location == f"{FORMS}/opportunity/exports"
    world.work()
    assert len(printed) == 2 and "Nachtigall" not in printed[1]


def test_the_list_of_files_draws_no_page_anew(
    world: World, printed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = world.api("bob").made("customer", name="Watt")
    ask(world, "bob", record)
    world.work()
    drawn: list[int] = []
    monkeypatch.setattr(papers, "state", lambda _user, _form, record_id: drawn.append(record_id))

    address = f"{FORMS}/customer/exports"
    polled = world.browsers["bob"].get(address, headers={"HX-Request": "true"}).text

    assert re.search(rf'href="{address}/[0-9a-f]+">', polled) and drawn == []


def test_without_the_library_the_page_offers_the_print_of_the_browser(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = world.api("bob").made("customer", name="Volt")
    monkeypatch.setattr(paper, "is_available", lambda: False)

    page = world.browsers["bob"].get(f"{FORMS}/customer/{record}/").text

    assert "data-print" in page and 'id="pdf"' not in page
    assert ask(world, "bob", record).status_code == 404


@pytest.mark.usefixtures("library")
def test_the_library_makes_a_pdf_and_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(
        urllib.request.OpenerDirector, "open", lambda _self, url, *_rest: fetched.append(str(url))
    )
    html = (
        '<!doctype html><link rel="stylesheet" href="http://192.0.2.1/a.css"><img src="http://192.0.2.1/a.png">'
        '<img src="file:///etc/hostname"><style>@import "file:///etc/hostname";</style><p>客户 Acme'
    )

    content = paper.pdf(html)

    assert content.startswith(b"%PDF-") and fetched == []


@pytest.mark.usefixtures("library")
def test_chinese_letters_are_drawn_by_a_font_that_has_them() -> None:
    if not subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout:
        pytest.skip("no Chinese font here; see fonts-noto-cjk in docs/operators")

    content = paper.pdf('<!doctype html><html lang="zh"><p>客户王芳')

    glyphs = dict(re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]{4})>", b"".join(unpacked(content))))
    drawn = {chr(int(letter, 16)) for glyph, letter in glyphs.items() if int(glyph, 16)}  # 0 is the empty box
    assert set("客户王芳") <= drawn


def unpacked(content: bytes) -> Iterator[bytes]:
    """The streams of a PDF that are packed."""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(stream)


@pytest.mark.usefixtures("library")
def test_a_stored_record_becomes_a_pdf(shared: World) -> None:
    record = shared.api("bob").made("customer", name="Northwind 北风贸易")
    ask(shared, "bob", record)
    shared.work()

    with shared.browsers["bob"].get(ask(shared, "bob", record).location) as answer:
        assert answer.data.startswith(b"%PDF-") and len(answer.data) > 2000
