"""The cards of an automation's editor: what each says, whether it is open, and the controls in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from builder.automation_values import CONSTANT, Mapped, Row, mapped
from builder.automation_words import Words, policies
from builder.commands._automations import who_of
from builder.condition_editor import Editor, Place, editor
from builder.panels import Control, Option, Panel, Refused, Setting, panel
from builder.panels._controls import told
from builder.studio import Studio
from runtime.automations import webhooks
from runtime.automations.actions import ACTIONS, COMMON
from runtime.automations.triggers import TRIGGERS
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field
from runtime.forms.conditions.controls import Spot
from runtime.forms.conditions.controls import control as value_control
from runtime.forms.conditions.lines import Line
from runtime.forms.entry import raw_of
from runtime.notifications.channels import CHANNELS
from runtime.notifications.recipients import OWNERS

TRIGGER_TEMPLATES = {"offsets": "builder/automation/_moments.html"}
ACTION_TEMPLATES = {
    "set": "builder/automation/_values.html",
    "match": "builder/automation/_values.html",
    "to": "builder/automation/_recipients.html",
}
ADVANCED = frozenset(("zone", "late", "again", "triggers"))
RUN_AS = ("starter", "owner", "service")


@dataclass(frozen=True)
class Recipient:
    """One recipient: as commands name it, in words, and whether it gets a copy."""

    who: str
    told: str
    copy: bool


@dataclass(frozen=True)
class Card:
    """One action, or what starts the automation. `key` names it in commands, `sel` in addresses."""

    key: str
    sel: str
    icon: str
    label: str
    summary: str
    open: bool
    problems: tuple[str, ...]
    panel: Panel | None = None
    values: Mapping[str, Mapped] | None = None
    recipients: tuple[Recipient, ...] = ()
    offered: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    policies: tuple[str, ...] = ()
    document: Document | None = None
    wait: str = ""
    only_if: str = ""
    when: Editor | None = None
    waiting: Panel | None = None
    secret: str = ""
    """What signs its requests; for administrators."""


def trigger_card(studio: Studio, words: Words, problems: Sequence[Problem], refused: Refused | None) -> Card:
    """What starts it; open at first, while there is nothing that it does."""
    trigger = studio.document["trigger"]
    known = TRIGGERS.get(str(trigger.get("type")))
    chosen = studio.selected == "trigger" or not (studio.selected or studio.document["actions"])
    return Card(
        key="trigger",
        sel="trigger",
        icon=known.icon if known else "bolt",
        label=str(known.label) if known else str(_("Nothing yet")),
        summary=words.trigger(),
        open=chosen,
        problems=said_at(problems, ("trigger",)),
        panel=_trigger_panel(studio, known, refused) if known and chosen else None,
        document=trigger,
    )


def _trigger_panel(studio: Studio, known: Any, refused: Refused | None) -> Panel:
    trigger = studio.document["trigger"]
    values = {"on": ["created", "updated"], **trigger} if known.name == "record_saved" else trigger
    setting = replace(_setting(studio, "trigger.set", {}, "t", refused), templates=TRIGGER_TEMPLATES)
    made = panel(known.options, values, setting)
    return Panel(tuple(map(_clock, made.controls)), tuple(map(_clock, made.advanced)))


def _clock(control: Any) -> Any:
    return replace(control, attributes={"type": "time"}) if control.name.endswith("-at") else control


def action_cards(
    studio: Studio, words: Words, problems: Sequence[Problem], refused: Refused | None
) -> list[Card]:
    """What it does, in the order in which it does it."""
    return [
        _action_card(studio, words, index, action, said_at(problems, ("actions", index)), refused)
        for index, action in enumerate(studio.document["actions"])
    ]


def _action_card(
    studio: Studio,
    words: Words,
    index: int,
    action: Document,
    problems: tuple[str, ...],
    refused: Refused | None,
) -> Card:
    known, key = ACTIONS.get(str(action.get("type"))), str(action.get("key", index))
    chosen, _slash, asked = studio.selected.removeprefix("action/").partition("/")
    card = Card(
        key=key,
        sel=f"action/{key}",
        icon=known.icon if known else "help",
        label=str(known.label) if known else str(action.get("type")),
        summary=words.action(action),
        open=studio.selected.startswith("action/") and chosen == key,
        problems=problems,
        policies=tuple(policies(action)),
        document=action,
        wait=words.wait(action),
        only_if=words.condition(action),
    )
    return _opened(studio, words, card, known, asked, refused) if card.open and known else card


def _opened(
    studio: Studio, words: Words, card: Card, known: Any, asked: str, refused: Refused | None
) -> Card:
    action: Document = card.document or {}
    setting = _setting(studio, "action.set", {"action": card.key}, f"a-{card.key}", refused)
    made = panel(known.options, action, replace(setting, templates=ACTION_TEMPLATES))
    channelled = (tuple(_channels(c, action) for c in part) for part in (made.controls, made.advanced))
    values = {
        part: _values(studio, card.key, action, part, asked, refused)
        for part in ("set", "match")
        if part in known.options["properties"]
    }
    people = tuple(
        Recipient(who_of(spec), words.recipient({**spec, "as": "to"}), spec.get("as") == "cc")
        for spec in action.get("to", ())
    )
    return replace(
        card,
        panel=Panel(*channelled),
        values=values,
        recipients=people,
        offered=_offered(studio, words, known),
        secret=webhooks.secret(studio.app) if "url" in action and studio.user.is_admin else "",
        when=_condition(studio, card.key, action, asked) if "when" in action or asked == "when" else None,
        waiting=_waiting(studio, card.key, action["wait"], refused) if "wait" in action else None,
    )


def _offered(studio: Studio, words: Words, known: Any) -> tuple[Any, ...]:
    """Who can be chosen; a record is given to a person, not to a group."""
    if "to" not in known.options["properties"]:
        return ()
    groups = tuple(offered_recipients(studio, words))
    return groups[:2] if known.name == "assign" else groups


def _condition(studio: Studio, key: str, action: Document, asked: str) -> Editor:
    """The editor of an action's condition; one that is just begun has a line to complete."""
    begun = Line() if asked == "when" and "when" not in action else None
    form = str(studio.document["trigger"].get("form", ""))
    place = Place(f"when-{key}", "action.when", f"event:{form}", {"action": key})
    return editor(studio, place, action.get("when", {}), begun)


def _waiting(studio: Studio, key: str, wait: Document, refused: Refused | None) -> Panel:
    setting = _setting(studio, "action.wait", {"action": key}, f"a-{key}-wait", refused)
    made = panel(
        COMMON["wait"], wait, replace(setting, templates={"offset": "builder/automation/_wait.html"})
    )
    return Panel(tuple(map(_clock, made.controls)), ())


def _values(
    studio: Studio, card: str, action: Document, part: str, asked: str, refused: Refused | None
) -> Mapped:
    """Where the values of a part come from, with a control for each that is fixed."""
    shown = asked.removeprefix(f"{part}/") if asked.startswith(f"{part}/") else ""
    found = mapped(studio.context, studio.document, action, part, studio.text, studio.reader, shown)
    rows = tuple(
        replace(row, control=_fixed(studio, card, part, row, refused)) if row.mode == CONSTANT else row
        for row in found.rows
    )
    return replace(found, rows=rows)


def _fixed(studio: Studio, card: str, part: str, row: Row, refused: Refused | None) -> Control:
    """The control of a fixed value: that of the field itself."""
    assert row.field is not None  # else it is shown as a formula
    send = {"name": "action.value", "args": {"action": card, "part": part, "field": row.key}}
    name, read = f"a-{card}-{part}-{row.key}-raw", {"as": "raw", "into": "constant"}
    (own,) = told([Control(name, "value", row.title, send=send, read=read)], refused)
    title = str(_("Fixed value of %(field)s", field=row.title))
    spot = Spot(name, title, posts="in.value", nothing=str(_("(empty)")), error=own.error)
    raw = row.raw if own.refused is None else raw_of(row.field, own.refused.typed.get("value") or [""])
    return replace(own, value=value_control(studio, row.field, raw, spot))


def _channels(control: Any, action: Document) -> Any:
    """The ways that there are, to tick, instead of their names on lines."""
    if not control.name.endswith("-channels"):
        return control
    chosen = action.get("channels", ("inbox",))
    options = tuple(Option(name, str(each.label), name in chosen) for name, each in CHANNELS.items())
    return replace(control, kind="picks", options=options, read={"as": "many"})


def _setting(
    studio: Studio, command: str, arguments: Mapping[str, Any], prefix: str, refused: Refused | None
) -> Setting:
    return Setting(
        studio.context,
        lambda path: {"name": command, "args": {**arguments, "path": list(path)}},
        locale=studio.locale,
        default_locale=studio.default_locale,
        form=str(studio.document["trigger"].get("form", "")),
        advanced=ADVANCED,
        leave_out=frozenset(("key", "type")),
        refused=refused,
        prefix=prefix,
    )


def own_panel(studio: Studio, refused: Refused | None) -> Panel:
    """What it is called and whose rights it has."""
    schema = {
        "properties": {
            "title": {"title": _("Title"), "type": ["string", "object"]},
            "run_as": {
                "title": _("With whose rights"),
                "description": _("What it may read and write is what this person may."),
                "enum": list(RUN_AS),
                "default": "starter",
            },
        }
    }
    return panel(schema, studio.document, _setting(studio, "automation.set", {}, "o", refused))


def offered_recipients(studio: Studio, words: Words) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Who could get a message, in groups."""
    form = str(studio.document["trigger"].get("form", ""))
    fields = studio.context.fields(form)
    people = [*_of_type(fields, "member"), "owner_id", "created_by"]
    departments = [*_of_type(fields, "department"), OWNERS]
    roles = [role["key"] for role in studio.app_document.get("roles", ())]
    specs = {
        _("People"): [("starter", {"starter": True}), *_specs("field", people)],
        _("Their managers"): _specs("manager_of", ["starter", *people]),
        _("Roles"): _specs("role", roles),
        _("Departments"): _specs("department", departments),
    }
    for group, listed in specs.items():
        if listed:
            yield str(group), tuple((value, words.recipient(spec)) for value, spec in listed)


def _of_type(fields: Mapping[str, Field], name: str) -> list[str]:
    return [key for key, field in fields.items() if field.type.name == name]


def _specs(kind: str, names: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{kind}:{name}", {kind: name}) for name in names]


def said_at(problems: Sequence[Problem], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """What stands against this place and those inside it."""
    return tuple(dict.fromkeys(each.message for each in problems if each.path[: len(path)] == path))
