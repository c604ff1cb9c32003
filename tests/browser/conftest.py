"""A real browser before the real application: `server` is its address, `page` a fresh tab.

The browser is $CHROMIUM, else the first of NAMES on PATH. A test fails on any error in its console.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from runtime.accounts.models import LoginSession, User
from runtime.accounts.sessions import digest
from runtime.db import transaction
from tests.browser import office as company
from tests.browser.office import Office
from tests.browser.watch import watch
from tests.forms.followup import followup, seller, sqlite_template
from tests.support.mail import MailSink

__all__ = ["followup", "seller", "sqlite_template"]

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable")

expect.set_options(timeout=20_000)  # a test that waits this long has failed; a busy machine has not


def executable() -> str | None:
    """The browser's program."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        yield browser
        browser.close()


class Front:
    """What listens for all tests of a process, and passes every request to the application of the test.

    To listen and to stop takes half a second, and a browser keeps what it has fetched from an address it knows.
    """

    app: Flask

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application of the test does."""
        return self.app(environ, start_response)


@pytest.fixture(scope="session")
def front() -> Iterator[tuple[Front, str]]:
    """The server of all tests, and its address."""
    found = Front()
    web = make_server("127.0.0.1", 0, found, threaded=True)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield found, f"http://127.0.0.1:{web.port}"
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture
def server(front: tuple[Front, str], app: Flask) -> str:
    """The address of the application."""
    front[0].app = app
    return front[1]


@dataclass
class Tabs:
    """Opens tabs; `errors` are what their consoles complained of."""

    chromium: Browser
    server: str
    app: Flask
    errors: list[str]
    contexts: list[BrowserContext]

    def open(
        self,
        user: User | None = None,
        *,
        width: int = 1280,
        dark: bool = False,
        script: bool = True,
        language: str = "en-GB",
    ) -> Page:
        """A tab of this person, in his language; of nobody, in the language of the browser."""
        context = self.chromium.new_context(
            base_url=self.server,
            locale=language,
            viewport={"width": width, "height": 844 if width < 500 else 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=width < 500,
            reduced_motion="reduce",
            permissions=["clipboard-write"],  # which any browser gives to the tab in front, all but the shell
        )
        self.contexts.append(context)
        if user is not None:
            context.add_cookies([{"name": "formwright", "value": self._cookie(user), "url": self.server}])
        watch(context, self.errors)
        return context.new_page()

    def _cookie(self, user: User) -> str:
        token = f"browser {len(self.contexts)} of {user.id}"
        with transaction() as session:
            session.add(LoginSession(token_hash=digest(token), user_id=user.id))
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        return str(signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True}))


@pytest.fixture
def tabs(chromium: Browser, server: str, app: Flask) -> Iterator[Tabs]:
    """Tabs of several people; after the test their consoles must be clean."""
    opened = Tabs(chromium, server, app, [], [])
    yield opened
    for context in opened.contexts:
        context.close()
    assert opened.errors == []


@pytest.fixture
def page(tabs: Tabs) -> Page:
    """A tab without a session."""
    return tabs.open()


@pytest.fixture
def open_tab(tabs: Tabs) -> Callable[..., Page]:
    """`open_tab(user, width=390, dark=True, script=False)` is a tab of this person."""
    return tabs.open


Opens = Callable[[str], AbstractContextManager[Office]]


@pytest.fixture(scope="session")
def an_office(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Opens:
    """`with an_office("zh") as office` is the product just started, before anybody has set it up."""

    @contextmanager
    def opened(locale: str) -> Iterator[Office]:
        mails = MailSink()
        office = company.found(tmp_path_factory.mktemp(f"office-{locale}"), chromium, mails, locale)
        try:
            office.system.start()
            yield office
            office.close_tabs()
        finally:
            office.system.stop()
            mails.stop()

    return opened
