"""Commands that need the builder: set-up, packages, schemas, and `up`, which sets up before it starts."""

import fcntl
import json
import os
import socket
import sys
from pathlib import Path
from typing import IO

import click
from flask import current_app
from sqlalchemy import select

from builder import packages as package_files
from runtime import documents, schema, starters
from runtime.accounts import service
from runtime.cli import formwright, in_app, one_line
from runtime.config import Settings
from runtime.db import db, transaction
from runtime.definitions import schemas as schema_files
from runtime.definitions.models import App
from runtime.errors import FormwrightError, Invalid


@formwright.command()
@in_app
def init() -> None:
    """Make or upgrade the database, install the first app, print the set-up link while nobody is admin."""
    click.echo(_prepare())


@formwright.command()
@in_app
def up() -> None:
    """Start everything on this machine: web, worker, clock and, without REDIS_URL, a Redis-compatible server."""
    from runtime import up as processes

    settings: Settings = current_app.config["SETTINGS"]
    lock = _lock(settings.home)
    _require_free_port(settings)
    announcement = _prepare()
    db.session.remove()
    db.engine.dispose()
    processes.run(click.get_current_context().obj, announcement)
    lock.close()


def _prepare() -> str:
    schema.upgrade()
    with transaction() as session:
        schema.lock(session)
        if session.scalar(select(App.id).limit(1)) is None:
            package_files.install(None, documents.loads(starters.read("followup")))
    with transaction():
        link = service.setup_link()
    settings: Settings = current_app.config["SETTINGS"]
    if link:
        return f"Formwright is ready. Make the first administrator here (the link works once): {link}"
    return f"Formwright is ready: {settings.public_url}"


def _lock(home: Path) -> IO[str]:
    lock = (home / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        one_line(f"already running with the data folder {home}")
    os.set_inheritable(lock.fileno(), False)
    return lock


def _require_free_port(settings: Settings) -> None:
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        one_line(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; set FORMWRIGHT_PORT")


@formwright.group()
def packages() -> None:
    """App packages."""


@packages.command("install")
@click.argument("file", type=click.File("rb"))
@click.option("--samples/--no-samples", default=True, help="Also write the sample records.")
@in_app
def packages_install(file: IO[bytes], samples: bool) -> None:
    """Install or upgrade an app from a package file."""
    try:
        with transaction():
            package_files.install(None, documents.loads(file.read()), samples=samples)
    except Invalid as error:
        for problem in error.problems:
            click.echo(f"{'/'.join(map(str, problem.path))}: {problem.message}", err=True)
        sys.exit(1)
    except (FormwrightError, ValueError) as error:
        one_line(f"not a package: {error}")


@packages.command("export")
@click.argument("app")
@in_app
def packages_export(app: str) -> None:
    """Print an app as a package."""
    try:
        click.echo(documents.dumps(package_files.export(app), indent=1))
    except FormwrightError as error:
        one_line(str(error) or f"there is no app {app}")


@formwright.group()
def schemas() -> None:
    """The JSON Schemas of definitions."""


@schemas.command("build")
@in_app
def schemas_build() -> None:
    """Write the generated schemas."""
    for path, text in schema_files.build().items():
        path.write_text(text, encoding="utf-8")
        click.echo(path.name)


@schemas.command("check")
@in_app
def schemas_check() -> None:
    """Fail when a schema is not valid, or a generated one is not up to date."""
    stale = [
        p.name for p, text in schema_files.build().items() if not p.exists() or p.read_text("utf-8") != text
    ]
    click.echo(json.dumps({"ok": not stale, "stale": stale}))
    sys.exit(1 if stale else 0)
