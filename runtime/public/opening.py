"""Opening a form to the public, closing it, and whether it is open now."""

import secrets
from typing import Literal
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from runtime import access, times
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.models import App, Definition
from runtime.errors import NotFound
from runtime.fields import Field
from runtime.public.models import PublicForm

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another

State = Literal["open", "off", "early", "late", "full"]


def find(slug: str) -> tuple[PublicForm, Form]:
    """What this address leads to; NotFound for one that was never given out, was replaced, or whose form is gone."""
    own = (
        select(PublicForm, App.key, Definition.key)
        .join(Definition, Definition.id == PublicForm.form_id)
        .join(App, App.id == Definition.app_id)
        .where(PublicForm.slug == slug)
    )
    found = db.session.execute(own).one_or_none()
    form = lookup.form_if_any(found[1], found[2]) if found else None
    if found is None or form is None:
        raise NotFound(_("There is no form here, or its address has changed."))
    return found[0], form


def of_form(form_id: int) -> PublicForm | None:
    """How a form is open to the public; None when it never was."""
    return db.session.get(PublicForm, form_id)


def state(public: PublicForm) -> State:
    """Whether records are taken now, and if not, why."""
    now = times.now()
    if not public.is_open:
        return "off"
    if public.opens_at and now < public.opens_at:
        return "early"
    if public.closes_at and now >= public.closes_at:
        return "late"
    return "full" if public.most is not None and public.sent >= public.most else "open"


def open_up(user: User, form_id: int) -> PublicForm:
    """Open a form to the public, by the address it had before if it had one."""
    public = of_form(form_id)
    if public is None:
        public = PublicForm(form_id=form_id, slug=_new_slug(), made_by=user.id)
        db.session.add(public)
    public.is_open = True
    return public


def move(public: PublicForm) -> None:
    """Give it another address; the one before leads nowhere."""
    public.slug = _new_slug()


def count(public: PublicForm) -> bool:
    """Count one more record; False when it is open no longer. Two that come at once wait for each other here."""
    there = PublicForm.form_id == public.form_id
    room = or_(PublicForm.most.is_(None), PublicForm.sent < PublicForm.most)
    counted = update(PublicForm).where(there, PublicForm.is_open, room).values(sent=PublicForm.sent + 1)
    done = db.session.execute(counted.execution_options(synchronize_session=False))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def guest(public: PublicForm, form: Form, visit: str = "") -> User:
    """Whoever fills in this form."""
    return access.guest(form, visit, files=public.takes_files)


def origin(address: str) -> str:
    """The site of an address, as headers name it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def left_out(public: PublicForm, form: Form) -> list[Field]:
    """The fields that people without an account are not asked for, though members may fill them in."""
    hidden = access.fields(guest(public, form), form).hidden
    return [one for key, one in form.fields.items() if key in hidden and one.type.writable]


def _new_slug() -> str:
    """Short enough to be typed from paper, and one of 800 million million, which nobody finds by trying."""
    return "".join(secrets.choice(LETTERS) for _letter in range(10))
