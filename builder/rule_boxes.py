"""The rules and checks of a form as its designer sees them: sentences, and boxes to edit them in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from builder import reasons
from builder.condition_editor import Editor, Place, editor, sight_of
from builder.formula_editor import FormulaEditor, FormulaPlace, formula_editor
from builder.rule_targets import Named, inner_fields, targets, title
from builder.studio import Studio
from builder.trying import Tried
from runtime.conditions import ConditionError, compile
from runtime.fields import N_, ValueType
from runtime.forms.conditions import words
from runtime.forms.conditions.lines import Line

EFFECTS = {
    "show": (N_("Show"), N_("Show %(fields)s")),
    "hide": (N_("Hide"), N_("Hide %(fields)s")),
    "require": (N_("Require"), N_("Require %(fields)s")),
    "lock": (N_("Lock"), N_("Lock %(fields)s")),
    "clear": (N_("Clear"), N_("Clear %(fields)s")),
    "set": (N_("Set"), N_("Set %(fields)s")),
    "message": (N_("Show a message"), N_("Show %(fields)s")),
}
POLICIES = {
    "clear": N_("is cleared"),
    "keep": N_("is kept"),
    "compute": N_("is computed again"),
}
LISTED = ("show", "hide", "require", "lock", "clear")


@dataclass(frozen=True)
class Effect:
    """What a rule does to some fields, sections and tabs; `others` are those that it could do it to as well."""

    name: str
    label: str
    fields: tuple[Named, ...]
    others: tuple[Named, ...]


@dataclass(frozen=True)
class Entry:
    """A rule in the list: what it does, to what, when; whether it applies to the record that is tried. `off` is one
    that is switched off.
    """

    key: str
    off: bool
    effects: str
    condition: str
    sentence: str
    verdict: str
    reads: frozenset[str]
    shows: frozenset[str]
    on: frozenset[str]


@dataclass(frozen=True)
class MessageBox:
    """What a rule says at a field, to be edited; `texts` by language."""

    at: Named
    level: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Box:
    """A rule to be edited. `setting` is the editor of one more value to set. `tests` say of each thing that it shows
    or hides how it is for the record.
    """

    entry: Entry
    effects: tuple[Effect, ...]
    settings: tuple[tuple[Named, FormulaEditor], ...]
    setting: FormulaEditor
    messages: tuple[MessageBox, ...]
    editor: Editor
    hides: bool
    policy: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class CheckEntry:
    """A check in the list."""

    key: str
    at: str
    formula: str
    level: str
    message: str


@dataclass(frozen=True)
class CheckBox:
    """A check to be edited; `messages` by language."""

    entry: CheckEntry
    editor: FormulaEditor
    messages: tuple[tuple[str, str], ...]
    at: str


def sight_name(studio: Studio) -> str:
    """What conditions of this form's rules look at."""
    return f"own:{studio.target.key}"


def entries(studio: Studio, tested: Tried | None) -> list[Entry]:
    """The rules of the form, in their order."""
    rules = studio.document.get("fw", {}).get("rules", ())
    if not rules:
        return []  # most fields and forms have none, and to look at all fields takes long
    seen = sight_of(studio, sight_name(studio))
    return [_entry(studio, rule, words.condition(studio, rule["when"], seen), tested) for rule in rules]


def _entry(studio: Studio, rule: Any, condition: str, tested: Tried | None) -> Entry:
    effects = _effects_told(studio, rule["then"])
    known = {each.key for each in tested.form.rules} if tested else set()  # without those that are off
    on = {key for effect in rule["then"].values() for key in effect}
    return Entry(
        key=rule["key"],
        off=bool(rule.get("off")),
        effects=effects,
        condition=condition,
        sentence=str(_("%(effects)s when %(condition)s.", effects=effects, condition=condition)),
        verdict=reasons.verdict(tested, rule["key"]) if tested and rule["key"] in known else "",
        reads=_reads(rule["when"]),
        shows=frozenset(rule["then"].get("show", ())),
        on=frozenset(on),
    )


def _effects_told(studio: Studio, then: Mapping[str, Any]) -> str:
    told = []
    for name, (_label, said) in EFFECTS.items():
        if then.get(name):
            fields = _(", ").join(_acted_on(studio, name, then[name]))
            told.append(str(_(said, fields=fields)))
    return str(_("; ")).join(told)


def _acted_on(studio: Studio, effect: str, on: Any) -> Iterator[str]:
    for key in on:
        yield _said(studio, key, on[key]) if effect == "message" else title(studio, key)


def _said(studio: Studio, key: str, message: Mapping[str, Any]) -> str:
    words = {"text": studio.text(message.get("text")), "field": title(studio, key)}
    if message.get("level") == "warning":
        return str(_("the warning “%(text)s” at %(field)s", **words))
    return str(_("“%(text)s” at %(field)s", **words))


def _reads(document: Any) -> frozenset[str]:
    try:
        paths = compile(document).reads
    except ConditionError:
        return frozenset()
    return frozenset(path.removeprefix("record.") for path in paths)


def box(studio: Studio, rule: Any, entry: Entry, tested: Tried | None) -> Box:
    """A rule to be edited."""
    place = Place(f"rule-{rule['key']}", "rule.when", sight_name(studio), {"rule": rule["key"]})
    then = rule["then"]
    return Box(
        entry=entry,
        effects=tuple(_effect(studio, then, name) for name in LISTED if then.get(name)),
        settings=tuple(_settings(studio, rule, tested)),
        setting=formula_editor(studio, _more_place(studio, rule["key"]), "", tested),
        messages=tuple(_messages(studio, then)),
        editor=editor(studio, place, rule["when"]),
        hides=bool(then.get("show") or then.get("hide")),
        policy=rule.get("hidden_value", "clear"),
        tests=tuple(_tests(studio, then, tested)),
    )


def _effect(studio: Studio, then: Mapping[str, Any], name: str) -> Effect:
    used = tuple(Named(key, title(studio, key)) for key in then[name])
    others = tuple(each for each in targets(studio, name) if each.key not in then[name])
    return Effect(name, str(_(EFFECTS[name][0])), used, others)


def _settings(studio: Studio, rule: Any, tested: Tried | None) -> Iterator[tuple[Named, FormulaEditor]]:
    for key, value in rule["then"].get("set", {}).items():
        text = value if isinstance(value, str) else str(value).lower()
        place = setting_place(studio, f"set-{rule['key']}-{key}", key, {"rule": rule["key"], "field": key})
        yield Named(key, title(studio, key)), formula_editor(studio, place, text, tested)


def _more_place(studio: Studio, rule: str) -> FormulaPlace:
    return FormulaPlace(f"more-set-{rule}", "rule.set", f"form:{studio.target.key}", {"rule": rule})


def _messages(studio: Studio, then: Mapping[str, Any]) -> Iterator[MessageBox]:
    for key, said in then.get("message", {}).items():
        text = said.get("text", "")
        texts = {studio.default_locale: text} if isinstance(text, str) else text
        listed = tuple((locale, texts.get(locale, "")) for locale in studio.languages)
        yield MessageBox(Named(key, title(studio, key)), said.get("level", "error"), listed)


def setting_place(studio: Studio, id: str, key: str, arguments: Mapping[str, Any]) -> FormulaPlace:
    """The place of the formula by which a rule sets a field."""
    form = studio.target.key
    known = key in studio.context.fields(form)
    wanted = studio.context.type_of(form, key).value if known else ""
    return FormulaPlace(id, "rule.set", f"form:{form}", arguments, wanted=wanted, shows=key)


def _tests(studio: Studio, then: Mapping[str, Any], tested: Tried | None) -> Iterator[str]:
    if tested is None:
        return
    for name in [*then.get("show", ()), *then.get("hide", ())]:
        if name in tested.form.fields or name in tested.form.parts:
            told = reasons.why(tested.form, tested.judged, name, tested.names)
            yield str(_("%(field)s: %(why)s", field=title(studio, name), why=told))


def start_line(studio: Studio, target: str) -> Line:
    """The likeliest first line of a rule about a field, section or tab: the nearest choice before it, else the first
    after. Nothing inside decides whether a section is seen.
    """
    kinds = {key: each.type.name for key, each in studio.context.fields(studio.target.key).items()}
    keys, inside = list(kinds), inner_fields(studio, target)
    at = next((index for index, key in enumerate(keys) if key in inside), len(keys))
    around = (key for key in [*reversed(keys[:at]), *keys[at:]] if key not in inside)
    likely = next((key for key in around if kinds[key] in ("choice", "yes_no")), "")
    if not likely:
        return Line()
    return Line(likely, "equals" if kinds[likely] == "choice" else "")


def new_editor(studio: Studio, effect: str, field: str, *, carried: bool = False) -> Editor:
    """The editor of a rule that is yet to be made. With `carried`, controls around it say effect and field."""
    arguments = {} if carried else {"effect": effect, "field": field}
    id = "new" if carried else f"new-{effect}"
    place = Place(id, "rule.add", sight_name(studio), arguments)
    return editor(studio, place, {}, start_line(studio, field))


def check_entries(studio: Studio) -> list[CheckEntry]:
    """The checks of the form, in their order."""
    return [
        CheckEntry(
            key=check["key"],
            at=title(studio, check["at"]),
            formula=check["formula"],
            level=check.get("level", "error"),
            message=studio.text(check["message"]),
        )
        for check in studio.document.get("fw", {}).get("checks", ())
    ]


def check_box(studio: Studio, check: Any, entry: CheckEntry, tested: Tried | None) -> CheckBox:
    """A check to be edited."""
    place = check_place(
        studio, f"check-{check['key']}", "check.set", {"check": check["key"], "part": "formula"}
    )
    message = check["message"]
    texts = {studio.default_locale: message} if isinstance(message, str) else message
    return CheckBox(
        entry=entry,
        editor=formula_editor(studio, place, check["formula"], tested),
        messages=tuple((locale, texts.get(locale, "")) for locale in studio.languages),
        at=check["at"],
    )


def check_place(studio: Studio, id: str, command: str, arguments: Mapping[str, Any]) -> FormulaPlace:
    """The place of the formula of a check."""
    into = "formula" if command == "check.add" else "value"
    scope = f"form:{studio.target.key}"
    return FormulaPlace(id, command, scope, arguments, into, wanted=ValueType.BOOL.value)
