"""The settings of a public form as an admin types them: read, checked, put into force."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from runtime.accounts import passwords
from runtime.accounts.forms import Form, up_to
from runtime.i18n import LANGUAGES
from runtime.public.models import PublicForm

MOST = 10_000_000
MOMENT = "%Y-%m-%dT%H:%M"
TEXT_LENGTH = 1_000
MOST_ADDRESS = 500
MOST_SITES = 20


class MomentField(StringField):
    """A moment as browsers send it; `moment` is what it means in the zone of the app."""

    moment: datetime | None = None


class NumberField(StringField):
    """A whole number from 1 on, or nothing."""

    number: int | None = None


def _moment(form: Any, field: MomentField) -> None:
    text = (field.data or "").strip()
    if not text:
        return
    try:
        local = datetime.strptime(text[:16], MOMENT).replace(tzinfo=ZoneInfo(form.zone))
        field.moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationError(_("Enter a date and a time, like 2026-12-24 18:00.")) from None


def _later(form: Any, field: MomentField) -> None:
    _moment(form, field)
    if field.moment and form.opens_at.moment and field.moment <= form.opens_at.moment:
        raise ValidationError(_("It must close after it opens."))


def _number(_form: Any, field: NumberField) -> None:
    text = (field.data or "").strip()
    if not text:
        return
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 9 and 0 < int(text) <= MOST):
        raise ValidationError(_("Enter a whole number from 1 on, or leave it empty."))
    field.number = int(text)


def _https(_form: Any, field: StringField) -> None:
    field.data = (field.data or "").strip()
    if field.data and (len(field.data) > MOST_ADDRESS or _site(field.data) is None):
        raise ValidationError(_("Enter an address that begins with https://."))


def _sites(_form: Any, field: TextAreaField) -> None:
    lines = (field.data or "").split()
    found = [_site(line) for line in lines]
    if len(lines) > MOST_SITES or not all(
        site and site == line.rstrip("/") for site, line in zip(found, lines, strict=True)
    ):
        raise ValidationError(_("Enter one site on each line, like https://www.example.com."))


def _site(address: str) -> str | None:
    """The site of an https address; None for what is none, or could mean something else in a header."""
    if not address.isascii() or not address.isprintable() or set(address) & set(" ;,*'\"\\<>@"):
        return None
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    return f"https://{parts.hostname}{port}" if parts.scheme == "https" and parts.hostname else None


class Settings(Form):
    """The limits of a public form. Its texts are controls of their own, one in each language of the app."""

    opens_at = MomentField(_l("Open from"), [_moment], render_kw={"type": "datetime-local"})
    closes_at = MomentField(_l("Open until"), [_later], render_kw={"type": "datetime-local"})
    most = NumberField(
        _l("Number of records"),
        [_number],
        description=_l("It closes by itself when so many have come in. Empty: any number."),
        render_kw={"inputmode": "numeric"},
    )
    once = BooleanField(
        _l("Once per person"),
        description=_l("A browser that has sent it is not asked again. Another browser is."),
    )
    takes_files = BooleanField(
        _l("Take files"),
        description=_l(
            "Pictures, signatures and other files, at most 20 MB each. Only members see them, and they go after a day"
            " if the form is not sent."
        ),
    )
    later = BooleanField(
        _l("May be continued later"),
        description=_l(
            "What is typed is kept for 30 days under a link that only its writer has, files included."
        ),
    )
    steps = BooleanField(
        _l("One part after the other"),
        description=_l(
            "Its tabs, or without tabs its sections, become pages with Back and Next. "
            "What a page break ends always does."
        ),
    )
    questions = BooleanField(
        _l("One question at a time"),
        description=_l("Every field becomes a page with Back and Next, which suits short forms and phones."),
    )
    tells_late = BooleanField(
        _l("Tell what is wrong only when it is sent"),
        description=_l("Otherwise a wrong answer is told as soon as its field is left."),
    )
    read_back = BooleanField(
        _l("May be read again later"),
        description=_l(
            "Whoever sent it reads for 30 days what he sent, by a link and a QR code that only he has."
            " Otherwise for a day."
        ),
    )
    leads_to = StringField(
        _l("Where people go after sending"),
        [_https],
        description=_l(
            "An address that begins with https://. Empty: the page that thanks, with a copy of the answers."
        ),
        render_kw={"inputmode": "url", "placeholder": "https://"},
    )
    shown_by = TextAreaField(
        _l("Sites that may show it in a frame"),
        [_sites],
        description=_l("One on each line, like https://www.example.com. No other site can."),
        render_kw={"rows": 2},
    )
    password = StringField(
        _l("Password"),
        [
            Length(
                max=passwords.MAX_LENGTH,
                message=_l("Use at most %(number)s characters.", number=passwords.MAX_LENGTH),
            )
        ],
        description=_l("Whoever fills it in has to know it. What is typed here replaces the one before."),
        render_kw={"autocomplete": "off"},
    )
    open_to_anyone = BooleanField(_l("Ask for no password any more"))
    zone = "UTC"

    def put(self, public: PublicForm, languages: Iterable[str]) -> None:
        """Put what was typed into force."""
        public.opens_at, public.closes_at = self.opens_at.moment, self.closes_at.moment
        public.most, public.once = self.most.number, bool(self.once.data)
        public.takes_files, public.later = bool(self.takes_files.data), bool(self.later.data)
        public.steps, public.questions = bool(self.steps.data), bool(self.questions.data)
        public.read_back, public.tells_late = bool(self.read_back.data), bool(self.tells_late.data)
        public.leads_to = self.leads_to.data or ""
        public.shown_by = [line.rstrip("/") for line in (self.shown_by.data or "").split()]
        if self.open_to_anyone.data:
            public.password_hash = ""
        elif self.password.data:
            public.password_hash = passwords.hash_of(self.password.data)
        public.thanks = {each: self[f"thanks_{each}"].data for each in languages}
        public.closed = {each: self[f"closed_{each}"].data for each in languages}


def settings_of(public: PublicForm, languages: Iterable[str], zone: str) -> Settings:
    """The settings with what is in force, or with what this request brings."""
    shown = {
        "opens_at": _shown(public.opens_at, zone),
        "closes_at": _shown(public.closes_at, zone),
        "most": "" if public.most is None else str(public.most),
        "once": public.once,
        "takes_files": public.takes_files,
        "later": public.later,
        "steps": public.steps,
        "questions": public.questions,
        "tells_late": public.tells_late,
        "read_back": public.read_back,
        "leads_to": public.leads_to,
        "shown_by": "\n".join(public.shown_by or ()),
    }
    texts = {
        f"{name}_{each}": (getattr(public, name) or {}).get(each, "")
        for name in ("thanks", "closed")
        for each in languages
    }
    found = _class(tuple(languages))(data={**shown, **texts})
    found.zone = zone
    return found


def _class(languages: tuple[str, ...]) -> type[Settings]:
    """The settings with the texts in these languages."""
    titles = {"thanks": _("Text after sending"), "closed": _("Text while it is closed, and whom to ask")}
    many = len(languages) > 1
    own = {
        f"{name}_{each}": TextAreaField(
            f"{title} ({LANGUAGES[each]})" if many else title, [up_to(TEXT_LENGTH)], render_kw={"rows": 2}
        )
        for name, title in titles.items()
        for each in languages
    }
    return type("SettingsInLanguages", (Settings,), own)


def _shown(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime(MOMENT) if moment else ""
