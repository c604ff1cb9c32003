"""An app with a form that takes papers and photos, and files that only some may see."""

import io
import struct
import zlib
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from runtime.accounts.models import UserRole
from runtime.db import db, transaction
from runtime.files.models import StoredFile
from tests.builder.factory import APP, app, field, form, package
from tests.support.world import World, records

PAGES = f"/apps/{APP}/forms/case"
CANARY = "Zwitscherkanarie"
PDF = b"%PDF-1.7\n" + CANARY.encode() + b"\n%%EOF\n"
EVERYTHING = ["create", "read", "update", "delete"]
ROLES = {"bob": "clerk", "mia": "reader", "eve": "own", "max": "clerk", "rita": "looker"}
CASE = form(
    "case",
    {
        "name": field("text", title="Name"),
        "papers": field(
            "file", {"maxItems": 3}, title="Papers", kinds=["pdf", "image", "document"], max_size=1
        ),
        "photos": field("image", title="Photos", max_size=2),
        "signed": field("signature", title="Signed"),
        "secret": field("file", title="Secret", access={"reader": "hidden"}, kinds=["other"]),
    },
    ("name",),
    list={"columns": ["name", "papers", "photos"]},
)


def desk() -> dict[str, Any]:
    """The package of the app."""
    scopes = {"clerk": "all", "reader": "all", "own": "own"}
    roles = [
        {"key": role, "title": role, "grants": [{"form": "case", "actions": EVERYTHING, "scope": scope}]}
        for role, scope in scopes.items()
    ]
    roles.append({"key": "looker", "title": "looker", "grants": [{"form": "case", "actions": ["read"]}]})
    return package(CASE, app=app(roles=roles))


def open_desk(world: World) -> World:
    """Install the app and give people their roles."""
    world.install(desk())
    with world.app.app_context(), transaction() as session:
        session.add_all(UserRole(user_id=world.ids[name], app=APP, role=role) for name, role in ROLES.items())
    return world


def picture(format_: str = "PNG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """A picture of one colour."""
    content = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(content, format_, **options)
    return content.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def send(world: World, who: str, field: str, name: str, content: bytes) -> TestResponse:
    """Send a file as a program does."""
    path = f"/apps/{APP}/forms/case/files/{field}"
    return world.api(who)("POST", path, query_string={"name": name}, data=content)


def sent(world: World, who: str, field: str, name: str, content: bytes) -> str:
    """The id of a file that was taken."""
    answer = send(world, who, field, name, content)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def filed(world: World, who: str, **values: Any) -> int:
    """A record of this person."""
    answer = world.api(who)("POST", records("case", app=APP), json={"values": {"name": "A case", **values}})
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"])


def change(world: World, who: str, record_id: int, revision: int, **values: Any) -> TestResponse:
    """Ask for a change of a record."""
    path = records("case", record_id, app=APP)
    return world.api(who)("PATCH", path, json={"values": values}, headers={"If-Match": f'"{revision}"'})


def row(world: World, key: str) -> StoredFile | None:
    """What the table says of a file."""
    with world.app.app_context():
        return db.session.query(StoredFile).filter_by(key=key).one_or_none()


def kept(world: World) -> list[str]:
    """The names of all that lies in the storage."""
    folder = world.app.config["SETTINGS"].home / "files"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def code(answer: TestResponse) -> str:
    """Why something was refused."""
    assert answer.status_code == 422, answer.text
    return str(answer.json["errors"][0]["code"])
