"""Static files: their addresses, and several scripts as one.

A page that takes its scripts in one piece asks the server once. `designer.js+picker.js` below /static/ is both,
one after the other.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, current_app, request
from werkzeug.security import safe_join

from runtime import config

FOLDER = Path(config.ROOT, "static")
MOST = 20  # scripts in one


def init_app(app: Flask) -> None:
    """Serve scripts in one piece, too."""
    app.view_functions["static"] = _serve


def asset(*names: str) -> str:
    """The address of a static file, or of several scripts in one. It changes with the files, so that browsers may
    keep what they got for good.
    """
    name = "+".join(names)
    return f"{request.script_root}/static/{name}?v={_digest(name)}"


def content(name: str) -> bytes:
    """What a static file holds, or several scripts in one; NotFound when one of them is not there."""
    if "+" not in name:
        return _path(name).read_bytes()
    names = name.split("+")
    if len(names) > MOST or not all(each.endswith(".js") for each in names):
        abort(404)
    return b";\n".join(_path(each).read_bytes() for each in names)


def _path(name: str) -> Path:
    path = safe_join(str(FOLDER), name)
    if path is None or not Path(path).is_file():
        abort(404)
    return Path(path)


@cache
def _digest(name: str) -> str:
    return sha256(content(name)).hexdigest()[:12]


def _serve(filename: str) -> Response:
    if "+" not in filename:
        return current_app.send_static_file(filename)
    response = Response(content(filename), mimetype="text/javascript")
    response.add_etag()
    response.make_conditional(request)
    return response
