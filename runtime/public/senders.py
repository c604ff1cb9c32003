"""Once per person: a browser that begins gets a name of its own in a cookie, and sends under it once."""

import hashlib
import re
import secrets

from flask import Response, request
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from runtime.accounts import sessions
from runtime.db import db
from runtime.public.models import PublicForm, PublicSender

_NAME = re.compile(r"[\w-]{22}", re.ASCII)


def has_sent(public: PublicForm) -> bool:
    """Whether the browser that asks has sent this form, which takes one record of each."""
    if public.once and request.cookies.get(_cookie(public)) == "1":  # as it was before browsers had names
        return True
    name = _name(public) if public.once else ""
    if not name:
        return False
    own = (PublicSender.form_id == public.form_id, PublicSender.name_hash == _hash(name))
    return bool(db.session.scalar(select(exists().where(*own))))


def named(public: PublicForm, answer: Response) -> Response:
    """The answer with a name for the browser before it fills in the form: what it then sends from two pages at once is
    known to be of one.
    """
    return answer if not public.once or _name(public) else _with_name(public, answer, _new())


def note(public: PublicForm) -> str:
    """Write down that the browser that asks sends the form now, and give its name; "" when it has already. Of two that
    come at once one waits here for the other. The caller commits.
    """
    name = _name(public) or _new()  # where cookies are kept back every sending is of another one
    try:
        with db.session.begin_nested():
            db.session.add(PublicSender(form_id=public.form_id, name_hash=_hash(name)))
    except IntegrityError:
        return ""
    return name


def remembered(public: PublicForm, answer: Response, name: str) -> Response:
    """The answer after which the browser is known to have sent the form; `name` is "" where nobody asks."""
    return _with_name(public, answer, name) if name else answer


def _with_name(public: PublicForm, answer: Response, name: str) -> Response:
    return sessions.with_cookie(answer, _cookie(public), name)


def _name(public: PublicForm) -> str:
    found = request.cookies.get(_cookie(public), "")
    return found if _NAME.fullmatch(found) else ""


def _cookie(public: PublicForm) -> str:
    return f"sent-{public.form_id}"


def _new() -> str:
    return secrets.token_urlsafe(16)


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
