"""The `formwright` command. Commands that need the builder are added by app.py."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn

import click
from flask import Flask, current_app

from runtime import config

CreateApp = Callable[[], Flask]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="formwright")
@click.pass_context
def formwright(context: click.Context) -> None:
    """Build forms and processes without code, and run them."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


def in_app(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command that runs inside the application; a bad setting ends it with one line."""

    @click.pass_obj
    @wraps(function)
    def wrapped(create_app: CreateApp, /, *args: Any, **options: Any) -> Any:
        with one_line_errors(), create_app().app_context():
            return function(*args, **options)

    return wrapped


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn errors of settings and of the database's address into one line on stderr, exit 2."""
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except config.SettingError as error:
        one_line(str(error))
    except OperationalError as error:
        one_line(f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}")


def one_line(text: str) -> NoReturn:
    """End the command with one line on stderr and exit code 2."""
    click.echo(f"formwright: {text}", err=True)
    raise SystemExit(2)


@formwright.command()
@in_app
def web() -> None:
    """Answer browsers and API clients."""
    from runtime.server import serve

    serve(current_app._get_current_object())  # type: ignore[attr-defined]


@formwright.command()
@in_app
def worker() -> None:
    """Work off what the doorbell rings for: automations, timers, deliveries."""
    from runtime import worker as worker_process

    worker_process.run()


@formwright.command()
@in_app
def clock() -> None:
    """Ring for everything that is due; several may run."""
    from runtime import clock as clock_process

    clock_process.run()


@formwright.command()
@in_app
def check() -> None:
    """Verify the invariants of the data: JSON on stdout, exit 1 when one is broken."""
    from runtime.check import violations

    found = violations()
    click.echo(json.dumps({"ok": not found, "violations": found}, ensure_ascii=False, indent=2))
    sys.exit(1 if found else 0)


@formwright.group()
def users() -> None:
    """People."""


@users.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--admin", is_flag=True, help="May administer everything.")
@click.option("--designer", is_flag=True, help="May change definitions.")
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--role", "roles", multiple=True, metavar="APP:ROLE", help="Role in an app, may be repeated.")
@in_app
def users_add(
    email: str, name: str, admin: bool, designer: bool, locale: str, roles: tuple[str, ...]
) -> None:
    """Add a person; prints the one-time link by which they choose a password."""
    from runtime.accounts import service
    from runtime.errors import FormwrightError

    if any(":" not in role for role in roles):
        one_line("--role is written APP:ROLE")
    pairs = [(app, key) for app, _, key in (role.partition(":") for role in roles)]
    try:
        link = service.invite(
            email=email, name=name, is_admin=admin, is_designer=designer, locale=locale, roles=pairs
        )
    except FormwrightError as error:
        one_line(str(error))
    click.echo(link)


@formwright.group()
def files() -> None:
    """Uploaded files."""


@files.command("strays")
@click.option(
    "--remove", is_flag=True, help="Remove them for good; look first that this is the right database."
)
@in_app
def files_strays(remove: bool) -> None:
    """List the files in the folder or bucket, older than a day, of which the database knows nothing."""
    from runtime.files import StorageError, strays

    try:
        for name in strays.remove() if remove else strays.strays():
            click.echo(name)
    except StorageError as error:
        one_line(error.message)


@formwright.group()
def tokens() -> None:
    """Tokens of the JSON API."""


@tokens.command("add")
@click.option("--email", required=True, help="The user whose rights the token has.")
@click.option("--name", default="", help="What it is for.")
@click.option(
    "--only",
    multiple=True,
    metavar="APP[/FORM]",
    help="For the records of this app or form alone; repeatable. Else for all that the user may do.",
)
@click.option("--read-only", is_flag=True, help="It reads and changes nothing.")
@in_app
def tokens_add(email: str, name: str, only: tuple[str, ...], read_only: bool) -> None:
    """Make an API token; it is printed this once and stored as a hash."""
    from runtime.accounts import service, token_scope
    from runtime.errors import FormwrightError

    try:
        click.echo(service.create_token(email, name, token_scope.read(only, reads_only=read_only)))
    except FormwrightError as error:
        one_line(str(error))


@tokens.command("list")
@click.option("--email", required=True, help="The user whose tokens these are.")
@in_app
def tokens_list(email: str) -> None:
    """List the API tokens of a user, with their numbers."""
    from runtime.accounts import service
    from runtime.errors import FormwrightError

    try:
        for each in service.tokens_of(email):
            scope = ", ".join(each.only) or "everything"
            reading = " (reads only)" if each.reads_only else ""
            click.echo(f"{each.id}  {each.created_at:%Y-%m-%d}  {scope}{reading}  {each.name}".rstrip())
    except FormwrightError as error:
        one_line(str(error))


@tokens.command("remove")
@click.argument("number", type=int)
@in_app
def tokens_remove(number: int) -> None:
    """End the API token with this number at once."""
    from runtime.accounts import service
    from runtime.errors import FormwrightError

    try:
        service.remove_token(number)
    except FormwrightError as error:
        one_line(str(error))
