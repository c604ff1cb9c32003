"""The addresses of a public form: as they are, for a person to type, and with something filled in beforehand."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import url_for

from runtime import access, links
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Field
from runtime.public import opening
from runtime.public.models import PublicForm
from runtime.public.pages import is_nameable

MOST_OF_CODE = 2_000  # characters of an address that still fit into a QR code that phones read


def nameable(public: PublicForm, form: Form) -> dict[str, Field]:
    """The fields that an address may fill in beforehand."""
    closed = access.fields(opening.guest(public, form), form).closed
    return {
        key: one
        for key, one in form.fields.items()
        if key not in closed and one.type.writable and is_nameable(form, key)
    }


def address(public: PublicForm, said: Mapping[str, str] | None = None) -> str:
    """The address of the form, with the values of fields that it fills in."""
    plain = links.absolute(url_for("public.show", slug=public.slug))
    return f"{plain}?{urlencode(in_query(said))}" if said else plain


def to_type(public: PublicForm) -> str:
    """The address as a person types it."""
    parts = urlsplit(address(public))
    return f"{parts.netloc}{parts.path}"


def in_query(said: Mapping[str, str]) -> dict[str, Any]:
    """Values of fields as addresses name them."""
    return {f"f.{key}": text for key, text in said.items()}


def said(public: PublicForm, form: Form, query: Mapping[str, str]) -> dict[str, str]:
    """The values of fields that a query names; NotFound for more than a code holds."""
    found = {key: query[f"f.{key}"] for key in nameable(public, form) if f"f.{key}" in query}
    if not fits(public, found):
        raise NotFound
    return found


def fits(public: PublicForm, said: Mapping[str, str]) -> bool:
    """Whether a QR code holds the address with these values."""
    return len(address(public, said)) <= MOST_OF_CODE
