"""The texts of a message, what they may use, how they read, their review, and where they are used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder import message_names, message_only, message_trial, reviewing
from builder.pointers import newest
from builder.properties import used_in
from builder.studio import Studio
from runtime.accounts.models import User
from runtime.db import db
from runtime.i18n import LANGUAGES
from runtime.notifications import messages
from runtime.notifications.channels import Letter
from runtime.notifications.channels.email import Email, mail_domain
from runtime.notifications.messages import Rendered
from runtime.text import LOCALES


@dataclass(frozen=True)
class Text:
    """One text in one language, with what is wrong with it."""

    part: str
    locale: str
    language: str
    label: Any
    value: str
    long: bool
    faults: list[str]

    @property
    def id(self) -> str:
        """The id of its control."""
        return f"{self.part}-{self.locale}"


SCHEMES = {"light": _l("Light"), "dark": _l("Dark")}
WIDTHS = {"desk": _l("A computer"), "phone": _l("A phone")}
PARTS = {
    "subject": (_l("Subject"), False),
    "body": (_l("Text"), True),
    "short": (_l("Short text, where there is little room"), False),
}


class MessageText:
    """Tab “Text”."""

    name = "message.text"
    kind = "message"
    tab = "text"
    title = _l("Text")
    order = 10
    template = "builder/message/text.html"
    script = ("designer-suggest.js", "designer-message.js")

    def count(self, studio: Studio) -> int | None:
        """Nothing to count."""
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """Everything that the page shows."""
        standing = reviewing.standing(studio.draft)
        return {
            "texts": {locale: list(_texts(studio, locale)) for locale in studio.languages},
            "language_names": LANGUAGES,
            "titles": _titles(studio),
            "variables": list(message_names.variables(studio)),
            "ways": message_names.WAYS,
            "conditions": list(message_only.listed(studio)),
            "adding_condition": message_only.adding(studio),
            "forms": _forms(studio),
            "review": standing,
            "review_history": reviewing.history(studio.draft),
            "review_needed": reviewing.is_needed(studio.app_document),
            "may_judge": reviewing.may_judge(studio.user, studio.draft, standing),
            "uses": used_in(studio, *studio.target),
            **preview(studio),
        }


def preview(studio: Studio) -> Mapping[str, Any]:
    """The message as the chosen person would get it."""
    recipient = _recipient(studio)
    wanted = studio.asked.get("lang", "")
    locale = wanted if wanted in LOCALES else recipient.locale
    record = studio.asked.get("record", "")
    found = newest(studio.user, message_trial.form_of(studio))
    known = {str(each) for each, _title in found}
    chosen = int(record) if record in known else (found[0][0] if found else None)
    return {
        "trial": message_trial.trial(studio, chosen, recipient, locale),
        "trial_records": found,
        "trial_record": chosen,
        "trial_people": message_trial.people(),
        "recipient": recipient,
        "trial_locale": locale,
        "trial_scheme": _one_of(studio, "scheme", SCHEMES),
        "trial_width": _one_of(studio, "width", WIDTHS),
        "schemes": SCHEMES,
        "widths": WIDTHS,
        "may_mail": not Email().hindrance(studio.user),
    }


def letter(studio: Studio, shown: Mapping[str, Any], rendered: Rendered) -> Letter:
    """The mail that comes of the message, to whoever looks at the preview."""
    return Letter(
        delivery_id=0,
        user_id=studio.user.id,
        name=studio.user.name,
        address=studio.user.email,
        subject=rendered.subject,
        body=rendered.body,
        link=shown["trial"].path,
        locale=shown["trial_locale"],
        message_id=f"<{uuid4().hex}@{mail_domain()}>",
    )


def _one_of(studio: Studio, name: str, known: Mapping[str, Any]) -> str:
    """What was chosen, the first unless it is known."""
    wanted = studio.asked.get(name, "")
    return wanted if wanted in known else next(iter(known))


def _recipient(studio: Studio) -> User:
    text = studio.asked.get("to", "")
    known = {str(user_id) for user_id, _name in message_trial.people()}
    return db.session.get(User, int(text)) or studio.user if text in known else studio.user


def _texts(studio: Studio, locale: str) -> Iterator[Text]:
    document = {"subject": {}, "body": {}, **studio.document}
    form = studio.context.form(str(studio.document.get("form", "")))
    variables = messages.variables_for(form, studio.context.fields, document)
    problems = messages.check(document, variables, studio.languages)
    for part, (label, long) in PARTS.items():
        faults = [p.message for p in problems if p.path == (part, locale)]
        missing = [p for p in problems if p.path == (part,) and p.params.get("language") == locale]
        if missing:
            faults.append(str(_("This text is missing.")))
        value = document.get(part, {}).get(locale, "")
        yield Text(part, locale, LANGUAGES[locale], label, value, long, faults)


def _titles(studio: Studio) -> list[Text]:
    """What the message is called and what it is for, in each language of the app."""
    found = []
    for part, label in (("title", _l("Title")), ("purpose", _l("Who gets it, and why"))):
        title = studio.document.get(part)
        for locale in studio.languages:
            value = title.get(locale, "") if isinstance(title, Mapping) else str(title or "")
            found.append(Text(part, locale, LANGUAGES[locale], label, value, False, []))
    return found


def _forms(studio: Studio) -> list[tuple[str, str]]:
    targets = studio.work.targets("form")
    return [(each.key, studio.text(studio.work.read(each).get("title")) or each.key) for each in targets]


plugin = MessageText()
