"""R17: simultaneous edits by the browser's form and the API. Nothing is lost, and who was second is told."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from runtime.accounts import service
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict
from runtime.records import query, store
from runtime.records.models import Event
from tests.conftest import both_databases
from tests.forms.followup import sign_in
from tests.records import factory
from tests.records.factory import field, form_document

ITEM = form_document("item", {"name": field("text"), "note": field("text"), "count": field("number")})
PAIRS = [6, pytest.param(1_000, marks=[pytest.mark.full, pytest.mark.timeout(1200)])]
PAGE, API = "/apps/shop/forms/item", "/api/v1/apps/shop/forms/item/records"

pytestmark = both_databases


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


class Pair:
    """Two who edit the same record at the same moment: one on the page, one by a program."""

    def __init__(self, app: Flask, user: User, threads: ThreadPoolExecutor) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        factory.shop(ITEM)
        factory.give_role(user)
        self.app, self.user, self.threads = app, user, threads
        self.browser = sign_in(app.test_client(), user)
        self.program, token = app.test_client(), service.create_token(user.email)
        self.headers = {"Authorization": f"Bearer {token}"}
        with transaction():
            self.id = store.save(factory.TRUSTED, lookup.form("shop", "item"), {"count": 0}).id
        db.session.rollback()

    def page(self, revision: int, **typed: str) -> Any:
        sent = {"_do": "save", "_once": f"{revision} {typed}", "_rev": str(revision), **typed}
        return self.browser.post(f"{PAGE}/{self.id}/edit", data=sent)

    def api(self, revision: int | None, **values: Any) -> Any:
        match = {} if revision is None else {"If-Match": f'"{revision}"'}
        headers = {**self.headers, **match}
        return self.program.patch(f"{API}/{self.id}", json={"values": values}, headers=headers)

    def at_once(self, *works: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(works))

        def run(work: Callable[[], Any]) -> Any:
            start.wait(30)
            return work()

        return list(self.threads.map(run, works))

    def stored(self) -> Any:
        db.session.rollback()
        return query.get(self.user, lookup.form("shop", "item"), self.id)


@pytest.fixture
def pair(app: Flask, bob: User, threads: ThreadPoolExecutor) -> Pair:
    return Pair(app, bob, threads)


@pytest.mark.parametrize("pairs", PAIRS)
def test_r17_of_two_edits_at_once_one_is_stored_and_the_other_is_told(pair: Pair, pairs: int) -> None:
    lost = []
    for number in range(pairs):
        # given
        revision = pair.stored().revision
        typed, sent = f"page {number}", f"program {number}"

        # when
        page, api = pair.at_once(
            lambda: pair.page(revision, name=typed),  # noqa: B023
            lambda: pair.api(revision, name=sent),  # noqa: B023
        )

        # then
        won = pair.stored()
        if (page.status_code, api.status_code) == (303, 412):
            assert won.values["name"] == typed
            assert pair.api(won.revision, name=sent).status_code == 200
        elif (page.status_code, api.status_code) == (409, 200):
            assert won.values["name"] == sent
            assert typed in page.text and sent in page.text, "both values are shown"
            assert pair.page(won.revision, name=typed).status_code == 303
        else:
            lost.append((page.status_code, api.status_code))
        assert pair.stored().revision == revision + 2
    assert lost == []


@pytest.mark.parametrize("pairs", PAIRS)
def test_r17_edits_of_different_fields_at_once_both_end_up_in_the_record(pair: Pair, pairs: int) -> None:
    for number in range(pairs):
        revision = pair.stored().revision
        page, api = pair.at_once(
            lambda: pair.page(revision, name=f"n{number}"),  # noqa: B023
            lambda: pair.api(revision, note=f"t{number}"),  # noqa: B023
        )
        if (
            page.status_code == 409
        ):  # nothing to decide: what the other did is in, and the page is sent once more
            assert "mine:" not in page.text
            assert pair.page(pair.stored().revision, name=f"n{number}").status_code == 303
        if api.status_code == 412:
            assert pair.api(pair.stored().revision, note=f"t{number}").status_code == 200
        values = pair.stored().values
        assert (values["name"], values["note"]) == (f"n{number}", f"t{number}")


def test_r17_the_api_asks_for_the_revision_and_refuses_an_old_one(pair: Pair) -> None:
    assert pair.api(None, name="x").status_code == 428
    assert pair.api(1, name="x").status_code == 200
    assert pair.api(1, name="y").status_code == 412
    assert pair.stored().values["name"] == "x"


@pytest.mark.parametrize("times", [15, pytest.param(500, marks=[pytest.mark.full, pytest.mark.timeout(600)])])
def test_r17_two_counters_that_try_again_count_every_time(pair: Pair, times: int) -> None:
    form = lookup.form("shop", "item")

    def count() -> None:
        with pair.app.app_context():
            done = 0
            while done < times:
                with transaction():
                    seen = query.get(db.session.get_one(User, pair.user.id), form, pair.id)
                try:
                    with transaction():
                        values = {"count": seen.values["count"] + 1}
                        store.save(factory.TRUSTED, form, values, record_id=pair.id, revision=seen.revision)
                    done += 1
                except Conflict as error:
                    assert error.code == "stale"
            db.session.remove()

    pair.at_once(count, count)
    record = pair.stored()
    assert record.values["count"] == 2 * times and record.revision == 2 * times + 1
    events = db.session.scalars(select(Event.revision).where(Event.record_id == pair.id)).all()
    assert sorted(events) == list(range(1, 2 * times + 2))
