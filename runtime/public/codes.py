"""The address of a public form as a QR code."""

import io
from collections.abc import Iterable
from typing import Any

import segno
from flask import Response
from PIL import Image

from runtime.public.labels import labelled

SCALES = {"small": 4, "medium": 10, "large": 24}  # pixels of one module: screen, handout, poster


def svg(address: str) -> bytes:
    """As a drawing that may be printed in any size."""
    return _drawn(address, kind="svg", xmldecl=False, omitsize=True, dark="#000", light="#fff")


def answer(address: str) -> Response:
    """The drawing for whoever has the address: it is kept by nobody on the way."""
    drawn = Response(svg(address), mimetype="image/svg+xml")
    drawn.headers["Cache-Control"] = "private, no-store"
    return drawn


def png(address: str, size: str, label: Iterable[str]) -> bytes:
    """As a picture of one of the `SCALES`, with what it leads to written under it."""
    code = Image.open(io.BytesIO(_drawn(address, kind="png", scale=SCALES[size]))).convert("L")
    drawn = io.BytesIO()
    labelled(code, label).save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def _drawn(address: str, **how: Any) -> bytes:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, border=4, **how)
    return drawn.getvalue()
