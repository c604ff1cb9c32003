"""Files in a form that a browser without JavaScript sends."""

import io
import re
from typing import Any
from uuid import uuid4

from werkzeug.test import TestResponse

from tests.files.desk import PAGES, PDF, kept, picture
from tests.support.world import World


def post(world: World, path: str, **typed: Any) -> TestResponse:
    """Send the form as Bob."""
    return world.browsers["bob"].post(
        f"{PAGES}/{path}",
        data={"_once": uuid4().hex, **typed},
        content_type="multipart/form-data",
    )


def chosen(name: str, content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def boxes(page: str, field: str) -> list[str]:
    """The files that a page would send again."""
    return re.findall(rf'name="{field}" id="[^"]*-box" value="([0-9a-f]{{32}})" checked', page)


def test_files_are_sent_with_the_form_and_saved_with_the_record(world: World) -> None:
    answer = post(
        world,
        "new",
        **{"name": "A case", "papers": "", "_file.papers": [chosen("合同.pdf"), chosen("b.pdf")]},
        **{"_file.photos": chosen("a.png", picture())},
    )

    assert answer.status_code == 303, answer.text
    page = world.browsers["bob"].get(answer.location).text
    assert "合同.pdf" in page and "b.pdf" in page and "?small=1" in page


def test_what_came_survives_a_form_that_comes_back_with_errors(world: World) -> None:
    # when the name is missing and one file is not what it says
    first = post(world, "new", name="", **{"_file.papers": [chosen("合同.pdf"), chosen("b.png")]})

    # then the good file is listed, and the page says what is wrong
    assert first.status_code == 422
    assert "Fill in Name." in first.text and "“b.png” is not what its name says it is." in first.text
    keys = boxes(first.text, "papers")
    assert len(keys) == 1 and "合同.pdf" in first.text

    # when it is mended
    second = post(world, "new", name="A case", papers=["", *keys])
    assert second.status_code == 303
    assert "合同.pdf" in world.browsers["bob"].get(second.location).text


def test_a_file_is_taken_away_by_its_box(world: World) -> None:
    made = post(world, "new", name="A case", **{"_file.papers": [chosen("a.pdf"), chosen("b.pdf")]})
    edit = made.location.removeprefix(PAGES).strip("/") + "/edit"
    page = world.browsers["bob"].get(f"{PAGES}/{edit}").text
    assert 'enctype="multipart/form-data"' in page
    first, second = boxes(page, "papers")

    done = post(world, edit, name="A case", papers=["", second], _rev="1")

    assert done.status_code == 303
    shown = world.browsers["bob"].get(done.location).text
    assert f"/{second}" in shown and f"/{first}" not in shown


def test_a_field_that_is_full_takes_no_more(world: World) -> None:
    before = len(kept(world))
    several = [chosen(f"{number}.pdf") for number in range(5)]

    answer = post(world, "new", name="A case", **{"_file.papers": several})

    assert answer.status_code == 422 and "Choose at most 3 for Papers." in answer.text
    assert len(boxes(answer.text, "papers")) == 3 and len(kept(world)) == before + 3


def test_who_may_not_write_a_field_sends_nothing_into_it(world: World) -> None:
    before = kept(world)

    answer = world.browsers["mia"].post(
        f"{PAGES}/new",
        data={
            "_once": "mia's",
            "name": "A case",
            "_file.secret": chosen("a.pdf"),
            "_file.nothing": chosen("b.pdf"),
        },
        content_type="multipart/form-data",
    )

    assert answer.status_code == 303 and kept(world) == before


def test_who_may_only_read_leaves_no_files_behind(world: World) -> None:
    before = kept(world)

    answer = world.browsers["rita"].post(
        f"{PAGES}/999999/edit",
        data={"_once": "rita's", "name": "A case", "_file.papers": chosen("a.pdf")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 404 and kept(world) == before


def test_a_form_with_files_that_is_sent_twice_is_saved_once(world: World) -> None:
    def twice() -> TestResponse:
        return post(
            world,
            "new",
            _once="a lost answer",
            name="A case",
            **{"_file.papers": [chosen("a.pdf"), chosen("b.pdf")], "_typed.signed": "Alice"},
            **{"_file.photos": chosen("a.png", picture())},
        )

    first, before = twice(), kept(world)
    again = twice()

    assert (again.status_code, again.location) == (303, first.location)
    assert kept(world) == before
    page = world.browsers["bob"].get(first.location).text
    assert "a.pdf" in page and "b.pdf" in page


def test_strangers_cannot_send_large_bodies(world: World) -> None:
    body = b"--x\r\n" + b"x" * 17 * 1024 * 1024

    answer = world.anonymous().post(f"{PAGES}/new", data=body, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 413
