"""What a public page remembers of whoever fills it in, signed, for nothing of him is stored."""

import secrets
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from runtime.public.models import PublicForm

ADMITTED_FOR = timedelta(hours=12)
READ_BACK_FOR = timedelta(days=1)
READ_BACK_FOR_LONG = timedelta(days=30)
VISIT_FOR = timedelta(days=30)


def admitted(public: PublicForm) -> str:
    """That somebody knew the password; worth nothing once it is changed."""
    return _serializer("admitted").dumps([public.slug, public.password_hash[-22:]])


def is_admitted(public: PublicForm, text: str) -> bool:
    """Whether this was given to somebody who knew the password of this form."""
    found = _read("admitted", text, ADMITTED_FOR)
    return bool(found == [public.slug, public.password_hash[-22:]])


def sent(public: PublicForm, record_id: int) -> str:
    """That somebody sent this record, so that he may read back what he sent."""
    return _serializer("sent").dumps([public.slug, record_id])


def read_back_for(public: PublicForm) -> timedelta:
    """How long somebody may read back what he sent."""
    return READ_BACK_FOR_LONG if public.read_back else READ_BACK_FOR


def sent_record(public: PublicForm, text: str) -> int | None:
    """The id of the record that whoever has this text sent; None for a text that says nothing, or no longer."""
    found = _read("sent", text, read_back_for(public))
    return found[1] if isinstance(found, list) and found[0] == public.slug else None


def visit(public: PublicForm, visit_id: str) -> str:
    """That this page was given to this visit, so that it may send files and look at its own."""
    return _serializer("visit").dumps([public.slug, visit_id])


def visit_id(public: PublicForm, text: str) -> str:
    """The visit that whoever has this text makes; a new one for a text that says nothing, or no longer."""
    return known_visit(public, text) or secrets.token_urlsafe(16)


def known_visit(public: PublicForm, text: str) -> str:
    """The visit that this text names, or none."""
    found = _read("visit", text, VISIT_FOR)
    return str(found[1]) if isinstance(found, list) and found[0] == public.slug else ""


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"public form {purpose}")


def _read(purpose: str, text: str, age: timedelta) -> Any:
    try:
        return _serializer(purpose).loads(text, max_age=int(age.total_seconds()))
    except BadSignature:
        return None
