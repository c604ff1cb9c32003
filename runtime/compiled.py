"""Templates: their environment, and what is kept of them beside the source's digest in the folder for temporary files.

Compiling those of one page takes a fresh process half a second; each worker would do it anew after each start.
"""

from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class _Templates(Environment):
    """No template here has globals of its own. So none needs a chain of them: Jinja would walk along it for each macro
    that a template imports.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What templates know everywhere."""
        return super().make_globals(d) if d else self.globals


class _Kept(FileSystemBytecodeCache):
    """A disk that is full costs the time of compiling, and no page."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def init_app(app: Flask) -> None:
    """Keep what is compiled, in a folder of this user's that nobody else can write to, if there can be one."""
    app.jinja_environment = _Templates
    with suppress(OSError, RuntimeError):
        app.jinja_env.bytecode_cache = _Kept()
