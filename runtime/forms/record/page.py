"""The page of a record: its answers, what refers to it, what happened to it; htmx gets the part that it asks for."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, make_response, render_template, request

from runtime import access, paper, timeline
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.definitions.documents import Form
from runtime.forms import reading
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.record.all_files import all_files
from runtime.forms.record.related import related
from runtime.forms.record.spot import spot
from runtime.forms.record.story import Story, Typed, story
from runtime.htmx import asks_for
from runtime.records.rows import Record
from runtime.shell import Place
from runtime.timeline import Entry

NOTHING = Typed()
WAYS: list[Callable[[User, Form, Record], list[Place]]] = []
"""Where else a person may go from a record. Others than the runtime add to it."""


def show(form: Form, record: Record, *, typed: Typed = NOTHING, status: int = 200) -> Response:
    """The page for whoever is signed in; `typed` is a comment that could not be stored."""
    user, place = signed_in_user(), spot(form, record.id)
    if asks_for("related"):
        return make_response(
            render_template("records/_related.html", related=related(user, record, place)), status
        )
    for part, template in (("story-list", "records/_timeline.html"), ("story", "records/_story.html")):
        if asks_for(part):
            told = story(user, record, place, typed)
            return make_response(render_template(template, form=form, spot=place, story=told), status)
    if asks_for("drawer-body"):
        return make_response(render_template("records/_drawer.html", **_answers(form, record)), status)
    page = render_template("records/record.html", **context(form, record, typed), **titles_of(form))
    return make_response(page, status)


def context(form: Form, record: Record, typed: Typed = NOTHING) -> dict[str, Any]:
    """What the whole page shows."""
    user, answers = signed_in_user(), _answers(form, record)
    place = answers["spot"]
    told = story(user, record, place, typed)
    return {
        **answers,
        "story": told,
        "related": related(user, record, place),
        "files": all_files(answers["read"], _comments(user, form, record, told), place),
        "makes_pdfs": paper.is_available(),
        "may_delete": access.can(user, "delete", (form, record)),
        "ways": [place for offer in WAYS for place in offer(user, form, record)],
    }


def _comments(user: User, form: Form, record: Record, told: Story) -> Sequence[Entry]:
    """The comments on the record, which its story has read already where it is not narrowed to something else."""
    return timeline.entries(user, form, record, "comments") if told.comments is None else told.comments


def _answers(form: Form, record: Record) -> dict[str, Any]:
    """What its answers take: the page has them, and the drawer beside a list."""
    user = signed_in_user()
    return {
        "form": form,
        "record": record,
        "spot": spot(form, record.id),
        "read": reading.reading(user, form, record, reader_for(user, form), _pages(form)),
        "may_update": access.can(user, "update", (form, record)),
    }


def _pages(form: Form) -> Mapping[str, int] | None:
    """The pages of rows that the address names (`at.lines=2`, counted from 0); None for all rows, as for printing."""
    if request.args.get("at") == "all":
        return None
    asked = {key: request.args.get(f"at.{key}", "") for key in form.rows}
    return {key: int(text) for key, text in asked.items() if re.fullmatch("[0-9]{1,4}", text)}
