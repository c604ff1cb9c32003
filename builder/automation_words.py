"""An automation in words: what starts it, what it does, whom it tells, whose rights it has."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from builder.checks._constants import constant_of
from builder.sights import sight
from builder.studio import Studio
from runtime.automations.actions import ACTIONS
from runtime.automations.triggers import TRIGGERS
from runtime.definitions.documents import Document
from runtime.fields import N_
from runtime.forms.conditions import words
from runtime.forms.names import Titles
from runtime.notifications.channels import CHANNELS

_OFFSET = re.compile(r"([+-]?)([0-9]{1,3})(min|h|d|w|mo)")
_KINDS = {
    ("created",): N_("A record of %(form)s is created"),
    ("updated",): N_("A record of %(form)s is changed"),
    ("deleted",): N_("A record of %(form)s is deleted"),
    ("created", "updated"): N_("A record of %(form)s is created or changed"),
    ("created", "deleted"): N_("A record of %(form)s is created or deleted"),
    ("deleted", "updated"): N_("A record of %(form)s is changed or deleted"),
    ("created", "deleted", "updated"): N_("A record of %(form)s is created, changed or deleted"),
}
RUN_AS = {
    "starter": N_("With the rights of whoever starts it"),
    "owner": N_("With the rights of the record's owner"),
    "service": N_("With its own rights: it may write everything"),
}
NONE = {
    "create": N_("If there is none, it is created."),
    "skip": N_("If there is none, nothing happens."),
    "fail": N_("If there is none, the run fails."),
}
MANY = {
    "all": N_("If there are several, all are changed."),
    "first": N_("If there are several, the oldest is changed."),
    "fail": N_("If there are several, the run fails."),
}


class Words:
    """Tells the parts of the automation that somebody works on."""

    def __init__(self, studio: Studio, document: Document | None = None) -> None:
        self._studio = studio
        self._document: Document = studio.document if document is None else document
        self._titles = Titles(studio.user)

    def form(self, key: Any) -> str:
        """The title of a form, or that none is chosen."""
        document = self._studio.context.documents.get(("form", str(key)))
        if document is None:
            return str(key or _("(no form)"))
        return self._studio.text(document.get("fw", {}).get("title") or document.get("title")) or str(key)

    def field(self, form: Any, key: str) -> str:
        """The title of a field of a form."""
        found = self._studio.context.fields(str(form)).get(key)
        return self._studio.text(found.title) if found else key

    def trigger(self) -> str:
        """What starts it, in one line."""
        trigger = self._document["trigger"]
        if trigger.get("type") == "record_saved":
            return self._saved(trigger)
        if trigger.get("type") == "date_reached":
            return self._reached(trigger)
        known = TRIGGERS.get(str(trigger.get("type")))
        return str(known.label) if known else str(_("Nothing yet"))

    def _saved(self, trigger: Document) -> str:
        kinds = tuple(sorted(trigger.get("on", ("created", "updated"))))
        told = str(_(_KINDS.get(kinds, N_("A record of %(form)s is saved")), form=self.form(trigger["form"])))
        fields = [self.field(trigger["form"], key) for key in trigger.get("fields", ())]
        if not fields:
            return told
        return str(_("%(what)s, and one of these changed: %(fields)s", what=told, fields=listed(fields)))

    def _reached(self, trigger: Document) -> str:
        date = self.field(trigger.get("form"), str(trigger.get("field") or _("(no date)")))
        moments = listed([offset(each) for each in trigger.get("offsets", ())]) or str(_("(no moment)"))
        told = _(
            "%(moments)s: %(date)s of %(form)s", moments=moments, date=date, form=self.form(trigger["form"])
        )
        if "at" not in trigger:
            return str(told)
        return str(_("%(what)s, at %(time)s", what=told, time=trigger["at"]))

    def action(self, action: Document) -> str:
        """What an action does, in one line."""
        kind = str(action.get("type"))
        if kind == "notify":
            return self._notify(action)
        known = ACTIONS.get(kind)
        told = str(known.label) if known else kind
        if kind == "assign":
            return self._assign(told, action)
        if "form" not in action:
            return _quoting(told, action)
        told = str(_("%(what)s: %(form)s", what=told, form=self.form(action["form"])))
        fields = [self._set(action["form"], *value) for value in action.get("set", {}).items()]
        return str(_("%(what)s (%(fields)s)", what=told, fields=listed(fields[:6]))) if fields else told

    def wait(self, action: Document) -> str:
        """How long is waited before an action; nothing for one that does not wait."""
        wait = action.get("wait")
        if wait is None:
            return ""
        told = self._until(wait) if "until" in wait else self._for(str(wait.get("offset", "0d")))
        return str(_("%(what)s, at %(time)s", what=told, time=wait["at"])) if "at" in wait else told

    def _for(self, text: str) -> str:
        found = _OFFSET.fullmatch(text)
        length = _length(int(found[2]), found[3]) if found else text
        return str(_("Wait %(length)s", length=length))

    def _until(self, wait: Document) -> str:
        date = self.field(self._document["trigger"].get("form"), str(wait["until"] or _("(no date)")))
        moment = offset(str(wait.get("offset", "0d")))
        return str(_("Wait until: %(moment)s, %(date)s", moment=moment, date=date))

    def condition(self, action: Document) -> str:
        """The condition on which an action is done; nothing for one that is always done."""
        if "when" not in action:
            return ""
        form = str(self._document["trigger"].get("form", ""))
        seen = sight(self._studio.context, f"event:{form}", self._studio.text)
        return str(_("Only if: %(condition)s", condition=words.condition(self._studio, action["when"], seen)))

    def _set(self, form: Any, key: str, value: Any) -> str:
        """The title of a field that is written, with what is written when it is fixed."""
        title, field = self.field(form, key), self._studio.context.fields(str(form)).get(key)
        constant = constant_of(value)
        if constant is None or field is None:
            return title
        shown = "" if constant == "" else words.told(self._studio, field, constant, self._titles)
        return str(_("%(field)s: %(value)s", field=title, value=shown or _("(empty)")))

    def _assign(self, told: str, action: Document) -> str:
        """Which field of the record gets whom."""
        people = listed([self.recipient(spec) for spec in action.get("to", ())])
        field = self.field(self._document["trigger"].get("form"), str(action.get("field", "")))
        return str(
            _("%(what)s: %(field)s, %(people)s", what=told, field=field, people=people or _("nobody yet"))
        )

    def _notify(self, action: Document) -> str:
        message = self.message(str(action.get("message", "")))
        people = listed([self.recipient(spec) for spec in action.get("to", ())])
        if not people:
            return str(_("Send “%(message)s” to nobody yet", message=message))
        return str(
            _("Send “%(message)s” to %(people)s by %(channels)s",
              message=message, people=people, channels=listed(channels(action)))
        )  # fmt: skip

    def message(self, key: str) -> str:
        """What a message is for."""
        document = self._studio.context.documents.get(("message", key), {})
        return (
            self._studio.text(document.get("title") or document.get("purpose")) or key or str(_("no message"))
        )

    def recipient(self, spec: Mapping[str, Any]) -> str:
        """Whom a recipient means."""
        told = self._who(spec)
        return str(_("%(who)s (copy)", who=told)) if spec.get("as") == "cc" else told

    def _who(self, spec: Mapping[str, Any]) -> str:
        if "starter" in spec:
            return str(_("whoever starts it"))
        if "manager_of" in spec:
            return str(_("the manager of %(who)s", who=self._person(str(spec["manager_of"]))))
        if "role" in spec:
            return str(_("everybody with the role %(role)s", role=self.role(str(spec["role"]))))
        if "department" in spec:
            form = self._document["trigger"].get("form")
            return str(_("everybody of %(department)s", department=self.field(form, str(spec["department"]))))
        return str(spec["user"]) if "user" in spec else self._person(str(spec.get("field", "")))

    def _person(self, name: str) -> str:
        if name == "starter":
            return str(_("whoever starts it"))
        form = str(self._document["trigger"].get("form", ""))
        return sight(self._studio.context, f"event:{form}", self._studio.text).title(f"record.{name}")

    def role(self, key: str) -> str:
        """The title of a role."""
        roles = self._studio.app_document.get("roles", ())
        return next((self._studio.text(each["title"]) for each in roles if each["key"] == key), key)


def _quoting(told: str, action: Document) -> str:
    """An action with the words that it writes."""
    text = str(action.get("text") or action.get("reason") or action.get("url") or "")[:80]
    return str(_("%(what)s: “%(text)s”", what=told, text=text)) if text else told


def channels(action: Document) -> list[str]:
    """The ways a message goes, by their names."""
    named = action.get("channels", ("inbox",))
    return [str(CHANNELS[name].label) if name in CHANNELS else str(name) for name in named]


def offset(text: str) -> str:
    """A moment before or after a date: “3 days before”."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return text
    number = int(found[2])
    if number == 0:
        return str(_("on the day"))
    length = _length(number, found[3])
    return str(
        _("%(length)s before", length=length) if found[1] == "-" else _("%(length)s after", length=length)
    )


def _length(number: int, unit: str) -> str:
    told = {
        "min": lambda: ngettext("%(num)d minute", "%(num)d minutes", number),
        "h": lambda: ngettext("%(num)d hour", "%(num)d hours", number),
        "d": lambda: ngettext("%(num)d day", "%(num)d days", number),
        "w": lambda: ngettext("%(num)d week", "%(num)d weeks", number),
        "mo": lambda: ngettext("%(num)d month", "%(num)d months", number),
    }
    return str(told[unit]())


def policies(action: Document) -> list[str]:
    """What happens when nothing or several match, in words."""
    if "match" not in action:
        return []
    default = "create" if action.get("type") == "upsert_record" else "fail"
    return [str(_(NONE[action.get("none", default)])), str(_(MANY[action.get("many", "fail")]))]


def listed(words: Sequence[str]) -> str:
    """Words one after the other."""
    return str(_(", ")).join(words)
