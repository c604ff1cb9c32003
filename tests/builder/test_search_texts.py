"""Publishing a form without a field that was searched."""

from flask import Flask
from sqlalchemy import select

from runtime.db import db
from runtime.records.models import SearchIndex
from tests.builder import factory
from tests.builder.factory import field


def test_given_a_field_that_leaves_the_form_when_it_is_published_then_texts_are_made_anew(app: Flask) -> None:
    fields = {"title": field("text"), "secret": field("text")}
    factory.install(factory.form("order", fields))
    assert states() == ["ready"]
    factory.save_and_publish("form", "order", factory.form("order", {"title": field("text")}))
    assert states() == ["stale"]


def states() -> list[str]:
    return list(db.session.scalars(select(SearchIndex.state)))
