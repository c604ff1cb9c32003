"""Compiled templates, kept beside the source's digest in the system's folder for temporary files.

Compiling those of one page takes a fresh process half a second; each worker would do it anew after each start.
"""

from contextlib import suppress

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class _Kept(FileSystemBytecodeCache):
    """A disk that is full costs the time of compiling, and no page."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def init_app(app: Flask) -> None:
    """Keep what is compiled, in a folder of this user's that nobody else can write to, if there can be one."""
    with suppress(OSError, RuntimeError):
        app.jinja_env.bytecode_cache = _Kept()
