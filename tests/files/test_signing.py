"""Signatures: a typed name is a picture of it, a new one takes the place of the old."""

import xml.etree.ElementTree as ET
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from runtime.files import signing
from tests.files.desk import PAGES, kept, picture, row, sent
from tests.files.test_without_script import boxes, chosen
from tests.support.world import World

NASTY = "<script>alert(1)</script>&\"'王芳"


def post(world: World, path: str, **typed: object) -> TestResponse:
    """Send the form as Bob, without JavaScript."""
    data = {"_once": uuid4().hex, "name": "A case", **typed}
    return world.browsers["bob"].post(f"{PAGES}/{path}", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("name", ["王芳", "Alice Smith", NASTY])
def test_a_typed_name_is_kept_as_a_picture_that_every_browser_can_draw(world: World, name: str) -> None:
    made = post(world, "new", **{"_typed.signed": f"  {name} "})

    assert made.status_code == 303, made.text
    page = world.browsers["bob"].get(made.location).text
    assert "<script>alert" not in page
    key = page.split("/files/signed/")[1][:32]
    answer = world.browsers["bob"].get(f"{made.location}files/signed/{key}", buffered=True)
    assert (answer.mimetype, answer.headers["Content-Security-Policy"].split(";")[0]) == (
        "image/svg+xml",
        "default-src 'none'",
    )
    assert "".join(ET.fromstring(answer.data).itertext()).strip() == name


def test_a_new_signature_takes_the_place_of_the_old_one(world: World) -> None:
    made = post(world, "new", **{"_typed.signed": "Alice"})
    edit = made.location.removeprefix(PAGES).strip("/") + "/edit"
    (old,) = boxes(world.browsers["bob"].get(f"{PAGES}/{edit}").text, "signed")

    done = post(world, edit, signed=["", old], _rev="1", **{"_file.signed": chosen("b.png", picture())})

    assert done.status_code == 303
    (new,) = boxes(world.browsers["bob"].get(f"{PAGES}/{edit}").text, "signed")
    assert new != old
    found = row(world, old)
    assert found is not None and found.expires_at is not None


def test_a_name_that_is_too_long_is_told_and_nothing_is_kept(world: World) -> None:
    before = kept(world)

    answer = post(world, "new", **{"_typed.signed": "x" * 61})

    assert answer.status_code == 422 and kept(world) == before
    assert "Enter the name for Signed with at most 60 letters." in answer.text


def test_looking_at_the_form_keeps_no_signature(world: World) -> None:
    before = kept(world)

    answer = world.browsers["bob"].post(f"{PAGES}/eval", data={"name": "A", "_typed.signed": "Alice"})

    assert answer.status_code == 200 and kept(world) == before


def test_what_calls_itself_a_signature_is_a_picture(world: World) -> None:
    key = sent(world, "bob", "signed", "s.png", picture())

    answer = world.browsers["bob"].get(f"{PAGES}/uploads/signed/{key}", buffered=True)

    assert answer.mimetype == "image/png" and answer.data.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["A", "王" * 60, "x" * 60])
def test_a_name_of_any_length_fits_its_picture(name: str) -> None:
    root = ET.fromstring(signing.drawn(name))

    text = next(each for each in root.iter() if each.tag.endswith("text"))
    wide = sum(1 if ord(char) > 0x2E7F else 0.55 for char in name)
    assert wide * int(text.attrib["font-size"]) <= 456
