"""Packs answers with gzip: static files once per process, pages each time with little effort.

Packing pages together with CSRF tokens is safe here: the cookie is SameSite=Lax, so no other site can make a
browser fetch our pages with it and measure them (BREACH).
"""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

from runtime import assets

SMALL = 1_000  # bytes; packing less makes it no faster
PACKED = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    }
)


def init_app(app: Flask) -> None:
    """Pack what the browser can unpack."""
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype not in PACKED or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or response.status_code != 200:
        return response
    if request.endpoint == "static":
        return _pack_file(response)
    body = response.get_data() if not response.is_streamed else b""
    if len(body) >= SMALL:
        _set(response, gzip.compress(body, compresslevel=4, mtime=0))
    return response


def _pack_file(response: Response) -> Response:
    response.close()  # the file, which is read here instead
    response.direct_passthrough = False
    response.close()  # the file that Flask opened; it would stay open until the next collection
    _set(response, _packed((request.view_args or {})["filename"]))
    return response


@lru_cache(maxsize=100)
def _packed(filename: str) -> bytes:
    return gzip.compress(assets.content(filename), compresslevel=9, mtime=0)


def _set(response: Response, body: bytes) -> None:
    etag, _weak = response.get_etag()
    response.set_data(body)
    response.headers["Content-Encoding"] = "gzip"
    if etag:  # the same file in another encoding is another representation
        response.set_etag(f"{etag}-gzip")
