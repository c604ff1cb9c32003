"""Several people who do something at the same moment, each with a connection of his own."""

import threading
from collections.abc import Callable

from flask import Flask

from runtime.accounts.models import User
from runtime.db import db
from runtime.errors import Conflict, Invalid
from runtime.records import store
from tests.records.factory import page


def together(app: Flask, times: int, work: Callable[[int], object]) -> list[object]:
    """What `work` returned or raised in each of so many threads that start at once."""
    results: list[object] = [None] * times
    barrier = threading.Barrier(times)

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[number] = work(number)
            except (Invalid, Conflict) as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # see what they left, not what was there when this session began to read
    return results


def actor_of(user_id: int) -> store.Actor:
    user = db.session.get(User, user_id)
    assert user is not None
    return page(user)
