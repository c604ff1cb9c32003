"""What is taken, as what, and what is refused with a word that helps."""

import io
import os
import resource
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, Base
from sqlalchemy import select

from runtime import files
from runtime.db import db
from runtime.files.models import StoredFile
from runtime.files.storage import Folder
from tests.builder.factory import APP
from tests.files.desk import PAGES, PDF, bomb, change, code, filed, kept, picture, row, send, sent
from tests.support.world import World, records

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
POLYGLOT = picture("GIF") + b"/*<script>alert(1)</script>*/=1;alert(1)"


@pytest.mark.parametrize(
    ("field", "name", "content", "why"),
    [
        ("papers", "empty.pdf", b"", "file_empty"),
        ("papers", "page.png", HTML, "file_mismatch"),
        ("papers", "page.pdf", HTML, "file_mismatch"),
        ("papers", "report.docx", PDF, "file_mismatch"),
        ("papers", "notes.txt", PDF, "file_mismatch"),
        ("papers", "notes.txt", b"a\0b", "file_mismatch"),
        ("papers", "drawing.svg", SVG, "file_kind"),
        ("papers", "drawing.png", SVG, "file_mismatch"),
        ("papers", "page.html", HTML, "file_kind"),
        ("papers", "setup.exe", b"MZ\x90\0" + b"\0" * 60, "file_kind"),
        ("papers", "setup.pdf.exe", PDF, "file_kind"),
        ("papers", "noending", PDF, "file_kind"),
        ("papers", "large.pdf", PDF + b"x" * 1024 * 1024, "file_size"),
        ("secret", "page.data", HTML, "file_mismatch"),
        ("secret", "photo.thing", picture(), "file_mismatch"),
        ("photos", "paper.pdf", PDF, "file_kind"),
        ("photos", "bomb.png", bomb(50_000, 50_000), "file_picture"),
        ("photos", "cut.jpg", picture("JPEG", (300, 300))[:400], "file_picture"),
        ("photos", "drawing.jpg", SVG, "file_mismatch"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_file_that_is_not_taken_leaves_nothing(
    world: World, field: str, name: str, content: bytes, why: str
) -> None:
    before = kept(world), world.stored()

    assert code(send(world, "bob", field, name, content)) == why

    assert (kept(world), world.stored()) == before


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("发票 2026年十一月.pdf", "发票 2026年十一月.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\secret\\paper.pdf", "paper.pdf"),
        ("\u202efdp.gpj\x07.pdf", "fdp.gpj.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
        ('"><img src=x onerror=alert(1)>.pdf', '"><img src=x onerror=alert(1)>.pdf'),
    ],
    ids=lambda part: ascii(part)[:20],
)
def test_a_name_is_kept_as_far_as_it_is_harmless(world: World, given: str, shown: str) -> None:
    key = sent(world, "bob", "papers", given, PDF)

    found = row(world, key)
    assert found is not None and found.name == shown
    answer = world.browsers["bob"].get(f"{PAGES}/uploads/papers/{key}", buffered=True)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(("declared", "status"), [(5 * 1024**3, 413), (500_000, 400)])
def test_a_body_that_says_to_be_larger_than_it_is_is_refused_and_leaves_nothing(
    world: World, declared: int, status: int
) -> None:
    before = kept(world), world.stored()
    answer = world.api("bob")(
        "POST",
        f"/apps/{APP}/forms/case/files/papers",
        query_string={"name": "a.pdf"},
        input_stream=io.BytesIO(PDF),
        environ_overrides={"CONTENT_LENGTH": str(declared)},
    )
    assert answer.status_code == status, answer.text
    assert (kept(world), world.stored()) == before


def test_a_photo_is_turned_and_tells_neither_place_nor_camera(world: World) -> None:
    # given a photo that lies on its side and knows where it was taken
    image, exif = Image.new("RGB", (400, 200), (10, 200, 10)), Image.Exif()
    exif[Base.Orientation], exif[Base.Make] = 6, "Kamera"
    exif.get_ifd(0x8825)[GPS.GPSLatitudeRef] = "N"
    content = io.BytesIO()
    image.save(content, "JPEG", exif=exif, comment=b"Kamera")

    # when
    key = sent(world, "bob", "photos", "照片.jpg", content.getvalue())

    # then
    answer = world.browsers["bob"].get(f"{PAGES}/uploads/photos/{key}", buffered=True)
    shown = Image.open(io.BytesIO(answer.data))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (200, 400), {})
    assert b"Kamera" not in answer.data
    small = world.browsers["bob"].get(f"{PAGES}/uploads/photos/{key}?small=1", buffered=True)
    assert Image.open(io.BytesIO(small.data)).size == (160, 320)


def test_of_a_picture_that_is_a_script_too_only_the_pixels_are_kept(world: World) -> None:
    key = sent(world, "bob", "photos", "both.gif", POLYGLOT)

    answer = world.browsers["bob"].get(f"{PAGES}/uploads/photos/{key}", buffered=True)
    found = row(world, key)
    assert found is not None and (found.name, found.type) == ("both.png", "image/png")
    assert b"script" not in answer.data and answer.data.startswith(b"\x89PNG")


def animated(frames: int) -> bytes:
    """A GIF of one pixel that moves for so many frames."""
    frame = b"\x21\xf9\x04\x00\x01\x00\x00\x00\x2c\0\0\0\0\x01\x00\x01\x00\x00\x02\x02\x4c\x01\x00"
    return b"GIF89a\x01\x00\x01\x00\x80\0\0\xff\0\0\0\0\0" + frame * frames + b";"


def with_notes(size: int) -> bytes:
    """A PNG beside whose pixels a text unpacks to so many bytes."""
    content = picture("PNG")
    note = b"zTXtnotes\0\0" + zlib.compress(b"\0" * size)
    chunk = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note))
    return content[:33] + chunk + content[33:]


def with_exif(content: bytes) -> bytes:
    """A JPEG with such EXIF data."""
    made = picture("JPEG")
    segment = b"Exif\0\0" + content
    return made[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + made[2:]


ENDLESS = b"MM\0*\0\0\0\x08" + b"\0\x01" + struct.pack(">HHII", 0x8769, 4, 1, 8) + struct.pack(">I", 8)
MANY = b"MM\0*\0\0\0\x08" + b"\xff\xff" + struct.pack(">HHII", 0x0112, 3, 2**31, 8) * 5_000


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("animated.gif", animated(10_000)),
        ("notes.png", with_notes(300_000_000)),
        ("endless.jpg", with_exif(ENDLESS)),
        ("many.jpg", with_exif(MANY)),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_a_picture_brings_beside_its_first_pixels_costs_nothing(
    world: World, name: str, content: bytes
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = send(world, "bob", "photos", name, content)
    assert answer.status_code in (200, 201, 303) or code(answer) == "file_picture", answer.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024


def test_a_large_photo_is_made_smaller(world: World) -> None:
    key = sent(world, "bob", "photos", "large.jpg", picture("JPEG", (9000, 3000)))

    answer = world.browsers["bob"].get(f"{PAGES}/uploads/photos/{key}", buffered=True)
    assert max(Image.open(io.BytesIO(answer.data)).size) == 4096


def test_a_photo_that_cannot_be_read_in_strips_may_be_less_large(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.files.pictures.MOST_PIXELS", 700)

    sent(world, "bob", "photos", "strips.jpg", picture("JPEG"))
    assert (
        code(send(world, "bob", "photos", "whole.jpg", picture("JPEG", progressive=True))) == "file_picture"
    )


def test_a_strip_of_a_picture_is_made_smaller_without_filling_the_memory(tmp_path: Path) -> None:
    # given a JPEG of 160 million pixels
    strip = tmp_path / "strip.jpg"
    Image.new("L", (65_000, 2_460)).save(strip)

    # when it is made anew in a process of its own (whose ru_maxrss would begin with that of its parent)
    script = (
        "import re, sys; from pathlib import Path; from runtime.files.pictures import made_anew\n"
        "most = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "before = most()\n"
        "with open(sys.argv[1], 'rb') as file: made_anew(file)\n"
        "print(most() - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, strip], capture_output=True, text=True, check=True)

    # then (in kB)
    assert int(done.stdout) < 200_000


def test_a_progressive_picture_that_must_be_in_memory_as_a_whole_may_not_be_large(world: World) -> None:
    content = io.BytesIO()
    Image.new("L", (8000, 4100)).save(content, "JPEG", progressive=True)

    assert code(send(world, "bob", "photos", "large.jpg", content.getvalue())) == "file_picture"


@pytest.mark.parametrize(
    ("mode", "format_"), [("P", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("CMYK", "JPEG"), ("L", "JPEG")]
)
def test_pictures_of_every_mode_are_taken(world: World, mode: str, format_: str) -> None:
    content = io.BytesIO()
    Image.new(mode, (5000, 10)).save(content, format_)

    key = sent(world, "bob", "photos", f"a.{format_.lower()}", content.getvalue())

    answer = world.browsers["bob"].get(f"{PAGES}/uploads/photos/{key}", buffered=True)
    assert Image.open(io.BytesIO(answer.data)).size == (4096, 8)


def test_the_media_type_follows_from_what_was_written_not_from_the_name(world: World) -> None:
    key = sent(world, "bob", "photos", "data:,x.png", picture())

    answer = world.browsers["bob"].get(f"{PAGES}/uploads/photos/{key}", buffered=True)
    assert answer.mimetype == "image/png"


def test_the_folders_of_a_file_are_written_to_disk_as_its_bytes_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, fsync = set(), os.fsync

    def noted(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    key = sent(world, "bob", "papers", "a.pdf", PDF)

    root = world.app.config["SETTINGS"].home / "files"
    assert {each.stat().st_ino for each in (root, root / key[:2], root / key[:2] / key)} <= synced


def test_no_transaction_is_open_while_a_form_with_files_comes(world: World) -> None:
    class Body(io.BytesIO):
        begun: list[bool] = []

        def readinto(self, buffer: Any) -> int:
            self.begun.append(db.session().in_transaction())
            return super().readinto(buffer)

    edge = b"--x\r\nContent-Disposition: form-data; name="
    body = Body(edge + b'"_once"\r\n\r\nslow\r\n' + edge + b'"name"\r\n\r\nA case\r\n--x--\r\n')
    world.browsers["bob"].post(
        f"{PAGES}/new",
        input_stream=body,
        content_length=len(body.getvalue()),
        content_type="multipart/form-data; boundary=x",
    )

    assert Body.begun and not any(Body.begun)


@pytest.mark.parametrize("key", ["a\0b", "%", "0" * 31 + "\ud800"], ids=ascii)
def test_what_cannot_be_the_id_of_a_file_is_not_asked_of_the_database(desks: World, key: str) -> None:
    with desks.app.app_context():
        assert files.get([key]) == {}


def test_any_number_of_files_can_be_asked_for(desks: World) -> None:
    there = sent(desks, "bob", "papers", "a.pdf", PDF)
    with desks.app.app_context():
        assert list(files.get([*(f"{number:032x}" for number in range(70_000)), there])) == [there]


@pytest.mark.parametrize("value", [5, True, "x", {}, [{}], [["x"]], [5]], ids=repr)
def test_a_value_that_is_no_list_of_ids_is_a_problem_of_its_field(world: World, value: object) -> None:
    record_id = filed(world, "bob")

    made = world.api("bob")("POST", records("case", app=APP), json={"values": {"name": "A", "papers": value}})

    assert made.status_code == 422 and made.json["errors"][0]["path"] == ["papers"]
    assert change(world, "bob", record_id, 1, papers=value).status_code == 422


def test_a_picture_in_a_field_of_files_stays_as_it_came_and_is_never_shown_in_the_page(world: World) -> None:
    content = picture("GIF")
    key = sent(world, "bob", "papers", "a.gif", content)

    answer = world.browsers["bob"].get(f"{PAGES}/uploads/papers/{key}", buffered=True)
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_disk_that_takes_nothing_is_told_and_nothing_is_half_kept(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # given a storage in the place of which a file stands
    place = tmp_path_factory.mktemp("full") / "files"
    place.write_text("no folder")
    before = kept(world)
    world.app.extensions["files"] = Folder(place)
    try:
        assert code(send(world, "bob", "papers", "a.pdf", PDF)) == "file_storage"
    finally:
        del world.app.extensions["files"]
    world.work()
    assert kept(world) == before
    with world.app.app_context():
        assert db.session.scalars(select(StoredFile).where(StoredFile.state == "coming")).all() == []


def test_a_file_whose_bytes_are_gone_is_told_plainly(world: World) -> None:
    key = sent(world, "bob", "papers", "lost.pdf", PDF)
    (world.app.config["SETTINGS"].home / "files" / key[:2] / key).unlink()

    answer = world.browsers["bob"].get(f"{PAGES}/uploads/papers/{key}", buffered=True)

    assert answer.status_code == 503
    assert "This file cannot be read now" in answer.text and "/home/" not in answer.text


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCANNER = """import sys
sys.exit(1 if b"EICAR-STANDARD" in sys.stdin.buffer.read() else 0)"""


def scanned_by(patch: pytest.MonkeyPatch, world: World, *command: str) -> None:
    patch.setitem(world.app.config, "SETTINGS", replace(world.app.config["SETTINGS"], scanner=command))


def test_a_file_in_which_the_scanner_finds_a_virus_is_not_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned_by(monkeypatch, world, sys.executable, "-c", SCANNER)
    before = kept(world), world.stored()

    assert code(send(world, "bob", "papers", "notes.txt", EICAR)) == "file_infected"
    assert code(send(world, "bob", "papers", "big.pdf", PDF + b" " * 900_000 + EICAR)) == "file_infected"
    assert (kept(world), world.stored()) == before

    assert sent(world, "bob", "papers", "clean.pdf", PDF)


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit(2)"), ("/no/scanner",)])
def test_no_file_is_taken_while_the_scanner_cannot_tell(
    world: World, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    scanned_by(monkeypatch, world, *command)

    answer = send(world, "bob", "papers", "a.pdf", PDF)

    assert code(answer) == "file_storage"
    assert command[0] not in answer.text


def test_nobody_lets_more_files_wait_than_he_can_need(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.files.intake.MOST_WAITING", 2)
    for number in range(2):
        sent(world, "max", "papers", f"{number}.pdf", PDF)

    assert code(send(world, "max", "papers", "3.pdf", PDF)) == "file_flood"


def test_a_stranger_and_a_field_that_takes_no_files_get_nothing(world: World) -> None:
    assert send(world, "stan", "papers", "a.pdf", PDF).status_code == 404
    assert send(world, "bob", "name", "a.pdf", PDF).status_code == 404
    assert send(world, "mia", "secret", "a.pdf", PDF).status_code == 404
    assert world.anonymous().post(f"{PAGES}/uploads/papers?name=a.pdf", data=PDF).status_code == 401
