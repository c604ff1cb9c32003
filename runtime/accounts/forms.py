"""The forms of accounts: set-up, sign-in, passwords, profile."""

from collections.abc import Callable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import ValidationError

from runtime.accounts import passwords
from runtime.i18n import LANGUAGES, zones
from runtime.text import clean_text

NAME_LENGTH = 200


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """Base of the forms of our own pages, with the CSRF token."""


def text(field: Field) -> str:
    """What a text field holds."""
    return str(field.data or "")


def up_to(most: int) -> Callable[[Any, Field], None]:
    """A check: the field holds at most so many characters, all of which can be stored. They are cleaned in place."""

    def check(_form: Any, field: Field) -> None:
        try:
            field.data = clean_text(field.data or "")
        except ValueError:
            raise ValidationError(_("This text holds characters that cannot be stored.")) from None
        if len(field.data) > most:
            raise ValidationError(_("Use at most %(number)s characters.", number=most))

    return check


def filled(form: Form, field: Field) -> None:
    """The field holds a text that can be stored; it is cleaned in place."""
    up_to(NAME_LENGTH)(form, field)
    if not field.data:
        raise ValidationError(_("Fill in this field."))


def an_address(form: Form, field: Field) -> None:
    """The field holds one e-mail address."""
    try:
        field.data = validate_email(field.data or "", check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise ValidationError(_("Enter an e-mail address, like wang@example.com.")) from None


def a_password(form: Form, field: Field) -> None:
    """The field holds a password that is long enough and hard to guess."""
    password = field.data or ""
    if len(password) < passwords.MIN_LENGTH:
        raise ValidationError(_("Use at least %(number)s characters.", number=passwords.MIN_LENGTH))
    if len(password) > passwords.MAX_LENGTH:
        raise ValidationError(_("Use at most %(number)s characters.", number=passwords.MAX_LENGTH))
    if passwords.is_common(password, *personal(form)):
        raise ValidationError(_("This password is easy to guess. Choose another, like a few words in a row."))


def personal(form: Any) -> list[str]:
    """What is known of the person, and so no secret."""
    known = getattr(form, "known", [])
    return [*known, *(form[name].data or "" for name in ("name", "email") if name in form)]


def one_of_ours(form: Form, field: Field) -> None:
    """A zone that we know, or none: it comes from the browser."""
    if field.data not in zones():
        field.data = ""


PASSWORD_HELP = _l("At least 8 characters. A few words in a row are easy to keep and hard to guess.")


class SetupForm(Form):
    """Who the first administrator is."""

    locale = SelectField(_l("Language"), choices=LANGUAGES)
    name = StringField(_l("Your name"), [filled], render_kw={"autocomplete": "name"})
    email = EmailField(_l("E-mail"), [an_address], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("Password"), [a_password], description=PASSWORD_HELP, render_kw={"autocomplete": "new-password"}
    )
    zone = HiddenField(validators=[one_of_ours], render_kw={"data-zone": ""})


class PasswordForm(Form):
    """A password for an invited user."""

    known: list[str]
    password = PasswordField(
        _l("New password"),
        [a_password],
        description=PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )
    zone = HiddenField(validators=[one_of_ours], render_kw={"data-zone": ""})


class LoginForm(Form):
    """E-mail and password; what is wrong with either is not told."""

    email = EmailField(_l("E-mail"), render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Password"), render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class ProfileForm(Form):
    """What users change about themselves."""

    name = StringField(_l("Full name"), [filled], render_kw={"autocomplete": "name"})
    locale = SelectField(_l("Language"), choices=LANGUAGES)
    zone = SelectField(_l("Time zone"), description=_l("Dates and times are shown in this zone."))
    single_keys = BooleanField(
        _l("Keys of one letter or sign"),
        description=_l(
            "Such as / to search, M to move and ? for the list of keys. Without them no key pressed by accident, and "
            "no word spoken to the computer, does anything; arrows, Enter, Delete and keys with Ctrl or Alt stay."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = {zone: zone.replace("_", " ") for zone in zones()}
        self.zone.choices = {"": _("Not chosen (UTC)"), **cities}


class ChangePasswordForm(Form):
    """The old password and a new one."""

    known: list[str]
    old = PasswordField(_l("Present password"), render_kw={"autocomplete": "current-password"})
    password = PasswordField(
        _l("New password"),
        [a_password],
        description=PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )
